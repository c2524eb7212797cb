"""One limit of time for a whole plan: the search and its optimiser share it."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlow, Status
from orderflow.core import State
from orderflow.errors import InvalidValueError
from orderflow.planning import PlanRule, Stance, rebalance
from tests.planning.worlds import AT, backlog
from tests.unit.shop import ACME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow import Seller
    from orderflow.planning import Packing, Plan

RULES = [PlanRule(f"priority={number}", Stance.MAY_LOSE) for number in range(3)]


@attrs.define
class GreedySolver:
    """An optimiser that proves nothing, and uses all the time that it has, by its own clock."""

    limit: float
    used: float = 0.0
    granted: list[float] = attrs.Factory(list)

    def seconds_left(self) -> float:
        return self.limit - self.used

    def prices(self, packing: Packing, seconds: float) -> Sequence[float]:
        self._use(seconds)
        return [0.0] * len(packing.supply)

    def best(
        self, packing: Packing, known: Sequence[int], seconds: float
    ) -> tuple[Sequence[int], int]:
        self._use(seconds)
        return known, sum(packing.weights)

    def _use(self, seconds: float) -> None:
        self.granted.append(seconds)
        self.used += seconds


def crowded() -> State:
    """Return orders of three priorities, which all need the same products."""
    state = backlog(
        *(
            (f"A-{n}", {"MUG": (0, 1 + n % 7), "CUP": (0, 1 + n % 5), "PAN": (0, 1 + n % 11)})
            for n in range(210)
        ),
        available={"MUG": 601, "CUP": 500, "PAN": 359},
    )
    orders = [attrs.evolve(order, priority=n % 3) for n, order in enumerate(state.orders.values())]
    return State.of(ACME, orders, state.records.values())


def filled() -> Seller:
    """Return the handle of a seller with these orders."""
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    state = crowded()
    for stock in state.records.values():
        acme.book_in(stock.key, stock.on_hand)
    for order in state.orders.values():
        acme.place(attrs.evolve(order, status=Status.NEW, wait=None, version=0))
    return acme


def plan_with(solver: GreedySolver, rules: Sequence[PlanRule] = ()) -> Plan:
    return rebalance(
        crowded(),
        AT,
        rules=rules,
        rounds=1,
        optimiser=solver,
        exact=True,
        seconds_left=solver.seconds_left,
    )


def test_an_optimiser_has_what_is_left_of_the_time_of_the_whole_plan() -> None:
    solver = GreedySolver(64)
    plan = plan_with(solver)
    assert solver.granted == [48, 12]
    assert solver.used <= 64
    assert not plan.was_cut, "what is left is enough for the rounds"


def test_each_group_has_its_share_and_all_of_them_no_more_than_the_limit() -> None:
    solver = GreedySolver(64)
    plan = plan_with(solver, RULES)
    assert solver.granted[:2] == [12, 3], "of a quarter of the time"
    assert solver.granted[2] < 64 / 3
    assert solver.used <= 64
    assert not plan.was_cut


def test_a_plan_of_a_seller_says_how_long_it_took() -> None:
    took = filled().rebalance(rounds=1).took
    assert took is not None
    assert took > timedelta()


def test_a_plan_says_that_its_search_was_cut() -> None:
    assert rebalance(crowded(), AT, seconds_left=lambda: 0.0).was_cut


def test_without_a_limit_an_optimiser_may_take_as_long_as_it_needs() -> None:
    solver = GreedySolver(inf)
    rebalance(crowded(), AT, rules=RULES, rounds=1, optimiser=solver)
    assert set(solver.granted) == {inf}


@pytest.mark.parametrize("seconds", [None, 30.0])
def test_a_handle_gives_its_optimiser_what_is_left_of_its_seconds(seconds: float | None) -> None:
    solver = GreedySolver(inf)
    filled().rebalance(optimiser=solver, exact=True, seconds=seconds, rounds=0)
    assert solver.granted
    assert solver.granted == sorted(solver.granted, reverse=True)
    assert all(each == inf if seconds is None else each < seconds for each in solver.granted)


def test_a_handle_asks_whether_to_go_on() -> None:
    asked: list[int] = []

    def stop(value: int, _bound: int) -> bool:
        asked.append(value)
        return False

    filled().rebalance(go_on=stop)
    assert len(asked) == 1


@pytest.mark.parametrize("seconds", [0, -1, "5", inf])
def test_a_limit_that_is_no_number_of_seconds_is_refused(seconds: Any) -> None:  # noqa: ANN401
    acme = OrderFlow(MemoryRepository()).seller(ACME)
    with pytest.raises(InvalidValueError, match=r"rebalance\.seconds"):
        acme.rebalance(seconds=seconds)
