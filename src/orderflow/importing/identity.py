"""Derive command ids from the imported content, so that a repeated import changes nothing."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.edits import Edit
    from orderflow.domain.model.order import Order

__all__ = ["check_ids", "command_id", "content_of", "edit_id"]

_DIGEST_CHARACTERS = 24
"""96 bits. Among a thousand million contents, a collision has a probability below 10^-11."""

_PREFIX = "import:"
_NAME_CHARACTERS_MAX = validators.IDENTIFIER_CHARACTERS_MAX - len(_PREFIX) - 1 - _DIGEST_CHARACTERS


def command_id(name: str, *content: object) -> str:
    """Return the id of the command that imports this content.

    Args:
        name: The subject of the command. A long name is shortened; the digest stays unique.
        content: Every value that matters, of types whose `repr` is complete.
    """
    digest = sha256(repr((name, *content)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_PREFIX}{name[:_NAME_CHARACTERS_MAX].rstrip()}:{digest[:_DIGEST_CHARACTERS]}"


def edit_id(order_id: str, version: int, edits: tuple[Edit, ...]) -> str:
    """Return the id of the command by which an import edits an order of this version."""
    return command_id(order_id, "edit", version, edits)


def content_of(order: Order) -> tuple[object, ...]:
    """Return everything that a file can contain about an order, in a stable form."""
    return (
        order.warehouse_id,
        tuple((line.line_id, line.sku, line.quantity, line.set_id) for line in order.lines),
        order.placed_at.isoformat(),
        order.priority,
        order.promised_by.isoformat() if order.promised_by is not None else None,
        order.courier,
        attrs.astuple(order.ship_to) if order.ship_to is not None else None,
        order.customer_reference,
        order.custom_fields,
        order.not_before.isoformat() if order.not_before is not None else None,
        order.short_part.value if order.short_part is not None else None,
    )


def check_ids(function: str, seller_id: str, warehouse_id: str, at: datetime) -> None:
    """Check the arguments of every command before a file is read.

    Raises:
        InvalidValueError: If an id or the moment breaks its rule.
    """
    for field, value in (("seller_id", seller_id), ("warehouse_id", warehouse_id)):
        validators.require(
            ok=validators.is_identifier(value),
            field=f"{function}.{field}",
            demand=validators.IDENTIFIER_DEMAND,
            value=value,
        )
    validators.require(
        ok=validators.is_moment(at),
        field=f"{function}.at",
        demand=validators.MOMENT_DEMAND,
        value=at,
    )
