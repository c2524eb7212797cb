"""A change of policy: who gives up what, who gains, and what comes of the queues."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    MemoryRepository,
    OrderFlow,
    Outcome,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.commands import ChangePolicy, PlaceOrder, ServeWaiting
from orderflow.core import NextPage, PageStep, State, decide, evolve
from orderflow.domain.model.events import subject_of
from orderflow.domain.state.overlay import Overlay
from orderflow.events import PolicyChanged
from orderflow.testing.strategies import policies
from tests.unit.paging import pages
from tests.unit.shop import ACME, NOON, Shop, key, kinds, later, order, shop_with

ALWAYS = AllocationPolicy()
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
PRIORITY = AllocationPolicy(queue=Queue.PRIORITY)
SHARES = AllocationPolicy(rationing=Rationing.FAIR_SHARE)
URGENT = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=5)
TWICE = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=2)
TWO_DAYS = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(days=2)
)


def change(shop: Shop, policy: AllocationPolicy) -> Outcome:
    """Change the policy, which must come to what was previewed."""
    command = ChangePolicy(seller_id=ACME, policy=policy, at=shop.clock.wait())
    previewed = shop.preview(command)
    assert shop.handle(command) == previewed
    assert shop.policy() == policy
    return previewed


def test_parts_are_given_up_and_complete_another_order() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 2))
    assert (shop.held("A"), shop.held("B")) == ((3,), (0,))
    outcome = change(shop, NEVER)
    assert kinds(outcome) == ["PolicyChanged", "OrderDeallocated", "OrderAllocated"]
    assert outcome.back_orders_completed == ("B",)
    assert (shop.held("A"), shop.held("B")) == ((0,), (2,))
    assert dict(outcome.queue_index) == {"A": "MUG"}


def test_orders_that_may_keep_again_take_what_there_is() -> None:
    shop = shop_with(NEVER, MUG=3)
    shop.take("A", ("PAN", 1), ("MUG", 2))
    shop.take("B", ("PAN", 1), ("MUG", 2))
    shop.take("C", ("PAN", 1))
    outcome = change(shop, ALWAYS)
    assert (shop.held("A"), shop.held("B")) == ((0, 2), (0, 1))
    assert outcome.queue_index == (("C", None),)
    assert shop.receive("PAN", 2).back_orders_completed == ("A",)
    assert shop.held("B") == (1, 1)


def test_the_queue_is_that_of_the_new_policy() -> None:
    shop = shop_with()
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 1), priority=1)
    assert kinds(change(shop, PRIORITY)) == ["PolicyChanged"]
    assert [each.order_id for each in shop.queue(key())] == ["B", "A"]
    assert shop.receive("MUG", 1).back_orders_completed == ("B",)


def test_what_is_allocated_is_not_shared_out_anew() -> None:
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 6))
    shop.take("B", ("MUG", 4))
    assert kinds(change(shop, SHARES)) == ["PolicyChanged"]
    shop.receive("MUG", 3)
    assert (shop.held("A"), shop.held("B")) == ((5,), (2,))


def test_what_was_held_back_is_shared_out() -> None:
    shop = shop_with(NEVER, MUG=4)
    shop.take("A", ("MUG", 6))
    shop.take("B", ("MUG", 6))
    change(shop, SHARES)
    assert (shop.held("A"), shop.held("B")) == ((2,), (2,))


def test_urgent_orders_take_back_at_once() -> None:
    shop = shop_with(MUG=2)
    shop.take("B", ("MUG", 2))
    shop.take("A", ("MUG", 1), placed_at=NOON - timedelta(days=1), priority=5)
    outcome = change(shop, URGENT)
    assert outcome.back_orders_completed == ("A",)
    assert (shop.status("B"), shop.held("B")) == ("ON_BACK_ORDER", (1,))


def test_what_may_leave_now_leaves_although_the_order_gains_nothing() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    outcome = change(shop, AllocationPolicy(fulfilment=Fulfilment.SPLIT))
    assert kinds(outcome) == ["PolicyChanged", "OrderSplit", "OrderSplitOff"]
    assert (shop.held("A"), shop.held("A.1")) == ((0,), (2,))


def test_more_parcels_than_are_allowed_now_stay_as_they_are() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=1)
    shop.take("A", ("MUG", 5))
    shop.receive("MUG", 1)
    change(shop, AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2))
    shop.receive("MUG", 2)
    assert (shop.held("A"), shop.order("A").split_count) == ((2,), 2)


def test_an_order_that_has_waited_enough_by_the_new_policy_keeps_its_part() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 5))
    shop.clock.wait(2 * 24 * 60)
    shop.take("B", ("MUG", 5))
    outcome = change(shop, TWO_DAYS)
    assert kinds(outcome) == ["PolicyChanged", "OrderWaitedEnough"]
    assert shop.held("A") == (3,)
    assert dict(outcome.queue_index) == {"B": "MUG"}


def test_having_waited_enough_and_having_been_passed_over_are_not_forgotten() -> None:
    shop = shop_with(TWICE, MUG=1)
    shop.take("A", ("MUG", 3))
    for order_id in "BC":
        shop.take(order_id, ("MUG", 1))
        shop.receive("MUG", 1)
    shop.take("Z", ("MUG", 9))
    assert shop.held("A") == (1,)
    change(shop, NEVER)
    assert shop.held("A") == (0,)
    change(shop, TWICE)
    assert shop.held("A") == (1,)


def test_a_change_passes_nobody_over() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    assert change(shop, TWICE).back_orders_completed == ("B",)
    wait = shop.order("A").wait
    assert wait is not None
    assert wait.passed_over == 0


def test_orders_on_hold_keep_their_part_until_they_are_released() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.hold("A", HoldReason.OTHER)
    assert kinds(change(shop, NEVER)) == ["PolicyChanged"]
    assert shop.held("A") == (1,)
    shop.release_hold("A")
    assert shop.held("A") == (0,)


def test_the_same_policy_changes_nothing() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    change(shop, NEVER)
    assert change(shop, NEVER).events == ()


def test_a_seller_can_be_given_the_default_for_good() -> None:
    shop = shop_with(NEVER)
    assert kinds(change(shop, NEVER)) == ["PolicyChanged"]
    assert OrderFlow(shop.repository, default_policy=ALWAYS).seller(ACME).policy() == NEVER


def test_a_repeated_change_is_answered_as_it_was() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    first = shop.change_policy(NEVER, command_id="1")
    shop.change_policy(ALWAYS)
    assert shop.change_policy(NEVER, command_id="1") == first
    assert shop.policy() == ALWAYS


def test_what_time_brings_about_comes_first_and_by_the_old_policy() -> None:
    shop = shop_with(TWO_DAYS, MUG=3)
    shop.take("A", ("MUG", 5))
    shop.clock.wait(2 * 24 * 60)
    outcome = change(shop, NEVER)
    assert kinds(outcome) == [
        *("OrderWaitedEnough", "OrderPartlyAllocated", "PolicyChanged", "OrderDeallocated")
    ]


def test_a_postponement_that_ends_by_the_old_policy_too_ends_once() -> None:
    days = [AllocationPolicy(allocation_horizon=timedelta(days=number)) for number in (2, 3)]
    shop = shop_with(days[0], MUG=1)
    shop.take("A", not_before=NOON + timedelta(days=4))
    assert shop.status("A") == "POSTPONED"
    shop.clock.wait(2 * 24 * 60)
    outcome = change(shop, days[1])
    assert kinds(outcome) == ["PostponementEnded", "OrderAllocated", "PolicyChanged"]


def test_events_tell_the_policy() -> None:
    changed = PolicyChanged(ACME, NOON, NEVER)
    assert evolve(State(ACME), changed).policy == NEVER
    assert evolve(State(ACME), changed, PolicyChanged(ACME, NOON, ALWAYS)).policy == ALWAYS


def test_long_queues_are_served_in_pages() -> None:
    flow = OrderFlow(MemoryRepository(), default_policy=NEVER, orders_max=2)
    flow.seller(ACME).book_in(key(), 6, at=NOON)
    for number in range(5):
        wanted = order(f"{number}", ("MUG", 1), ("PAN", 1), placed_at=later(number))
        flow.seller(ACME).place(wanted, at=later(number))
    outcome = flow.seller(ACME).change_policy(ALWAYS, at=later(9))
    assert outcome.unserved == (("leeds", "MUG"),)
    assert outcome.next_page == NextPage(PageStep.REVIEW, after="1")
    assert dict(outcome.queue_index) == {"0": None, "1": None}
    assert [each.allocated for each in flow.seller(ACME).orders()] == [1] * 5


def test_a_page_without_a_limit_does_all_that_is_left() -> None:
    policy = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
    shop = shop_with(NEVER, MUG=2)
    for order_id in "AB":
        shop.take(order_id, ("MUG", 1), ("PAN", 1))
    command = ChangePolicy(seller_id=ACME, policy=policy, at=later(9))
    state, _ = pages(command, shop.state(), NEVER, 1)
    first = decide(command, shop.state(), NEVER, orders_max=1)
    after = shop.state().after(first)
    rest = decide(ServeWaiting(keys=(key(),), at=later(9)), after, NEVER)
    assert rest.unserved == ()
    assert after.after(rest).orders.keys() == state.orders.keys() == {"A", "B", "A.1", "B.1"}


def test_the_offers_go_on_if_urgent_orders_preempt_from_more_than_a_page() -> None:
    shop = shop_with(MUG=4)
    for number, order_id in enumerate("ABCD"):
        shop.take(order_id, ("MUG", 1), placed_at=later(10 + number))
    for number, quantity in enumerate((3, 1)):
        urgent = order(f"U{number}", ("MUG", quantity), placed_at=later(number), priority=5)
        shop.handle(PlaceOrder(order=urgent, at=later(20)))
    command = ChangePolicy(seller_id=ACME, policy=URGENT, at=later(30))
    paged, outcomes = pages(command, shop.state(), ALWAYS, 3)
    steps = [outcome.next_page and outcome.next_page.step for outcome in outcomes]
    assert steps == [PageStep.OFFER, None]
    at_once, _ = pages(command, shop.state(), ALWAYS, None)
    assert [each.allocated for each in paged.orders.values()] == [0, 0, 0, 0, 3, 1]
    assert paged.records == at_once.records


def test_what_is_given_up_is_cut_into_pages_too() -> None:
    shop = shop_with(MUG=4)
    for order_id in "ABCD":
        shop.take(order_id, ("MUG", 1), ("PAN", 1))
    state = shop.state()
    command = ChangePolicy(seller_id=ACME, policy=NEVER, at=later(9))
    outcome = decide(command, state, orders_max=3)
    assert kinds(outcome) == ["PolicyChanged", *["OrderDeallocated"] * 3]
    assert outcome.next_page == NextPage(PageStep.REVIEW, after="C")


@given(
    first=policies(),
    second=policies(),
    wanted=st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=6
    ),
    units=st.tuples(st.integers(0, 8), st.integers(0, 8)),
)
def test_all_holds_after_any_change(
    first: AllocationPolicy,
    second: AllocationPolicy,
    wanted: list[tuple[int, int, int]],
    units: tuple[int, int],
) -> None:
    shop = shop_with(first, MUG=units[0], PAN=units[1])  # it holds all rules to all it does
    for number, (mugs, pans, priority) in enumerate(wanted):
        lines = [each for each in (("MUG", mugs), ("PAN", pans)) if each[1]]
        shop.take(f"{number}", *lines, priority=priority)
    change(shop, second)
    change(shop, first)


def test_a_view_that_lays_an_outcome_over_another_one_knows_the_policy_and_who_waits() -> None:
    shop = shop_with(MUG=3)
    for order_id in "ABC":
        shop.take(order_id, ("MUG", 2))
    state = shop.state()
    outcome = decide(ChangePolicy(seller_id=ACME, policy=NEVER, at=later(9)), state)
    for view in (Overlay(state, outcome), state.after(outcome)):
        assert view.policy == NEVER
        assert sorted(each.order_id for each in view.back_orders()) == ["B", "C"]
    nothing = Overlay(state.after(outcome), Outcome(seller_id=ACME))
    assert nothing.policy == NEVER
    assert subject_of(outcome.events[0]) == "policy"
