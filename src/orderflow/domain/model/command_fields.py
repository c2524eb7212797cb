"""The fields that commands share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import StockKey

__all__ = ["CommandFields", "OrderFields", "require_one_seller"]


@attrs.frozen(kw_only=True)
class CommandFields:
    """The fields of every command."""

    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    command_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen(kw_only=True)
class OrderFields(CommandFields):
    """The fields of every command about an existing order."""

    seller_id: str = attrs.field(validator=validators.identifier)
    order_id: str = attrs.field(validator=validators.identifier)
    expected_version: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(0))
    )


def require_one_seller(field: str, what: str, values: tuple[Order | StockKey, ...]) -> None:
    """Require that all these are of one seller."""
    sellers = list(dict.fromkeys(each.seller_id for each in values))
    demand = f"{what} of one seller"
    validators.require(ok=len(sellers) == 1, field=field, demand=demand, value=sellers)
