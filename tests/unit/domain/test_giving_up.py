"""Orders that have been on back order for as long as they may: reminded of, and given up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    BackOrderWait,
    Fulfilment,
    GiveUp,
    HoldReason,
    InvalidValueError,
    PartialAllocation,
    Queue,
    ShortPart,
    in_words,
)
from orderflow.commands import BookInStock, ChangePolicy, RunDue, ServeWaiting
from orderflow.core import decide
from orderflow.edits import ChangeGiveUpAfter
from orderflow.events import (
    OrderCancelled,
    OrderGivenUp,
    SellerReminded,
    ShortReason,
    ShortUnitsCancelled,
)
from tests.unit.paging import pages
from tests.unit.shop import ACME, NOON, Shop, key, kinds, later, lines, order, shop_with

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow import Outcome
    from orderflow.core import State

HOUR = timedelta(hours=1)
NEVER, AFTER_WAITING = PartialAllocation.NEVER, PartialAllocation.AFTER_WAITING


def giving_up(how: GiveUp = GiveUp.CANCEL_ORDER, **settings: Any) -> AllocationPolicy:  # noqa: ANN401
    return AllocationPolicy(**{"give_up_after": HOUR, "give_up": how, **settings})


def due(shop: Shop, minutes: int = 61) -> Outcome:
    """Run what is due so many minutes after noon. The first order comes a minute after noon."""
    return shop.run_due(at=later(minutes))


def due_moments(outcome: Outcome) -> list[datetime | None]:
    return [getattr(event, "due_at", None) for event in outcome.events]


# When


def test_an_order_is_given_up_when_it_has_waited_for_as_long_as_it_may() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    assert kinds(due(shop, 60)) == []
    outcome = due(shop, 75)
    assert kinds(outcome) == ["OrderGivenUp", "OrderCancelled"]
    assert outcome.events[0] == OrderGivenUp(ACME, "A", later(75), later(61), GiveUp.CANCEL_ORDER)
    why = ("it waited for as long as it may", ShortReason.GIVEN_UP, (("1", 1),))
    assert outcome.events[1] == OrderCancelled(ACME, "A", later(75), *why)
    assert kinds(due(shop, 75)) == []
    assert kinds(due(shop, 500)) == []


def test_no_other_command_gives_it_up() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    shop.book_in(key("CUP"), 1, at=later(600))
    assert shop.status("A") == "ON_BACK_ORDER"
    shop.book_in(key(), 1, at=later(601))
    assert shop.status("A") == "ALLOCATED"
    assert kinds(due(shop, 602)) == []


@pytest.mark.parametrize(("own", "minutes"), [(2 * HOUR, 121), (HOUR / 2, 31)])
def test_an_order_may_have_a_time_of_its_own(own: timedelta, minutes: int) -> None:
    shop = shop_with(giving_up())
    shop.take("A", give_up_after=own)
    assert kinds(due(shop, minutes - 1)) == []
    assert kinds(due(shop, minutes)) == ["OrderGivenUp", "OrderCancelled"]


def test_a_time_of_its_own_needs_none_in_the_policy() -> None:
    shop = shop_with(AllocationPolicy())
    shop.take("A", give_up_after=HOUR)
    shop.take("B")
    assert kinds(due(shop, 10_000)) == ["OrderGivenUp", "OrderCancelled"]
    assert shop.status("B") == "ON_BACK_ORDER"


def test_an_edit_gives_it_another_time() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    shop.edit("A", ChangeGiveUpAfter(3 * HOUR))
    assert kinds(due(shop, 180)) == []
    shop.edit("A", ChangeGiveUpAfter(None), at=later(180))
    assert kinds(due(shop, 180)) == ["OrderGivenUp", "OrderCancelled"]


def test_on_hold_an_order_is_not_given_up_but_its_time_goes_on() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(120))
    assert kinds(due(shop, 119)) == []
    outcome = due(shop, 130)
    assert kinds(outcome) == ["HoldReleased", "OrderGivenUp", "OrderCancelled"]
    assert due_moments(outcome)[:2] == [later(120), later(61)]


def test_a_new_wait_begins_anew() -> None:
    shop = shop_with(giving_up(GiveUp.NOTIFY), MUG=1)
    shop.take("A")
    shop.count(key(), 0, at=later(30))
    assert kinds(due(shop, 90)) == ["OrderGivenUp"]
    shop.book_in(key(), 1, at=later(91))
    shop.count(key(), 0, at=later(100))
    assert kinds(due(shop, 159)) == []
    assert kinds(due(shop, 160)) == ["OrderGivenUp"]


# How


def test_cancelled_orders_give_their_units_to_others() -> None:
    shop = shop_with(giving_up(), MUG=2)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    outcome = due(shop, 61)
    assert kinds(outcome) == ["OrderGivenUp", "OrderCancelled", "OrderAllocated"]
    assert outcome.back_orders_completed == ("B",)


def test_the_units_of_one_complete_the_next_one_before_it_is_given_up() -> None:
    shop = shop_with(giving_up(), MUG=2)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    due(shop, 600)
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ALLOCATED")


def test_only_the_short_units_are_cancelled() -> None:
    shop = shop_with(giving_up(GiveUp.CANCEL_SHORT), MUG=2)
    shop.take("A", ("MUG", 3), ("CUP", 1))
    shop.take("B")
    outcome = due(shop, 90)
    short = ShortUnitsCancelled(ACME, "A", later(90), (("1", 1), ("2", 1)), ShortReason.GIVEN_UP)
    assert outcome.events[1] == short
    assert (shop.status("A"), shop.order("A").units) == ("ALLOCATED", 2)
    assert shop.status("B") == "CANCELLED"
    assert "and has no other units" in str(outcome.events[-1])


def test_an_order_without_a_part_takes_what_there_is() -> None:
    shop = shop_with(giving_up(GiveUp.CANCEL_SHORT, partial_allocation=NEVER), MUG=2)
    shop.take("A", ("MUG", 3))
    assert kinds(due(shop)) == ["OrderGivenUp", "OrderPartlyAllocated", "ShortUnitsCancelled"]


def test_what_it_has_is_split_off_and_the_rest_waits_on() -> None:
    shop = shop_with(giving_up(GiveUp.SPLIT), MUG=2)
    shop.take("A", ("MUG", 3))
    assert kinds(due(shop)) == ["OrderGivenUp", "OrderSplit", "OrderSplitOff"]
    assert (shop.order("A").units, shop.order("A.1").units) == (1, 2)
    assert shop.order("A").wait == BackOrderWait(later(1), given_up=True)
    assert kinds(due(shop, 6_000)) == []
    shop.book_in(key(), 1, at=later(6_001))
    assert shop.status("A") == "ALLOCATED"


def test_nothing_is_split_off_an_order_that_now_gets_all() -> None:
    """A host that lost its note of an unserved product leaves units to orders that wait."""
    policy = giving_up(GiveUp.SPLIT)
    shop = shop_with(policy)
    shop.take("A", give_up_after=24 * HOUR)
    shop.take("B")
    receipt = BookInStock(key=key(), received=2, at=later(3))
    booked_in = decide(receipt, shop.state(), policy, orders_max=1)
    assert booked_in.unserved
    late = RunDue(seller_id=ACME, at=later(90))
    outcome = decide(late, shop.state().after(booked_in), policy)
    assert kinds(outcome) == ["OrderGivenUp", "OrderAllocated"]


def test_if_nothing_can_be_split_off_it_waits_on() -> None:
    shop = shop_with(giving_up(GiveUp.SPLIT))
    shop.take("A")
    assert kinds(due(shop)) == ["OrderGivenUp"]


def test_no_more_parcels_are_split_off_than_it_may_have() -> None:
    policy = giving_up(GiveUp.SPLIT, fulfilment=Fulfilment.PARCELS, parcels_max=2)
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 3))
    shop.receive("MUG", 1)
    assert (shop.order("A").split_count, shop.held("A")) == (1, (1,))
    assert kinds(due(shop)) == ["OrderGivenUp"]


def test_a_split_offers_what_the_order_could_have() -> None:
    shop = shop_with(giving_up(GiveUp.SPLIT, partial_allocation=NEVER), MUG=2)
    shop.take("A", ("MUG", 3))
    assert kinds(due(shop))[1:] == ["OrderPartlyAllocated", "OrderSplit", "OrderSplitOff"]


def test_it_does_not_keep_what_may_not_leave() -> None:
    shop = shop_with(giving_up(GiveUp.SPLIT, partial_allocation=NEVER), MUG=2)
    table = tuple(attrs.evolve(line, set_id="table") for line in lines(("MUG", 3), ("CUP", 1)))
    shop.take("A", lines=table)
    assert kinds(due(shop))[-1] == "OrderDeallocated"
    assert shop.held("A") == (0, 0)


def test_a_notice_is_all() -> None:
    shop = shop_with(giving_up(GiveUp.NOTIFY))
    shop.take("A")
    assert kinds(due(shop)) == ["OrderGivenUp"]
    assert kinds(due(shop, 6_000)) == []
    assert shop.status("A") == "ON_BACK_ORDER"


def test_an_edit_of_the_time_lets_it_be_given_up_again() -> None:
    shop = shop_with(giving_up(GiveUp.NOTIFY, remind_before=HOUR / 4))
    shop.take("A")
    assert kinds(due(shop, 46)) == ["SellerReminded"]
    assert kinds(due(shop, 61)) == ["OrderGivenUp"]
    shop.edit("A", ChangeGiveUpAfter(2 * HOUR), at=later(62))
    assert kinds(due(shop, 106)) == ["SellerReminded"]
    assert kinds(due(shop, 121)) == ["OrderGivenUp"]


def test_an_edit_of_the_time_of_an_order_that_does_not_wait_only_notes_it() -> None:
    shop = shop_with(giving_up(), MUG=1)
    shop.take("A")
    shop.edit("A", ChangeGiveUpAfter(2 * HOUR))
    assert (shop.order("A").give_up_after, shop.order("A").wait) == (2 * HOUR, None)


def test_given_up_comes_before_the_short_part() -> None:
    """An order that waited before the policy put short orders on hold is given up, not held."""
    shop = shop_with(giving_up())
    shop.take("A")
    shop.change_policy(giving_up(short_part=ShortPart.HOLD))
    assert kinds(due(shop)) == ["OrderGivenUp", "OrderCancelled"]


def test_an_order_whose_hold_ends_meets_its_short_part_first() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(60))
    shop.change_policy(giving_up(short_part=ShortPart.HOLD))
    assert kinds(due(shop)) == ["HoldReleased", "OrderHeld"]


# Reminders


def test_the_seller_is_reminded_once() -> None:
    shop = shop_with(giving_up(remind_before=HOUR / 4))
    shop.take("A")
    assert kinds(due(shop, 45)) == []
    outcome = due(shop, 50)
    assert outcome.events == (SellerReminded(ACME, "A", later(50), later(46), later(61)),)
    assert kinds(due(shop, 50)) == []
    assert kinds(due(shop, 61)) == ["OrderGivenUp", "OrderCancelled"]


def test_nobody_is_reminded_of_what_happens_at_once() -> None:
    shop = shop_with(giving_up(remind_before=HOUR / 4))
    shop.take("A")
    assert kinds(due(shop, 61)) == ["OrderGivenUp", "OrderCancelled"]


def test_a_reminder_is_due_when_the_wait_begins_at_the_earliest() -> None:
    shop = shop_with(giving_up(remind_before=HOUR / 2))
    shop.take("A", give_up_after=HOUR / 4)
    assert due_moments(due(shop, 10)) == [later(1)]


# In pages


def many(count: int, policy: AllocationPolicy, **fields: Any) -> State:  # noqa: ANN401
    shop = Shop(policy)
    for number in range(count):
        shop.place(order(f"{number:02}", placed_at=later(number), **fields), at=NOON)
    return shop.state()


@pytest.mark.parametrize("how", list(GiveUp))
@pytest.mark.parametrize("orders_max", [1, 2, 3, 7, 8, None])
def test_many_are_given_up_in_pages(how: GiveUp, orders_max: int | None) -> None:
    policy = giving_up(how, remind_before=HOUR / 4)
    state = many(7, policy)
    state, reminders = pages(RunDue(seller_id=ACME, at=later(50)), state, policy, orders_max)
    assert [kinds(page) for page in reminders if page.events] == _in_pages(
        ["SellerReminded"], orders_max
    )
    state, given_up = pages(RunDue(seller_id=ACME, at=later(60)), state, policy, orders_max)
    events = {
        GiveUp.CANCEL_ORDER: ["OrderGivenUp", "OrderCancelled"],
        GiveUp.CANCEL_SHORT: ["OrderGivenUp", "OrderCancelled"],
    }.get(how, ["OrderGivenUp"])
    assert [kinds(page) for page in given_up if page.events] == _in_pages(events, orders_max)
    state, again = pages(RunDue(seller_id=ACME, at=later(60)), state, policy, orders_max)
    assert [page.events for page in again] == [()]


def test_a_page_whose_clock_goes_back_gives_up_nobody_and_treats_nobody_as_newly_short() -> None:
    state = many(3, giving_up())
    policy = giving_up(short_part=ShortPart.CANCEL_SHORT)
    state = state.after(decide(ChangePolicy(seller_id=ACME, policy=policy, at=later(3)), state))
    first = decide(RunDue(seller_id=ACME, at=later(60)), state, orders_max=1)
    assert (kinds(first), len(first.unserved)) == (["OrderGivenUp", "OrderCancelled"], 1)
    earlier = ServeWaiting(keys=(key(),), at=later(4))
    assert decide(earlier, state.after(first)).events == ()


def _in_pages(events: list[str], orders_max: int | None) -> list[list[str]]:
    size = orders_max or 7
    return [events * min(size, 7 - done) for done in range(0, 7, size)]


@pytest.mark.parametrize("orders_max", [1, 2, 3])
def test_pages_come_out_as_if_it_had_been_done_at_once(orders_max: int) -> None:
    policy = giving_up(GiveUp.CANCEL_SHORT, queue=Queue.PRIORITY)
    shop = Shop(policy)
    shop.receive("MUG", 5)
    for number in range(8):
        hold = number % 3 == 0
        shop.place(order(str(number), ("MUG", 2), ("CUP", 1), priority=number % 2), at=NOON)
        if hold:
            shop.hold(str(number), HoldReason.SELLER_DELAY, until=later(30), at=NOON)
    command = RunDue(seller_id=ACME, at=later(61))
    at_once, _ = pages(command, shop.state(), policy, None)
    in_pages, outcomes = pages(command, shop.state(), policy, orders_max)
    assert len(outcomes) > 2
    assert _as_they_end(in_pages) == _as_they_end(at_once)


@pytest.mark.parametrize("orders_max", [None, 1])
def test_the_earlier_moment_comes_first_in_pages_and_at_once(orders_max: int | None) -> None:
    """An order with the earlier moment is given up first, even if another comes first in queues."""
    policy = giving_up(GiveUp.CANCEL_SHORT, queue=Queue.PRIORITY, partial_allocation=NEVER)
    shop = Shop(policy)
    shop.receive("MUG", 4)
    shop.place(order("low", ("MUG", 5)), at=NOON)
    shop.place(order("high", ("MUG", 4), ("CUP", 1), priority=5), at=later(1))
    command = RunDue(seller_id=ACME, at=later(90))
    state, _ = pages(command, shop.state(), policy, orders_max)
    assert _as_they_end(state) == {"low": ("ALLOCATED", 4), "high": ("CANCELLED", 0)}


def _as_they_end(state: State) -> dict[str, tuple[str, int]]:
    return {each.order_id: (each.status.value, each.allocated) for each in state.orders.values()}


# Policies that contradict themselves


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"remind_before": HOUR}, "remind_before"),
        ({"partial_allocation": AFTER_WAITING, "wait_max": HOUR}, "give_up_after"),
        ({"fulfilment": Fulfilment.SPLIT, "split_wait_min": 2 * HOUR}, "give_up_after"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError, match=rf"AllocationPolicy\.{field} must be"):
        giving_up(**settings)


def test_who_is_only_told_may_be_allocated_a_part_later() -> None:
    giving_up(GiveUp.NOTIFY, partial_allocation=AFTER_WAITING, wait_max=2 * HOUR)


# Explained


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (GiveUp.CANCEL_ORDER, "it is cancelled."),
        (GiveUp.CANCEL_SHORT, "its short units are cancelled."),
        (GiveUp.SPLIT, "the units that it has are split off."),
        (GiveUp.NOTIFY, "its seller is told."),
    ],
)
def test_an_explanation_says_until_when_it_waits(how: GiveUp, said: str) -> None:
    shop = shop_with(giving_up(how))
    shop.take("A")
    why = in_words(shop.explain("A", at=later(20)))
    assert why[-1] == f"If it is still on back order at 2025-03-03 13:01 UTC, {said}"
    why = in_words(shop.explain("A", at=later(62)))
    since = "It has waited for as long as it may, since 2025-03-03 13:01 UTC"
    assert why[-1] == f"{since}: at the next RunDue, {said}"


def test_an_order_that_is_not_on_back_order_is_not_given_up() -> None:
    shop = shop_with(giving_up(), MUG=1)
    shop.take("A")
    assert shop.explain("A").gives_up_at is None


def test_an_order_on_hold_is_explained_with_its_moment() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    shop.hold("A", HoldReason.OTHER)
    assert in_words(shop.explain("A", at=later(90)))[-1] == (
        "The time on hold counts: if it is on back order at 2025-03-03 13:01 UTC or later, it is "
        "cancelled at the next RunDue."
    )


def test_its_actions_are_those_of_an_order_that_still_waits() -> None:
    shop = shop_with(giving_up())
    shop.take("A")
    (cancel,) = [each for each in shop.actions("A", at=later(90)) if each.action == "CANCEL"]
    assert cancel.allowed
