"""Draw reallocations: an order that waits takes units of others, or of what is available."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from orderflow.domain.model.commands import ReallocateUnits, Reallocation
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import Stock
    from orderflow.domain.state.state import State
    from orderflow.testing.strategies.choices import Chooser

__all__ = ["draw_reallocation"]


def draw_reallocation(
    chooser: Chooser, order: Order, state: State, at: datetime
) -> ReallocateUnits:
    """Draw a reallocation to this order or, if it does not wait, from it. Most are possible."""
    taker = order if order.status is Status.ON_BACK_ORDER else _taker(chooser, order, state)
    changes: dict[str, defaultdict[str, int]] = {taker.order_id: defaultdict(int)}
    in_stock = {record.key.sku: record.available for record in _stock_of(taker, state)}
    takes_all = chooser.number(0, 2) > 0
    for line in taker.short_lines:
        wanted = line.short if takes_all else chooser.number(0, line.short)
        for giver in _givers(taker, order, state):
            given = changes.setdefault(giver.order_id, defaultdict(int))
            for each in giver.lines_of(line.sku):
                units = min(wanted, each.allocated + given[each.line_id])
                given[each.line_id] -= units
                changes[taker.order_id][line.line_id] += units
                wanted -= units
        units = max(0, min(wanted, in_stock.get(line.sku, 0)))
        in_stock[line.sku] = in_stock.get(line.sku, 0) - units
        changes[taker.order_id][line.line_id] += units
    if not any(any(lines.values()) for lines in changes.values()):  # nothing can be had: ask anyway
        changes[taker.order_id][taker.lines[0].line_id] = 1
    reallocations = [
        Reallocation(order_id, _version(chooser, order_id, state), pairs)
        for order_id, lines in changes.items()
        if (pairs := tuple((line_id, change) for line_id, change in lines.items() if change))
    ]
    return ReallocateUnits(
        at=at,
        seller_id=order.seller_id,
        changes=tuple(reallocations),
        note="a customer is waiting",
        by=chooser.pick(("Ann", "Bob")),
        plan_id=chooser.pick((None, None, "P-1")),
        repay=chooser.flag(),
    )


def _taker(chooser: Chooser, giver: Order, state: State) -> Order:
    """Draw an order that waits for something that another one has; that one itself if none does."""
    skus = {line.sku for line in giver.lines if line.allocated}
    waiting = [
        order
        for order in state.orders.values()
        if order.status is Status.ON_BACK_ORDER
        and order.warehouse_id == giver.warehouse_id
        and any(line.sku in skus for line in order.short_lines)
    ]
    return chooser.pick(waiting or [giver])


def _givers(taker: Order, first: Order, state: State) -> list[Order]:
    """Return the orders that may give units to another one, a given one before the others."""
    others = [
        order
        for order in state.orders.values()
        if order.warehouse_id == taker.warehouse_id
        and order.order_id != taker.order_id
        and Action.REALLOCATE in allowed_actions(order.status)
    ]
    return sorted(others, key=lambda order: order.order_id != first.order_id)


def _stock_of(order: Order, state: State) -> list[Stock]:
    skus = dict.fromkeys([line.sku for line in order.lines])
    return list(state.stock(order.warehouse_id, skus))


def _version(chooser: Chooser, order_id: str, state: State) -> int | None:
    order = state.order(order_id)
    return chooser.pick((None, order.version if order is not None else 0))
