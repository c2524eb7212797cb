"""The warehouse in a replay: books in receipts, and despatches at the cut-off."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    DespatchOrder,
    SendOrderToWarehouse,
)
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.status import Status
from orderflow.replay.entries import EntryKind
from orderflow.replay.session import SELLER

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import ExpectedReceipt
    from orderflow.replay.entries import Entry
    from orderflow.replay.session import ReplaySession

__all__ = ["SimulatedWarehouse"]


class SimulatedWarehouse:
    """The warehouse's side of a replay.

    Attributes:
        announced: The number of receipts announced, without transfers.
        booked_in: The number of receipts booked in, without transfers.
        units_not_there: Units that the history writes off, but that were not on hand.
    """

    def __init__(self, session: ReplaySession) -> None:
        self.announced = 0
        self.booked_in = 0
        self.units_not_there = 0
        self._session = session
        self._ready: dict[str, datetime | None] = {}  # with the moment that each waits for
        self._due: list[tuple[datetime, int, ExpectedReceipt]] = []
        self._numbers = count(1)

    @property
    def expected(self) -> tuple[ExpectedReceipt, ...]:
        """The receipts that have not arrived, in no particular order."""
        return tuple(receipt for _, _, receipt in self._due)

    @property
    def next_arrival(self) -> datetime | None:
        """When the next receipt arrives."""
        return self._due[0][0] if self._due else None

    def observe(self, _command: Command, outcome: Outcome) -> None:
        """Record which orders are ready to leave."""
        for order in outcome.orders:
            if order.status is Status.ALLOCATED:
                self._ready[order.order_id] = order.not_before
            else:
                self._ready.pop(order.order_id, None)

    def announce(self, receipt: ExpectedReceipt, at: datetime) -> None:
        """Announce a receipt. It is booked in when it is expected."""
        self._session.handle(AnnounceReceipt(receipt=receipt, at=at))
        self.announced += 1
        self.expect(receipt)

    def expect(self, receipt: ExpectedReceipt) -> None:
        """Book in a receipt, which was announced already, when it is expected."""
        heappush(self._due, (receipt.expected_at, next(self._numbers), receipt))

    def book_in_next(self) -> None:
        """Book in the next receipt in full."""
        at, _, receipt = heappop(self._due)
        self._session.handle(
            BookInStock(
                key=receipt.key, received=receipt.quantity, receipt_id=receipt.receipt_id, at=at
            )
        )
        if receipt.from_warehouse_id is None:
            self.booked_in += 1

    def despatch(self, at: datetime) -> None:
        """Send and despatch every allocated order whose day has come."""
        for order_id, not_before in tuple(self._ready.items()):
            if order_id not in self._ready:
                continue  # an earlier command took its stock
            if not_before is not None and at < not_before:
                continue
            self._session.handle(SendOrderToWarehouse(seller_id=SELLER, order_id=order_id, at=at))
            self._session.handle(DespatchOrder(seller_id=SELLER, order_id=order_id, at=at))

    def adjust(self, entry: Entry) -> None:
        """Add found units to the stock, or write off units that are on hand."""
        units: Counter[str] = Counter()
        for row in entry.rows:
            units[row.sku] += row.units
        for sku, wanted in units.items():
            if entry.kind is EntryKind.FOUND:
                self._adjust(sku, wanted, AdjustmentReason.FOUND, entry.at)
            else:
                lost = min(wanted, self._session.on_hand(sku))
                self._adjust(sku, -lost, AdjustmentReason.WRITE_OFF, entry.at)
                self.units_not_there += wanted - lost

    def _adjust(self, sku: str, change: int, reason: AdjustmentReason, at: datetime) -> None:
        if change:
            key = self._session.key(sku)
            self._session.handle(AdjustStock(key=key, change=change, reason=reason, at=at))
            self._session.replenishment.adjust(sku, change)
