"""Rules 3, 7 and 10, and the invariants of each step of a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

import attrs

from orderflow.domain.model.events import (
    DeallocationReason,
    OrderDeallocated,
    OrderDespatched,
    OrderMoved,
    OrderPartMoved,
    OrderPlaced,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderSplitOff,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.domain.model.policy import Fulfilment
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.status import Status
from orderflow.domain.state.state import evolve
from orderflow.errors import OrderFlowError
from orderflow.errors.quoting import clip
from orderflow.invariants.above_limits import limit_violations
from orderflow.invariants.by_policy import gain_violations
from orderflow.invariants.given_up_orders import give_up_violations
from orderflow.invariants.preemption import preemption_violations
from orderflow.invariants.reallocated_units import reallocation_violations
from orderflow.invariants.state import (
    agreement_violations,
    foreign_violations,
    key_of,
    text_of,
)
from orderflow.invariants.transfers import transfer_violations
from orderflow.invariants.unhandled_orders import short_part_violations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import Stock, StockKey
    from orderflow.domain.state.state import State

__all__ = [
    "account_violations",
    "history_violations",
    "moved_wrongly",
    "replay_violations",
    "split_violations",
]

_UNCHANGED_BY_A_SPLIT = (
    "seller_id",
    "placed_at",
    "priority",
    "promised_by",
    "not_before",
    "courier",
    "ship_to",
    "customer_reference",
    "custom_fields",
    "short_part",
    "give_up_after",
    "replaces",
    "pinned",
)
_CHANGED_BY_A_MOVE = {"warehouse_id", "status", "version"}


def history_violations(
    opening: State,
    events: Iterable[Event],
    default_policy: AllocationPolicy,
    stored: State | None = None,
) -> list[str]:
    """Fold the events of a seller one by one, and check every step and the result.

    Args:
        opening: The state before the first event, or `State(seller_id)`.
        events: The events after it, oldest first.
        default_policy: The allocation policy until the first event that changes it.
        stored: The stored state, to check that the events lead to it.
    """
    events = tuple(events)
    found = foreign_violations(opening.seller_id, events=events)
    account = {record.key: record.on_hand for record in opening.records.values()}
    states = [opening]
    for number, event in enumerate(events):
        before = states[-1]
        policy = before.policy or default_policy
        try:
            states.append(evolve(before, event))
        except OrderFlowError as error:
            return [*found, f"event {number}, {type(event).__name__}, cannot be folded: {error}"]
        losses = [] if _is_preemption(event) else _preemptions_before(events, number)
        offered = states[number - len(losses)]
        orders, stock = offered.orders.values(), offered.records.values()
        found += gain_violations(orders, stock, event, policy)
        if losses:
            found += preemption_violations(orders, stock, losses, event, policy)
        if isinstance(event, OrderSplitOff):
            found += _split_off_violations(states[number - 1], before, event, events[number - 1])
        found += _step_violations(before, event, states[-1], policy)
        for key, units in _came_on_hand(before, event):
            account[key] = account.get(key, 0) + units
    state = states[-1]
    unused = _preemptions_before(events, len(events))
    found += preemption_violations(
        state.orders.values(), (), unused, None, state.policy or default_policy
    )
    found += reallocation_violations(states, events, default_policy)
    found += _short_violations(states, events, default_policy, stored or state)
    found += give_up_violations(states, events, default_policy)
    found += agreement_violations(state.orders.values())
    found += account_violations(account, (stored or state).records.values())
    found += transfer_violations(opening, events, (stored or state).receipts.values())
    return found if stored is None else [*found, *replay_violations(state, stored)]


def _step_violations(
    before: State, event: Event, after: State, policy: AllocationPolicy
) -> Iterator[str]:
    """Check what an event makes of the state before it."""
    match event:
        case OrderSplit(order_id=order_id) | OrderPartMoved(order_id=order_id):
            yield from _split_against_policy(before.orders[order_id], event, policy)
        case OrderSentToWarehouse(order_id=order_id):
            yield from _sent_too_early(before.orders[order_id], event)
        case OrderMoved(order_id=order_id):
            yield from moved_wrongly(before.orders[order_id], event, after.orders[order_id])
        case OrderPlaced(order=order):
            yield from _replaced_too_early(before, order)
        case _:
            pass


def _short_violations(
    states: list[State], events: tuple[Event, ...], default_policy: AllocationPolicy, last: State
) -> list[str]:
    """Check the orders that became short: their short part, and the limits of back orders."""
    page, limits = last.next_page, states[0].back_order_limits
    unhandled = page.became_short if page is not None else ()
    return [
        *short_part_violations(states, events, default_policy, unhandled),
        *limit_violations(last.orders.values(), events, limits, unhandled),
    ]


def split_violations(before: Order, rest: Order, part: Order) -> list[str]:
    """Return violations of rule 10: the two orders of a split add up to the original.

    Args:
        before: The order just before the split, with the units that were allocated for it.
        rest: The same order after the split.
        part: The order that was split off.
    """
    name = f"split of order {before.order_id!r}"
    total: dict[str, tuple[str, int, int]] = {}
    for line in (*rest.lines, *part.lines):
        _, quantity, allocated = total.get(line.line_id, (line.sku, 0, 0))
        total[line.line_id] = (line.sku, quantity + line.quantity, allocated + line.allocated)
    was = {line.line_id: (line.sku, line.quantity, line.allocated) for line in before.lines}
    found = [
        f"{name}: line {line_id!r} had {was.get(line_id)}, the two have {total.get(line_id)}"
        for line_id in {**was, **total}
        if was.get(line_id) != total.get(line_id)
    ]
    if part.split_from != before.order_id:
        found.append(f"{name}: order {part.order_id!r} has split_from {part.split_from!r}")
    if rest.warehouse_id != before.warehouse_id:
        found.append(f"{name}: what is left is in warehouse {rest.warehouse_id!r}")
    return [
        *found,
        *(
            f"{name}: order {order.order_id!r} has another {field}"
            for field in _UNCHANGED_BY_A_SPLIT
            for order in (rest, part)
            if getattr(order, field) != getattr(before, field)
        ),
    ]


def _preemptions_before(events: tuple[Event, ...], number: int) -> list[OrderDeallocated]:
    """Return the events just before one that preempted units for it.

    Orders ahead in the queue cannot get preempted units: those go to the order that needed them.
    """
    losses: list[OrderDeallocated] = []
    while len(losses) < number and _is_preemption(event := events[number - len(losses) - 1]):
        losses.append(event)
    return losses


def _is_preemption(event: Event) -> TypeGuard[OrderDeallocated]:
    return isinstance(event, OrderDeallocated) and event.reason is DeallocationReason.PREEMPTED


def _split_off_violations(
    earlier: State, before: State, event: OrderSplitOff, cause: Event
) -> list[str]:
    if (
        not isinstance(cause, OrderSplit | OrderSplitAtWarehouse | OrderPartMoved)
        or cause.new_order_id != event.order_id
    ):
        return [f"order {event.order_id!r} was split off, but no order was split just before"]
    order_id, of_part = cause.order_id, event.order.warehouse_id
    moved_to = cause.warehouse_id if isinstance(cause, OrderPartMoved) else None
    if of_part != (moved_to or before.orders[order_id].warehouse_id):
        return [f"order {event.order_id!r} was split off in warehouse {of_part!r}"]
    whole, part = earlier.orders[order_id], event.order
    found = split_violations(whole, before.orders[order_id], part)
    if moved_to is not None and (part.status, part.wait) != (whole.status, whole.wait):
        found.append(f"order {part.order_id!r} was moved, and does not wait as {order_id!r} does")
    return found


def _split_against_policy(
    order: Order, event: OrderSplit | OrderPartMoved, policy: AllocationPolicy
) -> Iterator[str]:
    if policy.parcels_max is not None and order.split_count >= policy.parcels_max - 1:
        yield f"order {order.order_id!r} was split into {order.split_count + 2} parcels"
    yield from _divided_sets(order, event)
    if policy.fulfilment is Fulfilment.WHOLE_LINES:
        for line_id, units in event.units:
            if units != order.line(line_id).quantity:
                yield f"line {line_id!r} of order {order.order_id!r} was divided, {units} left"


def _sent_too_early(order: Order, event: OrderSentToWarehouse) -> Iterator[str]:
    if order.not_before is not None and event.at < order.not_before:
        yield (
            f"order {order.order_id!r} was sent to the warehouse at {event.at}, "
            f"before {order.not_before}"
        )


def moved_wrongly(order: Order, event: OrderMoved, moved: Order) -> Iterator[str]:
    """Return violations of rule 10: a move changes the warehouse, and takes no units along."""
    name = f"move of order {order.order_id!r}"
    if order.warehouse_id == event.warehouse_id:
        yield f"{name}: it was in warehouse {event.warehouse_id!r} already"
    if order.allocated:
        yield f"{name}: {order.allocated} units of warehouse {order.warehouse_id!r} went with it"
    fields = [each.name for each in attrs.fields(type(order))]
    changed = {each for each in fields if getattr(order, each) != getattr(moved, each)}
    for field in sorted(changed - _CHANGED_BY_A_MOVE):
        yield f"{name}: it has another {field}"


def _replaced_too_early(before: State, order: Order) -> Iterator[str]:
    replaced = None if order.replaces is None else before.orders.get(order.replaces)
    if order.replaces is not None and (replaced is None or replaced.status is not Status.CANCELLED):
        status = "unknown" if replaced is None else replaced.status
        yield f"order {order.order_id!r} replaces order {order.replaces!r}, which is {status}"


def _divided_sets(order: Order, event: OrderSplit | OrderPartMoved) -> Iterator[str]:
    units = dict(event.units)
    sets = {line.set_id for line in order.lines if line.line_id in units and line.set_id}
    for line in order.lines:
        if line.set_id in sets and units.get(line.line_id, 0) != line.quantity:
            left = units.get(line.line_id, 0)
            yield f"set {line.set_id!r} of order {order.order_id!r} was divided, {left} left"


def _came_on_hand(before: State, event: Event) -> Iterator[tuple[StockKey, int]]:
    """Yield the products whose units on hand an event should change, and by how many."""
    match event:
        case StockBookedIn():
            yield event.key, event.received
        case StockAdjusted():
            yield event.key, event.change
        case StockTransferred():
            yield event.key, -event.units
        case TransferWithdrawn():
            yield event.key, event.units
        case OrderDespatched():
            order = before.orders[event.order_id]
            yield from ((key_of(order, line.sku), -line.allocated) for line in order.lines)
        case OrderShortPicked():
            order = before.orders[event.order_id]
            for line_id, missing in event.units:
                yield key_of(order, order.line(line_id).sku), -missing
        case UnitsReturned(state=ReturnState.BACK_IN_STOCK):
            order = before.orders[event.order_id]
            for line_id, returned in event.units:
                yield key_of(order, order.line(line_id).sku), returned
        case _:
            pass


def account_violations(account: Mapping[StockKey, int], stock: Iterable[Stock]) -> list[str]:
    """Return violations of rule 3: on hand are the units that came in or back, less those gone."""
    on_hand = {record.key: record.on_hand for record in stock}
    return [
        f"{text_of(key)}: {on_hand.get(key, 0)} on hand, "
        f"but the movements add up to {account.get(key, 0)}"
        for key in {**account, **on_hand}
        if on_hand.get(key, 0) != account.get(key, 0)
    ]


def replay_violations(folded: State, stored: State) -> list[str]:
    """Return violations of rule 7: the stored state is the one that the events lead to."""
    parts: list[tuple[str, Mapping[Any, object], Mapping[Any, object]]] = [
        ("order", folded.orders, stored.orders),
        ("stock", folded.records, stored.records),
        ("receipt", folded.receipts, stored.receipts),
        (
            "limits of",
            {folded.seller_id: folded.back_order_limits},
            {stored.seller_id: stored.back_order_limits},
        ),
        ("policy of", {folded.seller_id: folded.policy}, {stored.seller_id: stored.policy}),
    ]
    return [
        clip(
            f"{kind} {name!r} is stored as {there.get(name)}, "
            f"but the events lead to {made.get(name)}"
        )
        for kind, made, there in parts
        for name in {**made, **there}
        if made.get(name) != there.get(name)
    ]
