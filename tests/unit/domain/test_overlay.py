"""An overlay shows what is there once its outcomes were saved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given

from orderflow.commands import PlaceOrder
from orderflow.core import State, decide
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies import histories
from tests.properties.runs import SCOPE
from tests.unit.shop import ACME, NOON, order

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from orderflow import AllocationPolicy
    from orderflow.ports import View
    from orderflow.testing.strategies import CommandHistory

GIVE_UP_AFTER = timedelta(hours=1)


def reads(view: View, policy: AllocationPolicy, at: datetime) -> dict[str, object]:
    """Return all that a view can be asked for, over the whole scope."""
    order_ids = [*SCOPE.order_ids, *(f"{order_id}.1" for order_id in SCOPE.order_ids)]
    waiting = {
        (warehouse_id, sku): list(view.waiting(warehouse_id, sku, policy))
        for warehouse_id in SCOPE.warehouse_ids
        for sku in SCOPE.skus
    }
    return {
        "seller": view.seller_id,
        "orders": [view.order(order_id) for order_id in order_ids],
        "stock": [
            sorted(view.stock(warehouse_id, SCOPE.skus), key=lambda each: each.key)
            for warehouse_id in SCOPE.warehouse_ids
        ],
        "receipts": [view.receipt(receipt_id) for receipt_id in SCOPE.receipt_ids],
        "waiting": waiting,
        "blocked_on": {
            order.order_id: view.blocked_on(order.order_id)
            for orders in waiting.values()
            for order in orders
        },
        "partial_allocation": [by_id(view.orders_with_units(*product)) for product in waiting],
        "expected": [list(view.expected(*product)) for product in waiting],
        "ended holds": by_id(view.ended_holds(at)),
        "postponed": by_id(view.postponed(at)),
        "overdue": by_id(view.waiting_since_before(at)),
        "to give up": by_id(view.to_give_up(at, GIVE_UP_AFTER)),
        "to remind": by_id(view.to_remind(at, at + GIVE_UP_AFTER, GIVE_UP_AFTER)),
    }


def by_id(orders: object) -> list[object]:
    return sorted(orders, key=lambda order: order.order_id)  # type: ignore[call-overload,no-any-return]


@given(history=histories(SCOPE))
def test_an_overlay_reads_as_the_state_after_the_outcome(history: CommandHistory) -> None:
    policy = history.policy
    states: dict[str, State] = {}
    overlays: dict[str, View] = {}
    for number, command in enumerate(history.commands):
        seller_id = command.seller_id
        state = states.get(seller_id, State(seller_id))
        below = overlays.get(seller_id, state) if number % 3 else state
        try:
            outcome = decide(command, state, policy)
        except (NotFoundError, RefusedError):
            continue
        states[seller_id] = state.after(outcome)
        if isinstance(below, Overlay) and number % 2:
            overlays[seller_id] = below.after(outcome)
        else:
            overlays[seller_id] = Overlay(below, outcome)
        for at in (command.at, command.at + timedelta(hours=2)):
            assert reads(overlays[seller_id], policy, at) == reads(states[seller_id], policy, at)


class _Told(State):
    """Keeps what it is to foresee."""

    def prefetch(self, order_ids: Collection[str]) -> None:
        self.__dict__.setdefault("told", []).extend(order_ids)


def test_only_what_is_below_has_to_be_foreseen_there() -> None:
    below = _Told(ACME)
    outcome = decide(PlaceOrder(order=order("A"), at=NOON), below)
    Overlay(below, outcome).prefetch(["A", "B"])
    assert below.__dict__["told"] == ["B"]
