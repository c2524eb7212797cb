"""What always holds, as functions that say where it does not.

Each function takes orders, stock, events or a policy, changes nothing, raises nothing on
purpose, and returns its findings as texts: no text, no violation. The numbers are those of the
page *What always holds* in the documentation.

- `violations` looks at the state that a command has left: rules 1, 2, 4 and 5.
- `gain_violations` looks at one event and at the state before it: rule 6.
- `split_violations` looks at an order and at the two that a split made of it: rule 10.
- `foreign_violations` looks for what belongs to another seller: rule 11.
- `history_violations` walks through events one by one: rules 3, 4, 6, 7, 10 and 11.

Rules 8 and 9 speak of two runs; compare what the runs left.

The rules stand here in words of their own. They do not read the tables of `orderflow.domain`,
so that a wrong row there cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from orderflow.domain.events import (
    OrderAllocated,
    OrderDespatched,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderShortPicked,
    OrderSplit,
    OrderSplitOff,
    StockAdjusted,
    StockBookedIn,
)
from orderflow.domain.policy import Holding, place_in_queue
from orderflow.domain.state import evolve
from orderflow.domain.status import Status
from orderflow.domain.stock import StockKey
from orderflow.errors import OrderFlowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orderflow.domain.events import Event
    from orderflow.domain.order import Order
    from orderflow.domain.policy import AllocationPolicy
    from orderflow.domain.state import State
    from orderflow.domain.stock import ExpectedReceipt, Stock

__all__ = [
    "agreement_violations",
    "allocation_violations",
    "foreign_violations",
    "gain_violations",
    "history_violations",
    "idle_stock_violations",
    "split_violations",
    "violations",
]

_OPEN = {
    Status.ON_HOLD,
    Status.ON_BACK_ORDER,
    Status.ALLOCATED,
    Status.PROCESSED,
    Status.CANCELLATION_REQUESTED,
}
_MAY_BE_SHORT = {Status.ON_HOLD, Status.ON_BACK_ORDER}


def violations(
    orders: Iterable[Order], stock: Iterable[Stock], policy: AllocationPolicy
) -> list[str]:
    """Say what does not hold of the state that a command has left."""
    orders, stock = tuple(orders), tuple(stock)
    return [
        *allocation_violations(orders, stock),
        *agreement_violations(orders),
        *idle_stock_violations(orders, stock, policy),
    ]


# Whatever the policy is


def allocation_violations(orders: Iterable[Order], stock: Iterable[Stock]) -> list[str]:
    """Hold the stock records to rules 1 and 2.

    Nothing is oversold, and what is allocated is what the lines of open orders hold.
    """
    held: dict[StockKey, int] = {}
    for order in orders:
        if order.status in _OPEN:
            for line in order.lines:
                key = _key(order, line.sku)
                held[key] = held.get(key, 0) + line.allocated
    found = []
    for record in stock:
        allocated, holding = record.allocated, held.pop(record.key, 0)
        if not 0 <= allocated <= record.on_hand:
            found.append(f"{_text(record.key)}: {allocated} allocated of {record.on_hand} on hand")
        if allocated != holding:
            found.append(
                f"{_text(record.key)}: {allocated} allocated, but open orders hold {holding}"
            )
    found += [
        f"{_text(key)}: open orders hold {units}, but there is no stock record"
        for key, units in held.items()
        if units
    ]
    return found


def agreement_violations(orders: Iterable[Order]) -> list[str]:
    """Hold every order to rule 4: its lines are within bounds, its status agrees with them."""
    return [f"order {order.order_id!r} {fault}" for order in orders for fault in _faults(order)]


def foreign_violations(
    seller_id: str,
    *,
    orders: Iterable[Order] = (),
    stock: Iterable[Stock] = (),
    receipts: Iterable[ExpectedReceipt] = (),
    events: Iterable[Event] = (),
) -> list[str]:
    """Hold what a seller is shown to rule 11: all of it is the seller's own."""
    shown = [
        *((f"order {order.order_id!r}", order.seller_id) for order in orders),
        *((_text(record.key), record.key.seller_id) for record in stock),
        *((f"receipt {each.receipt_id!r}", each.key.seller_id) for each in receipts),
        *((type(event).__name__, event.seller_id) for event in events),
    ]
    return [
        f"seller {seller_id!r} is shown {name} of seller {owner!r}"
        for name, owner in shown
        if owner != seller_id
    ]


