"""Low stock: the products that will run short within the lead time.

A product is low if the units at hand do not last until a delivery that is ordered now would
arrive. At hand are the available units and those expected within the lead time, less what open
orders are short of. Against them stands what the recent rate of orders takes in the lead time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.arguments import (
    require_duration,
    require_identifier,
    require_kind,
    require_moment,
    require_order,
    tuple_of,
)
from orderflow.domain.model.status import MAY_BE_ALLOCATED, Status
from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["LEAD", "RATE_WINDOW", "LowStock", "low_stock"]

LEAD = timedelta(days=14)
RATE_WINDOW = timedelta(days=28)
"""The defaults: the time from ordering a delivery to its arrival, and what is recent."""


@attrs.frozen(kw_only=True)
class LowStock:
    """A product that will run short within the lead time.

    Attributes:
        key: The product.
        available: The units on hand that are not allocated.
        waiting: The units that open orders are short of.
        expected: The units expected within the lead time.
        overdue: The units of overdue receipts. They do not count, for nobody knows when they come.
        ordered: The units of orders placed in the rate window, without cancelled orders.
        window: The rate window.
        lead: The lead time.
        needed: The units that new orders will take within the lead time at this rate, rounded up.
        short: The units that will be short at the end of the lead time.
        lasts_until: When the units are used up at this rate, at the latest at the end of the lead
            time; the present moment if they do not cover the open orders.
    """

    key: StockKey
    available: int
    waiting: int
    expected: int
    overdue: int
    ordered: int
    window: timedelta
    lead: timedelta
    needed: int
    short: int
    lasts_until: datetime

    @property
    def per_day(self) -> float:
        """The units ordered a day."""
        return self.ordered * (timedelta(days=1) / self.window)


def low_stock(
    stock: Iterable[Stock],
    receipts: Iterable[ExpectedReceipt],
    open_orders: Iterable[Order],
    placed: Iterable[Order],
    at: datetime,
    *,
    lead: timedelta = LEAD,
    leads: Mapping[str, timedelta] | None = None,
    window: timedelta = RATE_WINDOW,
) -> tuple[LowStock, ...]:
    """Return the products that are low, those with the most short units first.

    Args:
        stock: The stock records of a seller.
        receipts: The expected receipts.
        open_orders: The orders that may be short: others do not count.
        placed: The orders placed in the window, by their own time (`Order.placed_at`): others do
            not count.
        at: The present moment.
        lead: The time from ordering a delivery to its arrival.
        leads: The lead times of products that have another one, by SKU.
        window: How far back orders count for the rate.

    Raises:
        InvalidValueError: If an argument is not valid.
    """
    at = require_moment("low_stock.at", at)
    require_duration("low_stock.window", window)
    leads = _checked(lead, {} if leads is None else leads)
    available = {each.key: each.available for each in tuple_of("low_stock.stock", stock, Stock)}
    waiting, ordered = Counter[StockKey](), Counter[StockKey]()
    for order in _orders("open_orders", open_orders):
        if order.status in MAY_BE_ALLOCATED:
            _count(order, waiting, short=True)
    for order in _orders("placed", placed):
        if at - window < order.placed_at <= at and order.status is not Status.CANCELLED:
            _count(order, ordered, short=False)
    expected, overdue = _announced(receipts, at, lead, leads)
    found = []
    for key in sorted({**available, **waiting, **ordered}):
        lasting = leads.get(key.sku, lead)
        at_hand = available.get(key, 0) - waiting[key] + expected[key]
        needed = ceil(Fraction(ordered[key] * _microseconds(lasting), _microseconds(window)))
        if needed > at_hand:
            found.append(
                LowStock(
                    key=key,
                    available=available.get(key, 0),
                    waiting=waiting[key],
                    expected=expected[key],
                    overdue=overdue[key],
                    ordered=ordered[key],
                    window=window,
                    lead=lasting,
                    needed=needed,
                    short=needed - at_hand,
                    lasts_until=at + _lasts(at_hand, ordered[key], window, lasting),
                )
            )
    return tuple(sorted(found, key=lambda each: -each.short))


def _announced(
    receipts: Iterable[ExpectedReceipt],
    at: datetime,
    lead: timedelta,
    leads: Mapping[str, timedelta],
) -> tuple[Counter[StockKey], Counter[StockKey]]:
    """Count the units that are expected within the lead time, and those that are overdue."""
    expected, overdue = Counter[StockKey](), Counter[StockKey]()
    for receipt in tuple_of("low_stock.receipts", receipts, ExpectedReceipt):
        if receipt.expected_at < at:
            overdue[receipt.key] += receipt.quantity
        elif receipt.expected_at <= at + leads.get(receipt.key.sku, lead):
            expected[receipt.key] += receipt.quantity
    return expected, overdue


def _lasts(at_hand: int, ordered: int, window: timedelta, lead: timedelta) -> timedelta:
    """Return how long units last that are not enough for the lead time."""
    if at_hand <= 0 or not ordered:
        return timedelta(0)
    return min(lead, timedelta(microseconds=at_hand * _microseconds(window) // ordered))


def _orders(name: str, orders: Iterable[Order]) -> Iterator[Order]:
    """Yield the orders of an argument, which may be a generator over very many."""
    require_kind(f"low_stock.{name}", orders, Iterable, demand="orders, such as a list of them")
    for order in orders:
        require_order(f"low_stock.{name}", order)
        yield order


def _count(order: Order, counter: Counter[StockKey], *, short: bool) -> None:
    for line in order.lines:
        units = line.short if short else line.quantity
        if units:
            counter[StockKey(order.seller_id, order.warehouse_id, line.sku)] += units


def _microseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)


def _checked(lead: timedelta, leads: Mapping[str, timedelta]) -> Mapping[str, timedelta]:
    require_duration("low_stock.lead", lead)
    require_kind("low_stock.leads", leads, Mapping, demand="lead times by SKU")
    for sku, duration in leads.items():
        require_identifier("low_stock.leads", sku)
        require_duration(f"low_stock.leads[{sku!r}]", duration)
    return leads
