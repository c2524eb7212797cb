"""The short part: what happens to orders that become short.

An order becomes short when it goes on back order, when it is edited or released, and when a count
or an urgent order takes units of it. An order that was short before waits on, whatever the policy
says now.

The queues are served first. Then the orders that are still short are handled one by one, in the
order of the queue. After each of them, the queues are served again: its units may complete the
next one. If a page leaves more to the next one, the next one handles these orders.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from orderflow.domain.allocation.serving import serve, take
from orderflow.domain.model.events import (
    DeallocationReason,
    HoldReleased,
    OrderCancelled,
    OrderDeallocated,
    OrderEdited,
    OrderHeld,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderShortPicked,
    ShortUnitsCancelled,
)
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.domain.model.policy import queue_position, short_part_of
from orderflow.domain.model.short_part import ShortPart, ShortReason
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import QueuePosition
    from orderflow.domain.state.draft import Draft

__all__ = ["cancel_short_units", "handle_short_orders"]

_WAITING, _WAIT = Status.ON_BACK_ORDER, ShortPart.WAIT
_MAKES_SHORT = (OrderPutOnBackOrder, OrderEdited, HoldReleased, OrderShortPicked, OrderRecalled)
_LOST_UNITS = (DeallocationReason.COUNT, DeallocationReason.PREEMPTED)


def handle_short_orders(serving: ServingState) -> None:
    """Cancel or hold the orders that became short, if that is their short part."""
    draft = serving.draft
    if not (serving.became_short or _any_waits(draft)):
        return  # as nearly always: this costs every command
    queue: list[tuple[QueuePosition, str]] = []
    while True:
        for order_id in [*serving.became_short, *_now_short(serving)]:
            heappush(queue, (queue_position(draft.order(order_id), draft.policy.queue), order_id))
        serving.became_short.clear()
        if not queue or serving.leaves_more:
            break
        order_id = queue[0][-1]
        if serving.is_full and order_id not in draft.orders:
            break
        heappop(queue)
        _handle(draft, draft.order(order_id))
        serve(serving, is_same_page=True)
    left = [
        order_id for _, order_id in sorted(queue) if _is_to_handle(draft, draft.order(order_id))
    ]
    serving.became_short.update(dict.fromkeys(left))


def cancel_short_units(draft: Draft, order: Order, reason: ShortReason) -> None:
    """Cancel the short units of an order on back order, or the order if it has no others.

    The order first takes what is available, as for a split, even if it may not be allocated a part
    while it waits.
    """
    order = take(draft, order)
    if order.status is not _WAITING:
        return
    if not order.allocated:
        draft.emit(OrderCancelled(*draft.name(order), _NOTHING_LEFT[reason]))
        return
    units = tuple((line.line_id, line.short) for line in order.short_lines)
    draft.emit(ShortUnitsCancelled(*draft.name(order), units, reason))


def _any_waits(draft: Draft) -> bool:
    for order in draft.orders.values():  # noqa: SIM110 - a third of the time of any(…)
        if order.status is _WAITING:
            return True
    return False


def _now_short(serving: ServingState) -> list[str]:
    """Return, once, the orders that became short and do not wait."""
    draft = serving.draft
    ids = {
        event.order_id: None
        for event in serving.events_for_short_part()
        if isinstance(event, _MAKES_SHORT)
        or (isinstance(event, OrderDeallocated) and event.reason in _LOST_UNITS)
    }
    return [order_id for order_id in ids if _is_to_handle(draft, draft.orders[order_id])]


def _is_to_handle(draft: Draft, order: Order) -> bool:
    return order.status is _WAITING and short_part_of(order, draft.policy) is not _WAIT


def _handle(draft: Draft, order: Order) -> None:
    """Do to an order what its short part says, if it is still short."""
    if not _is_to_handle(draft, order):
        return  # units of an order before it have completed it
    match short_part_of(order, draft.policy):
        case ShortPart.CANCEL_SHORT:
            cancel_short_units(draft, order, ShortReason.SHORT_PART)
        case ShortPart.CANCEL_ORDER:
            draft.emit(OrderCancelled(*draft.name(order), "it is short"))
        case _:
            draft.emit(OrderHeld(*draft.name(order), Hold(HoldReason.SHORT)))


_NOTHING_LEFT = {ShortReason.SHORT_PART: "it is short, and has no other units"}
"""The reason of the cancellation of an order that has only short units, by the reason for it."""
