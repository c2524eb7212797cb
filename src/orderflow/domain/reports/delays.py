"""What held up an order: the times that it spent in each status, and the late receipts behind them.

It reads the events of the order, and those of the receipts of its products.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import attrs

from orderflow.domain.model.order import HoldReason, Order
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock_events import (
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockBookedIn,
    TransferWithdrawn,
)
from orderflow.domain.state.fold import evolve_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.events import Event, OrderEvent
    from orderflow.domain.model.stock import ProductKey

__all__ = ["Delay", "LateReceipt", "ReceiptDates", "delays_of"]


@attrs.frozen(kw_only=True)
class LateReceipt:
    """A receipt that came later than it was first announced for, or is overdue.

    Attributes:
        receipt_id: The receipt.
        sku: Its product.
        expected_at: When it was expected at first.
        arrived_at: When units of it were booked in; `None` if it was not.
    """

    receipt_id: str
    sku: str
    expected_at: datetime
    arrived_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Delay:
    """A time that an order spent in one status before it left.

    Attributes:
        status: The status; `None` before the order was placed here, as with an imported one.
        begin: When it began.
        end: When it ended; `None` if it has not.
        skus: The products that the order was short of, on back order.
        reasons: The reasons of its holds.
        late_receipts: The late receipts of these products.
    """

    status: Status | None
    begin: datetime
    end: datetime | None = None
    skus: tuple[str, ...] = ()
    reasons: tuple[HoldReason, ...] = ()
    late_receipts: tuple[LateReceipt, ...] = ()


class ReceiptDates:
    """When receipts were expected at first, and when they came. Only late ones are kept."""

    def __init__(self) -> None:
        self._products: dict[str, ProductKey] = {}
        self._open: dict[ProductKey, dict[str, datetime]] = {}
        self._late: dict[ProductKey, list[LateReceipt]] = {}

    def add(self, event: Event) -> None:
        """Note an event. The events come in the order they were saved."""
        match event:
            case ReceiptAnnounced(receipt=receipt):
                product = (receipt.key.warehouse_id, receipt.key.sku)
                product = self._products.setdefault(receipt.receipt_id, product)
                expected = self._open.setdefault(product, {})
                expected.setdefault(receipt.receipt_id, receipt.expected_at)
            case StockBookedIn(receipt_id=str(receipt_id)) if receipt_id in self._products:
                self._book_in(receipt_id, event)
            case ReceiptWithdrawn() | TransferWithdrawn():
                self._close(event.receipt_id)
            case _:
                pass

    def late(
        self, warehouse_id: str, sku: str, begin: datetime, end: datetime
    ) -> tuple[LateReceipt, ...]:
        """Return the receipts of a product that were late at any time between two moments."""
        product = (warehouse_id, sku)
        overdue_receipts = [
            LateReceipt(receipt_id=receipt_id, sku=sku, expected_at=expected_at)
            for receipt_id, expected_at in self._open.get(product, {}).items()
        ]
        return tuple(
            each
            for each in (*self._late.get(product, ()), *overdue_receipts)
            if each.expected_at < end and (each.arrived_at is None or each.arrived_at > begin)
        )

    def _book_in(self, receipt_id: str, event: StockBookedIn) -> None:
        product = self._products[receipt_id]
        expected_at = self._open[product][receipt_id]
        if expected_at < event.at:
            late = LateReceipt(
                receipt_id=receipt_id,
                sku=event.key.sku,
                expected_at=expected_at,
                arrived_at=event.at,
            )
            self._late.setdefault(product, []).append(late)
        if not event.to_come:
            self._close(receipt_id)

    def _close(self, receipt_id: str) -> None:
        product = self._products.pop(receipt_id, None)
        if product is not None:
            del self._open[product][receipt_id]


def delays_of(
    events: Iterable[Event], left_at: datetime | None, at: datetime, receipts: ReceiptDates
) -> tuple[Delay, ...]:
    """Return where the time of an order went, from when it was placed until it left.

    The delays follow one another without a gap. Times of no length are omitted.

    Args:
        events: All events of the order, the oldest first.
        left_at: When it left; `None` if it has not.
        at: The present moment.
        receipts: When the receipts of the seller came.

    Raises:
        TransitionError: If earlier events are missing.
    """
    order: Order | None = None
    found: list[Delay] = []
    until = at if left_at is None else left_at
    begin: datetime | None = None
    for event in events:
        after = evolve_order(order, cast("OrderEvent", event))
        if begin is None:
            begin = after.placed_at
        end = max(begin, min(event.at, until))
        if end > begin:
            _append(found, order, begin, end, receipts)
        begin, order = end, after
    if order is not None and begin is not None and begin < until:
        _append(found, order, begin, until, receipts)
    if left_at is None and found:
        found[-1] = attrs.evolve(found[-1], end=None)
    return tuple(found)


def _append(
    found: list[Delay], order: Order | None, begin: datetime, end: datetime, receipts: ReceiptDates
) -> None:
    """Append a time in the status of the order, or lengthen the last one of the same status."""
    if found and order is not None and found[-1].status is order.status:
        last = found.pop(-1)
        begin, skus, reasons = last.begin, last.skus, last.reasons
    else:
        skus, reasons = (), ()
    if order is None:
        found.append(Delay(status=None, begin=begin, end=end))
        return
    if order.status is Status.ON_BACK_ORDER:
        skus = tuple(dict.fromkeys((*skus, *(line.sku for line in order.short_lines))))
    reasons = tuple(dict.fromkeys((*reasons, *(hold.reason for hold in order.holds))))
    late = [each for sku in skus for each in receipts.late(order.warehouse_id, sku, begin, end)]
    found.append(
        Delay(
            status=order.status,
            begin=begin,
            end=end,
            skus=skus,
            reasons=reasons,
            late_receipts=tuple(late),
        )
    )
