"""Orders with a day before which they must not leave: pre-orders, embargoes, delivery wishes.

Sources: element DTM of X12 orders, with the qualifiers 037 (ship not before) and 038 (ship not
later); nopCommerce issue 412 (the day from which a pre-order may be shipped).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow import (
    Action,
    AllocationPolicy,
    ExpectedReceipt,
    Fulfilment,
    HoldReason,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    ShortPart,
    Stock,
    in_words,
)
from orderflow.calendar import WarehouseCalendar
from orderflow.commands import (
    ChangePolicy,
    PlaceOrder,
    RunDue,
    SendOrderToWarehouse,
)
from orderflow.core import State, allocate, decide
from orderflow.edits import ChangeNotBefore, ChangePriority
from orderflow.errors import ActionRefusedError, SendRefusedError
from orderflow.events import PostponementEnded
from tests.unit.paging import each_page, pages
from tests.unit.shop import ACME, NOON, key, kinds, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow import Order

DAY = later(3 * 24 * 60)
JUST_BEFORE = DAY - timedelta(microseconds=1)


def test_an_order_with_a_day_keeps_its_turn_and_its_units_but_cannot_be_sent_before() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.take("B", ("MUG", 1))
    assert (shop.status("A"), shop.status("B")) == ("ALLOCATED", "ON_BACK_ORDER")
    with pytest.raises(SendRefusedError, match="2025-03-06 12:00:00 UTC") as refusal:
        shop.send_to_warehouse("A", at=JUST_BEFORE)
    assert (refusal.value.order_id, refusal.value.not_before) == ("A", DAY)
    assert shop.status("A") == "ALLOCATED"
    shop.send_to_warehouse("A", at=DAY)
    assert shop.status("A") == "SENT_TO_WAREHOUSE"


def test_a_hold_lets_a_later_order_take_what_arrives_and_a_day_does_not() -> None:
    shop = shop_with(MUG=0)
    shop.take("held", ("MUG", 1))
    shop.hold("held", HoldReason.SELLER_DELAY, until=DAY)
    shop.take("dated", ("MUG", 1), not_before=DAY)
    shop.take("late", ("MUG", 1))
    shop.receive("MUG", 1)
    assert [shop.status(each) for each in ("held", "dated", "late")] == [
        "ON_HOLD",
        "ALLOCATED",
        "ON_BACK_ORDER",
    ]


def test_an_edit_moves_the_day_or_removes_it() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.edit("A", ChangeNotBefore(later(600)))
    with pytest.raises(SendRefusedError):
        shop.send_to_warehouse("A", at=later(599))
    shop.edit("A", ChangeNotBefore(None))
    shop.send_to_warehouse("A")
    assert shop.order("A").not_before is None


def test_the_actions_and_the_explanation_name_the_day() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    answer = next(each for each in shop.actions("A") if each.action is Action.SEND_TO_WAREHOUSE)
    assert not answer.allowed
    assert "must not leave before 2025-03-06 12:00:00 UTC" in answer.reason
    why = in_words(shop.explain("A"))
    assert why[1] == "It cannot be sent to the warehouse before 2025-03-06 12:00 UTC."
    assert len(in_words(shop.explain("A", at=DAY))) == len(why) - 1
    send = SendOrderToWarehouse(seller_id=ACME, order_id="A", at=JUST_BEFORE)
    with pytest.raises(SendRefusedError):
        shop.preview(send)


def test_an_order_at_the_warehouse_no_longer_waits_for_its_day() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.send_to_warehouse("A", at=DAY)
    assert len(in_words(shop.explain("A"))) == 1  # asked by a clock that is behind


def test_a_part_that_is_split_off_waits_for_the_same_day() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=1)
    shop.take("A", ("MUG", 3), not_before=DAY)
    assert shop.order("A.1").not_before == DAY
    with pytest.raises(SendRefusedError):
        shop.send_to_warehouse("A.1")
    shop.send_to_warehouse("A.1", at=DAY)


def test_a_day_of_a_warehouse_begins_when_its_clocks_say_so() -> None:
    warsaw = WarehouseCalendar(time_zone=ZoneInfo("Europe/Warsaw"))
    auckland = WarehouseCalendar(time_zone=ZoneInfo("Pacific/Auckland"))
    christmas_eve = date(2026, 12, 24)
    assert warsaw.day_begins(christmas_eve) == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert auckland.day_begins(christmas_eve) == datetime(2026, 12, 23, 11, tzinfo=UTC)


def test_a_day_that_begins_at_one_begins_at_one() -> None:
    """In Cairo, the clocks went forward at midnight: 24 April 2026 had no 00:00."""
    cairo = WarehouseCalendar(time_zone=ZoneInfo("Africa/Cairo"))
    assert cairo.day_begins(date(2026, 4, 24)) == datetime(2026, 4, 23, 22, tzinfo=UTC)


# The allocation horizon: Odoo issue 24441 (an order of May takes the units that one of tomorrow
# needs), and Odoo's operation types that reserve so many days before the scheduled date.

DAYS_2 = AllocationPolicy(allocation_horizon=timedelta(days=2))
COMES_NEAR = DAY - timedelta(days=2)


def test_an_order_whose_day_is_far_leaves_the_units_to_those_of_now() -> None:
    shop = shop_with(DAYS_2, MUG=10)
    outcome = shop.take("may", ("MUG", 1), not_before=DAY)
    assert kinds(outcome) == ["OrderPlaced", "OrderPostponed"]
    assert outcome.back_orders_opened == ()
    shop.take("tomorrow", ("MUG", 10))
    assert (shop.status("may"), shop.status("tomorrow")) == ("POSTPONED", "ALLOCATED")
    assert list(shop.queue(key())) == []


def test_it_takes_its_position_when_its_day_is_near() -> None:
    shop = shop_with(DAYS_2, MUG=0)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.take("B", ("MUG", 1))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))
    shop.take("C", ("MUG", 1))
    shop.count(key("PAN"), 1, at=COMES_NEAR - timedelta(microseconds=1))
    assert [each.order_id for each in shop.queue(key())] == ["C"]
    outcome = shop.count(key("PAN"), 2, at=COMES_NEAR + timedelta(hours=1))
    late = COMES_NEAR + timedelta(hours=1)
    assert outcome.events[0] == PostponementEnded(ACME, "A", late, COMES_NEAR)
    assert outcome.back_orders_opened == ("A",)
    assert [each.order_id for each in shop.queue(key())] == ["A", "C"]
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("C")) == ((1,), (0,))


def test_what_waits_stays_in_its_queue_if_the_clock_goes_backwards() -> None:
    shop = shop_with(DAYS_2, MUG=0)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.receive("PAN", 1)
    shop.count(key("PAN"), 1, at=COMES_NEAR)
    shop.edit("A", ChangePriority(1), at=later(5))
    assert shop.status("A") == "ON_BACK_ORDER"
    shop.edit("A", ChangeNotBefore(DAY + timedelta(days=1)), at=later(5))
    assert shop.status("A") == "POSTPONED"


def test_the_second_run_at_one_moment_finds_nothing_to_do() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    assert kinds(shop.run_due(at=COMES_NEAR)) == ["PostponementEnded", "OrderAllocated"]
    assert shop.run_due(at=COMES_NEAR).events == ()


def test_an_order_is_not_passed_over_while_it_is_postponed() -> None:
    policy = AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING,
        passes_max=1,
        allocation_horizon=timedelta(days=2),
    )
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 2), not_before=DAY)
    outcome = shop.take("B", ("MUG", 1))
    assert kinds(outcome) == ["OrderPlaced", "OrderAllocated"]


def test_an_edit_that_moves_the_day_away_gives_the_units_to_those_who_wait() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 1))
    outcome = shop.edit("A", ChangeNotBefore(DAY))
    assert kinds(outcome) == ["OrderEdited", "OrderDeallocated", "OrderPostponed", "OrderAllocated"]
    assert (shop.status("A"), shop.status("B")) == ("POSTPONED", "ALLOCATED")


def test_an_edit_that_brings_the_day_near_ends_the_postponement() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    outcome = shop.edit("A", ChangeNotBefore(DAY + timedelta(days=1)))
    assert kinds(outcome) == ["OrderEdited"]
    assert shop.explain("A").offered_from == COMES_NEAR + timedelta(days=1)
    outcome = shop.edit("A", ChangeNotBefore(None))
    assert kinds(outcome) == ["OrderEdited", "PostponementEnded", "OrderAllocated"]


def test_a_hold_does_not_end_a_postponement_and_its_release_does_if_the_day_is_near() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.hold("A", HoldReason.OTHER)
    assert shop.count(key("PAN"), 1, at=COMES_NEAR).events[:-1] == ()
    assert kinds(shop.release_hold("A", at=COMES_NEAR)) == [*("HoldReleased", "OrderAllocated")]


def test_an_order_on_hold_gives_back_its_units_and_is_postponed_when_it_is_released() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1))
    shop.hold("A", HoldReason.OTHER)
    shop.take("B", ("MUG", 1))
    outcome = shop.edit("A", ChangeNotBefore(DAY))
    assert kinds(outcome) == ["OrderEdited", "OrderDeallocated", "OrderAllocated"]
    assert (shop.status("A"), shop.status("B")) == ("ON_HOLD", "ALLOCATED")
    assert kinds(shop.release_hold("A")) == ["HoldReleased", "OrderPostponed"]


def test_a_postponed_order_can_be_edited_moved_held_pinned_or_cancelled_and_no_more() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 2), not_before=DAY)
    with pytest.raises(ActionRefusedError, match="POSTPONED"):
        shop.split("A")
    with pytest.raises(ActionRefusedError, match="POSTPONED"):
        shop.allocate("A")
    allowed = {each.action for each in shop.actions("A") if each.allowed}
    edits = {Action.EDIT, Action.REMOVE_LINE, Action.REPLACE_LINE}
    assert allowed == {*edits, Action.MOVE, Action.HOLD, Action.PIN, Action.CANCEL}
    shop.cancel("A")
    assert shop.status("A") == "CANCELLED"


def test_an_order_stays_allocated_under_a_new_horizon_until_its_day_is_moved() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.hold("A", HoldReason.OTHER)
    shop.change_policy(DAYS_2)
    shop.release_hold("A")
    shop.edit("A", ChangePriority(1))
    assert shop.status("A") == "ALLOCATED"
    shop.edit("A", ChangeNotBefore(DAY + timedelta(days=1)))
    assert shop.status("A") == "POSTPONED"


def test_an_allocated_order_that_loses_units_is_postponed() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.take("B", ("MUG", 2))
    shop.change_policy(DAYS_2)
    outcome = shop.count(key(), 1)
    assert kinds(outcome)[-2:] == ["OrderPostponed", "OrderPartlyAllocated"]
    assert (shop.status("A"), shop.held("B")) == ("POSTPONED", (1,))


def test_an_order_that_is_preempted_is_postponed_and_leaves_the_rest_to_others() -> None:
    urgent = attrs.evolve(DAYS_2, queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(MUG=3)
    shop.take("far", ("MUG", 3), not_before=DAY)
    shop.take("waits", ("MUG", 2))
    shop.change_policy(urgent)
    outcome = shop.take("urgent", ("MUG", 1), priority=5)
    assert kinds(outcome) == [
        *("OrderPlaced", "OrderDeallocated", "OrderAllocated"),
        *("OrderDeallocated", "OrderPostponed", "OrderAllocated"),
    ]
    assert [shop.status(each) for each in ("far", "waits", "urgent")] == [
        *("POSTPONED", "ALLOCATED", "ALLOCATED")
    ]


def test_a_change_of_the_horizon_postpones_those_who_wait_or_puts_them_back() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.take("B", ("MUG", 1), not_before=DAY)
    outcome = shop.change_policy(DAYS_2)
    assert kinds(outcome)[1:] == [
        *("OrderDeallocated", "OrderPostponed", "OrderPostponed"),
    ]
    assert kinds(shop.change_policy(attrs.evolve(DAYS_2, queue=Queue.PRIORITY))) == [
        "PolicyChanged"
    ]
    outcome = shop.change_policy(AllocationPolicy())
    assert kinds(outcome)[1:3] == ["PostponementEnded", "PostponementEnded"]
    assert (shop.held("A"), shop.held("B")) == ((1,), (0,))


def test_an_order_that_the_same_command_has_released_is_put_back_too() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.hold("A", HoldReason.OTHER, until=later(60))
    outcome = shop.change_policy(AllocationPolicy(), at=later(60))
    assert kinds(outcome) == [
        *("HoldReleased", "OrderPostponed", "PolicyChanged", "PostponementEnded", "OrderAllocated")
    ]


def test_a_policy_without_a_horizon_puts_back_those_of_a_default_with_one() -> None:
    """The host dropped the horizon from its default; the order was postponed under the old one."""
    far = PlaceOrder(order=order("A", ("MUG", 1), not_before=DAY), at=later(0))
    state = State.of(ACME, [], [Stock(key(), 1)])
    state = state.after(decide(far, state, DAYS_2))
    change = ChangePolicy(seller_id=ACME, policy=AllocationPolicy(), at=later(1))
    outcome = decide(change, state, AllocationPolicy())
    assert kinds(outcome) == ["PolicyChanged", "PostponementEnded", "OrderAllocated"]


def three_postponed() -> State:
    state = State.of(ACME, [], [Stock(key(), 2)], policy=DAYS_2)
    for each in "ABC":
        place = PlaceOrder(order=order(each, ("MUG", 1), not_before=DAY), at=later(0))
        state = state.after(decide(place, state))
    return state


@pytest.mark.parametrize("orders_max", [1, 2, 9])
def test_many_orders_come_near_in_pages(orders_max: int) -> None:
    state = three_postponed()
    due = RunDue(seller_id=ACME, at=COMES_NEAR)
    for outcome, after in each_page(due, state, DAYS_2, orders_max):
        state = after
        assert len(outcome.orders) <= 2 * orders_max  # the last page also serves the queue
    statuses = [str(state.orders[each].status) for each in "ABC"]
    assert statuses == ["ALLOCATED", "ALLOCATED", "ON_BACK_ORDER"]


def test_the_whole_backlog_is_allocated_without_those_whose_day_is_far() -> None:
    waiting = [order("A", ("MUG", 1), not_before=DAY), order("B", ("MUG", 1))]
    outcome = allocate(waiting, [Stock(key(), 1)], DAYS_2, at=later(0))
    assert _statuses(outcome.orders) == {"A": "POSTPONED", "B": "ALLOCATED"}
    later_on = [*outcome.orders, order("C", ("MUG", 1))]
    outcome = allocate(later_on, [Stock(key(), 2, 1)], DAYS_2, at=COMES_NEAR)
    assert _statuses(outcome.orders) == {"A": "ALLOCATED", "C": "ON_BACK_ORDER"}


def test_shares_are_not_for_those_whose_day_is_far() -> None:
    policy = AllocationPolicy(rationing=Rationing.FAIR_SHARE, allocation_horizon=timedelta(days=2))
    shop = shop_with(policy, MUG=0)
    shop.take("A", ("MUG", 2), not_before=DAY)
    shop.take("B", ("MUG", 2))
    shop.take("C", ("MUG", 2))
    shop.receive("MUG", 2)
    assert [shop.held(each) for each in "ABC"] == [(0,), (1,), (1,)]


def test_the_explanation_says_from_when_the_order_is_offered_stock() -> None:
    shop = shop_with(DAYS_2, MUG=1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    why = in_words(shop.explain("A"))
    assert why[:3] == (
        "Order 'A' is postponed: its queue position stays the same, and it has no units.",
        "It cannot be sent to the warehouse before 2025-03-06 12:00 UTC.",
        "Because this is far ahead, it is offered no stock before 2025-03-04 12:00 UTC.",
    )
    assert why[4] == "It would be at the head of the queue for 'MUG'."
    shop.hold("A", HoldReason.OTHER)
    assert in_words(shop.explain("A"))[2] == why[2]
    assert shop.explain("A", at=COMES_NEAR).offered_from is None


def test_it_is_not_covered_before_it_is_offered_stock() -> None:
    shop = shop_with(DAYS_2, MUG=0)
    shop.take("A", ("MUG", 1), not_before=DAY)
    assert shop.explain("A").expected_at is None
    shop.announce(ExpectedReceipt("R", key(), 1, later(60)))
    assert shop.explain("A").expected_at == COMES_NEAR
    shop.announce(ExpectedReceipt("R", key(), 1, DAY))
    assert shop.explain("A").expected_at == DAY


def test_a_day_at_the_edge_of_the_horizon_is_near() -> None:
    shop = shop_with(DAYS_2, MUG=2)
    for order_id, microseconds in (("A", 0), ("B", 1)):
        day = NOON + timedelta(days=2, microseconds=microseconds)
        shop.place(order(order_id, ("MUG", 1), not_before=day), at=NOON)
    assert (shop.status("A"), shop.status("B")) == ("ALLOCATED", "POSTPONED")


def test_the_short_part_is_handled_when_the_day_is_near() -> None:
    policy = attrs.evolve(DAYS_2, short_part=ShortPart.CANCEL_ORDER)
    shop = shop_with(policy, MUG=0)
    shop.take("A", ("MUG", 1), not_before=DAY)
    assert shop.status("A") == "POSTPONED"
    outcome = shop.run_due(at=COMES_NEAR)
    assert kinds(outcome) == ["PostponementEnded", "OrderCancelled"]


def test_a_postponed_order_does_not_count_against_a_limit_of_back_orders() -> None:
    shop = shop_with(DAYS_2, MUG=0)
    shop.limit_back_orders(key(), 1)
    shop.take("A", ("MUG", 1), not_before=DAY)
    shop.take("B", ("MUG", 1))
    assert (shop.status("A"), shop.status("B")) == ("POSTPONED", "ON_BACK_ORDER")
    shop.run_due(at=COMES_NEAR)
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ON_BACK_ORDER")


@pytest.mark.parametrize("orders_max", [1, 2, 9])
@pytest.mark.parametrize("horizon", [None, timedelta(days=3)])
def test_a_longer_horizon_comes_in_pages(orders_max: int, horizon: timedelta | None) -> None:
    """With the short part of the new policy, although each page only puts some into the queue."""
    state = three_postponed()
    policy = AllocationPolicy(allocation_horizon=horizon, short_part=ShortPart.HOLD)
    change = ChangePolicy(seller_id=ACME, policy=policy, at=later(0))
    state, _ = pages(change, state, policy, orders_max)
    assert _statuses(state.orders.values()) == {"A": "ALLOCATED", "B": "ALLOCATED", "C": "ON_HOLD"}


@pytest.mark.parametrize("orders_max", [1, 2, 9])
def test_a_shorter_horizon_comes_in_pages(orders_max: int) -> None:
    state = State.of(ACME, [], [Stock(key(), 4)], policy=AllocationPolicy())
    for each, day in (("A", DAY), ("B", DAY), ("C", None), ("D", DAY)):
        place = PlaceOrder(order=order(each, ("MUG", 3), not_before=day), at=later(0))
        state = state.after(decide(place, state))
    change = ChangePolicy(seller_id=ACME, policy=DAYS_2, at=later(0))
    state, _ = pages(change, state, DAYS_2, orders_max)
    assert _statuses(state.orders.values()) == {
        "A": "ALLOCATED",
        "B": "POSTPONED",
        "C": "ON_BACK_ORDER",
        "D": "POSTPONED",
    }
    assert state.orders["C"].allocated == 1


def _statuses(orders: Iterable[Order]) -> dict[str, str]:
    return {each.order_id: str(each.status) for each in orders}
