"""What the library is measured beside: loops in plain Python over the same objects.

- `count` is the least that any allocation does: it looks at every line and counts.
- `by_hand` does the same work as `orderflow.core.allocate` on a backlog of new orders, and its
  outcome is equal. It is written out for the policies that it knows, without drafts, queues or
  indexes.
  It makes records without running their checks again: an order by copying a dictionary, a line
  through its slots, which is the fastest way there is for these types.
- `by_constructors` is the same loop, making records as a user would: lines by their public
  constructor, orders by `attrs.evolve`; both check every field.
- `rebuilding` builds what an outcome consists of, and `refolding` what the fold of its events
  builds; they decide nothing.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from orderflow import (
    AllocationPolicy,
    BackOrderWait,
    Fulfilment,
    Order,
    OrderLine,
    Outcome,
    Rationing,
    Status,
    Stock,
)
from orderflow.core import State
from orderflow.domain.model.policy import queue_position
from orderflow.events import OrderAllocated, OrderPutOnBackOrder, OrderSplit, OrderSplitOff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from orderflow.events import Event, LineUnits

    _Taken = tuple[LineUnits, tuple[OrderLine, ...], bool]

__all__ = ["build", "by_constructors", "by_hand", "count", "rebuilding", "refolding"]


def count(orders: Iterable[Order], stock: Iterable[Stock]) -> int:
    """Return how many units the orders get, first come first served, and build nothing."""
    shelf = {record.key.sku: record.on_hand - record.allocated for record in stock}
    total = 0
    for order in orders:
        for line in order.lines:
            sku = line.sku
            taken = line.quantity - line.allocated
            if taken > shelf[sku]:  # noqa: PLR1730 - to call min takes longer
                taken = shelf[sku]
            shelf[sku] -= taken
            total += taken
    return total


def build(
    orders: Sequence[Order],
    stock: Sequence[Stock],
    policy: AllocationPolicy,
    at: datetime,
    *,
    copy_line: Callable[[OrderLine, int], OrderLine],
    copy_order: Callable[..., Order],
) -> Outcome:
    """Allocate a backlog of new orders by hand."""
    queue = sorted(orders, key=partial(queue_position, queue=policy.queue))
    shelf = {record.key.sku: record.on_hand - record.allocated for record in stock}
    shares = _shares(queue, shelf) if policy.rationing is Rationing.FAIR_SHARE else None
    all_or_nothing, from_now = policy.restricts_partial, BackOrderWait(at)
    served: dict[str, Order] = {}
    back_orders_opened: list[str] = []
    events: list[Event] = []
    for order in queue:
        order_id = order.order_id
        available = shelf if shares is None else shares[order_id]
        if all_or_nothing and not _suffices(order, shelf):
            taken: _Taken = ((), order.lines, False)
        else:
            taken = _take(order, available, copy_line)
        units, lines, covered = taken
        version = order.version + 1
        if covered:
            status, wait = Status.ALLOCATED, None
            events.append(OrderAllocated(order.seller_id, order_id, at, units))
        else:
            status, wait = Status.ON_BACK_ORDER, from_now
            events.append(OrderPutOnBackOrder(order.seller_id, order_id, at, units))
            back_orders_opened.append(order_id)
        served[order_id] = copy_order(order, lines=lines, version=version, status=status, wait=wait)
    if policy.fulfilment is Fulfilment.SPLIT:
        for order_id in back_orders_opened:
            _split(served, order_id, at, events, copy_order)
    return Outcome(
        seller_id=queue[0].seller_id,
        events=tuple(events),
        orders=tuple(served.values()),
        stock=tuple(_records(stock, shelf)),
        back_orders_opened=tuple(back_orders_opened),
        queue_index=tuple(_blocked_on(served, back_orders_opened, shelf)) if all_or_nothing else (),
    )


def _fast_line(line: OrderLine, allocated: int) -> OrderLine:
    copy = _new(OrderLine)
    _set_line_id(copy, line.line_id)
    _set_sku(copy, line.sku)
    _set_quantity(copy, line.quantity)
    _set_allocated(copy, allocated)
    _set_set_id(copy, line.set_id)
    return copy


def _fast_order(order: Order, **changes: object) -> Order:
    fields = order.__dict__.copy()
    fields.update(changes)
    copy = _new(Order)
    _set_fields(copy, fields)
    return copy


def _checked_line(line: OrderLine, allocated: int) -> OrderLine:
    return OrderLine(line.line_id, line.sku, line.quantity, allocated)


_new = object.__new__
_set_fields = Order.__dict__["__dict__"].__set__
_set_line_id, _set_sku, _set_quantity, _set_allocated, _set_set_id = (
    OrderLine.__dict__[name].__set__
    for name in ("line_id", "sku", "quantity", "allocated", "set_id")
)

by_hand = partial(build, copy_line=_fast_line, copy_order=_fast_order)
by_constructors = partial(build, copy_line=_checked_line, copy_order=attrs.evolve)


def rebuilding(outcome: Outcome) -> Callable[[], Outcome]:
    """Return a function that builds what the outcome consists of once more."""
    events = [
        (type(event), [getattr(event, field.name) for field in attrs.fields(type(event))])
        for event in outcome.events
    ]

    def rebuild() -> Outcome:
        return Outcome(
            seller_id=outcome.seller_id,
            order_id=outcome.order_id,
            events=tuple([kind(*arguments) for kind, arguments in events]),
            orders=tuple(_orders_again(outcome)),
            stock=tuple(_stock_again(outcome)),
            back_orders_completed=outcome.back_orders_completed,
            back_orders_opened=outcome.back_orders_opened,
            queue_index=outcome.queue_index,
        )

    return rebuild


def refolding(outcome: Outcome, after: State) -> Callable[[], State]:
    """Return a function that builds once more what folding the outcome's events builds."""

    def refold() -> State:
        orders, records = dict(after.orders), dict(after.records)
        for order in _orders_again(outcome):
            orders[order.order_id] = order
        for stock in _stock_again(outcome):
            records[stock.key.warehouse_id, stock.key.sku] = stock
        return State(after.seller_id, MappingProxyType(orders), MappingProxyType(records))

    return refold


