"""Turns events into notices.

A message may arrive late, or twice. A notice about a passing state (an order is on back order, or
partly served) is therefore written only while that state lasts. It describes the order as it is
now. Later changes have events and notices of their own. A notice about something final (an order
was completed, held or recalled) is written whenever its message arrives.

The change that an event made is found by folding the events of its order: see
`orderflow.notices.changes`. The order as it is now is described once for all its events.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import attrs

from orderflow.domain.model.events import (
    CancellationAccepted,
    CancellationRejected,
    HoldReleased,
    OrderAllocated,
    OrderDeallocated,
    OrderEdited,
    OrderHeld,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderShortPicked,
    PostponementEnded,
)
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import WarehouseSku
from orderflow.domain.queries.actions import actions
from orderflow.notices.changes import OrderChanges
from orderflow.notices.context import NoticeContext
from orderflow.notices.notice import (
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    HeldNotice,
    LineCount,
    OnBackOrderNotice,
    PartlyServedNotice,
    RecalledNotice,
    ReceiptOverdueNotice,
    ReleasedNotice,
    ShortLine,
    WayOut,
)
from orderflow.notices.outlook import OutlookSource, describe_short_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.events import Event, LineUnits, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.notices.notice import Notice

__all__ = ["NoticeWriter"]

_WAYS_OUT = (
    Action.CANCEL,
    Action.REMOVE_LINE,
    Action.REPLACE_LINE,
    Action.SEND_STOCK,
    Action.SPLIT,
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
            case OrderHeld(hold=hold):
                notice = HeldNotice(
                    **self._about(event), reason=hold.reason, until=hold.until, note=hold.note
                )
                return (notice,)
            case (
                OrderAllocated()
                | OrderDeallocated()
                | OrderEdited()
                | OrderPartlyAllocated()
                | OrderPutOnBackOrder()
                | OrderRecalled()
                | HoldReleased()
                | PostponementEnded()
                | OrderShortPicked()
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
            case OrderAllocated() if before.wait is not None and before.wait.since < event.at:
                yield CompletedNotice(**_about(now, event.at), since=before.wait.since)
            case _:
                pass
        if after.status is not Status.ON_BACK_ORDER or now.status is not Status.ON_BACK_ORDER:
            return
        if before.wait is None:
            yield self.on_back_order(now, event.at)
        elif isinstance(event, OrderPartlyAllocated) and before.wait.since < event.at:
            yield PartlyServedNotice(
                **_about(now, event.at),
                since=before.wait.since,
                served=_counts(event.units, before),
                **self._describe(now),
            )

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
        return tuple(
            WayOut(action, allowed[action].leads_to, allowed[action].units)
            for action in _WAYS_OUT
            if action in allowed
        )


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
    return tuple(LineCount(line_id, order.line(line_id).sku, number) for line_id, number in units)
