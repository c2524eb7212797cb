"""The backlog: the orders on back order, by age, by product, and all together.

`BacklogBook` counts one order after another, so a backlog of any length takes memory for its
groups alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.expected_cover import (
    ExpectedCover,
    ExpectedCovers,
    last_expected_at,
)
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_identifier, require_moment
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, WarehouseSku, by_expectation
from orderflow.domain.reports.order_value import order_value, sum_of_values

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.view import View

__all__ = ["AGE_BANDS", "AgeBand", "Backlog", "BacklogBook", "BacklogGroup"]

AGE_BANDS = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 30, 90))
"""Where one age band ends and the next one begins, if the caller does not say otherwise."""

BANDS_MAX = 100


@attrs.frozen
class AgeBand:
    """Waits that are as long as `begin` or longer, and shorter than `end`.

    >>> str(AgeBand(timedelta(0), timedelta(days=1))), str(AgeBand(timedelta(days=90), None))
    ('under 1 d', '90 d and more')

    Attributes:
        begin: The shortest wait in it.
        end: The first wait that is too long for it; `None` if there is no longer band.
    """

    begin: timedelta
    end: timedelta | None

    def __str__(self) -> str:
        if self.end is None:
            return f"{_days(self.begin)} and more"
        if not self.begin:
            return f"under {_days(self.end)}"
        return f"{_days(self.begin)[:-2]} to {_days(self.end)}"


@attrs.frozen(kw_only=True)
class BacklogGroup:
    """Some orders on back order, counted.

    A product's group has the orders that are short of it, and only their units of it. An order
    that is short of two products is in both groups, with its whole value.

    Attributes:
        orders: The number of orders.
        units: The units that they are short of.
        value: The sum of their values, as far as they are known; `None` if none is known.
        orders_without_value: The number of orders whose value is not known.
        oldest_since: Since when the customer waits who waits longest; `None` without orders.
        expected_at: When the last of the orders is expected to be covered that have a date.
        orders_without_date: The number of orders for which no date is known.
        next_receipt: The receipt of a product in question that is expected first. It may be
            overdue: see `ExpectedReceipt.is_overdue`.
    """

    orders: int = 0
    units: int = 0
    value: Decimal | None = None
    orders_without_value: int = 0
    oldest_since: datetime | None = None
    expected_at: datetime | None = None
    orders_without_date: int = 0
    next_receipt: ExpectedReceipt | None = None


@attrs.frozen(kw_only=True)
class Backlog:
    """The orders of a seller that are on back order.

    Attributes:
        seller_id: The seller.
        at: The moment.
        total: All of them.
        by_age: The groups by how long the customer waits, the shortest wait first. Each age band
            is there, with or without orders.
        by_product: The groups by product, sorted by warehouse and SKU.
    """

    seller_id: str
    at: datetime
    total: BacklogGroup
    by_age: tuple[tuple[AgeBand, BacklogGroup], ...]
    by_product: tuple[tuple[WarehouseSku, BacklogGroup], ...]


class BacklogBook:
    """Counts orders into the groups of a backlog.

    Args:
        seller_id: The seller.
        at: The moment.
        policy: The policy of the seller.
        value_field: The custom field with the value of an order, if there is one.
        age_bands: Where one age band ends and the next one begins: rising, at most 100.

    Raises:
        InvalidValueError: If an argument is not valid.
    """

    def __init__(
        self,
        seller_id: str,
        at: datetime,
        policy: AllocationPolicy,
        *,
        value_field: str | None = None,
        age_bands: Iterable[timedelta] = AGE_BANDS,
    ) -> None:
        if value_field is not None:
            require_identifier("backlog.value_field", value_field)
        self._seller_id = seller_id
        self._at = require_moment("backlog.at", at)
        self._value_field = value_field
        self._limits = _checked(age_bands)
        self._covers = ExpectedCovers(self._at, policy)
        self._total = _Counter()
        self._by_age = [_Counter() for _ in range(len(self._limits) + 1)]
        self._by_product: dict[ProductKey, _Counter] = {}

    def add(self, order: Order, view: View) -> None:
        """Count an order, if it is on back order.

        Args:
            order: The order, as it is in the view.
            view: The state of the seller. It may be that of a later transaction than before.
        """
        since = customer_waits_since(order)
        if order.status is not Status.ON_BACK_ORDER or since is None:
            return
        value = None if self._value_field is None else order_value(order, self._value_field)
        covers = self._covers.of(order, view)
        band = self._by_age[bisect_right(self._limits, self._at - since)]
        for counter in (self._total, band):
            counter.count(order.short, value, since, covers, order.warehouse_id)
        of_products: dict[str, list[ExpectedCover]] = {}
        for cover in covers:
            of_products.setdefault(cover.sku, []).append(cover)
        for sku, own in of_products.items():
            product = self._by_product.setdefault((order.warehouse_id, sku), _Counter())
            product.count(order.short_of(sku), value, since, own, order.warehouse_id)

    def close(self, receipts: Iterable[ExpectedReceipt]) -> Backlog:
        """Return the backlog of the orders so far.

        Args:
            receipts: The expected receipts of the seller.
        """
        first: dict[ProductKey, ExpectedReceipt] = {}
        for receipt in sorted(receipts, key=by_expectation):
            first.setdefault((receipt.key.warehouse_id, receipt.key.sku), receipt)
        limits = [timedelta(0), *self._limits]
        ends = [*self._limits, None]
        bands = [AgeBand(begin, end) for begin, end in zip(limits, ends, strict=True)]
        return Backlog(
            seller_id=self._seller_id,
            at=self._at,
            total=self._total.group(first),
            by_age=tuple(
                (band, counter.group(first))
                for band, counter in zip(bands, self._by_age, strict=True)
            ),
            by_product=tuple(
                (WarehouseSku(*product), self._by_product[product].group(first))
                for product in sorted(self._by_product)
            ),
        )


class _Counter:
    """What is known of a group so far."""

    def __init__(self) -> None:
        self._orders = self._units = self._without_value = self._without_date = 0
        self._value: Decimal | None = None
        self._oldest: datetime | None = None
        self._expected: datetime | None = None
        self._products: dict[ProductKey, None] = {}

    def count(
        self,
        units: int,
        value: Decimal | None,
        since: datetime,
        covers: Sequence[ExpectedCover],
        warehouse_id: str,
    ) -> None:
        self._orders += 1
        self._units += units
        self._value = sum_of_values(self._value, value)
        self._without_value += value is None
        self._oldest = since if self._oldest is None else min(self._oldest, since)
        missing = [cover for cover in covers if not cover.is_there]
        self._products.update(((warehouse_id, cover.sku), None) for cover in covers)
        expected = last_expected_at(missing)
        if expected is None:
            self._without_date += bool(missing)
        else:
            self._expected = max(expected, self._expected or expected)

    def group(self, first: dict[ProductKey, ExpectedReceipt]) -> BacklogGroup:
        receipts = [first[product] for product in self._products if product in first]
        return BacklogGroup(
            orders=self._orders,
            units=self._units,
            value=self._value,
            orders_without_value=self._without_value,
            oldest_since=self._oldest,
            expected_at=self._expected,
            orders_without_date=self._without_date,
            next_receipt=min(receipts, key=by_expectation, default=None),
        )


def _checked(age_bands: Iterable[timedelta]) -> tuple[timedelta, ...]:
    limits = tuple(age_bands) if isinstance(age_bands, Iterable) else ()
    validators.require(
        ok=0 < len(limits) <= BANDS_MAX
        and all(validators.is_duration(each) for each in limits)
        and all(one < other for one, other in pairwise(limits)),
        field="backlog.age_bands",
        demand=f"1 to {BANDS_MAX} durations above 0, each longer than the one before",
        value=age_bands,
    )
    return limits


def _days(duration: timedelta) -> str:
    return f"{duration / timedelta(days=1):g} d"
