"""Units that change hands between orders, outside the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    HoldReason,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    ShortPart,
)
from orderflow.commands import ReallocateUnits, Reallocation
from orderflow.core import reallocation_of_product
from orderflow.errors import (
    ActionRefusedError,
    LineNotFoundError,
    OrderNotFoundError,
    ReallocationRefusedError,
    StaleVersionError,
)
from orderflow.events import OrderReallocated
from orderflow.wording.explanation import in_words
from tests.unit.paging import each_page
from tests.unit.shop import ACME, Shop, key, kinds, later, shop_with

if TYPE_CHECKING:
    from orderflow import Outcome

WHY: dict[str, Any] = {"note": "B is for a fair", "by": "Ann"}
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def pass_units(shop: Shop, *changes: tuple[str, int], sku: str = "MUG", **fields: Any) -> Outcome:  # noqa: ANN401
    """Let orders give or take units of a product."""
    reallocations = [
        reallocation_of_product(shop.order(order_id), sku, units) for order_id, units in changes
    ]
    return shop.reallocate(reallocations, **WHY, **fields)


def states(shop: Shop) -> dict[str, tuple[str, int, int]]:
    """Return the status, and the allocated and short units of each order."""
    return {each.order_id: (str(each.status), each.allocated, each.short) for each in shop.orders()}


def change(order_id: str, units: int, version: int | None = None, line: str = "1") -> Reallocation:
    return Reallocation(order_id, version, ((line, units),))


@pytest.fixture
def shop() -> Shop:
    """A shop in which A has 3 mugs, and B waits for 2, before C."""
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    shop.take("C", ("MUG", 2))
    return shop


# Who gives and who takes


def test_units_go_from_one_order_to_another(shop: Shop) -> None:
    outcome = pass_units(shop, ("A", -2), ("B", 2), at=later(90))
    assert states(shop) == {
        "A": ("ON_BACK_ORDER", 1, 2),
        "B": ("ALLOCATED", 2, 0),
        "C": ("ON_BACK_ORDER", 0, 2),
    }
    why = ("Ann", "B is for a fair", None)
    assert outcome.events == (
        OrderReallocated(ACME, "A", later(90), (("1", -2),), ("B",), *why),
        OrderReallocated(ACME, "B", later(90), (("1", 2),), ("A",), *why),
    )
    assert (outcome.back_orders_opened, outcome.back_orders_completed) == (("A",), ("B",))
    wait = shop.order("A").wait
    assert wait is not None
    assert wait.since == later(90)


def test_the_giver_waits_in_its_old_position(shop: Shop) -> None:
    pass_units(shop, ("A", -2), ("B", 2))
    shop.receive("MUG", 3)
    assert states(shop)["A"] == ("ALLOCATED", 3, 0)
    assert states(shop)["C"] == ("ON_BACK_ORDER", 1, 1)


def test_an_order_on_hold_gives_and_stays_on_hold(shop: Shop) -> None:
    shop.hold("A", HoldReason.ADDRESS)
    pass_units(shop, ("A", -3), ("B", 2), ("C", 1))
    assert states(shop)["A"] == ("ON_HOLD", 0, 3)
    assert states(shop)["C"] == ("ON_BACK_ORDER", 1, 1)


def test_available_units_are_taken_with_those_of_others() -> None:
    shop = shop_with(NEVER, MUG=2, CUP=1)
    shop.take("A", ("CUP", 1))
    shop.take("B", ("MUG", 2), ("CUP", 1))
    outcome = shop.reallocate(
        [change("A", -1), Reallocation("B", None, (("1", 2), ("2", 1)))], **WHY
    )
    assert outcome.back_orders_completed == ("B",)
    assert [event.others for event in outcome.events] == [("B",), ("A",)]  # type: ignore[union-attr]


def test_the_others_are_named_up_to_ten_and_in_turn() -> None:
    shop = shop_with(MUG=12)
    shop.take("A", ("MUG", 12))
    names = [f"B{number:02}" for number in range(12)]
    for name in names:
        shop.take(name, ("MUG", 1))
    outcome = pass_units(shop, ("A", -12), *((name, 1) for name in names))
    by_order = {event.order_id: event for event in outcome.events if hasattr(event, "order_id")}
    assert [getattr(by_order[each], "others", None) for each in ("A", "B11")] == [
        tuple(names[:10]),
        ("A",),
    ]


def test_lines_of_the_same_product_give_in_their_order() -> None:
    shop = shop_with(MUG=5)
    shop.take("A", ("MUG", 2), ("CUP", 1), ("MUG", 3))
    shop.take("B", ("MUG", 1), ("MUG", 3))
    outcome = pass_units(shop, ("A", -3), ("B", 3))
    assert [getattr(event, "units", ()) for event in outcome.events] == [
        (("1", -2), ("3", -1)),
        (("1", 1), ("2", 2)),
    ]


def test_the_units_of_an_event_are_in_the_order_of_the_lines() -> None:
    shop = shop_with(MUG=2, CUP=2)
    shop.take("A", ("MUG", 2), ("CUP", 2))
    shop.take("B", ("MUG", 2), ("CUP", 2))
    outcome = shop.reallocate(
        [
            Reallocation("A", None, (("2", -1), ("1", -2))),
            Reallocation("B", None, (("2", 1), ("1", 2))),
        ],
        **WHY,
    )
    assert [getattr(event, "units", ()) for event in outcome.events] == [
        (("1", -2), ("2", -1)),
        (("1", 2), ("2", 1)),
    ]


def test_two_orders_exchange_products() -> None:
    shop = shop_with(MUG=1, CUP=1)
    shop.take("A", ("MUG", 1), ("TOP", 1))
    shop.take("B", ("CUP", 1), ("TOP", 1))
    shop.take("C", ("MUG", 1), ("CUP", 1))
    outcome = shop.reallocate(
        [
            change("A", -1),
            change("B", -1),
            Reallocation("C", None, (("1", 1), ("2", 1))),
        ],
        **WHY,
        plan_id="P-1",
    )
    assert outcome.back_orders_completed == ("C",)
    assert {getattr(event, "plan_id", "") for event in outcome.events} == {"P-1"}
    assert outcome.events[-1].others == ("A", "B")  # type: ignore[union-attr]


# The policy


def test_a_giver_that_may_not_have_a_part_gives_the_rest_to_the_queue() -> None:
    shop = shop_with(NEVER, MUG=5)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 3))
    shop.take("C", ("MUG", 2))
    outcome = pass_units(shop, ("A", -2), ("C", 2))
    assert kinds(outcome) == [
        *("OrderReallocated", "OrderReallocated"),
        *("OrderDeallocated", "OrderAllocated"),
    ]
    assert states(shop) == {
        "A": ("ON_BACK_ORDER", 0, 5),
        "B": ("ALLOCATED", 3, 0),
        "C": ("ALLOCATED", 2, 0),
    }


def test_an_order_that_may_not_have_a_part_takes_all_or_nothing() -> None:
    shop = shop_with(NEVER, MUG=5)
    shop.take("A", ("MUG", 5))
    shop.take("B", ("MUG", 3))
    message = "may not be allocated a part, and would still be short of 1 unit"
    with pytest.raises(ReallocationRefusedError, match=message) as refusal:
        pass_units(shop, ("A", -2), ("B", 2))
    assert (refusal.value.order_id, refusal.value.sku) == ("B", None)


def test_who_is_behind_in_the_queue_passes_over_who_is_ahead() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    shop = shop_with(policy, MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 5))
    shop.take("C", ("MUG", 2))
    shop.hold("A", HoldReason.ADDRESS)
    outcome = pass_units(shop, ("A", -2), ("C", 2))
    assert kinds(outcome)[2:] == ["OrderPassedOver", "OrderWaitedEnough"]


def test_an_order_that_gives_waits_whatever_its_short_part() -> None:
    shop = shop_with(AllocationPolicy(short_part=ShortPart.CANCEL_ORDER), MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2), short_part=ShortPart.WAIT)
    pass_units(shop, ("A", -2), ("B", 2))
    assert states(shop)["A"] == ("ON_BACK_ORDER", 0, 2)


def test_an_order_whose_day_is_far_is_postponed_when_it_gives() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3), not_before=later(60 * 24 * 30))
    shop.take("B", ("MUG", 1))
    shop.change_policy(AllocationPolicy(allocation_horizon=timedelta(days=7)))
    outcome = pass_units(shop, ("A", -1), ("B", 1))
    assert kinds(outcome)[2:] == ["OrderDeallocated", "OrderPostponed"]
    assert states(shop)["A"] == ("POSTPONED", 0, 3)


def test_what_is_allocated_then_leaves_by_the_policy() -> None:
    shop = shop_with(AllocationPolicy(fulfilment=Fulfilment.SPLIT), MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    outcome = pass_units(shop, ("A", -1), ("B", 1))
    assert kinds(outcome)[2:] == ["OrderSplit", "OrderSplitOff"] * 2


def test_units_that_an_urgent_order_would_preempt_at_once_are_refused() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=2)
    shop.take("A", ("MUG", 2), priority=9)
    shop.take("U", ("MUG", 1), priority=7)
    shop.take("B", ("MUG", 2))
    message = "an urgent order would preempt the units of order 'B' at once; name an order before"
    with pytest.raises(ReallocationRefusedError, match=message):
        pass_units(shop, ("A", -2), ("B", 2))
    with pytest.raises(ReallocationRefusedError, match="preempt the units of order 'U' at once"):
        pass_units(shop, ("A", -1), ("U", 1))


# Refusals


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [change("A", -4), change("B", 2)],
            "order 'A' cannot give 4 units of 'MUG' on line '1', which has 3; name at most these",
        ),
        (
            [change("A", -3), change("B", 3)],
            "order 'B' cannot take 3 units of 'MUG' on line '1', which is short of 2",
        ),
        (
            [change("A", -1), change("B", 2)],
            "of 'MUG' in 'leeds', 1 given and 2 taken, but only 0 available; take at most 1",
        ),
        (
            [change("A", -2), change("B", 1)],
            "of 'MUG' in 'leeds', 2 given and 1 taken; give at most what is taken",
        ),
        ([change("N", 1)], "order 'N' is NEW: cannot reallocate"),
        ([change("H", 1)], "order 'H' is ON_HOLD and can only give units"),
        ([change("S", -1), change("B", 1)], "order 'S' is SENT_TO_WAREHOUSE: cannot reallocate"),
    ],
)
def test_what_does_not_fit_is_refused(
    shop: Shop, changes: list[Reallocation], message: str
) -> None:
    shop.take("N", ("MUG", 1), allocate=False)
    shop.take("H", ("MUG", 1))
    shop.hold("H", HoldReason.ADDRESS)
    shop.take("S", ("CUP", 1), allocate=False)
    shop.receive("CUP", 1)
    shop.allocate("S")
    shop.send_to_warehouse("S")
    with pytest.raises((ReallocationRefusedError, ActionRefusedError), match=message) as refusal:
        shop.reallocate(changes, **WHY)
    assert vars(refusal.value).get("sku") == ("MUG" if "'MUG' in 'leeds'" in message else None)


def test_an_order_gives_and_takes_different_products() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    with pytest.raises(ReallocationRefusedError, match="cannot give and take 'MUG'; name one"):
        shop.reallocate([Reallocation("A", None, (("1", -1), ("2", 1)))], **WHY)


def test_a_stale_version_refuses_the_whole(shop: Shop) -> None:
    version = shop.order("B").version
    with pytest.raises(StaleVersionError, match=f"order 'B' is at version {version}, not 7"):
        shop.reallocate([change("A", -1, shop.order("A").version), change("B", 1, 7)], **WHY)


def test_a_version_is_that_before_what_time_brings_about(shop: Shop) -> None:
    shop.hold("B", HoldReason.ADDRESS, until=later(60))
    changes = [change("A", -1, shop.order("A").version), change("B", 1, shop.order("B").version)]
    outcome = shop.reallocate(changes, **WHY, at=later(90))
    assert kinds(outcome) == ["HoldReleased", "OrderReallocated", "OrderReallocated"]


def test_an_unknown_order_or_line_is_not_found(shop: Shop) -> None:
    with pytest.raises(OrderNotFoundError):
        shop.reallocate([change("X", -1)], **WHY)
    with pytest.raises(LineNotFoundError):
        shop.reallocate([change("A", -1, line="9")], **WHY)


def test_a_line_that_has_nothing_to_give_gives_nothing() -> None:
    shop = shop_with(MUG=2)
    order = shop.take("A", ("MUG", 2), ("MUG", 2)).order
    assert order is not None
    giving = reallocation_of_product(order, "MUG", -1)
    assert giving == Reallocation(order.order_id, order.version, (("1", -1),))
    assert reallocation_of_product(order, "MUG", 1).units == (("2", 1),)


def test_an_order_cannot_give_or_take_more_of_a_product_than_fits(shop: Shop) -> None:
    with pytest.raises(ReallocationRefusedError, match=r"'A' cannot give 4.* it has 3") as it:
        reallocation_of_product(shop.order("A"), "MUG", -4)
    assert (it.value.order_id, it.value.sku) == ("A", "MUG")
    with pytest.raises(ReallocationRefusedError, match=r"'B' cannot take 3.* short of 2"):
        reallocation_of_product(shop.order("B"), "MUG", 3)
    with pytest.raises(ReallocationRefusedError, match="'B' cannot take 1 unit of 'CUP'"):
        reallocation_of_product(shop.order("B"), "CUP", 1)


# What is told


def test_it_is_explained_from_both_sides(shop: Shop) -> None:
    pass_units(shop, ("A", -2), ("B", 2))
    gave, took = (in_words(shop.explain(each)) for each in "AB")
    assert "2 units of 'MUG' went to 'B' at 2025-03-03 12:03 UTC, by Ann: B is for a fair" in gave
    assert "2 units of 'MUG' came from 'A' at 2025-03-03 12:03 UTC, by Ann: B is for a fair" in took
    assert shop.explain("C").reallocation is None


# Repaid


def test_a_giver_that_is_repaid_is_served_before_orders_that_come_first() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2), placed_at=later(9))
    shop.take("B", ("MUG", 1), placed_at=later(10))
    shop.take("C", ("MUG", 2), placed_at=later(8))
    shop.take("D", ("MUG", 1), placed_at=later(7))
    pass_units(shop, ("A", -2), ("C", 2), repay=True)
    assert [each.order_id for each in shop.queue(key())] == ["A", "D"]
    shop.receive("MUG", 1)
    assert states(shop)["A"] == ("ON_BACK_ORDER", 1, 1)
    shop.receive("MUG", 1)
    assert shop.order("A").wait is None
    assert states(shop)["D"] == ("ON_BACK_ORDER", 0, 1)


def test_those_that_are_repaid_keep_their_order_among_themselves() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 1))
    shop.take("B", ("MUG", 1))
    shop.take("C", ("MUG", 1))
    shop.take("D", ("MUG", 1))
    pass_units(shop, ("B", -1), ("D", 1), repay=True)
    pass_units(shop, ("A", -1), ("C", 1), repay=True)
    assert [each.order_id for each in shop.queue(key())] == ["A", "B"]


def test_an_order_on_hold_is_repaid_from_its_release_on() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.hold("A", HoldReason.ADDRESS)
    shop.take("B")
    shop.take("C", placed_at=later(0))
    pass_units(shop, ("A", -1), ("B", 1), at=later(90), repay=True)
    wait = shop.order("A").wait
    assert wait is not None
    assert (wait.since, wait.served_first) == (later(90), True)
    shop.release_hold("A", at=later(91))
    assert [each.order_id for each in shop.queue(key())] == ["A", "C"]


def test_a_wait_that_is_repaid_goes_on_with_its_marks() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1))
    assert shop.held("A") == (0,)
    shop.receive("MUG", 1)
    shop.take("C", ("MUG", 1))
    pass_units(shop, ("A", -1), ("C", 1), repay=True)
    wait = shop.order("A").wait
    assert wait is not None
    assert (wait.allows_partial, wait.passed_over, wait.served_first) == (True, 1, True)


def test_an_order_that_is_repaid_passes_nobody_over() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=1)
    shop = shop_with(policy, MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 9), placed_at=later(0))
    shop.take("C", ("MUG", 2))
    pass_units(shop, ("A", -2), ("C", 2), repay=True)
    assert shop.order("B").wait is not None
    shop.take("D", ("MUG", 1))
    before = shop.order("B").version
    shop.receive("MUG", 2)
    assert (states(shop)["A"][0], shop.order("B").version) == ("ALLOCATED", before)


def test_whom_a_reallocation_passes_over_is_counted_page_by_page() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=5)
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 1))
    for order_id in "BCD":
        shop.take(order_id, ("MUG", 2))
    shop.take("E", ("MUG", 1))
    command = ReallocateUnits(
        at=later(9), seller_id=ACME, changes=(change("A", -1), change("E", 1)), **WHY
    )
    pages = list(each_page(command, shop.state(), policy, 1))
    assert len(pages) > 2
    waits = [order.wait for each in "BCD" if (order := pages[-1][1].orders[each])]
    assert [wait and wait.passed_over for wait in waits] == [1, 1, 1]


def test_an_urgent_order_takes_nothing_of_one_that_is_repaid() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1))
    pass_units(shop, ("A", -1), ("B", 1), repay=True)
    shop.take("U", ("MUG", 2), priority=9)
    assert [shop.held(each) for each in "ABU"] == [(2,), (0,), (1,)]


def test_an_urgent_order_that_is_repaid_preempts_no_order_before_its_own_place() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=4)
    shop.take("A", ("MUG", 2), priority=9)
    shop.take("U", ("MUG", 2), priority=7)
    shop.take("P", ("MUG", 1))
    shop.pin("P")
    pass_units(shop, ("U", -1), ("P", 1), repay=True)
    assert [shop.held(each) for each in "AUP"] == [(2,), (1,), (1,)]
    wait, explained = shop.order("U").wait, shop.explain("U")
    assert wait is not None
    assert (wait.served_first, explained.shortages[0].preemptible) == (True, 0)


def test_an_urgent_order_that_is_repaid_preempts_no_part_that_was_split_off_from_it() -> None:
    policy = AllocationPolicy(
        fulfilment=Fulfilment.SPLIT, preemption=Preemption.URGENT, urgent_from=0
    )
    shop = shop_with(policy, MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 1))
    shop.pin("B")
    pass_units(shop, ("A", -1), ("B", 1), repay=True)
    assert kinds(shop.hold("A.1", HoldReason.ADDRESS)) == ["OrderHeld"]
    assert [shop.held(each) for each in ("A", "A.1", "B")] == [(0,), (2,), (1,)]


def test_an_urgent_order_preempts_what_a_repaid_order_took_before_it() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)
    shop = shop_with(policy, MUG=1)
    shop.take("A", ("MUG", 1))
    shop.take("P", ("MUG", 1))
    shop.pin("P")
    pass_units(shop, ("A", -1), ("P", 1), repay=True)
    shop.take("U", ("MUG", 1), priority=9)
    shop.receive("MUG", 1)
    assert [shop.held(each) for each in "APU"] == [(0,), (1,), (1,)]


def test_nobody_is_repaid_under_a_fair_share() -> None:
    shop = shop_with(AllocationPolicy(rationing=Rationing.FAIR_SHARE), MUG=1)
    shop.take("A")
    shop.take("B")
    with pytest.raises(
        ReallocationRefusedError, match="under a fair share, no order is served fir"
    ):
        pass_units(shop, ("A", -1), ("B", 1), repay=True)


def test_a_repaid_order_says_so() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.take("B")
    shop.take("C", placed_at=later(0))
    pass_units(shop, ("A", -1), ("B", 1), repay=True)
    told = in_words(shop.explain("A"))
    assert "It gave units to other orders, so it is served first until it is covered." in told
    assert "behind 'A' (1 unit, served first)." in " ".join(in_words(shop.explain("C")))
