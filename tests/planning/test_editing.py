"""Plans that are changed by hand, and turned into a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import AllocationPolicy, OrderLine, PartialAllocation
from orderflow.core import State, decide
from orderflow.domain.planning.applying import require_same
from orderflow.errors import InvalidValueError, PlanRefusedError, StaleVersionError
from orderflow.planning import (
    PlanEdit,
    PlannedLine,
    PlanRule,
    Protection,
    Stance,
    command_of,
    edit_plan,
    plan_edits_of,
    rebalance,
)
from tests.planning.worlds import AT, backlog, in_sets
from tests.unit.shop import ACME

if TYPE_CHECKING:
    from orderflow.planning import Plan

WHY: dict[str, Any] = {"at": AT, "by": "Ann"}
STATE = backlog(
    ("A", {"MUG": (3, 9), "CUP": (1, 2)}), ("B", {"MUG": (0, 2)}), ("C", {"MUG": (0, 1)})
)


def units(plan: Plan) -> dict[str, int]:
    return {order.order_id: order.gained - order.lost for order in plan.orders}


def edited(state: State, edits: str, **fields: Any) -> Plan:  # noqa: ANN401
    return edit_plan(rebalance(state, AT, **fields), state, edits)


def test_units_change_hands_and_everything_follows() -> None:
    plan = rebalance(STATE, AT)
    after = edit_plan(plan, STATE, "take 1 from C, give to A")
    assert units(after) == {"A": -2, "B": 2}
    assert (after.value, after.bound, after.after.complete) == (1, 2, 1)
    assert after.edits == ("take 1 from C, give to A",)
    assert after.plan_id != plan.plan_id
    outcome = decide(command_of(after, **WHY), STATE)
    assert {each.order_id: each.allocated for each in outcome.orders} == {"A": 2, "B": 2}


def test_a_set_gives_all_that_it_has_or_gains() -> None:
    state = backlog(("A", {"MUG": (2, 3), "CUP": (1, 3)}), ("B", {"MUG": (0, 9), "CUP": (0, 9)}))
    order = state.orders["A"]
    lines = tuple(attrs.evolve(line, set_id="set") for line in order.lines)
    changed = [attrs.evolve(order, lines=lines), state.orders["B"]]
    state = State.of(ACME, changed, [*state.records.values()])
    plan = rebalance(state, AT, protection=Protection(sets=True))
    both = edit_plan(plan, state, "take 2 MUG from A, give to B; take 1 CUP from A, give to B")
    assert units(both) == {"A": -3, "B": 3}
    with pytest.raises(PlanRefusedError, match="the lines of set 'set' give up all"):
        edit_plan(plan, state, "take 2 MUG from A, give to B")
    state = backlog(("A", {"MUG": (2, 3), "CUP": (0, 3)}), ("B", {"MUG": (0, 9)}))
    plan = rebalance(in_sets(state, ["A"]), AT, protection=Protection(sets=True))
    assert units(edit_plan(plan, in_sets(state, ["A"]), "take 2 from A, give to B"))["B"] == 2


def test_edits_follow_one_another_and_may_undo_a_plan() -> None:
    edits = [PlanEdit(1, "C", "A"), PlanEdit(2, "B", "A", "MUG")]
    plan = rebalance(STATE, AT)
    after = edit_plan(plan, STATE, edits)
    assert edit_plan(plan, STATE, "; ".join(map(str, edits)) + "; ") == after
    assert plan.orders[0].lines[0].short == 9
    assert after.orders == ()
    with pytest.raises(PlanRefusedError, match="changes nothing"):
        command_of(after, **WHY)


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ("take 9 from B, give to A", "B has 2 units of MUG"),
        ("take 1 from X, give to A", "does not consider"),
        ("take 1 CUP from B, give to A", "B has 0 units"),
        ("take 1 from A, give to B", "no product in common"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edits: str, message: str) -> None:
    with pytest.raises(PlanRefusedError, match=message):
        edited(STATE, edits)


def test_the_product_is_named_if_it_may_be_one_of_several() -> None:
    state = backlog(("A", {"MUG": (3, 4), "CUP": (3, 4)}), ("B", {"MUG": (0, 9), "CUP": (0, 9)}))
    with pytest.raises(PlanRefusedError, match="may be any of these: MUG, CUP"):
        edited(state, "take 1 from A, give to B")
    one = "take 1 CUP from A, give to B"
    assert units(edited(state, one)) == {"A": -1, "B": 1}
    state = backlog(("A", {"MUG": (3, 4), "CUP": (3, 4)}), ("B", {"MUG": (0, 9), "CUP": (0, 1)}))
    assert units(edited(state, f"{one}; take 1 from A, give to B")) == {"A": -2, "B": 2}


def test_the_lines_of_a_product_count_together() -> None:
    state = backlog(("A", {"MUG": (9, 9), "PAN": (0, 1)}), ("B", {"MUG": (0, 5), "CUP": (0, 1)}))
    divided = [
        attrs.evolve(order, lines=(*_in_two(order.lines[0]), *order.lines[1:]))
        for order in state.orders.values()
    ]
    state = State.of(ACME, divided, state.records.values())
    assert units(edited(state, "take 5 from A, give to B")) == {"A": -5, "B": 5}
    with pytest.raises(PlanRefusedError, match="A has 9 units of MUG, and B is short of 5"):
        edited(state, "take 6 from A, give to B")


def _in_two(line: OrderLine) -> tuple[OrderLine, OrderLine]:
    """Divide a line, of which all units are allocated or none."""
    allocated = line.allocated and line.allocated - 2
    return (
        attrs.evolve(line, quantity=line.quantity - 2, allocated=allocated),
        OrderLine("9", line.sku, 2, line.allocated - allocated),
    )


@pytest.mark.parametrize(
    ("fields", "edits", "message"),
    [
        (
            {"rules": [PlanRule("id=A", Stance.MAY_ONLY_GAIN)]},
            "take 1 from A, give to C",
            "protected",
        ),
        ({"rules": [PlanRule("id=C", Stance.LEFT_ALONE)]}, "take 1 from A, give to C", "not gain"),
        ({"protection": Protection(passed_over_max=0)}, "take 1 from A, give to C", "passed over"),
        (
            {"rules": [PlanRule("id=B", Stance.MUST_BE_FULL)]},
            "take 1 from B, give to A",
            "must be full, and would not be",
        ),
        ({"protection": Protection(whole_lines=True)}, "take 1 from C, give to A", "or none"),
    ],
)
def test_what_a_plan_protects_stays_protected(
    fields: dict[str, Any], edits: str, message: str
) -> None:
    with pytest.raises(PlanRefusedError, match=message):
        edited(STATE, edits, **fields)


def test_the_lines_of_a_set_are_given_together() -> None:
    rest = {"CUP": (0, 9)}
    orders = (("D", rest), ("A", {"MUG": (2, 9), "CUP": (1, 9)}), ("B", {"MUG": (0, 1)}))
    state = in_sets(backlog(*orders), ["A"])
    divided = rebalance(state, AT)
    assert units(divided) == {"A": -1, "B": 1}
    whole = rebalance(state, AT, protection=Protection(sets=True))
    assert whole.orders == (), "nobody takes the second mug"
    with pytest.raises(PlanRefusedError, match="lines of set 'S'"):
        edit_plan(whole, state, "take 1 from A, give to B")


def test_a_set_with_a_product_that_nobody_takes_stays_together() -> None:
    state = in_sets(backlog(("A", {"MUG": (2, 9), "CUP": (1, 1)}), ("B", {"MUG": (0, 1)})), ["A"])
    assert units(rebalance(state, AT)) == {"A": -1, "B": 1}
    protection = Protection(sets=True)
    assert rebalance(state, AT, protection=protection).orders == ()
    rules = [PlanRule("id=B", Stance.MUST_BE_FULL)]
    with pytest.raises(PlanRefusedError, match="more units of 'CUP' than can be taken"):
        rebalance(state, AT, rules=rules, protection=protection)


def test_units_that_are_given_beyond_need_go_to_the_first_in_the_queue() -> None:
    state = backlog(("A", {"MUG": (0, 9)}), ("B", {"MUG": (3, 9)}), ("C", {"MUG": (0, 2)}))
    plan = rebalance(state, AT, protection=Protection(whole_lines=True))
    assert units(plan) == {"A": 1, "B": -3, "C": 2}
    decide(command_of(plan, **WHY), state)


def test_whole_lines_may_leave_no_way_to_complete_an_order_that_must_be_full() -> None:
    state = backlog(("B", {"MUG": (3, 9)}), ("C", {"MUG": (0, 2)}))
    rules = [PlanRule("id=C", Stance.MUST_BE_FULL)]
    assert rebalance(state, AT, rules=rules).value == 1
    with pytest.raises(PlanRefusedError, match="more units of 'MUG' than can be taken"):
        rebalance(state, AT, rules=rules, protection=Protection(whole_lines=True))


def test_an_order_that_may_have_no_part_is_completed_or_gets_nothing() -> None:
    never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    state = backlog(("A", {"MUG": (0, 5)}), ("B", {"MUG": (0, 2)}), available={"MUG": 2})
    plan = rebalance(state, AT, never)
    with pytest.raises(PlanRefusedError, match="may not be allocated a part"):
        edit_plan(plan, state, "take 1 from B, give to A", never)


def test_a_plan_that_is_out_of_date_is_neither_edited_nor_applied() -> None:
    plan = rebalance(STATE, AT)
    orders = [attrs.evolve(each, version=each.version + 1) for each in STATE.orders.values()]
    later = State.of(ACME, orders, STATE.records.values())
    with pytest.raises(PlanRefusedError, match=r"had version 1 when it .* and has version 2 now"):
        edit_plan(plan, later, "take 1 from C, give to A")
    with pytest.raises(
        InvalidValueError, match=r"^edit_plan\.plan must be a plan of 'bolt'.*'acme'"
    ):
        edit_plan(plan, State("bolt"), "take 1 from C, give to A")
    with pytest.raises(StaleVersionError):
        decide(command_of(plan, **WHY), later)


def test_a_plan_with_a_function_needs_it_again() -> None:
    plan = rebalance(STATE, AT, weight=lambda order: order.units)
    with pytest.raises(InvalidValueError, match="function that the plan was made with"):
        edit_plan(plan, STATE, "take 1 from C, give to A")
    after = edit_plan(plan, STATE, "take 1 from C, give to A", weight_of=lambda order: order.units)
    assert after.value == 2


def test_a_pinned_order_loses_nothing() -> None:
    orders = [attrs.evolve(each, pinned=each.order_id == "A") for each in STATE.orders.values()]
    assert rebalance(State.of(ACME, orders, STATE.records.values()), AT).orders == ()


@pytest.mark.parametrize(
    "text",
    ["", "take it all", "take 0 from A, give to B", "take 1 from A, give to A", 5, "x" * 100_001],
)
def test_a_text_that_is_no_edit_is_refused(text: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^((edit_plan\.)?edits|PlanEdit\.\w+) must be "):
        plan_edits_of(text)


@pytest.mark.parametrize(
    "edit",
    [
        PlanEdit(3, "A-1", "A-7"),
        PlanEdit(1, "A 1", "it's", "x,y"),
        PlanEdit(1, "from", 'a "b"', "from"),
    ],
)
def test_an_edit_reads_back_from_its_text(edit: PlanEdit) -> None:
    assert plan_edits_of(str(edit)) == (edit,)


def test_a_line_of_a_plan_has_no_more_than_was_ordered() -> None:
    with pytest.raises(InvalidValueError, match=r"^PlannedLine\.after must be .*, not 3"):
        PlannedLine("1", "MUG", quantity=2, before=1, after=3)


def test_wrong_arguments_are_refused() -> None:
    plan = rebalance(STATE, AT)
    for wrong in (
        lambda: edit_plan(None, STATE, "take 1 from C, give to A"),  # type: ignore[arg-type]
        lambda: edit_plan(plan, State("bolt"), "take 1 from C, give to A"),
        lambda: edit_plan(plan, STATE, []),
        lambda: edit_plan(plan, STATE, [5]),  # type: ignore[list-item]
        lambda: command_of(5, **WHY),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidValueError):
            wrong()


def test_a_plan_whose_changes_are_not_its_own_is_neither_edited_nor_applied() -> None:
    plan = rebalance(STATE, AT)
    changed = attrs.evolve(plan, orders=plan.orders[:1])
    with pytest.raises(PlanRefusedError, match="edit_plan"):
        command_of(changed, **WHY)
    with pytest.raises(PlanRefusedError, match="edit_plan"):
        edit_plan(changed, STATE, "take 1 from C, give to A")
    many = attrs.evolve(plan, orders=plan.orders * 7_000)
    with pytest.raises(PlanRefusedError, match="orders_max"):
        command_of(many, **WHY)


def test_a_plan_of_two_warehouses_moves_no_unit_between_them() -> None:
    lines = (OrderLine("1", "MUG", 1),)
    far = attrs.evolve(STATE.orders["B"], order_id="Y", warehouse_id="york", lines=lines)
    state = State.of(ACME, [*STATE.orders.values(), far], STATE.records.values())
    assert "Y" not in units(rebalance(state, AT))
    with pytest.raises(PlanRefusedError, match="different warehouses"):
        edited(state, "take 1 from C, give to Y")


def test_an_edited_plan_still_says_how_many_orders_its_limit_omits() -> None:
    state = backlog(*((each, {"MUG": (0, 1)}) for each in "ABC"), available={"MUG": 3})
    plan = rebalance(state, AT, orders_max=2)
    assert ([each.order_id for each in plan.orders], plan.omitted) == (["A", "B"], 1)
    after = edit_plan(plan, state, "take 1 from B, give to C")
    assert after.omitted == plan.omitted


def test_the_command_of_a_plan_has_its_id_so_that_it_is_applied_once() -> None:
    plan = rebalance(STATE, AT)
    assert command_of(plan, **WHY).command_id == plan.plan_id


@pytest.mark.parametrize("repay", [True, False])
def test_a_plan_that_is_applied_again_in_another_way_says_how_it_was_applied(
    repay: bool,  # noqa: FBT001
) -> None:
    plan = rebalance(STATE, AT)
    earlier = command_of(plan, repay=repay, note="as agreed", **WHY)
    require_same(command_of(plan, repay=repay, note="as agreed", **WHY), earlier)
    with pytest.raises(PlanRefusedError) as refused:
        require_same(command_of(plan, repay=not repay, note="as agreed", **WHY), earlier)
    how = f"'Ann' on {AT:%Y-%m-%d}, {'with' if repay else 'without'} repayment, with the note"
    assert f"the plan was applied by {how} 'as agreed'" in str(refused.value)


def test_an_order_that_must_be_full_and_is_not_changed_keeps_an_edit_from_it() -> None:
    rules = [PlanRule("id=C", Stance.MUST_BE_FULL)]
    plan = rebalance(STATE, AT, rules=rules)
    with pytest.raises(PlanRefusedError, match="these must be full, and would not be") as refused:
        edit_plan(plan, STATE, "take 1 from C, give to A")
    assert refused.value.order_ids == ("C",)


def test_an_order_that_gains_a_part_is_not_passed_over_by_itself() -> None:
    state = backlog(("A", {"MUG": (0, 3)}), ("B", {"MUG": (2, 4)}), ("C", {"MUG": (0, 1)}))
    after = edited(state, "take 1 from B, give to A")
    assert units(after) == {"A": 1, "B": -2, "C": 1}
    assert [(each.order_id, each.times) for each in after.passed_over] == [("A", 1), ("B", 1)]


def test_an_order_that_the_plan_does_not_consider_is_named() -> None:
    with pytest.raises(PlanRefusedError, match="does not consider this order") as refused:
        edited(STATE, "take 1 from C, give to Z")
    assert refused.value.order_ids == ("Z",)
