"""The account of units: every unit that came in has left, or is still on hand.

A transfer adds up over both warehouses. What was transferred out was booked in or rejected at the
other one, is missing or on the way, or is on hand again because the transfer was withdrawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

import attrs

from orderflow.domain.model.arguments import require_kind
from orderflow.domain.model.events import (
    BackOrdersLimited,
    Event,
    OrderEvent,
    PolicyChanged,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.domain.model.order import Order, units_by_sku
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.stock import StockKey
from orderflow.domain.model.warehouse_events import OrderDespatched
from orderflow.domain.state.fold import evolve_order, units_removed
from orderflow.errors import TransitionError

__all__ = ["UnitAccount", "unit_account"]

_EVENTS = get_args(Event)


@attrs.frozen(kw_only=True)
class UnitAccount:
    """The units of one product in one warehouse: where they came from, and where they are.

    >>> UnitAccount(key=StockKey("acme", "leeds", "MUG"), booked_in=9, transferred_out=4).on_hand
    5

    Attributes:
        key: The product and its warehouse.
        booked_in: Units that were booked in, without those of transfers.
        transferred_in: Units of transfers that were booked in here.
        transferred_out: Units that left for another warehouse.
        withdrawn: Units that are here again because their transfer was withdrawn.
        on_the_way: Units of transfers that are still expected here.
        rejected: Units of transfers that arrived here and were rejected.
        missing: Units of transfers that did not arrive here, and are no longer expected.
        returned: Units that customers sent back, and that are in stock again.
        adjusted: Units that counts and adjustments added, less those that they removed.
        short_picked: Units that were not found when an order was picked.
        despatched: Units that left with orders.
    """

    key: StockKey
    booked_in: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    withdrawn: int = 0
    on_the_way: int = 0
    rejected: int = 0
    missing: int = 0
    returned: int = 0
    adjusted: int = 0
    short_picked: int = 0
    despatched: int = 0

    @property
    def on_hand(self) -> int:
        """The units that are left: those that came in, less those that are gone."""
        came = self.booked_in + self.transferred_in + self.withdrawn + self.returned
        return came + self.adjusted - self.transferred_out - self.short_picked - self.despatched


def unit_account(events: Iterable[Event]) -> tuple[UnitAccount, ...]:
    """Return the account of each product in each warehouse, sorted by warehouse and SKU.

    Args:
        events: All events of a seller, the oldest first.

    Raises:
        TransitionError: If earlier events are missing.
    """
    demand = "events, such as Seller.events()"
    require_kind("unit_account.events", events, Iterable, demand=demand)
    book = _Book()
    for event in events:
        require_kind("unit_account.events", event, _EVENTS, demand=demand)
        book.add(event)
    return tuple(UnitAccount(key=key, **units) for key, units in sorted(book.units.items()))


class _Book:
    """The units so far, by the fields of each account."""

    def __init__(self) -> None:
        self.units: dict[StockKey, Counter[str]] = {}
        self._orders: dict[str, Order] = {}
        self._transfers: dict[str, StockKey] = {}

    def add(self, event: Event) -> None:
        match event:
            case StockBookedIn():
                self._book_in(event)
            case StockAdjusted(key=key, change=change):
                self._count(key, adjusted=change)
            case StockTransferred(key=key, units=units):
                there = attrs.evolve(key, warehouse_id=event.to_warehouse_id)
                self._transfers[event.receipt_id] = there
                self._count(key, transferred_out=units)
                self._count(there, on_the_way=units)
            case TransferWithdrawn(key=key, units=units):
                self._count(key, withdrawn=units)
                self._count(self._destination(event.receipt_id), on_the_way=-units)
            case ReceiptAnnounced(receipt=receipt):
                self._count(receipt.key)
            case ReceiptWithdrawn() | BackOrdersLimited() | PolicyChanged():
                pass
            case _:
                self._add_order_event(event)

    def _book_in(self, event: StockBookedIn) -> None:
        """Divide what arrived: at most the expected units were transferred."""
        expected = event.expected or 0
        if event.from_warehouse_id is None:
            expected = 0
        received = min(event.received, expected)
        rejected = min(event.rejected, expected - received)
        to_come = event.to_come if expected else 0
        self._count(
            event.key,
            booked_in=event.received - received,
            transferred_in=received,
            rejected=rejected,
            missing=expected - received - rejected - to_come,
            on_the_way=to_come - expected,
        )

    def _add_order_event(self, event: OrderEvent) -> None:
        before = self._orders.get(event.order_id)
        after = self._orders[event.order_id] = evolve_order(before, event)
        if before is None:
            return
        field = "despatched" if isinstance(event, OrderDespatched) else "short_picked"
        for sku, units in units_removed(before, event).items():
            self._count(_key_of(after, sku), **{field: units})
        if isinstance(event, UnitsReturned) and event.state is ReturnState.BACK_IN_STOCK:
            for sku, units in units_by_sku(after, event.units).items():
                self._count(_key_of(after, sku), returned=units)

    def _count(self, key: StockKey, **units: int) -> None:
        self.units.setdefault(key, Counter()).update(units)

    def _destination(self, receipt_id: str) -> StockKey:
        key = self._transfers.get(receipt_id)
        if key is None:
            raise TransitionError(f"transfer {receipt_id!r} was withdrawn before it left")
        return key


def _key_of(order: Order, sku: str) -> StockKey:
    return StockKey(order.seller_id, order.warehouse_id, sku)
