"""The limit of a product's back orders: how many short units may wait for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.command_fields import CommandFields
from orderflow.domain.model.stock import StockKey

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LIMITS_MAX", "BackOrderLimit", "LimitBackOrders", "sorted_limits"]

LIMITS_MAX = 1_000
"""The most products of a seller with a limit: all of them are read with the policy."""


@attrs.frozen
class BackOrderLimit:
    """How many short units of a product all waiting orders together may have.

    >>> from datetime import UTC, datetime
    >>> mugs, new_year = StockKey("acme", "leeds", "MUG"), datetime(2027, 1, 1, tzinfo=UTC)
    >>> limit = BackOrderLimit(mugs, 0, ends_at=new_year)
    >>> limit.is_in_force(datetime(2026, 12, 31, tzinfo=UTC))
    True

    Attributes:
        key: The product.
        units_max: The most short units; 0 if it may not be on back order at all.
        begins_at: When the limit begins; `None` if it is in force already.
        ends_at: When the limit ends; `None` if it does not end.

    Raises:
        InvalidValueError: If a field breaks its rule, or the limit ends before it begins.
    """

    key: StockKey = attrs.field(validator=validators.one_of(StockKey))
    units_max: int = attrs.field(validator=validators.units(0))
    begins_at: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )
    ends_at: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )

    def __attrs_post_init__(self) -> None:
        _check_end("BackOrderLimit", self.begins_at, self.ends_at)

    def is_in_force(self, at: datetime) -> bool:
        """Whether the limit counts at this moment."""
        return (self.begins_at is None or self.begins_at <= at) and (
            self.ends_at is None or at < self.ends_at
        )


@attrs.frozen(kw_only=True)
class LimitBackOrders(CommandFields):
    """Limit how many units of a product may be short in all waiting orders together.

    With `units_max=0`, no order may wait for it; with `None`, the limit is removed. Orders that
    wait already wait on. See `BackOrderLimit`.
    """

    key: StockKey = attrs.field(validator=validators.one_of(StockKey))
    units_max: int | None = attrs.field(validator=attrs.validators.optional(validators.units(0)))
    begins_at: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )
    ends_at: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )

    def __attrs_post_init__(self) -> None:
        _check_end("LimitBackOrders", self.begins_at, self.ends_at)

    @property
    def seller_id(self) -> str:
        """The seller of the stock."""
        return self.key.seller_id


def sorted_limits(limits: Iterable[BackOrderLimit]) -> tuple[BackOrderLimit, ...]:
    """Return limits by warehouse and SKU."""
    return tuple(sorted(limits, key=lambda limit: (limit.key.warehouse_id, limit.key.sku)))


def _check_end(owner: str, begins_at: datetime | None, ends_at: datetime | None) -> None:
    validators.require(
        ok=begins_at is None or ends_at is None or begins_at < ends_at,
        field=f"{owner}.ends_at",
        demand=f"after begins_at, which is {begins_at}",
        value=ends_at,
    )
