"""Events into notices.

A message may come late, and come again. So a notice of what passes (an order is on back order, or
partly served) is made only while it is still so, and shows how things stand when it is made: what
has changed since has events of its own, which make notices of their own. What cannot pass (an
order was completed, held, recalled) is told whenever its message comes.

What an event has changed is found by folding the events of its order.
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
)
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.queries.actions import actions
from orderflow.domain.state.fold import evolve_order
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
    ReleasedNotice,
    WayOut,
)
from orderflow.notices.outlook import Prospects, short_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderflow.domain.model.events import Event, LineUnits, OrderEvent
    from orderflow.domain.model.order import Order
    from orderflow.notices.notice import Notice

__all__ = ["Writer"]

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


@attrs.frozen
class Writer:
    """Writes notices on what happened to orders of one seller.

    Attributes:
        look: The state of the seller, at present.
        now: The present moment.
        policy: Who gets the stock of a seller without a policy of their own.
        prospects: Looks up what may come of short lines; not told of, if left out.
        with_ways_out: Whether to tell what the seller may do; each of it is tried out.
    """

    look: NoticeContext
    now: datetime
    policy: AllocationPolicy = attrs.field(factory=AllocationPolicy)
    prospects: Prospects | None = None
    with_ways_out: bool = True

    def notices_of(self, event: Event) -> tuple[Notice, ...]:
        """Return what the seller is told of what happened to an order; mostly nothing."""
        match event:
            case CancellationAccepted():
                return (CancellationAcceptedNotice(**_about(event)),)
            case CancellationRejected(reason=reason):
                return (CancellationRejectedNotice(**_about(event), reason=reason),)
            case OrderHeld(hold=hold):
                told = HeldNotice(
                    **_about(event), reason=hold.reason, until=hold.until, note=hold.note
                )
                return (told,)
            case (
                OrderAllocated()
                | OrderDeallocated()
                | OrderEdited()
                | OrderPartlyAllocated()
                | OrderPutOnBackOrder()
                | OrderRecalled()
                | HoldReleased()
                | OrderShortPicked()
            ):
                change = _change(event, self.look.events(event.order_id))
                now = self.look.order(event.order_id)
                if change is None or now is None:
                    return ()
                return tuple(self._of_change(event, *change, now))
            case _:
                return ()

    def on_back_order(self, order: Order, at: datetime) -> OnBackOrderNotice:
        """Tell how an order that is on back order stands, on account of something at a moment."""
        return OnBackOrderNotice(
            seller_id=order.seller_id,
            order_id=order.order_id,
            at=at,
            since=_since(order, at),
            short=short_lines(order, self.look, self.prospects),
            ways_out=self._ways_out(order),
        )

    def _of_change(
        self, event: OrderEvent, before: Order, after: Order, now: Order
    ) -> Iterator[Notice]:
        match event:
            case OrderRecalled(units=units) | OrderShortPicked(units=units):
                yield RecalledNotice(**_about(event), missing=_counts(units, before))
            case HoldReleased(reasons=reasons):
                yield ReleasedNotice(**_about(event), reasons=reasons, status=now.status)
            case OrderAllocated() if before.wait is not None and before.wait.since < event.at:
                yield CompletedNotice(**_about(event), since=before.wait.since)
            case _:
                pass
        if after.status is not Status.ON_BACK_ORDER or now.status is not Status.ON_BACK_ORDER:
            return
        if before.wait is None:
            yield self.on_back_order(now, event.at)
        elif isinstance(event, OrderPartlyAllocated) and before.wait.since < event.at:
            yield PartlyServedNotice(
                **_about(event),
                since=before.wait.since,
                served=_counts(event.units, before),
                short=short_lines(now, self.look, self.prospects),
                ways_out=self._ways_out(now),
            )

    def _ways_out(self, order: Order) -> tuple[WayOut, ...]:
        if not self.with_ways_out:
            return ()
        answers = actions(order.order_id, self.look, self.now, self.policy)
        allowed = {answer.action: answer for answer in answers if answer.allowed}
        return tuple(
            WayOut(action, allowed[action].leads_to, allowed[action].units)
            for action in _WAYS_OUT
            if action in allowed
        )


def _about(event: OrderEvent) -> _About:
    return {"seller_id": event.seller_id, "order_id": event.order_id, "at": event.at}


def _change(event: OrderEvent, history: Sequence[Event]) -> tuple[Order, Order] | None:
    """Return the order before and after an event, from the history of the order."""
    order: Order | None = None
    for each in history:
        before = order
        order = evolve_order(before, each)  # type: ignore[arg-type] # they are an order's events
        if before is not None and each == event:
            return before, order
    return None


def _since(order: Order, at: datetime) -> datetime:
    return order.wait.since if order.wait is not None else at


def _counts(units: LineUnits, order: Order) -> tuple[LineCount, ...]:
    return tuple(LineCount(line_id, order.line(line_id).sku, number) for line_id, number in units)
