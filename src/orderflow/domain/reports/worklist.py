"""The worklist: what does not go as planned, so that somebody has to act.

`WorklistBook` reads the open orders, the recent events and the dead messages one after another,
and keeps the most urgent exceptions alone. An exception leaves the list once it is mended: a lost
unit is allocated again, a promise can be kept, a receipt is closed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import nsmallest
from typing import TYPE_CHECKING, Protocol

import attrs

from orderflow.domain.allocation.expected_cover import ExpectedCovers, last_expected_at
from orderflow.domain.model.allocation_events import DeallocationReason, OrderDeallocated
from orderflow.domain.model.events import Event
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import units_out
from orderflow.domain.model.status import FROZEN, MAY_BE_ALLOCATED, MAY_WAIT, SENT_OUT, Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.stock_events import StockAdjusted
from orderflow.domain.model.terms import Term
from orderflow.domain.model.warehouse_events import (
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    OrderRecalled,
    OrderShortPicked,
)
from orderflow.domain.queries.actions import actions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.view import View

__all__ = [
    "OPEN_STATUSES",
    "DeadMessage",
    "ExceptionKind",
    "WorklistBook",
    "WorklistItem",
    "with_ways_out",
]


_Answer = CancellationRequested | CancellationRejected
_Loss = OrderRecalled | OrderShortPicked | OrderDeallocated


class ExceptionKind(Term):
    """What does not go as planned."""

    PROMISE_AT_RISK = "PROMISE_AT_RISK"
    """The promise has passed, or the order is expected to be covered after it, or nobody knows."""
    RECEIPT_OVERDUE = "RECEIPT_OVERDUE"
    """A receipt was expected before now, and is not here."""
    STOCK_LOST = "STOCK_LOST"
    """An order lost allocated units to a count or at the warehouse, and is short of them still."""
    CANCELLATION_FAILED = "CANCELLATION_FAILED"
    """The warehouse rejected a cancellation, despatched the order, or does not answer."""
    MESSAGE_DEAD = "MESSAGE_DEAD"
    """A message about an event could not be delivered, and later ones wait behind it."""


class DeadMessage(Protocol):
    """A dead message, as `Outbox.dead` returns it."""

    @property
    def message_id(self) -> str:
        """Its id."""
        ...

    @property
    def subject(self) -> str:
        """What it is about."""
        ...

    @property
    def event(self) -> Event:
        """The event."""
        ...

    @property
    def error(self) -> str:
        """The error of the last attempt."""
        ...


@attrs.frozen(kw_only=True)
class WorklistItem:
    """One exception: what does not go as planned, what is behind it, and what can be done.

    Attributes:
        kind: What does not go as planned.
        subject: What it is about: the id of the order, the receipt or the message.
        due_at: The promise, or when the receipt was expected. Of other kinds, when it happened.
            The exception that was due first is the most urgent one.
        order_id: The order, if it is about one.
        status: The status of the order.
        key: The product of a receipt.
        units: The units in question by SKU: short, lost, or expected.
        expected_at: When a short order is expected to be covered, if a date is known.
        receipts: The expected receipts behind it: those that the order needs.
        orders_waiting: The number of orders that wait for the product of a receipt.
        events: The events behind it, the oldest first.
        reason: The error of a dead message, or the reason of a failed cancellation.
        ways_out: The actions on the order that are allowed now and may help: see `actions`.
    """

    kind: ExceptionKind
    subject: str
    due_at: datetime
    order_id: str | None = None
    status: Status | None = None
    key: StockKey | None = None
    units: tuple[tuple[str, int], ...] = ()
    expected_at: datetime | None = None
    receipts: tuple[ExpectedReceipt, ...] = ()
    orders_waiting: int = 0
    events: tuple[Event, ...] = ()
    reason: str = ""
    ways_out: tuple[Action, ...] = ()


OPEN_STATUSES = tuple(status for status in Status if status not in {*SENT_OUT, Status.CANCELLED})
"""The statuses of orders that a worklist has to look at."""


class WorklistBook:
    """Collects the most urgent exceptions of a seller.

    Args:
        at: The present moment.
        policy: The policy of the seller.
        receipts: The expected receipts of the seller.
        answer_within: How long the warehouse may take to answer a request for a cancellation.
        limit: Keep at most this many.
    """

    def __init__(
        self,
        at: datetime,
        policy: AllocationPolicy,
        receipts: Iterable[ExpectedReceipt],
        *,
        answer_within: timedelta,
        limit: int | None,
    ) -> None:
        self._at = at
        self._covers = ExpectedCovers(at, policy)
        self._answer_within = answer_within
        self._limit = limit
        self._overdue_receipts = [each for each in receipts if each.is_overdue(at)]
        self._waiting: dict[ProductKey, int] = dict.fromkeys(
            map(_product_of, self._overdue_receipts), 0
        )
        self._items: list[WorklistItem] = []
        self._lost: dict[str, _Loss] = {}
        self._requested: dict[str, CancellationRequested] = {}
        self._failed: dict[str, tuple[_Answer, ...]] = {}
        self._adjusted: dict[ProductKey, StockAdjusted] = {}

    # What there is

    def add_event(self, event: Event) -> None:
        """Note what a recent event did. The events come in the order they were saved."""
        match event:
            case StockAdjusted(key=key):
                self._adjusted[key.warehouse_id, key.sku] = event
            case (
                OrderRecalled()
                | OrderShortPicked()
                | OrderDeallocated(reason=DeallocationReason.COUNT)
            ):
                self._lost[event.order_id] = event
            case CancellationRequested():
                self._requested[event.order_id] = event
                self._failed.pop(event.order_id, None)
            case CancellationAccepted():
                self._requested.pop(event.order_id, None)
            case CancellationRejected():
                request = self._requested.pop(event.order_id, None)
                events = (event,) if request is None else (request, event)
                self._failed[event.order_id] = events
            case _:
                pass

    def add_order(self, order: Order, view: View) -> None:
        """Note an open order: whether its promise is at risk, and what it waits for."""
        if order.status is Status.ON_BACK_ORDER:
            for sku in {line.sku: None for line in order.short_lines}:
                if (order.warehouse_id, sku) in self._waiting:
                    self._waiting[order.warehouse_id, sku] += 1
        promised_by = order.promised_by
        if promised_by is None or order.status is Status.CANCELLATION_REQUESTED:
            return
        covers = self._covers.of(order, view)
        missing = [cover for cover in covers if not cover.is_there]
        expected_at = last_expected_at(missing)
        is_late = bool(missing) and (expected_at is None or expected_at > promised_by)
        if is_late or promised_by < self._at:
            receipts = {each.receipt_id: each for cover in missing for each in cover.receipts}
            item = _about(order, ExceptionKind.PROMISE_AT_RISK, promised_by)
            self._keep(
                attrs.evolve(
                    item,
                    units=_short_units(order),
                    expected_at=expected_at,
                    receipts=tuple(receipts.values()),
                )
            )

    def add_dead(self, message: DeadMessage) -> None:
        """Note a dead message."""
        self._keep(
            WorklistItem(
                kind=ExceptionKind.MESSAGE_DEAD,
                subject=message.message_id,
                due_at=message.event.at,
                events=(message.event,),
                reason=message.error,
            )
        )

    # What is not mended

    def orders_in_question(self) -> tuple[str, ...]:
        """Return the orders that recent events name, for `add_troubled`."""
        return tuple({**self._lost, **self._failed})

    def add_troubled(self, order: Order) -> None:
        """Note an order that recent events name, unless that is mended."""
        lost = self._lost.get(order.order_id)
        if lost is not None and order.status in MAY_WAIT and order.short:
            item = _about(order, ExceptionKind.STOCK_LOST, lost.at)
            units, events = _units_lost(order, lost), (*self._adjustments(order, lost), lost)
            self._keep(attrs.evolve(item, units=units, events=events))
        failed = self._failed.get(order.order_id)
        is_out = order.status in SENT_OUT and bool(units_out(order))
        if failed is not None and (is_out or order.status in FROZEN):
            self._keep(_failed_cancellation(order, failed, failed[-1].reason))

    def add_request(self, order: Order, requested: CancellationRequested) -> None:
        """Note an open request for a cancellation, if the warehouse takes too long to answer."""
        if self._at - requested.at > self._answer_within:
            self._keep(_failed_cancellation(order, (requested,), "no answer"))

    def close(self) -> tuple[WorklistItem, ...]:
        """Return the exceptions, the most urgent one first."""
        for receipt in self._overdue_receipts:
            self._keep(
                WorklistItem(
                    kind=ExceptionKind.RECEIPT_OVERDUE,
                    subject=receipt.receipt_id,
                    due_at=receipt.expected_at,
                    key=receipt.key,
                    units=((receipt.key.sku, receipt.quantity),),
                    receipts=(receipt,),
                    orders_waiting=self._waiting[_product_of(receipt)],
                )
            )
        return tuple(sorted(self._items, key=_urgency)[: self._limit])

    def _keep(self, item: WorklistItem) -> None:
        self._items.append(item)
        if self._limit is not None and len(self._items) > 2 * self._limit + _SPARE:
            self._items = nsmallest(self._limit, self._items, key=_urgency)

    def _adjustments(self, order: Order, lost: _Loss) -> tuple[Event, ...]:
        """Return the adjustments by which an order lost units, made at the same moment."""
        found = [
            self._adjusted.get((order.warehouse_id, sku)) for sku, _ in _units_lost(order, lost)
        ]
        return tuple(each for each in found if each is not None and each.at == lost.at)


_SPARE = 1_000
"""How many items are collected before the less urgent ones are dropped."""


def with_ways_out(
    item: WorklistItem, view: View, at: datetime, default_policy: AllocationPolicy
) -> WorklistItem:
    """Return the item with the actions on its order that are allowed now and may help."""
    if item.order_id is None:
        return item
    answers = actions(item.order_id, view, at, default_policy)
    allowed = {answer.action for answer in answers if answer.allowed}
    may_help = _IF_SHORT if item.status in MAY_BE_ALLOCATED else _IF_COVERED
    return attrs.evolve(item, ways_out=tuple(each for each in may_help if each in allowed))


_IF_SHORT = (
    Action.ALLOCATE,
    Action.SEND_STOCK,
    Action.SPLIT,
    Action.REPLACE_LINE,
    Action.REMOVE_LINE,
    Action.MOVE,
    Action.RELEASE_HOLD,
    Action.CANCEL,
)
_IF_COVERED = (
    Action.SEND_TO_WAREHOUSE,
    Action.DESPATCH,
    Action.ACCEPT_CANCELLATION,
    Action.REJECT_CANCELLATION,
    Action.REQUEST_CANCELLATION,
    Action.CANCEL,
    Action.RETURN_UNITS,
)
"""The actions that end an exception, in the order in which a person would try them."""


def _urgency(item: WorklistItem) -> tuple[datetime, ExceptionKind, str]:
    return (item.due_at, item.kind, item.subject)


def _about(order: Order, kind: ExceptionKind, due_at: datetime) -> WorklistItem:
    return WorklistItem(
        kind=kind,
        subject=order.order_id,
        due_at=due_at,
        order_id=order.order_id,
        status=order.status,
    )


def _failed_cancellation(order: Order, events: tuple[Event, ...], reason: str) -> WorklistItem:
    item = _about(order, ExceptionKind.CANCELLATION_FAILED, events[0].at)
    return attrs.evolve(item, events=events, reason=reason)


def _product_of(receipt: ExpectedReceipt) -> ProductKey:
    return (receipt.key.warehouse_id, receipt.key.sku)


def _short_units(order: Order) -> tuple[tuple[str, int], ...]:
    if order.status not in MAY_BE_ALLOCATED:
        return ()
    skus = {line.sku: None for line in order.short_lines}
    return tuple((sku, order.short_of(sku)) for sku in skus)


def _units_lost(order: Order, event: _Loss) -> tuple[tuple[str, int], ...]:
    """Return the units that an order lost, by SKU, of the lines that it still has."""
    skus = {line.line_id: line.sku for line in order.lines}
    lost: dict[str, int] = {}
    for line_id, units in event.units:
        if line_id in skus:
            lost[skus[line_id]] = lost.get(skus[line_id], 0) + units
    return tuple(lost.items())