def _orders_again(outcome: Outcome) -> list[Order]:
    return [
        _fast_order(
            order,
            lines=tuple([_fast_line(line, line.allocated) for line in order.lines]),
            version=order.version,
            status=order.status,
            wait=order.wait,
        )
        for order in outcome.orders
    ]


def _stock_again(outcome: Outcome) -> list[Stock]:
    return [Stock(each.key, each.on_hand, each.allocated) for each in outcome.stock]


def _take(
    order: Order, available: dict[str, int], copy_line: Callable[[OrderLine, int], OrderLine]
) -> _Taken:
    units, lines, covered = [], [], True
    for line in order.lines:
        sku = line.sku
        taken = line.quantity - line.allocated
        if taken > available[sku]:
            taken, covered = available[sku], False
        if taken:
            available[sku] -= taken
            units.append((line.line_id, taken))
            lines.append(copy_line(line, line.allocated + taken))
        else:
            lines.append(line)
    return tuple(units), tuple(lines), covered


def _suffices(order: Order, shelf: dict[str, int]) -> bool:
    needs: dict[str, int] = {}
    for line in order.lines:
        needs[line.sku] = needs.get(line.sku, 0) + line.quantity - line.allocated
    return all(shelf[sku] >= need for sku, need in needs.items())


def _shares(queue: list[Order], shelf: dict[str, int]) -> dict[str, Counter[str]]:
    """Divide every product among those who want it, and take it off the shelf."""
    wants: dict[str, Counter[str]] = {sku: Counter() for sku in shelf}
    for order in queue:
        for line in order.lines:
            wants[line.sku][order.order_id] += line.quantity - line.allocated
    shares: dict[str, Counter[str]] = {order.order_id: Counter() for order in queue}
    for sku, each in wants.items():
        total, available = each.total(), shelf[sku]
        parts = each
        if total > available:
            parts = Counter({who: want * available // total for who, want in each.items()})
            remainders = {who: -(want * available % total) for who, want in each.items()}
            rest = available - parts.total()
            parts.update(sorted(remainders, key=remainders.__getitem__)[:rest])
        for who, part in parts.items():
            shares[who][sku] = part
        shelf[sku] -= parts.total()
    return shares


def _split(
    served: dict[str, Order],
    order_id: str,
    at: datetime,
    events: list[Event],
    copy_order: Callable[..., Order],
) -> None:
    """Let what an order holds go as an order of its own."""
    order = served[order_id]
    held = tuple((line.line_id, line.allocated) for line in order.lines if line.allocated)
    if not held:
        return
    new_id = f"{order_id}.1"
    events.append(OrderSplit(order.seller_id, order_id, at, new_id, held))
    leaving, staying = [], []
    for line in order.lines:
        if not line.allocated:
            staying.append(line)
            continue
        leaving.append(OrderLine(line.line_id, line.sku, line.allocated, line.allocated))
        if line.allocated < line.quantity:
            staying.append(OrderLine(line.line_id, line.sku, line.quantity - line.allocated))
    fields = {"lines": tuple(leaving), "status": Status.ALLOCATED, "split_from": order_id}
    new = copy_order(order, **fields, order_id=new_id, wait=None, version=0)
    events.append(OrderSplitOff(at, new))
    served[order_id] = copy_order(
        order, lines=tuple(staying), split_count=order.split_count + 1, version=order.version + 1
    )
    served[new_id] = new


def _records(stock: Sequence[Stock], shelf: dict[str, int]) -> Iterable[Stock]:
    for record in stock:
        allocated = record.on_hand - shelf[record.key.sku]
        if allocated != record.allocated:
            yield Stock(record.key, record.on_hand, allocated)


def _blocked_on(
    served: dict[str, Order], back_orders_opened: list[str], shelf: dict[str, int]
) -> Iterable[tuple[str, str]]:
    for order_id in back_orders_opened:
        needs: dict[str, int] = {}
        for line in served[order_id].lines:
            needs[line.sku] = needs.get(line.sku, 0) + line.quantity - line.allocated
        yield order_id, next(sku for sku, need in needs.items() if need > shelf[sku])