def split_violations(before: Order, rest: Order, part: Order) -> list[str]:
    """Hold a split to rule 10: what is left and what was split off add up to what there was.

    Args:
        before: The order as it was split, with the units that the split had offered it.
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
        found.append(f"{name}: order {part.order_id!r} says that it is of {part.split_from!r}")
    return [
        *found,
        *(
            f"{name}: order {order.order_id!r} has another {field}"
            for field in _KEPT_BY_A_SPLIT
            for order in (rest, part)
            if getattr(order, field) != getattr(before, field)
        ),
    ]


# By setting


def idle_stock_violations(
    orders: Iterable[Order], stock: Iterable[Stock], policy: AllocationPolicy
) -> list[str]:
    """Hold the state to rule 5: no unit lies idle that a waiting order could use."""
    available = _available(stock)
    waiting = (order for order in orders if order.status is Status.ON_BACK_ORDER)
    found = []
    for order in waiting:
        name = f"order {order.order_id!r}"
        match policy.holding:
            case Holding.KEEP:
                found += [
                    f"{_text(key)}: {available[key]} available, but {name} is short of it"
                    for key in _usable(order, available)
                ]
            case Holding.COMPLETE_ONLY:
                if _can_be_completed(order, available):
                    found.append(f"{name} waits, but could be completed from what is available")
                if order.allocated:
                    found.append(f"{name} holds {order.allocated} units, but is short of others")
            case _:
                assert_never(policy.holding)
    return found


def gain_violations(
    orders: Iterable[Order], stock: Iterable[Stock], event: Event, policy: AllocationPolicy
) -> list[str]:
    """Hold an event that gives units to rule 6: nobody who stands in front lacked them.

    Args:
        orders: The orders before the event.
        stock: The stock before the event.
        event: The event. One that gives an order nothing violates nothing.
        policy: Who gets the stock.
    """
    if not isinstance(event, _GAINS) or not event.units:
        return []
    by_id = {order.order_id: order for order in orders}
    gainer = by_id.get(event.order_id)
    if gainer is None:
        return [f"order {event.order_id!r} got units before it was placed"]
    gained = {_key(gainer, gainer.line(line_id).sku) for line_id, _ in event.units}
    available = _available(stock)
    place = place_in_queue(gainer, policy.queue)
    return [
        f"{_text(key)}: order {gainer.order_id!r} got units of it, "
        f"but order {order.order_id!r} stands in front and could have used them"
        for order in by_id.values()
        if order.status is Status.ON_BACK_ORDER and place_in_queue(order, policy.queue) < place
        for key in _could_have_used(order, available, policy)
        if key in gained
    ]


def _could_have_used(
    order: Order, available: Mapping[StockKey, int], policy: AllocationPolicy
) -> list[StockKey]:
    """Return the products of which a waiting order could have used units at this moment."""
    match policy.holding:
        case Holding.KEEP:
            return _usable(order, available)
        case Holding.COMPLETE_ONLY:
            return list(_needs(order)) if _can_be_completed(order, available) else []
        case _:
            assert_never(policy.holding)


# A history


def history_violations(
    opening: State,
    events: Iterable[Event],
    policy: AllocationPolicy,
    stored: State | None = None,
) -> list[str]:
    """Fold the events of a seller one by one, and hold each step and the end to the rules.

    Args:
        opening: The state before the first event; `State(seller_id)`, where there was none.
        events: What happened after it, oldest first.
        policy: Who got the stock all the while.
        stored: What is stored now. If it is given, the events have to lead to it.
    """
    events = tuple(events)
    earlier = before = state = opening
    found = foreign_violations(opening.seller_id, events=events)
    account = {record.key: record.on_hand for record in opening.records.values()}
    for number, event in enumerate(events):
        earlier, before = before, state
        try:
            state = evolve(state, event)
        except OrderFlowError as error:
            return [*found, f"event {number}, {type(event).__name__}, cannot be folded: {error}"]
        found += gain_violations(before.orders.values(), before.records.values(), event, policy)
        if isinstance(event, OrderSplitOff):
            found += _split_off_violations(earlier, before, event, events[number - 1])
        for key, units in _came_on_hand(before, event):
            account[key] = account.get(key, 0) + units
    found += agreement_violations(state.orders.values())
    found += _account_violations(account, (stored or state).records.values())
    return found if stored is None else [*found, *_difference(state, stored)]


def _split_off_violations(
    earlier: State, before: State, event: OrderSplitOff, cause: Event
) -> list[str]:
    if not isinstance(cause, OrderSplit) or cause.new_order_id != event.order_id:
        return [f"order {event.order_id!r} was split off, but no order was split just before"]
    order_id = cause.order_id
    return split_violations(earlier.orders[order_id], before.orders[order_id], event.order)


def _came_on_hand(before: State, event: Event) -> Iterator[tuple[StockKey, int]]:
    """Yield by how many units an event should change the stock on hand, by product."""
    match event:
        case StockBookedIn():
            yield event.key, event.received
        case StockAdjusted():
            yield event.key, event.change
        case OrderDespatched():
            order = before.orders[event.order_id]
            yield from ((_key(order, line.sku), -line.allocated) for line in order.lines)
        case OrderShortPicked():
            order = before.orders[event.order_id]
            for line_id, missing in event.units:
                yield _key(order, order.line(line_id).sku), -missing
        case _:
            pass


def _account_violations(account: Mapping[StockKey, int], stock: Iterable[Stock]) -> list[str]:
    """Hold the stock to rule 3: what is on hand is what came, less what went."""
    on_hand = {record.key: record.on_hand for record in stock}
    return [
        f"{_text(key)}: {on_hand.get(key, 0)} on hand, but {account.get(key, 0)} came and stayed"
        for key in {**account, **on_hand}
        if on_hand.get(key, 0) != account.get(key, 0)
    ]


def _difference(folded: State, stored: State) -> list[str]:
    """Hold what is stored to rule 7: it is what the events lead to."""
    parts: tuple[tuple[str, Mapping[object, object], Mapping[object, object]], ...] = (
        ("order", {**folded.orders}, {**stored.orders}),
        ("stock", {**folded.records}, {**stored.records}),
        ("receipt", {**folded.receipts}, {**stored.receipts}),
    )
    return [
        f"{kind} {name!r} is stored as {there.get(name)}, the events lead to {made.get(name)}"
        for kind, made, there in parts
        for name in {**made, **there}
        if made.get(name) != there.get(name)
    ]


# What the rules are said in

_GAINS = OrderAllocated | OrderPutOnBackOrder | OrderPartlyAllocated

_KEPT_BY_A_SPLIT = (
    "seller_id",
    "warehouse_id",
    "placed_at",
    "priority",
    "promised_by",
    "courier",
    "ship_to",
)


def _faults(order: Order) -> Iterator[str]:
    """Say where an order disagrees with itself."""
    quantity = sum(line.quantity for line in order.lines)
    allocated = sum(line.allocated for line in order.lines)
    for line in order.lines:
        if not (line.quantity >= 1 and 0 <= line.allocated <= line.quantity):
            yield f"has line {line.line_id!r}, which holds {line.allocated} of {line.quantity}"
    if (order.status is Status.ON_HOLD) != bool(order.holds):
        yield f"is {order.status} and has {len(order.holds)} holds"
    if order.status not in _OPEN and allocated:
        yield f"is {order.status}, but holds {allocated} units"
    if order.status is Status.ON_BACK_ORDER and allocated >= quantity:
        yield f"is {order.status}, but no line is short"
    if order.status in _OPEN - _MAY_BE_SHORT and allocated < quantity:
        yield f"is {order.status}, but {quantity - allocated} units are short"


def _needs(order: Order) -> dict[StockKey, int]:
    """Return how many units the order is short of, by product."""
    needs: dict[StockKey, int] = {}
    for line in order.lines:
        if line.allocated < line.quantity:
            key = _key(order, line.sku)
            needs[key] = needs.get(key, 0) + line.quantity - line.allocated
    return needs


def _usable(order: Order, available: Mapping[StockKey, int]) -> list[StockKey]:
    """Return the products that the order is short of and that there are units of."""
    return [key for key in _needs(order) if available.get(key, 0) > 0]


def _can_be_completed(order: Order, available: Mapping[StockKey, int]) -> bool:
    return all(units <= available.get(key, 0) for key, units in _needs(order).items())


def _available(stock: Iterable[Stock]) -> dict[StockKey, int]:
    return {record.key: record.on_hand - record.allocated for record in stock}


def _key(order: Order, sku: str) -> StockKey:
    return StockKey(order.seller_id, order.warehouse_id, sku)


def _text(key: StockKey) -> str:
    return f"{key.sku!r} of {key.seller_id!r} in {key.warehouse_id!r}"
