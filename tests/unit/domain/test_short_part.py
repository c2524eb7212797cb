"""The short part: what happens to an order that becomes short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import (
    Action,
    AllocationPolicy,
    Hold,
    HoldReason,
    PartialAllocation,
    Preemption,
    Rationing,
    ShortPart,
    Status,
    Stock,
    in_words,
)
from orderflow.commands import (
    BookInStock,
    CountStock,
    HoldOrder,
    PlaceOrder,
    PlaceOrders,
    RunDue,
)
from orderflow.core import State, allocate
from orderflow.domain.decisions.giving_up import cancel_short_units
from orderflow.domain.state.draft import Draft
from orderflow.domain.state.fold import evolve_order
from orderflow.edits import AddLine, ChangeCourier, ChangeQuantity, ChangeShortPart
from orderflow.errors import TransitionError
from orderflow.events import OrderCancelled, ShortReason, ShortUnitsCancelled
from orderflow.invariants import history_violations
from tests.unit.paging import pages
from tests.unit.shop import ACME, NOON, key, kinds, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.shop import Shop

CANCEL_SHORT = AllocationPolicy(short_part=ShortPart.CANCEL_SHORT)
CANCEL_ORDER = AllocationPolicy(short_part=ShortPart.CANCEL_ORDER)
HOLD = AllocationPolicy(short_part=ShortPart.HOLD)


def lines_of(shop: Shop, order_id: str) -> list[tuple[str, int, int]]:
    return [(line.sku, line.quantity, line.allocated) for line in shop.order(order_id).lines]


# The four ways


def test_by_default_it_waits() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    assert shop.status("A") == "ON_BACK_ORDER"


def test_its_short_units_are_cancelled_and_it_goes_on_with_the_rest() -> None:
    shop = shop_with(CANCEL_SHORT, MUG=2, PAN=1)
    outcome = shop.take("A", ("MUG", 5), ("PAN", 1), ("TOY", 3))
    assert outcome.events[-1] == ShortUnitsCancelled(
        ACME, "A", shop.clock.now(), (("1", 3), ("3", 3)), ShortReason.SHORT_PART
    )
    assert lines_of(shop, "A") == [("MUG", 2, 2), ("PAN", 1, 1)]
    assert (shop.status("A"), shop.order("A").wait) == ("ALLOCATED", None)
    assert outcome.back_orders_opened == ()


def test_an_order_that_has_nothing_is_cancelled() -> None:
    shop = shop_with(CANCEL_SHORT, MUG=0)
    outcome = shop.take("A", ("MUG", 5))
    assert kinds(outcome) == ["OrderPlaced", "OrderPutOnBackOrder", "OrderCancelled"]
    assert shop.order("A").units == 5


def test_the_whole_order_is_cancelled_and_gives_back_its_units() -> None:
    shop = shop_with(CANCEL_ORDER, MUG=2)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), shop.shelf()) == ("CANCELLED", (2, 0))


@pytest.mark.parametrize("policy", [CANCEL_ORDER, CANCEL_SHORT])
def test_the_event_says_that_the_short_part_has_cancelled_the_order(
    policy: AllocationPolicy,
) -> None:
    shop = shop_with(policy, MUG=0)
    outcomes = (
        shop.take("A"),
        shop.take("B", allocate=False),
        shop.cancel("B", reason="it is short"),
    )
    events = [event for outcome in outcomes for event in outcome.events]
    assert [each.short_reason for each in events if isinstance(each, OrderCancelled)] == [
        ShortReason.SHORT_PART,
        None,
    ]


def test_it_is_put_on_hold_with_its_units() -> None:
    shop = shop_with(HOLD, MUG=2)
    shop.take("A", ("MUG", 5))
    assert shop.order("A").holds == (Hold(HoldReason.SHORT),)
    assert (shop.status("A"), shop.held("A")) == ("ON_HOLD", (2,))


def test_a_seller_who_releases_it_lets_it_wait() -> None:
    shop = shop_with(HOLD, MUG=2)
    shop.take("A", ("MUG", 5))
    shop.release_hold("A")
    assert (shop.status("A"), shop.order("A").short_part) == ("ON_BACK_ORDER", ShortPart.WAIT)
    shop.edit("A", ChangeCourier("VAN"))
    shop.receive("MUG", 2)
    assert (shop.status("A"), shop.held("A")) == ("ON_BACK_ORDER", (4,))


def test_a_seller_may_choose_another_way_while_it_is_on_hold() -> None:
    shop = shop_with(HOLD, MUG=2)
    shop.take("A", ("MUG", 5))
    shop.edit("A", ChangeShortPart(ShortPart.CANCEL_SHORT))
    shop.release_hold("A")
    assert (shop.status("A"), lines_of(shop, "A")) == ("ALLOCATED", [("MUG", 2, 2)])


def test_the_release_of_another_hold_does_not_choose() -> None:
    shop = shop_with(HOLD, MUG=2)
    shop.take("A", ("MUG", 5), allocate=False)
    shop.hold("A", HoldReason.ADDRESS)
    shop.release_hold("A")
    assert [hold.reason for hold in shop.order("A").holds] == [HoldReason.SHORT]


# The order's own setting


def test_the_setting_of_the_order_comes_before_that_of_the_policy() -> None:
    shop = shop_with(CANCEL_ORDER, MUG=2)
    shop.take("A", ("MUG", 3), short_part=ShortPart.WAIT)
    shop.take("B", ("MUG", 3))
    assert (shop.status("A"), shop.status("B")) == ("ON_BACK_ORDER", "CANCELLED")


def test_an_edit_changes_it_for_an_order_that_waits() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 3))
    shop.edit("A", ChangeShortPart(ShortPart.CANCEL_SHORT))
    assert lines_of(shop, "A") == [("MUG", 2, 2)]
    shop.edit("A", ChangeShortPart(None))
    assert shop.order("A").short_part is None


def test_a_part_that_is_split_off_has_it_as_well() -> None:
    shop = shop_with(CANCEL_ORDER, MUG=2)
    shop.take("A", ("MUG", 3), short_part=ShortPart.WAIT)
    shop.split("A", "B")
    assert shop.order("B").short_part is ShortPart.WAIT


# When an order becomes short


def _by_an_edit(shop: Shop) -> None:
    shop.edit("A", ChangeQuantity("1", 4))


def _by_another_line(shop: Shop) -> None:
    shop.edit("A", AddLine("TOY", 1))


def _by_a_count(shop: Shop) -> None:
    shop.count(key(), 2)


def _by_a_short_pick(shop: Shop) -> None:
    shop.send_to_warehouse("A")
    shop.report_short_pick("A", {"1": 2})


def _by_a_recall(shop: Shop) -> None:
    shop.send_to_warehouse("A")
    shop.count(key(), 2)


def _by_a_release(shop: Shop) -> None:
    shop.hold("A", HoldReason.OTHER)
    shop.count(key(), 2)
    shop.release_hold("A")


@pytest.mark.parametrize(
    "make_short",
    [_by_an_edit, _by_another_line, _by_a_count, _by_a_short_pick, _by_a_recall, _by_a_release],
)
@pytest.mark.parametrize(
    ("policy", "status"),
    [
        pytest.param(CANCEL_SHORT, "ALLOCATED", id="cancel short"),
        pytest.param(CANCEL_ORDER, "CANCELLED", id="cancel order"),
        pytest.param(HOLD, "ON_HOLD", id="hold"),
    ],
)
def test_an_allocated_order_becomes_short(
    make_short: Callable[[Shop], None], policy: AllocationPolicy, status: str
) -> None:
    shop = shop_with(policy, MUG=3)
    shop.take("A", ("MUG", 3))
    make_short(shop)
    assert shop.status("A") == status


def test_an_urgent_order_makes_a_later_one_short() -> None:
    urgent = AllocationPolicy(preemption=Preemption.URGENT, urgent_from=1)
    shop = shop_with(urgent, MUG=3)
    shop.take("A", ("MUG", 3), short_part=ShortPart.CANCEL_SHORT, placed_at=later(60))
    shop.take("B", ("MUG", 1), priority=1)
    assert (lines_of(shop, "A"), shop.status("B")) == ([("MUG", 2, 2)], "ALLOCATED")


def test_an_order_that_waits_already_waits_on() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.change_policy(CANCEL_ORDER)
    shop.receive("MUG", 1)
    assert (shop.status("A"), shop.held("A")) == ("ON_BACK_ORDER", (2,))


def test_a_waiting_order_that_loses_units_becomes_short() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 3))
    shop.change_policy(CANCEL_SHORT)
    shop.count(key(), 1)
    assert lines_of(shop, "A") == [("MUG", 1, 1)]


# Who is handled first


def test_what_a_cancelled_order_gives_back_completes_the_next_one() -> None:
    shop = shop_with(CANCEL_ORDER, MUG=3)
    placed = [order("A", ("MUG", 3), ("TOY", 1)), order("B", ("MUG", 3), placed_at=later(1))]
    shop.place_many(placed, at=later(2))
    assert (shop.status("A"), shop.status("B")) == ("CANCELLED", "ALLOCATED")


def test_it_takes_what_is_available_even_if_it_may_not_wait_with_a_part() -> None:
    never = AllocationPolicy(
        partial_allocation=PartialAllocation.NEVER, short_part=ShortPart.CANCEL_SHORT
    )
    shop = shop_with(never, MUG=2)
    shop.take("A", ("MUG", 5))
    assert (shop.status("A"), lines_of(shop, "A")) == ("ALLOCATED", [("MUG", 2, 2)])


def test_each_order_gets_its_share_before_the_rest_is_cancelled() -> None:
    fair = AllocationPolicy(rationing=Rationing.FAIR_SHARE, short_part=ShortPart.CANCEL_SHORT)
    shop = shop_with(fair, MUG=4)
    shop.place_many([order("A", ("MUG", 5)), order("B", ("MUG", 5))])
    assert [lines_of(shop, each) for each in "AB"] == [[("MUG", 2, 2)], [("MUG", 2, 2)]]


def test_a_backlog_is_handled_as_well() -> None:
    backlog = [order("A", ("MUG", 5)), order("B", ("MUG", 1), placed_at=later(1))]
    stock = shop_with(MUG=3).state().records.values()
    outcome = allocate(backlog, stock, CANCEL_ORDER, at=NOON)
    statuses = {each.order_id: each.status for each in outcome.orders}
    assert statuses == {"A": Status.CANCELLED, "B": Status.ALLOCATED}


# Pages


@pytest.mark.parametrize("orders_max", [1, 2, 100])
def test_the_last_page_handles_the_orders_that_earlier_pages_released(orders_max: int) -> None:
    state = State(ACME)
    for number in range(4):
        placed = order(f"{number}", ("MUG", 2), placed_at=later(number))
        state = pages(PlaceOrder(order=placed, at=NOON), state, AllocationPolicy(), 9)[0]
        hold = Hold(HoldReason.ADDRESS, until=later(10 + number))
        put = HoldOrder(seller_id=ACME, order_id=f"{number}", hold=hold, at=NOON)
        state = pages(put, state, AllocationPolicy(), 9)[0]
    state = pages(BookInStock(key=key(), received=3, at=NOON), state, CANCEL_SHORT, 9)[0]
    release = RunDue(seller_id=ACME, at=later(60))
    paged, outcomes = pages(release, state, CANCEL_SHORT, orders_max)
    statuses = [each.status.value for each in paged.orders.values()]
    assert statuses == ["ALLOCATED", "ALLOCATED", "CANCELLED", "CANCELLED"]
    assert paged.orders["1"].units == 1
    assert paged.next_page is None
    if orders_max < 4:
        assert any(each.next_page and each.next_page.became_short for each in outcomes)


def test_orders_that_one_command_placed_are_handled_with_it() -> None:
    placed = tuple(order(f"{number}", ("MUG", 2), placed_at=later(number)) for number in range(4))
    state = pages(BookInStock(key=key(), received=3, at=NOON), State(ACME), CANCEL_SHORT, 1)[0]
    after, outcomes = pages(PlaceOrders(orders=placed, at=later(9)), state, CANCEL_SHORT, 1)
    assert [each.units for each in after.orders.values()] == [2, 1, 2, 2]
    assert len(outcomes) == 1


# What is said of it


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        pytest.param(CANCEL_SHORT, "its short units are cancelled at once.", id="cancel short"),
        pytest.param(CANCEL_ORDER, "it is cancelled at once.", id="cancel order"),
        pytest.param(HOLD, "it is put on hold until the seller chooses.", id="hold"),
    ],
)
def test_the_explanation_says_what_happens(policy: AllocationPolicy, said: str) -> None:
    shop = shop_with(policy, MUG=3)
    shop.take("A", ("MUG", 2))
    assert in_words(shop.explain("A"))[-1] == f"If it becomes short, {said}"
    shop.cancel("A")
    assert said not in in_words(shop.explain("A"))[-1]


def test_the_explanation_of_a_waiting_order_speaks_of_the_next_time() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.change_policy(CANCEL_ORDER)
    assert in_words(shop.explain("A"))[-1] == "If it becomes short again, it is cancelled at once."


@pytest.mark.parametrize(
    ("short_part", "instead"),
    [
        pytest.param(ShortPart.WAIT, {Status.ON_BACK_ORDER}, id="wait"),
        pytest.param(ShortPart.CANCEL_SHORT, {Status.CANCELLED}, id="cancel short"),
        pytest.param(ShortPart.CANCEL_ORDER, {Status.CANCELLED}, id="cancel order"),
        pytest.param(ShortPart.HOLD, {Status.ON_HOLD}, id="hold"),
    ],
)
def test_actions_name_what_an_edit_or_a_move_may_lead_to(
    short_part: ShortPart, instead: set[Status]
) -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2), short_part=short_part)
    leads_to = {each.action: set(each.leads_to) for each in shop.actions("A")}
    assert leads_to[Action.EDIT] == {Status.ALLOCATED, *instead}
    assert leads_to[Action.MOVE] == {Status.ALLOCATED, *instead}


def test_a_preview_shows_what_would_be_cancelled() -> None:
    shop = shop_with(CANCEL_SHORT, MUG=2)
    outcome = shop.preview(PlaceOrder(order=order("A", ("MUG", 5)), at=NOON))
    assert kinds(outcome)[-1] == "ShortUnitsCancelled"


# The event and its invariant


def test_an_order_that_can_be_completed_loses_no_units() -> None:
    """The caller may not have served the queues yet."""
    waits = attrs.evolve(order("A", ("MUG", 2)), status=Status.ON_BACK_ORDER)
    draft = Draft(State.of(ACME, [waits], [Stock(key(), 2)]), AllocationPolicy(), NOON)
    cancel_short_units(draft, waits, ShortReason.SHORT_PART)
    assert (draft.orders["A"].status, draft.orders["A"].units) == (Status.ALLOCATED, 2)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        pytest.param((("1", 4),), "short of 3 units, not of 4", id="too many"),
        pytest.param((("9", 1),), "no lines 9", id="no such line"),
    ],
)
def test_an_impossible_event_is_refused(units: tuple[tuple[str, int], ...], message: str) -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 5))
    event = ShortUnitsCancelled(ACME, "A", NOON, units, ShortReason.SHORT_PART)
    with pytest.raises(TransitionError, match=message):
        evolve_order(shop.order("A"), event)


def test_the_invariant_finds_an_order_that_waits_although_it_must_not() -> None:
    shop = shop_with(MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    found = history_violations(shop_with(MUG=2).state(), outcome.events, CANCEL_ORDER)
    assert found == ["order 'A' became short and waits, despite CANCEL_ORDER"]


def test_the_invariant_finds_units_that_should_have_waited() -> None:
    shop = shop_with(CANCEL_SHORT, MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    found = history_violations(shop_with(MUG=2).state(), outcome.events, AllocationPolicy())
    assert found == ["order 'A': short units cancelled despite WAIT"]


def test_an_adjustment_by_count_is_one_command() -> None:
    state = pages(BookInStock(key=key(), received=3, at=NOON), State(ACME), CANCEL_SHORT, 9)[0]
    placing = PlaceOrder(order=order("A", ("MUG", 3)), at=NOON)
    state = pages(placing, state, CANCEL_SHORT, 9)[0]
    counted, outcomes = pages(CountStock(key=key(), counted=1, at=NOON), state, CANCEL_SHORT, 9)
    assert kinds(outcomes[0]) == ["OrderDeallocated", "StockAdjusted", "ShortUnitsCancelled"]
    assert counted.orders["A"].units == 1
