"""Turns events into notices.

A message may arrive late, or twice. A notice about a passing state (an order is on back order, or
partly served) is therefore written only while that state lasts. It describes the order as it is
now. Later changes have events and notices of their own. A notice about something final (an order
was completed, held or recalled) is written whenever its message arrives. A hold that waits for the
seller's choice is a passing state.

The change that an event made is found by folding the events of its order: see
`orderflow.notices.changes`. The order as it is now is described once for all its events.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, TypeGuard

import attrs

from orderflow.domain.model.events import (
    CancellationAccepted,
    CancellationRejected,
    HoldReleased,
    OrderAllocated,
    OrderCancelled,
    OrderDeallocated,
    OrderEdited,
    OrderGivenUp,
    OrderHeld,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderRecalled,
    OrderShortPicked,
    OrderSplitOff,
    PostponementEnded,
    SellerReminded,
    ShortUnitsCancelled,
)
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import WarehouseSku
from orderflow.domain.queries.actions import actions
from orderflow.notices.changes import OrderChanges
from orderflow.notices.context import NoticeContext
from orderflow.notices.notice import (
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    GivenUpSoonNotice,
    HeldNotice,
    LineCount,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReceiptOverdueNotice,
    ReleasedNotice,
    ShortLine,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WaitedTooLongNotice,
    WayOut,
)
from orderflow.notices.outlook import OutlookSource, describe_short_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.events import Event, LineUnits, OrderEvent
    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.notices.notice import Notice

__all__ = ["NoticeWriter"]

_WAYS_OUT = (
    Action.CANCEL,
    Action.REMOVE_LINE,
    Action.REPLACE_LINE,
    Action.SEND_STOCK,
    Action.SPLIT,
)
_WAYS_OUT_OF_HOLD = (
    Action.CANCEL,
    Action.REMOVE_LINE,
    Action.REPLACE_LINE,
    Action.EDIT,
    Action.RELEASE_HOLD,
)


class _About(TypedDict):
    seller_id: str
    order_id: str
    at: datetime
    customer_reference: str | None


class _Present(TypedDict):
    short: tuple[ShortLine, ...]
    ways_out: tuple[WayOut, ...]


@attrs.frozen
class NoticeWriter:
    """Writes notices about the orders of one seller.

    Attributes:
        context: The current state of the seller.
        now: The current time.
        policy: The policy of a seller without one of their own.
        outlook: Returns the outlook of short lines. Default: notices have no outlook.
        with_ways_out: Whether notices list the actions that the seller can take. This runs each
            action on a copy of the state.
        changes: Finds what an event changed. Share it between writers of the same repository,
            so that they do not fold a history again.
    """

    context: NoticeContext
    now: datetime
    policy: AllocationPolicy = attrs.field(factory=AllocationPolicy)
    outlook: OutlookSource | None = None
    with_ways_out: bool = True
    changes: OrderChanges = attrs.field(factory=OrderChanges, repr=False)
    _present: dict[str, _Present] = attrs.field(factory=dict, init=False, repr=False, eq=False)

    def notices_of(self, event: Event) -> tuple[Notice, ...]:
        """Return the notices for an event. Most events have none."""
        match event:
            case CancellationAccepted():
                return (CancellationAcceptedNotice(**self._about(event)),)
            case CancellationRejected(reason=reason):
                return (CancellationRejectedNotice(**self._about(event), reason=reason),)
            case SellerReminded() | OrderGivenUp(how=GiveUp.NOTIFY | GiveUp.SPLIT):
                return self._of_long_wait(event)
            case OrderHeld(hold=hold) if hold.reason is HoldReason.SHORT:
                return self._short_order_held(event)
            case OrderHeld(hold=hold):
                notice = HeldNotice(
                    **self._about(event), reason=hold.reason, until=hold.until, note=hold.note
                )
                return (notice,)
            case OrderSplitOff(order=part) if part.wait is not None:
                now = self.context.order(part.order_id)
                waits = now is not None and now.status is Status.ON_BACK_ORDER
                begins = part.wait.since == event.at
                return (self.on_back_order(now, event.at),) if now and waits and begins else ()
            case (
                OrderAllocated()
                | OrderDeallocated()
                | OrderEdited()
                | OrderPartlyAllocated()
                | OrderPutOnBackOrder()
                | OrderReallocated()
                | OrderRecalled()
                | HoldReleased()
                | PostponementEnded()
                | OrderShortPicked()
                | ShortUnitsCancelled()
                | OrderCancelled(short_reason=ShortReason())
            ):
                change = self.changes.of(event, self.context)
                now = self.context.order(event.order_id)
                if change is None or now is None:
                    return ()
                return tuple(self._of_change(event, *change, now))
            case _:
                return ()

    def on_back_order(self, order: Order, at: datetime) -> OnBackOrderNotice:
        """Return a notice about an order on back order, for an event at this time."""
        return OnBackOrderNotice(
            **_about(order, at), since=_since(order, at), **self._describe(order)
        )

    def receipts_overdue(
        self, since: datetime, until: datetime, limit: int
    ) -> tuple[ReceiptOverdueNotice, ...]:
        """Return notices about receipts that fell overdue in a period, and that orders need.

        Args:
            since: The start of the period, inclusive.
            until: The end of the period, exclusive.
            limit: The largest number of orders, oldest first, that are checked for a product.
        """
        late = {
            WarehouseSku(each.key.warehouse_id, each.key.sku): None
            for each in self.context.receipts()
            if since <= each.expected_at < until
        }
        orders = {
            order.order_id: order
            for warehouse_id, sku in late
            for order in self.context.orders(status=Status.ON_BACK_ORDER, sku=sku, limit=limit)
            if order.warehouse_id == warehouse_id
        }
        return tuple(
            ReceiptOverdueNotice(**_about(order, overdue), short=short)
            for order in orders.values()
            for short in (self._describe(order)["short"],)
            for overdue in _overdue_since(short)
            if since <= overdue < until
        )

    def _of_change(
        self, event: OrderEvent, before: Order, after: Order, now: Order
    ) -> Iterator[Notice]:
        match event:
            case OrderRecalled(units=units) | OrderShortPicked(units=units):
                yield RecalledNotice(**_about(now, event.at), missing=_counts(units, before))
            case HoldReleased(reasons=reasons):
                yield ReleasedNotice(**_about(now, event.at), reasons=reasons, status=now.status)
            case OrderAllocated() | OrderReallocated() if (
                after.status is Status.ALLOCATED
                and before.wait is not None
                and before.wait.since < event.at
            ):
                yield CompletedNotice(**_about(now, event.at), since=before.wait.since)
            case OrderCancelled(short_reason=ShortReason() as reason, units=units):
                yield ShortOrderCancelledNotice(
                    **_about(now, event.at),
                    reason=reason,
                    short=tuple(_count(line, line.short) for line in before.short_lines),
                    cancelled=_counts(units, before),
                )
            case ShortUnitsCancelled(units=units, reason=reason):
                yield ShortUnitsCancelledNotice(
                    **_about(now, event.at),
                    reason=reason,
                    cancelled=_counts(units, before),
                    status=now.status,
                )
            case _:
                pass
        if after.status is not Status.ON_BACK_ORDER or now.status is not Status.ON_BACK_ORDER:
            return
        if before.wait is None:
            yield self.on_back_order(now, event.at)
        elif _serves_a_part(event) and before.wait.since < event.at:
            yield PartlyServedNotice(
                **_about(now, event.at),
                since=before.wait.since,
                served=_counts(event.units, before),
                **self._describe(now),
            )

    def _short_order_held(self, event: OrderHeld) -> tuple[ShortOrderHeldNotice, ...]:
        """Return a notice that asks the seller to choose, unless this hold has ended."""
        order = self.context.order(event.order_id)
        if order is None or all(hold.reason is not HoldReason.SHORT for hold in order.holds):
            return ()
        until, note = event.hold.until, event.hold.note
        about = _about(order, event.at)
        return (ShortOrderHeldNotice(**about, until=until, note=note, **self._describe(order)),)

    def _of_long_wait(self, event: SellerReminded | OrderGivenUp) -> tuple[Notice, ...]:
        """Return a notice about an order that has waited for long, if it still does."""
        order = self.context.order(event.order_id)
        if order is None or order.status is not Status.ON_BACK_ORDER or order.wait is None:
            return ()
        about, since, present = _about(order, event.at), order.wait.since, self._describe(order)
        if isinstance(event, OrderGivenUp):
            return (WaitedTooLongNotice(**about, since=since, how=event.how, **present),)
        if order.wait.given_up:
            return ()  # it is too late for a reminder
        how, moment = (self.context.policy or self.policy).give_up, event.gives_up_at
        return (GivenUpSoonNotice(**about, since=since, gives_up_at=moment, how=how, **present),)

    def _describe(self, order: Order) -> _Present:
        """Describe an order as it is now."""
        present = self._present.get(order.order_id)
        if present is None:
            present = self._present[order.order_id] = {
                "short": describe_short_lines(order, self.context, self.now, self.outlook),
                "ways_out": self._ways_out(order),
            }
        return present

    def _about(self, event: OrderEvent) -> _About:
        order = self.context.order(event.order_id)
        return {
            "seller_id": event.seller_id,
            "order_id": event.order_id,
            "at": event.at,
            "customer_reference": order.customer_reference if order is not None else None,
        }

    def _ways_out(self, order: Order) -> tuple[WayOut, ...]:
        if not self.with_ways_out:
            return ()
        answers = actions(order.order_id, self.context, self.now, self.policy)
        allowed = {answer.action: answer for answer in answers if answer.allowed}
        ways_out = _WAYS_OUT if order.status is Status.ON_BACK_ORDER else _WAYS_OUT_OF_HOLD
        return tuple(
            WayOut(action, allowed[action].leads_to, allowed[action].units)
            for action in ways_out
            if action in allowed
        )


def _serves_a_part(event: OrderEvent) -> TypeGuard[OrderPartlyAllocated | OrderReallocated]:
    """Whether an order that still waits got units by the event."""
    takes = isinstance(event, OrderReallocated) and event.units[0][1] > 0
    return takes or isinstance(event, OrderPartlyAllocated)


def _about(order: Order, at: datetime) -> _About:
    return {
        "seller_id": order.seller_id,
        "order_id": order.order_id,
        "at": at,
        "customer_reference": order.customer_reference,
    }


def _since(order: Order, at: datetime) -> datetime:
    return order.wait.since if order.wait is not None else at


def _overdue_since(short: tuple[ShortLine, ...]) -> tuple[datetime, ...]:
    """Return when the last of the overdue receipts fell overdue that these lines need."""
    overdue = [line.overdue_since for line in short if line.overdue_since is not None]
    return (max(overdue),) if overdue else ()


def _counts(units: LineUnits, order: Order) -> tuple[LineCount, ...]:
    return tuple(_count(order.line(line_id), number) for line_id, number in units)


def _count(line: OrderLine, units: int) -> LineCount:
    return LineCount(line.line_id, line.sku, units)
