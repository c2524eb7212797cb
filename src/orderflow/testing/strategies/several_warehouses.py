"""Draw what concerns several warehouses: moves, transfers, and orders that name none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from orderflow.domain.model.commands import MoveOrder, TransferStock
from orderflow.domain.model.sourcing_policy import (
    Division,
    SourcingCost,
    SourcingPolicy,
    SourcingPreference,
)
from orderflow.testing.strategies.choices import Chooser
from orderflow.testing.strategies.values import SCOPE, Scope, draw_key, minutes

if TYPE_CHECKING:
    from datetime import datetime

    from hypothesis.strategies import DrawFn

    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.state import State

__all__ = ["draw_move", "draw_sourcing", "draw_transfer", "sourcing_policies"]


@st.composite
def sourcing_policies(draw: DrawFn, scope: Scope = SCOPE) -> SourcingPolicy:
    """Draw a sourcing policy over all warehouses of the scope."""
    return draw_sourcing(Chooser(draw), scope)


def draw_sourcing(chooser: Chooser, scope: Scope) -> SourcingPolicy:
    """Draw a sourcing policy over all warehouses of the scope."""
    preference = chooser.pick(tuple(SourcingPreference))
    warehouses = chooser.pick((scope.warehouse_ids, scope.warehouse_ids[::-1]))
    costs: tuple[SourcingCost, ...] = ()
    if preference is SourcingPreference.CHEAPEST:
        costs = tuple(
            SourcingCost(each, chooser.number(0, 3), chooser.number(0, 2)) for each in warehouses
        )
    return SourcingPolicy(
        warehouses=warehouses,
        preference=preference,
        division=chooser.pick((Division.ALWAYS, *Division)),
        waits_at=chooser.pick((None, *warehouses)),
        costs=costs,
    )


def draw_move(
    chooser: Chooser, order: Order, scope: Scope, at: datetime, new_order_id: str | None
) -> MoveOrder:
    """Draw a move of an order, of some of its units, or of what it is short of."""
    units, only_short = None, False
    if chooser.flag():
        only_short = order.short > 0 and chooser.flag()
        units = None if only_short else _some_units(chooser, order)
    return MoveOrder(
        at=at,
        seller_id=order.seller_id,
        order_id=order.order_id,
        warehouse_id=_another(chooser, scope, order.warehouse_id),
        units=units,
        only_short=only_short,
        new_order_id=new_order_id if units or only_short else None,
    )


def draw_transfer(chooser: Chooser, state: State, scope: Scope, at: datetime) -> TransferStock:
    """Draw a transfer of stock that is there, if any is."""
    take_allocated = chooser.number(0, 2) == 2  # noqa: PLR2004 - one of three
    records = state.records.values()
    there = {
        each.key: (each.available + 1, each.on_hand) if take_allocated else (1, each.available)
        for each in records
        if (each.allocated if take_allocated else each.available)
    }
    key = chooser.pick(tuple(there) or (draw_key(chooser, scope, state.seller_id),))
    least, most = there.get(key, (1, 1))
    free = [each for each in scope.receipt_ids if state.receipt(each) is None]
    return TransferStock(
        at=at,
        key=key,
        units=chooser.number(least, min(most, least + scope.quantity_max - 1)),
        to_warehouse_id=_another(chooser, scope, key.warehouse_id),
        receipt_id=chooser.pick(free or scope.receipt_ids),
        expected_at=at + minutes(chooser.pick((60, 0))),
        take_allocated=take_allocated,
    )


def _some_units(chooser: Chooser, order: Order) -> LineUnits:
    """Draw some units of one line or of several. Often, these are all units of a line."""
    several = order.lines[chooser.number(0, len(order.lines) - 1) :]
    return tuple(
        (line.line_id, line.quantity if chooser.flag() else chooser.number(1, line.quantity))
        for line in several
    )


def _another(chooser: Chooser, scope: Scope, warehouse_id: str) -> str:
    """Draw another warehouse than this one, if there is one."""
    others = [each for each in scope.warehouse_ids if each != warehouse_id]
    return chooser.pick(others or scope.warehouse_ids)
