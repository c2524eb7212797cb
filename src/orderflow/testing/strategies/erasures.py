"""Draw erasures: an order with the others that have the same data, or without some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.commands import ErasePersonalData

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.state.state import State
    from orderflow.testing.strategies.choices import Chooser

__all__ = ["draw_erasure"]


def draw_erasure(chooser: Chooser, state: State, at: datetime) -> ErasePersonalData:
    """Draw an erasure. Most name all the orders that have the same data."""
    first = chooser.pick(tuple(state.orders.values()))
    found = {first.order_id: first}
    if chooser.number(0, 4):
        for order in iter(lambda: _next_relative(found, state), None):
            found[order.order_id] = order
    return ErasePersonalData(
        at=at, seller_id=state.seller_id, order_ids=tuple(found), include_open=chooser.flag()
    )


def _next_relative(found: dict[str, Order], state: State) -> Order | None:
    """Return another order that has the same data as one of these, if there is one."""
    named = {related for order in found.values() for related in (order.split_from, order.replaces)}
    others = [order for order in state.orders.values() if order.order_id not in found]
    for order in others:
        if order.order_id in named or {order.split_from, order.replaces} & found.keys():
            return order
    return None
