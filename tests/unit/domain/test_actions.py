"""`actions`: every action, allowed or refused with the reason, and what it would lead to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    Action,
    ActionAnswer,
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    PartialAllocation,
    Status,
)
from orderflow.commands import CancelOrder, RequestCancellation
from orderflow.core import State, actions, decide
from orderflow.domain.model.commands import DespatchOrder, SendOrderToWarehouse, SplitOrder
from orderflow.domain.queries.actions import cancelling_command
from orderflow.edits import ChangePriority
from orderflow.errors import OrderNotFoundError, RefusedError
from tests.unit.domain.test_walks import OPENINGS
from tests.unit.shop import ACME, NOON, Shop, about, key, later, shop_with

if TYPE_CHECKING:
    from orderflow.commands import OrderCommand

ALLOWED = {
    "NEW": "ALLOCATE, EDIT, REMOVE_LINE, REPLACE_LINE, MOVE, PIN, HOLD, CANCEL",
    "POSTPONED": "EDIT, REMOVE_LINE, REPLACE_LINE, MOVE, PIN, HOLD, CANCEL",
    "ON_HOLD": "EDIT, REPLACE_LINE, MOVE, REALLOCATE, PIN, HOLD, RELEASE_HOLD, CANCEL",
    "ON_BACK_ORDER": ("EDIT, REPLACE_LINE, SEND_STOCK, SPLIT, MOVE, REALLOCATE, PIN, HOLD, CANCEL"),
    "ALLOCATED": (
        "EDIT, REMOVE_LINE, REPLACE_LINE, SPLIT, MOVE, REALLOCATE, PIN, HOLD, CANCEL, "
        "SEND_TO_WAREHOUSE"
    ),
    "SENT_TO_WAREHOUSE": "REQUEST_CANCELLATION, REPORT_SHORT_PICK, DESPATCH",
    "CANCELLATION_REQUESTED": (
        "ACCEPT_CANCELLATION, REJECT_CANCELLATION, REPORT_SHORT_PICK, DESPATCH"
    ),
    "DESPATCHED": "DELIVER, RETURN_UNITS",
    "DELIVERED": "RETURN_UNITS",
    "CANCELLED": "",
}


def answers(shop: Shop, order_id: str = "A") -> dict[str, ActionAnswer]:
    return {str(answer.action): answer for answer in shop.actions(order_id)}


@pytest.mark.parametrize("status", OPENINGS)
def test_each_status_allows_what_the_design_says(status: str) -> None:
    """The orders on back order and on hold have one line, so none can be removed."""
    found = answers(OPENINGS[status]())
    allowed = [action for action, answer in found.items() if answer.allowed]
    assert ", ".join(allowed) == ALLOWED[status]


@pytest.mark.parametrize("status", OPENINGS)
def test_every_action_is_answered_for_and_every_refusal_has_a_reason(status: str) -> None:
    found = answers(OPENINGS[status]())
    assert list(found) == [str(action) for action in Action]
    for answer in found.values():
        assert answer.allowed == (answer.reason == "")
        assert answer.allowed == bool(answer.leads_to)
        assert answer.allowed or answer.outcome is None
        assert answer.allowed or "'A'" in answer.reason


LEADS_TO = {
    "NEW": {
        "ALLOCATE": ["ALLOCATED"],
        "MOVE": ["NEW"],
        "HOLD": ["ON_HOLD"],
        "CANCEL": ["CANCELLED"],
    },
    "POSTPONED": {
        "EDIT": ["POSTPONED", "ALLOCATED", "ON_BACK_ORDER"],
        "REPLACE_LINE": ["POSTPONED"],
        "MOVE": ["POSTPONED"],
        "HOLD": ["ON_HOLD"],
    },
    "ON_HOLD": {
        "RELEASE_HOLD": ["ON_BACK_ORDER"],
        "MOVE": ["ON_HOLD"],
        "CANCEL": ["CANCELLED"],
        "EDIT": ["ON_HOLD"],
    },
    "ON_BACK_ORDER": {
        "SPLIT": ["ON_BACK_ORDER"],
        "SEND_STOCK": ["ON_BACK_ORDER", "ALLOCATED"],
        "EDIT": ["ALLOCATED", "ON_BACK_ORDER"],
        "MOVE": ["ON_BACK_ORDER", "ALLOCATED"],
        "REALLOCATE": ["ALLOCATED", "ON_BACK_ORDER"],
    },
    "ALLOCATED": {
        "SEND_TO_WAREHOUSE": ["SENT_TO_WAREHOUSE"],
        "EDIT": ["ALLOCATED", "ON_BACK_ORDER"],
        "MOVE": ["ON_BACK_ORDER", "ALLOCATED"],
        "REALLOCATE": ["ON_BACK_ORDER", "ALLOCATED"],
    },
    "SENT_TO_WAREHOUSE": {
        "DESPATCH": ["DESPATCHED"],
        "REPORT_SHORT_PICK": ["ON_BACK_ORDER", "ALLOCATED"],
    },
    "CANCELLATION_REQUESTED": {
        "ACCEPT_CANCELLATION": ["CANCELLED"],
        "REJECT_CANCELLATION": ["SENT_TO_WAREHOUSE"],
        "DESPATCH": ["DESPATCHED"],
    },
    "DESPATCHED": {"DELIVER": ["DELIVERED"], "RETURN_UNITS": ["DESPATCHED"]},
    "DELIVERED": {"RETURN_UNITS": ["DELIVERED"]},
}


@pytest.mark.parametrize("status", LEADS_TO)
def test_each_allowed_action_says_where_it_leads(status: str) -> None:
    found = answers(OPENINGS[status]())
    for action, leads_to in LEADS_TO[status].items():
        assert [str(each) for each in found[action].leads_to] == leads_to, action


def test_an_order_whose_day_is_far_would_be_postponed() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", not_before=later(999))
    shop.change_policy(AllocationPolicy(allocation_horizon=timedelta(hours=1)))
    found = answers(shop)
    assert found["REPLACE_LINE"].leads_to == (Status.ALLOCATED, Status.POSTPONED)
    assert set(found["EDIT"].leads_to) == {
        *(Status.ALLOCATED, Status.POSTPONED, Status.ON_BACK_ORDER)
    }
    shop.hold("A", HoldReason.OTHER, deallocate=True)
    assert answers(shop)["RELEASE_HOLD"].leads_to == (Status.POSTPONED,)


def test_an_order_on_hold_without_units_has_none_to_give() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.OTHER)
    assert answers(shop)["REALLOCATE"].units == (("MUG", 1),)
    shop.hold("A", HoldReason.ADDRESS, deallocate=True)
    reason = "no units were reallocated: order 'A' is on hold and has no units to give; release it"
    assert reason in answers(shop)["REALLOCATE"].reason


def test_a_pinned_order_may_be_unpinned_and_gives_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.pin("A")
    found = answers(shop)
    assert "'A' is pinned already: cannot pin; allowed now: unpin" in found["PIN"].reason
    assert found["UNPIN"].leads_to == (Status.ALLOCATED,)
    assert "'A' is pinned and gives no units; unpin it first" in found["REALLOCATE"].reason
    shop.unpin("A")
    found = answers(shop)
    assert "'A' is not pinned: cannot unpin; allowed now: pin" in found["UNPIN"].reason


def test_a_short_pick_of_an_order_to_be_cancelled_leads_to_its_cancellation() -> None:
    found = answers(OPENINGS["CANCELLATION_REQUESTED"]())
    assert found["REPORT_SHORT_PICK"].leads_to == (Status.CANCELLED,)


def test_a_split_says_which_units_would_leave() -> None:
    shop = shop_with(MUG=2, PAN=1)
    shop.take("A", ("MUG", 5), ("PAN", 1), ("MUG", 1))
    assert answers(shop)["SPLIT"].units == (("MUG", 2), ("PAN", 1))


def test_a_split_of_an_allocated_order_depends_on_what_is_named() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    answer = answers(shop)["SPLIT"]
    assert (answer.leads_to, answer.units, answer.outcome) == ((Status.ALLOCATED,), (), None)


def test_a_whole_line_of_several_can_be_split() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES), MUG=2, CUP=1)
    shop.take("A", ("MUG", 2), ("CUP", 1))
    assert answers(shop)["SPLIT"].allowed


def test_one_unit_cannot_be_split() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1))
    answer = answers(shop)["SPLIT"]
    assert (answer.allowed, "no unit would be left" in answer.reason) == (False, True)


def test_removing_the_short_lines_says_what_would_be_given_up() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2), ("PAN", 1))
    answer = answers(shop)["REMOVE_LINE"]
    assert (answer.units, answer.leads_to) == ((("PAN", 3),), (Status.ALLOCATED,))


def test_removing_the_short_lines_of_an_order_on_hold_leaves_it_on_hold() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 2))
    shop.take("B", ("PAN", 2))
    for order_id in "AB":
        shop.hold(order_id, HoldReason.SHORT)
    answer = answers(shop)["REMOVE_LINE"]
    assert (answer.units, answer.leads_to) == ((("PAN", 2),), (Status.ON_HOLD,))
    assert not answers(shop, "B")["REMOVE_LINE"].allowed


def test_sending_stock_says_how_much_is_needed() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 4))
    assert answers(shop)["SEND_STOCK"].units == (("MUG", 3),)


def test_only_actions_on_units_name_them() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), ("CUP", 1))
    named = [action for action, answer in answers(shop).items() if answer.units]
    assert named == ["REMOVE_LINE", "SEND_STOCK", "SPLIT", "REALLOCATE"]


def test_removing_the_only_line_is_refused_and_says_to_cancel() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    answer = answers(shop)["REMOVE_LINE"]
    assert (answer.allowed, "cancel the order instead" in answer.reason) == (False, True)


def test_a_cancellation_tells_whom_it_would_serve() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    outcome = answers(shop)["CANCEL"].outcome
    assert outcome is not None
    assert outcome.back_orders_completed == ("B",)


def test_asking_changes_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    before, events = shop.stored(), shop.events()
    answers(shop)
    assert (shop.stored(), shop.events()) == (before, events)


def test_an_order_that_is_not_there_is_not_found() -> None:
    with pytest.raises(OrderNotFoundError):
        actions("A", State(ACME), NOON)


def held_until_one_o_clock() -> Shop:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60))
    return shop


def test_an_order_whose_hold_has_ended_may_be_sent_as_the_command_says() -> None:
    shop = held_until_one_o_clock()
    assert decide(SendOrderToWarehouse(**about(at=later(60))), shop.state()).order is not None
    found = {answer.action: answer for answer in shop.actions("A", at=later(60))}
    assert found[Action.SEND_TO_WAREHOUSE].allowed


@pytest.mark.parametrize("status", OPENINGS)
def test_the_answers_agree_with_the_commands(status: str) -> None:
    shop = OPENINGS[status]()
    found = answers(shop)
    commands: dict[str, OrderCommand] = {
        "SEND_TO_WAREHOUSE": SendOrderToWarehouse(**about()),
        "DESPATCH": DespatchOrder(**about()),
        "SPLIT": SplitOrder(new_order_id="B", **about()),
    }
    if status == "ALLOCATED":
        commands["SPLIT"] = SplitOrder(units=(("1", 1),), **about())
    for action, command in commands.items():
        try:
            outcome = decide(command, shop.state())
        except RefusedError:
            assert not found[action].allowed
        else:
            assert outcome.order is not None
            assert found[action].leads_to == (outcome.order.status,)


@pytest.mark.parametrize("status", OPENINGS)
def test_an_order_is_cancelled_by_the_command_that_its_status_allows(status: str) -> None:
    allowed = ALLOWED[status].split(", ")
    kind = cancelling_command(Status(status))
    assert (kind is CancelOrder) == ("CANCEL" in allowed)
    assert (kind is RequestCancellation) == ("REQUEST_CANCELLATION" in allowed)


def test_an_edit_may_cancel_an_order_whose_product_has_a_limit() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.limit_back_orders(key(), 0, begins_at=later(60))
    assert Status.CANCELLED not in answers(shop, "A")[Action.EDIT].leads_to
    edit = {each.action: each for each in shop.actions("A", at=later(60))}[Action.EDIT]
    assert edit.leads_to == (Status.ALLOCATED, Status.ON_BACK_ORDER, Status.CANCELLED)
    shop.edit("A", ChangePriority(3), at=later(60))
    assert shop.status("A") == "CANCELLED"


def test_what_an_action_leads_to_follows_the_policy() -> None:
    shop = shop_with(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=1)
    shop.take("A", ("MUG", 2), allocate=False)
    outcome = next(each for each in shop.actions("A") if each.action is Action.ALLOCATE).outcome
    assert outcome is not None
    assert outcome.order is not None
    assert outcome.order.allocated == 0
