"""Plans over small backlogs, compared with trying all, and carried out."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    Status,
    Stock,
)
from orderflow.adapters.highs import Highs
from orderflow.codec import dumps, loads
from orderflow.core import State, decide, queue_position
from orderflow.domain.planning.search import Search, search
from orderflow.domain.planning.weights import order_value
from orderflow.errors import InvalidValueError, PlanRefusedError
from orderflow.invariants import violations
from orderflow.planning import Plan, PlanRule, Protection, Stance, Weight, command_of, rebalance
from tests.planning.large import large_packing
from tests.planning.worlds import (
    AT,
    PROTECTIONS,
    SKUS,
    backlog,
    backlogs,
    best_gain,
    in_sets,
    loses,
)
from tests.unit.shop import ACME, LEEDS, key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.planning.packing import Packing

WHY: dict[str, Any] = {"at": AT, "by": "Ann"}
STRICT = AllocationPolicy()
EVERYTHING = Protection(complete=False)


def applied(plan: Plan, state: State, policy: AllocationPolicy = STRICT) -> State:
    """Return the state after a plan is applied."""
    if not plan.orders:
        return state
    return state.after(decide(command_of(plan, **WHY), state, policy))


def completed(plan: Plan) -> set[str]:
    return {order.order_id for order in plan.orders if order.is_completed}


def allocated(state: State) -> dict[str, int]:
    return {order.order_id: order.allocated for order in state.orders.values()}


@given(backlogs(), PROTECTIONS)
def test_a_plan_completes_as_many_orders_as_trying_all_does(
    state: State, protection: Protection
) -> None:
    plan = rebalance(state, AT, protection=protection)
    best = best_gain(state, protection)
    before = plan.before.complete
    assert plan.after.complete <= before + best <= plan.bound
    if protection.passed_over_max is None and not (protection.whole_lines or protection.sets):
        assert plan.value == plan.after.complete == before + best == plan.bound


@given(backlogs(), PROTECTIONS)
def test_a_plan_does_what_it_says_and_breaks_no_invariant(
    state: State, protection: Protection
) -> None:
    plan = rebalance(state, AT, protection=protection)
    after = applied(plan, state)
    assert violations(after.orders.values(), after.records.values(), STRICT, AT) == []
    for order in plan.orders:
        stored = after.orders[order.order_id]
        assert (stored.status is Status.ALLOCATED) >= order.is_completed
        assert all(stored.line(line.line_id).allocated >= line.after for line in order.lines)


@given(backlogs(), PROTECTIONS)
def test_a_plan_never_takes_from_the_protected(state: State, protection: Protection) -> None:
    plan = rebalance(state, AT, protection=protection)
    for order in plan.orders:
        before = state.orders[order.order_id]
        assert not order.lost or loses(before, protection)
        if protection.whole_lines:
            assert all(not line.after for line in order.lines if line.change < 0)
        if protection.sets and order.lost and before.lines[0].set_id is not None:
            assert order.lost == before.allocated
    limit = protection.passed_over_max
    assert limit is None or all(each.times <= limit for each in plan.passed_over)


@given(backlogs(), PROTECTIONS)
def test_a_plan_is_never_worse_than_none(state: State, protection: Protection) -> None:
    plan = rebalance(state, AT, protection=protection, rounds=0)
    assert plan.after.complete >= plan.before.complete
    assert 0 <= plan.gap <= 1


@given(backlogs(), PROTECTIONS)
def test_no_order_loses_units_without_need(state: State, protection: Protection) -> None:
    plan = rebalance(state, AT, protection=protection)
    if protection.whole_lines or protection.sets:
        return
    for sku in SKUS:
        changes = [line.change for each in plan.orders for line in each.lines if line.sku == sku]
        (stock,) = state.stock(LEEDS, [sku])
        given = -sum(change for change in changes if change < 0)
        taken = sum(change for change in changes if change > 0)
        assert given == max(0, taken - stock.available)


@given(backlogs(), PROTECTIONS, st.sampled_from(Queue))
def test_orders_are_passed_over_by_the_later_ones_that_take_what_they_lack(
    state: State, protection: Protection, queue: Queue
) -> None:
    policy = AllocationPolicy(queue=queue)
    plan = rebalance(state, AT, policy, protection=protection)
    taking = {
        order.order_id: {line.sku for line in order.lines if line.change > 0}
        for order in plan.orders
    }
    change = {
        (order.order_id, line.sku): line.change for order in plan.orders for line in order.lines
    }
    expected = {}
    for order in state.orders.values():
        lacks = {
            line.sku
            for line in order.lines
            if line.short > change.get((order.order_id, line.sku), 0)
        }
        times = sum(
            queue_position(order, queue) < queue_position(state.orders[other], queue)
            and bool(lacks & skus)
            for other, skus in taking.items()
        )
        if times:
            expected[order.order_id] = times
    assert {each.order_id: each.times for each in plan.passed_over} == expected
    limit = protection.passed_over_max
    assert limit is None or max(expected.values(), default=0) <= limit


@given(backlogs(), PROTECTIONS)
def test_a_plan_is_the_same_in_any_order_and_as_json(state: State, protection: Protection) -> None:
    plan = rebalance(state, AT, protection=protection)
    backwards = State.of(state.seller_id, list(state.orders.values())[::-1], state.records.values())
    assert rebalance(backwards, AT, protection=protection) == plan
    assert loads(dumps(plan), Plan) == plan


def test_a_small_order_gets_what_a_large_one_has() -> None:
    state = backlog(("A", {"MUG": (3, 9)}), ("B", {"MUG": (0, 2)}), ("C", {"MUG": (0, 1)}))
    plan = rebalance(state, AT)
    assert [(each.order_id, each.gained, each.lost) for each in plan.orders] == [
        ("A", 0, 3),
        ("B", 2, 0),
        ("C", 1, 0),
    ]
    assert (plan.value, plan.bound, plan.gap) == (2, 2, 0.0)
    assert [(each.order_id, each.times) for each in plan.passed_over] == [("A", 2)]
    assert (plan.before.complete, plan.before.waiting) == (0, 3)
    assert (plan.after.complete, plan.after.waiting) == (2, 1)
    assert plan.after.longest_wait == timedelta(days=9)


def test_a_complete_order_keeps_its_units_unless_it_need_not() -> None:
    state = backlog(("A", {"MUG": (2, 2)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (0, 1)}))
    assert rebalance(state, AT).orders == ()
    plan = rebalance(state, AT, protection=EVERYTHING)
    assert completed(plan) == {"B", "C"}
    assert applied(plan, state).orders["A"].status is Status.ON_BACK_ORDER


def test_rules_are_served_in_their_order() -> None:
    state = backlog(("A", {"MUG": (3, 4)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (0, 3)}))
    first = PlanRule("id=C", Stance.MAY_ONLY_GAIN)
    plan = rebalance(state, AT, rules=[first])
    assert completed(plan) == {"C"}
    assert [(each.rule, each.value, each.bound) for each in plan.groups] == [
        ("MAY_ONLY_GAIN: id=C", 1, 1),
        ("every other order", 0, 0),
    ]


@pytest.mark.parametrize(
    ("stance", "expected"),
    [
        (Stance.MAY_LOSE, {"A": 0, "B": 2, "C": 1}),
        (Stance.MAY_ONLY_LOSE, {"A": 0, "B": 2, "C": 1}),
        (Stance.MAY_ONLY_GAIN, {"A": 3, "B": 0, "C": 0}),
        (Stance.LEFT_ALONE, {"A": 3, "B": 0, "C": 0}),
    ],
)
def test_a_stance_says_who_loses(stance: Stance, expected: dict[str, int]) -> None:
    state = backlog(("A", {"MUG": (3, 9)}), ("B", {"MUG": (0, 2)}), ("C", {"MUG": (0, 1)}))
    assert (
        allocated(applied(rebalance(state, AT, rules=[PlanRule("id=A", stance)]), state))
        == expected
    )


@pytest.mark.parametrize("stance", [Stance.MAY_ONLY_LOSE, Stance.LEFT_ALONE])
def test_a_stance_says_who_gains(stance: Stance) -> None:
    state = backlog(("A", {"MUG": (1, 2)}), ("B", {"MUG": (0, 1)}))
    plan = rebalance(state, AT, rules=[PlanRule("id=B", stance)])
    assert plan.orders == ()
    assert [(each.orders, each.value, each.bound) for each in plan.groups] == [(1, 0, 0), (1, 0, 0)]


def test_an_order_that_must_be_full_comes_first_or_there_is_no_plan() -> None:
    state = backlog(("A", {"MUG": (2, 3)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (0, 2)}))
    plan = rebalance(state, AT, rules=[PlanRule("id=C", Stance.MUST_BE_FULL)])
    assert completed(plan) == {"C"}
    with pytest.raises(PlanRefusedError, match="must be full") as caught:
        rebalance(state, AT, rules=[PlanRule("id=A,C", Stance.MUST_BE_FULL)])
    assert caught.value.order_ids == ("A", "C")


def test_a_rule_has_the_text_of_its_filter() -> None:
    assert str(PlanRule("priority >= 10", Stance.MAY_LOSE)) == "MAY_LOSE: priority>=10"
    assert str(PlanRule("", Stance.MAY_LOSE)) == "MAY_LOSE: every order"
    with pytest.raises(InvalidValueError, match="field of condition"):
        PlanRule("urgency>1", Stance.MAY_LOSE)


def test_a_rule_that_ensures_nothing_is_refused() -> None:
    state = backlog(("A", {"MUG": (2, 3)}))
    with pytest.raises(PlanRefusedError, match="'MUST_BE_FULL: id=B' matches no order"):
        rebalance(state, AT, rules=[PlanRule("id=B", Stance.MUST_BE_FULL)])
    assert rebalance(state, AT, rules=[PlanRule("id=B", Stance.LEFT_ALONE)]).groups[0].orders == 0


@pytest.mark.parametrize(
    ("text", "value"), [("49.90", 49_900), ("7", 7_000), ("0.5", 500), ("0", None), ("x", None)]
)
def test_the_value_of_an_order_is_in_thousandths(text: str, value: int | None) -> None:
    (order,) = backlog(("A", {"MUG": (0, 1)})).orders.values()
    assert order_value(attrs.evolve(order, custom_fields={"total": text}), "total") == value


def test_a_weight_says_what_is_worth_more() -> None:
    state = backlog(("A", {"MUG": (2, 4)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (1, 3)}))
    assert rebalance(state, AT).value == 1
    assert completed(rebalance(state, AT, weight=Weight.UNITS)) == {"C"}
    weights = {"A": 1, "B": 5, "C": None}
    plan = rebalance(state, AT, weight=lambda order: weights[order.order_id])
    assert (completed(plan), plan.value, plan.without_weight, plan.weight) == ({"B"}, 5, 1, None)
    assert completed(rebalance(state, AT, weight=Weight.AGE)) != set()
    assert rebalance(state, AT, weight=Weight.PRIORITY).value == 1
    urgent = [attrs.evolve(order, priority=3) for order in state.orders.values()]
    state = State.of(ACME, urgent, state.records.values())
    assert rebalance(state, AT, weight=Weight.PRIORITY).value == 1 + 3


TOO_MANY_TO_TRY_ALL = [(f"Z-{number}", {"JAR": (0, 1)}) for number in range(9)]


def _small(number: int) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    return [(f"B-{each}", {"MUG": (0, 1)}) for each in range(number)]


def test_no_order_is_passed_over_beyond_the_limit() -> None:
    state = backlog(("A", {"MUG": (4, 9)}), *_small(4))
    for limit in (0, 1, 3):
        plan = rebalance(state, AT, protection=Protection(passed_over_max=limit))
        assert plan.value == limit
    assert rebalance(state, AT).value == 4


@pytest.mark.parametrize(("limit", "value"), [(0, 0), (1, 1), (2, 2)])
def test_who_gives_units_that_it_was_not_short_of_is_passed_over_too(
    limit: int, value: int
) -> None:
    state = backlog(
        ("B-1", {"MUG": (3, 3), "CUP": (0, 1)}), ("B-2", {"MUG": (0, 1)}), ("B-3", {"MUG": (0, 2)})
    )
    plan = rebalance(state, AT, protection=Protection(passed_over_max=limit))
    assert plan.value == value
    assert [(each.order_id, each.times) for each in plan.passed_over] == [("B-1", value)] * (
        value > 0
    )


def test_only_those_who_give_units_are_passed_over() -> None:
    state = backlog(
        ("A", {"MUG": (5, 5), "CUP": (0, 9)}),
        ("B", {"MUG": (5, 5), "PAN": (0, 1)}),
        ("C", {"CUP": (1, 1), "PAN": (0, 1)}),
        ("takes mugs of B", {"MUG": (0, 2)}),
        ("takes the cup of C", {"CUP": (0, 1)}),
        *TOO_MANY_TO_TRY_ALL,
    )
    plan = rebalance(state, AT, protection=Protection(passed_over_max=1))
    assert plan.value == 2
    assert [each.order_id for each in plan.passed_over] == ["A", "B", "C"]


def test_an_order_needs_the_units_of_all_its_lines() -> None:
    state = backlog(("A", {"MUG": (1, 3)}), ("B", {"MUG": (2, 9)}))
    lines = (OrderLine("1", "MUG", 2, 0), OrderLine("2", "MUG", 1, 0))
    plan = rebalance(_with_lines(state, "A", *lines), AT)
    assert (completed(plan), plan.value) == (set(), 0)


def test_one_unit_is_given_by_somebody_too() -> None:
    state = backlog(
        ("A", {"MUG": (4, 4), "CUP": (0, 3)}),
        ("B", {"MUG": (0, 1)}),
        ("C", {"MUG": (1, 3)}),
        ("D", {"MUG": (2, 3)}),
        *TOO_MANY_TO_TRY_ALL,
    )
    assert rebalance(state, AT, protection=Protection(passed_over_max=0)).value == 1


def test_of_two_orders_all_choices_are_tried() -> None:
    state = backlog(("A", {"CUP": (1, 3)}), ("B", {"CUP": (3, 4)}))
    protection = Protection(complete=False, whole_lines=True, sets=True)
    assert rebalance(state, AT, protection=protection).value == 1


def test_not_all_choices_of_many_orders_are_tried() -> None:
    state = backlog(("A", {"MUG": (9, 9), "CUP": (0, 1)}), *_small(40))
    assert rebalance(state, AT, protection=Protection(whole_lines=True)).value == 9


@pytest.mark.parametrize(
    ("protection", "orders"),
    [
        (
            Protection(whole_lines=True),
            [
                ("A", {"MUG": (0, 1), "CUP": (1, 1)}),
                ("B", {"CUP": (1, 2)}),
                ("C", {"CUP": (0, 3), "MUG": (3, 3)}),
            ],
        ),
        (
            Protection(passed_over_max=0),
            [
                ("A", {"CUP": (2, 3), "MUG": (1, 1)}),
                ("B", {"CUP": (2, 3)}),
                ("C", {"MUG": (2, 3), "CUP": (3, 3)}),
                ("D", {"CUP": (0, 3)}),
            ],
        ),
    ],
)
def test_of_a_few_orders_all_choices_that_are_protected_are_tried(
    protection: Protection, orders: list[tuple[str, dict[str, tuple[int, int]]]]
) -> None:
    state = backlog(*orders)
    everyone = [order_id for order_id, _ in orders]
    best = 0
    for count in range(len(everyone) + 1):
        for chosen in combinations(everyone, count):
            rules = [PlanRule(f"id={order_id}", Stance.MUST_BE_FULL) for order_id in chosen]
            with suppress(PlanRefusedError):
                plan = rebalance(state, AT, rules=rules, protection=protection)
                best = max(best, plan.after.complete)
    assert rebalance(state, AT, protection=protection).value == best > 0


def test_units_that_whole_lines_give_beyond_need_count_as_passes_too() -> None:
    state = backlog(("A", {"MUG": (2, 9)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (0, 9)}))
    protection = Protection(whole_lines=True, passed_over_max=1)
    assert rebalance(state, AT, protection=protection).orders == ()
    full = [PlanRule("id=B", Stance.MUST_BE_FULL)]
    with pytest.raises(PlanRefusedError, match="pass over others too often"):
        rebalance(state, AT, rules=full, protection=protection)


def test_who_must_be_full_may_not_pass_over_who_is_given_up() -> None:
    state = backlog(
        ("A", {"CUP": (0, 1), "MUG": (0, 1)}),
        ("B", {"MUG": (0, 1)}),
        ("C", {"CUP": (2, 9)}),
        available={"MUG": 2},
    )
    rules = [PlanRule("id=A", Stance.MAY_ONLY_GAIN), PlanRule("id=B", Stance.MUST_BE_FULL)]
    protection = Protection(whole_lines=True, passed_over_max=0)
    with pytest.raises(PlanRefusedError, match="pass over others too often") as caught:
        rebalance(state, AT, rules=rules, protection=protection)
    assert caught.value.order_ids == ("B",)


def test_an_urgent_order_is_not_passed_over() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=0)
    state = backlog(("A", {"MUG": (3, 9)}), ("B", {"MUG": (0, 2)}))
    assert rebalance(state, AT, policy).orders == ()


def test_where_no_part_is_allowed_available_units_complete_what_they_can() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    state = backlog(
        ("A", {"MUG": (0, 3)}), ("B", {"MUG": (0, 2)}), ("C", {"MUG": (0, 2)}), available={"MUG": 4}
    )
    plan = rebalance(state, AT, policy)
    assert completed(plan) == {"B", "C"}
    assert completed(rebalance(state, AT, policy, orders_max=1)) == {"B"}
    assert plan.idle == ()
    after = applied(plan, state, policy)
    assert violations(after.orders.values(), after.records.values(), policy, AT) == []


def test_a_plan_changes_at_most_so_many_orders() -> None:
    state = backlog(
        *((f"A-{number}", {"MUG": (1, 9)}) for number in range(4)),
        *((f"B-{number}", {"MUG": (0, 1)}) for number in range(4)),
    )
    for orders_max, value in ((2, 1), (3, 1), (5, 2), (8, 4)):
        plan = rebalance(state, AT, orders_max=orders_max)
        assert (len(plan.orders), plan.value, plan.omitted) == (2 * value, value, 4 - value)
    with pytest.raises(PlanRefusedError, match="at most 1 orders"):
        rebalance(state, AT, orders_max=1)


def test_more_back_orders_than_allowed_are_refused() -> None:
    state = backlog(("A", {"MUG": (0, 1)}), ("B", {"MUG": (0, 1)}))
    assert rebalance(state, AT, waiting_max=2).value == 0
    with pytest.raises(PlanRefusedError, match="waiting_max"):
        rebalance(state, AT, waiting_max=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": "ORDERS"},
        {"weight": Weight.VALUE},
        {"value_field": "total"},
        {"weight": lambda _: 0},
        {"weight": lambda _: 1.5},
        {"rules": ["id=A"]},
        {"rules": [PlanRule("", Stance.MAY_LOSE)] * 21},
        {"protection": None},
        {"orders_max": 0},
        {"orders_max": 20_001},
        {"waiting_max": True},
        {"rounds": -1},
        {"go_on": 5},
        {"seconds_left": 5},
        {"optimiser": object()},
        {"exact": True},
    ],
)
def test_a_wrong_argument_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        rebalance(backlog(("A", {"MUG": (0, 1)})), AT, **wrong)


def test_the_value_of_an_order_is_exact_and_never_guessed() -> None:
    state = backlog(*((f"A-{number}", {"MUG": (int(number == 0), 2)}) for number in range(5)))
    totals = ("1.5", "1.505", "0", "1e3", "7")
    orders = [
        attrs.evolve(order, custom_fields={"total": total})
        for order, total in zip(state.orders.values(), totals, strict=True)
    ]
    state = State.of(state.seller_id, orders, [Stock(key("MUG"), 3, 1)])
    plan = rebalance(state, AT, weight=Weight.VALUE, value_field="total")
    assert (completed(plan), plan.value, plan.without_weight) == ({"A-4"}, 7_000, 2)
    assert plan.orders[-1].weight == 7_000
    with pytest.raises(PlanRefusedError, match=r"with numbers, .*; their fields: 'total'"):
        rebalance(state, AT, weight=Weight.VALUE, value_field="totl")
    without_fields = backlog(("A", {"MUG": (1, 2)}), ("B", {"MUG": (0, 1)}))
    with pytest.raises(PlanRefusedError, match=r"or choose another weight$"):
        rebalance(without_fields, AT, weight=Weight.VALUE, value_field="total")
    with pytest.raises(PlanRefusedError, match=r"or choose another weight$"):
        rebalance(state, AT, weight=lambda _order: None)


def test_a_rule_may_ask_for_the_expected_date() -> None:
    state = backlog(("A", {"MUG": (3, 9)}), ("B", {"MUG": (0, 2)}), ("C", {"MUG": (0, 1)}))
    arrives = ExpectedReceipt("R-1", key("MUG"), 6, AT + timedelta(days=1))
    state = State.of(state.seller_id, state.orders.values(), state.records.values(), [arrives])
    rules = [PlanRule("expected!=none", Stance.LEFT_ALONE)]
    assert rebalance(state, AT, rules=rules).orders == ()
    assert completed(rebalance(state, AT)) == {"B", "C"}


def test_a_plan_rests_on_the_versions_before_any_effect_of_time() -> None:
    state = backlog(("A", {"MUG": (3, 9)}), ("B", {"MUG": (0, 2)}))
    ended = (Hold(HoldReason.OTHER, until=AT - timedelta(hours=1)),)
    held = attrs.evolve(state.orders["B"], status=Status.ON_HOLD, holds=ended)
    state = State.of(state.seller_id, [state.orders["A"], held], state.records.values())
    plan = rebalance(state, AT)
    assert [(each.order_id, each.version) for each in plan.orders] == [("A", 1), ("B", 1)]
    assert applied(plan, state).orders["B"].status is Status.ALLOCATED


def test_a_long_backlog_is_read_in_pages() -> None:
    state = backlog(*((f"A-{number:04}", {"MUG": (1, 2)}) for number in range(2_100)))
    plan = rebalance(state, AT, rounds=5)
    assert (plan.before.waiting, plan.value) == (2_100, 1_050)


def test_a_group_may_take_what_complete_orders_have() -> None:
    state = backlog(("A", {"MUG": (2, 2)}), ("B", {"MUG": (0, 2)}))
    rules = [PlanRule("id=B", Stance.MAY_ONLY_GAIN)]
    plan = rebalance(state, AT, rules=rules, protection=EVERYTHING)
    assert completed(plan) == {"B"}
    assert [each.complete_before for each in plan.groups] == [0, 1]


@pytest.mark.parametrize("exact", [False, True])
def test_a_solver_finds_the_prices_and_proves_the_plan(exact: bool) -> None:  # noqa: FBT001
    found = search(large_packing(300), Search(rounds=1, optimiser=Highs(), exact=exact))
    best = search(large_packing(300), Search())
    assert found.value <= best.value == best.bound <= found.bound
    assert not exact or found.value == found.bound


class _Dear(Highs):
    """A solver whose prices prove nothing."""

    def prices(self, packing: Packing, seconds: float) -> Sequence[float]:  # noqa: ARG002 - at once
        return [0.0] * len(packing.supply)


class _Wrong(_Dear):
    """One whose choice does not fit."""

    def best(
        self,
        packing: Packing,
        known: Sequence[int],
        seconds: float,  # noqa: ARG002 - at once
    ) -> tuple[Sequence[int], int]:
        assert min(packing.left(list(known))) >= 0
        return range(len(packing.weights)), sum(packing.weights)


def test_a_solver_proves_what_its_prices_do_not() -> None:
    packing = large_packing(300)
    found = search(packing, Search(rounds=1, optimiser=_Dear(), exact=True))
    assert found.value == found.bound == search(packing, Search()).bound


def test_prices_of_a_solver_that_prove_nothing_are_replaced_by_those_of_the_search() -> None:
    packing = large_packing(300)
    found = search(packing, Search(rounds=60, optimiser=_Dear()))
    assert found == search(packing, Search(rounds=60))


def test_a_choice_of_a_solver_that_does_not_fit_is_ignored() -> None:
    packing = large_packing(300)
    found = search(packing, Search(rounds=1, optimiser=_Wrong(), exact=True))
    assert min(packing.left(list(found.chosen))) >= 0
    assert 0 < packing.value(found.chosen) == found.value < found.bound


def _with_lines(state: State, order_id: str, *lines: OrderLine) -> State:
    """Return a state in which an order has other lines, with stock for them and nothing idle."""
    orders = [
        attrs.evolve(order, lines=lines) if order.order_id == order_id else order
        for order in state.orders.values()
    ]
    stock = [
        Stock(key(sku), units, units)
        for sku in SKUS
        for units in [sum(order.allocated_of(sku) for order in orders)]
    ]
    return State.of(state.seller_id, orders, stock)


def test_the_last_line_of_a_product_gives_first_and_no_more_than_is_needed() -> None:
    state = backlog(("A", {"MUG": (1, 5)}), ("B", {"MUG": (0, 1)}))
    lines = (OrderLine("1", "MUG", 5, 2), OrderLine("2", "MUG", 5, 2))
    plan = rebalance(_with_lines(state, "A", *lines), AT)
    assert [(line.line_id, line.change) for line in plan.orders[0].lines] == [("2", -1)]
    lines = (OrderLine("1", "MUG", 5, 2), OrderLine("2", "MUG", 5, 1))
    state = _with_lines(state, "A", *lines)
    plan = rebalance(state, AT, protection=Protection(whole_lines=True))
    assert [(line.line_id, line.change) for line in plan.orders[0].lines] == [("2", -1)]


def test_the_lines_of_a_set_give_together_all_that_they_have() -> None:
    state = backlog(("A", {"MUG": (1, 5)}), ("B", {"MUG": (0, 1)}), ("C", {"MUG": (0, 9)}))
    lines = (OrderLine("1", "CUP", 1, 0, "set"), OrderLine("2", "MUG", 5, 2, "set"))
    plan = rebalance(_with_lines(state, "A", *lines), AT, protection=Protection(sets=True))
    changes = {each.order_id: each.gained - each.lost for each in plan.orders}
    assert changes == {"A": -2, "B": 1, "C": 1}


def test_the_later_of_two_orders_that_are_worth_the_same_is_given_up() -> None:
    state = backlog(
        ("A", {"MUG": (2, 3), "CUP": (3, 3)}),
        ("B", {"CUP": (0, 1)}),
        ("C", {"CUP": (1, 2)}),
        *TOO_MANY_TO_TRY_ALL,
    )
    protection = Protection(complete=False, whole_lines=True)
    assert completed(rebalance(state, AT, protection=protection)) == {"B"}


def test_an_order_that_takes_nothing_of_what_nobody_takes_is_not_given_up() -> None:
    state = backlog(
        ("A", {"MUG": (0, 1)}),
        ("B", {"CUP": (3, 4)}),
        ("C", {"CUP": (2, 4)}),
        ("D", {"CUP": (0, 4), "MUG": (3, 4), "PAN": (1, 1)}),
        *TOO_MANY_TO_TRY_ALL,
    )
    assert rebalance(in_sets(state, ["D"]), AT, protection=Protection(sets=True)).value == 1


def test_a_search_that_is_over_at_once_has_an_answer() -> None:
    found = search(large_packing(300), Search(go_on=lambda _value, _bound: False))
    assert found.was_cut
    assert 0 < found.value <= found.bound


@pytest.mark.parametrize("partial", [PartialAllocation.NEVER, PartialAllocation.AFTER_WAITING])
def test_no_complete_order_gives_where_it_would_lose_the_rest(partial: PartialAllocation) -> None:
    state = backlog(("A", {"CUP": (3, 3), "MUG": (2, 2)}), ("B", {"CUP": (0, 3)}))
    passes_max = 1 if partial is PartialAllocation.AFTER_WAITING else None
    policy = AllocationPolicy(partial_allocation=partial, passes_max=passes_max)
    with pytest.raises(PlanRefusedError, match="would then wait and lose all others"):
        rebalance(state, AT, policy, protection=Protection(complete=False))
    assert rebalance(state, AT, policy).orders == ()
