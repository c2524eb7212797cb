"""Edits that choose lines by what they are: those that are short, or those of a product.

Only commands have them. The event of the edit has an edit for each line that they chose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, get_args

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.edits import Edit, RemoveLine, ReplaceLine
from orderflow.errors import EditRefusedError
from orderflow.errors.quoting import listed, quoted

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["RemoveShortLines", "ReplaceProduct", "RequestedEdit", "resolve_edits"]


@attrs.frozen
class RemoveShortLines:
    """Remove every line that was short before the edits.

    Only commands use it. The event has a `RemoveLine` for each of these lines.
    """


@attrs.frozen
class ReplaceProduct:
    """Replace a product on every line that had it before the edits.

    Only commands use it. The event has a `ReplaceLine` for each of these lines. The customer gets
    `units` of the new product for every `per` of the old one, on each line.
    """

    sku: str = attrs.field(validator=validators.identifier)
    by: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(default=1, validator=validators.units(1))
    per: int = attrs.field(default=1, validator=validators.units(1))
    reason: str = attrs.field(default="", validator=validators.note)

    @by.validator
    def _check_by(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value != self.sku,
            field="ReplaceProduct.by",
            demand="another product than the one that it replaces",
            value=value,
        )


RequestedEdit: TypeAlias = Edit | RemoveShortLines | ReplaceProduct
"""One change that a command asks for."""

requested_edits = validators.tuple_of(
    *get_args(Edit), RemoveShortLines, ReplaceProduct, smallest=1, largest=validators.EDITS_MAX
)
"""Requires that a field has at least one such change."""


def resolve_edits(order: Order, edits: tuple[RequestedEdit, ...]) -> tuple[Edit, ...]:
    """Return the edits, with one for each line in place of an edit that chooses lines.

    Raises:
        EditRefusedError: If such an edit chooses no line.
    """
    resolved: list[Edit] = []
    has_removed = False
    for edit in edits:
        if isinstance(edit, RemoveShortLines):
            if not has_removed:  # a second one would find none of these lines
                resolved += _removals(order)
            has_removed = True
        elif isinstance(edit, ReplaceProduct):
            resolved += _replacements(order, edit)
        else:
            resolved.append(edit)
    return tuple(resolved)


def _removals(order: Order) -> list[RemoveLine]:
    removals = [RemoveLine(line.line_id) for line in order.short_lines]
    if not removals:
        raise EditRefusedError(
            order.order_id, "none of its lines is short; name the lines to remove"
        )
    return removals


def _replacements(order: Order, edit: ReplaceProduct) -> list[ReplaceLine]:
    replacements = [
        ReplaceLine(line.line_id, edit.by, units=edit.units, per=edit.per, reason=edit.reason)
        for line in order.lines_of(edit.sku)
    ]
    if not replacements:
        skus = listed([*dict.fromkeys(quoted(line.sku) for line in order.lines)])
        raise EditRefusedError(
            order.order_id, f"no line has {quoted(edit.sku)}; name one of {skus}"
        )
    return replacements
