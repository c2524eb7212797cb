"""The short part: what happens to orders that become short.

An order becomes short when it goes on back order, and when it is edited, moved or released. So it
does when its postponement ends, and when a count, a transfer or an urgent order takes units of it.
An order that was short before waits on, whatever the policy says now.

The queues are served first. Then the orders that are still short are handled one by one, in the
order of the queue. After each of them, the queues are served again: its units may complete the
next one. If a page leaves more to the next one, the next one handles these orders.

An order that waits may still be short of more units than the limit of a product allows. The orders
before it have the first claim: those that waited already, and those handled before. It loses the
units above the limit, from its last line first.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from orderflow.domain.allocation.serving import serve
from orderflow.domain.decisions.giving_up import (
    NOTHING_LEFT,
    all_units,
    cancel_short_units,
    give_up,
)
from orderflow.domain.model.events import (
    DeallocationReason,
    HoldReleased,
    OrderCancelled,
    OrderDeallocated,
    OrderEdited,
    OrderHeld,
    OrderMoved,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderShortPicked,
    OrderSplitOff,
    PostponementEnded,
    ShortUnitsCancelled,
)
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.domain.model.policy import (
    AllocationPolicy,
    allows_partial,
    queue_position,
    short_part_of,
)
from orderflow.domain.model.short_part import ShortPart, ShortReason
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import QueuePosition
    from orderflow.domain.state.draft import Draft

__all__ = ["handle_short_orders"]

_DUE, _SHORT = range(2)
"""Those to give up are handled before those that became short."""

_WAITING, _WAIT = Status.ON_BACK_ORDER, ShortPart.WAIT
_LOST_UNITS = (
    DeallocationReason.COUNT,
    DeallocationReason.PREEMPTED,
    DeallocationReason.TRANSFERRED,
)

_MAKES_SHORT = (
    OrderPutOnBackOrder,
    PostponementEnded,
    OrderEdited,
    HoldReleased,
    OrderShortPicked,
    OrderRecalled,
    OrderMoved,
    OrderSplitOff,
    OrderDeallocated,
)
"""The events that may make an order short: the last one, only if others took units of it."""


def handle_short_orders(serving: ServingState) -> None:
    """Give up orders, and cancel or hold those that became short, if that is their short part."""
    draft = serving.draft
    if not (serving.to_give_up or serving.became_short or _any_to_handle(serving)):
        serving.take_new_events()
        return  # as nearly always: this costs every command
    queue: list[tuple[QueuePosition, str]] = [
        ((_DUE, due_at, order_id), order_id) for order_id, due_at in serving.to_give_up.items()
    ]
    heapify(queue)
    while True:
        for order_id in [*serving.became_short, *_now_short(serving)]:
            position = queue_position(draft.order(order_id), draft.policy.queue)
            heappush(queue, ((_SHORT, *position), order_id))
        serving.became_short.clear()
        if not queue or serving.leaves_more:
            break
        order_id = queue[0][-1]
        if serving.is_full and order_id not in draft.orders:
            break
        heappop(queue)
        _handle(serving, draft.order(order_id), {each for _, each in queue})
        serve(serving, is_same_page=True)
    left = [order_id for (kind, *_), order_id in sorted(queue) if kind == _SHORT]
    serving.became_short.update(
        {each: None for each in left if _is_to_handle(serving, draft.order(each))}
    )


def _any_to_handle(serving: ServingState) -> bool:
    for order in serving.draft.orders.values():
        if order.status is _WAITING and _is_to_handle(serving, order):
            return True
    return False


def _now_short(serving: ServingState) -> list[str]:
    """Return, once, the orders that became short and do not wait."""
    draft = serving.draft
    ids = {
        event.order_id: None
        for event in serving.take_new_events()
        if isinstance(event, _MAKES_SHORT)
        and not (isinstance(event, OrderDeallocated) and event.reason not in _LOST_UNITS)
    }
    return [order_id for order_id in ids if _is_to_handle(serving, draft.orders[order_id])]


def _is_to_handle(serving: ServingState, order: Order) -> bool:
    draft = serving.draft
    return order.status is _WAITING and (
        bool(draft.limits) or short_part_of(order, draft.policy) is not _WAIT
    )


def _handle(serving: ServingState, order: Order, unhandled: set[str]) -> None:
    """Do to an order what its short part says, or give it up, if it is still short."""
    draft = serving.draft
    due_at = serving.to_give_up.pop(order.order_id, None)
    if due_at is not None and order.status is _WAITING:
        give_up(draft, order, due_at)
        return
    if not _is_to_handle(serving, order):
        return  # units of an order before it have completed it
    match short_part_of(order, draft.policy):
        case ShortPart.CANCEL_SHORT:
            cancel_short_units(draft, order, ShortReason.SHORT_PART)
        case ShortPart.CANCEL_ORDER:
            why = ShortReason.SHORT_PART
            draft.emit(OrderCancelled(*draft.name(order), "it is short", why, all_units(order)))
        case ShortPart.WAIT:
            _cancel_excess(draft, order, unhandled)
        case _:
            draft.emit(OrderHeld(*draft.name(order), Hold(HoldReason.SHORT)))


def _cancel_excess(draft: Draft, order: Order, unhandled: set[str]) -> None:
    """Cancel the short units of an order that are above the limits of their products.

    An order that may not be allocated a part loses all its short units, and goes on with the rest.
    """
    excess: dict[str, int] = {}
    for sku in dict.fromkeys([line.sku for line in order.short_lines]):
        over = _above_limit(draft, order, sku, unhandled)
        for line in reversed(order.lines_of(sku)):
            part = min(line.short, over)
            if part > 0:
                excess[line.line_id] = part
                over -= part
    if not excess:
        return
    if not allows_partial(order, draft.policy):
        cancel_short_units(draft, order, ShortReason.LIMIT)
        return
    units = tuple(
        (each.line_id, excess[each.line_id]) for each in order.lines if each.line_id in excess
    )
    if sum(excess.values()) == order.units:
        why = ShortReason.LIMIT
        draft.emit(OrderCancelled(*draft.name(order), NOTHING_LEFT[why], why, units))
    else:
        draft.emit(ShortUnitsCancelled(*draft.name(order), units, ShortReason.LIMIT))


def _above_limit(draft: Draft, order: Order, sku: str, unhandled: set[str]) -> int:
    """Return how many units of a product are short above its limit, with those of the order."""
    product = (order.warehouse_id, sku)
    limit = draft.limits.get(product)
    if limit is None or not limit.is_in_force(draft.at):
        return 0
    draft.available(product)  # a view with locks locks the product before it reads its queue
    left_out = {order.order_id, *unhandled}
    every_queue = AllocationPolicy(queue=draft.policy.queue)
    stored = draft.view.waiting(*product, every_queue)
    waiting = [each for each in stored if each.order_id not in draft.orders]
    waiting += [
        each
        for each in draft.orders.values()
        if each.status is _WAITING and each.warehouse_id == order.warehouse_id
    ]
    others = sum(each.short_of(sku) for each in waiting if each.order_id not in left_out)
    return others + order.short_of(sku) - limit.units_max
