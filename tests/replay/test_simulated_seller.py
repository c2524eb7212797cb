"""What the seller does: cancellations that name no order, splits, patience."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import AllocationPolicy, Fulfilment, GiveUp, PartialAllocation, Queue, ShortPart
from orderflow.events import OrderEdited
from orderflow.replay import SELLER, EntryKind, SellerBehaviour, Settings, SkipReason
from tests.replay.histories import (
    NOTHING_COMES,
    at,
    entry,
    entry_of_lines,
    order,
    replayed,
    statuses,
)

CANCELLATION = EntryKind.CANCELLATION
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def settings(policy: AllocationPolicy | None = None, **behaviour: Any) -> Settings:  # noqa: ANN401
    return Settings(
        rule=NOTHING_COMES,
        policy=policy or AllocationPolicy(),
        behaviour=SellerBehaviour(**behaviour),
    )


def test_the_newest_order_that_can_be_edited_is_reduced_first() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 10:00", "2", {"MUG": 5}),
        entry("2 11:00", "C3", {"MUG": 2}, kind=CANCELLATION),
        opening={"MUG": 10},
    )
    assert (order(run, "1").units, order(run, "2").units) == (5, 3)
    assert run.seller.cancelled.before_despatch == 2


def test_an_order_of_which_nothing_is_left_is_cancelled_and_the_rest_taken_off_an_older_one() -> (
    None
):
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5, "JAR": 1}),
        entry("2 10:00", "2", {"MUG": 5}),
        entry("2 11:00", "C3", {"MUG": 7}, kind=CANCELLATION),
        opening={"MUG": 10, "JAR": 1},
    )
    assert statuses(run) == {"1": "ALLOCATED", "2": "CANCELLED"}
    assert order(run, "1").units == 4


def test_one_edit_removes_and_reduces_lines_the_last_one_first() -> None:
    run = replayed(
        entry_of_lines("2 09:00", "1", [("MUG", 3), ("JAR", 2), ("MUG", 4)]),
        entry("2 11:00", "C3", {"MUG": 5, "JAR": 1}, kind=CANCELLATION),
        opening={"MUG": 10, "JAR": 2},
    )
    lines = [(line.sku, line.quantity) for line in order(run, "1").lines]
    assert lines == [("MUG", 2), ("JAR", 1)]
    edits = [
        each
        for each in run.session.flow.seller(SELLER).events("1")
        if isinstance(each, OrderEdited)
    ]
    assert len(edits) == 1


def test_what_is_cancelled_is_offered_to_who_waits() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 10:00", "2", {"MUG": 5}, customer="78"),
        entry("2 11:00", "C3", {"MUG": 5}, kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert statuses(run) == {"1": "CANCELLED", "2": "ALLOCATED"}


def test_units_that_were_despatched_come_back_as_a_return_and_are_not_on_sale_again() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("3 11:00", "C3", {"MUG": 3}, kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert statuses(run) == {"1": "DESPATCHED"}
    assert run.seller.cancelled.returned == 3
    assert run.session.on_hand("MUG") == 0


def test_returns_go_back_into_stock_if_the_behaviour_says_so() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 10:00", "2", {"MUG": 1}, customer="78"),
        entry("3 11:00", "C3", {"MUG": 3}, kind=CANCELLATION),
        opening={"MUG": 5},
        settings=settings(returns_to_stock=True),
    )
    assert run.session.on_hand("MUG") == 3
    assert order(run, "2").status.value == "ALLOCATED"


def test_an_order_that_waits_is_cancelled_rather_than_a_despatched_one_returned() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("3 09:00", "2", {"MUG": 5}),
        entry("3 11:00", "C3", {"MUG": 6}, kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert statuses(run) == {"1": "DESPATCHED", "2": "CANCELLED"}
    assert attrs.astuple(run.seller.cancelled) == (5, 1, 0)


def test_nothing_is_returned_twice() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("3 11:00", "C3", {"MUG": 4}, kind=CANCELLATION),
        entry("3 12:00", "C4", {"MUG": 4}, kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert attrs.astuple(run.seller.cancelled) == (0, 5, 3)


def test_only_the_customers_own_orders_are_touched() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("2 11:00", "C3", {"MUG": 5}, customer="78", kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert statuses(run) == {"1": "ALLOCATED"}
    assert run.seller.skipped == {SkipReason.NO_SALE: 1}


def test_who_has_no_name_has_no_orders() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}, customer=""),
        entry("2 11:00", "C3", {"MUG": 5}, customer="", kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert statuses(run) == {"1": "ALLOCATED"}
    assert run.seller.skipped == {SkipReason.NO_CUSTOMER: 1}
    assert run.seller.cancelled.without_sale == 5


def test_a_row_of_which_a_part_was_bought_is_not_left_out() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry_of_lines("2 11:00", "C3", [("MUG", 6), ("MUG", 2)], kind=CANCELLATION),
        opening={"MUG": 5},
    )
    assert run.seller.skipped == {SkipReason.NO_SALE: 1}
    assert run.seller.cancelled.without_sale == 3


def test_the_drill_of_80995_units_that_are_cancelled_within_minutes() -> None:
    run = replayed(
        entry("2 09:10", "581482", {"BIRD": 6}, customer="78"),
        entry("2 09:15", "581483", {"BIRD": 80_995}),
        entry("2 09:20", "581490", {"BIRD": 6}, customer="79"),
        entry("2 09:27", "C581484", {"BIRD": 80_995}, kind=CANCELLATION),
        opening={"BIRD": 100},
    )
    assert statuses(run) == {"581482": "ALLOCATED", "581483": "CANCELLED", "581490": "ALLOCATED"}
    assert run.session.on_hand("BIRD") == 100
    assert run.session.replenishment.position("BIRD") == 100 - 12


def test_sellers_split_at_the_cut_off_if_that_is_their_behaviour() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3, "JAR": 2}),
        entry("3 09:00", "2", {"TIN": 1}),
        opening={"MUG": 5, "TIN": 1},
        settings=settings(split=True),
    )
    assert statuses(run) == {"1": "ON_BACK_ORDER", "1.1": "DESPATCHED", "2": "ALLOCATED"}


def test_an_order_with_nothing_allocated_is_split_by_what_it_could_have() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3, "JAR": 2}),
        entry("2 09:01", "2", {"JAR": 2}),
        entry("3 09:00", "3", {"TIN": 1}),
        opening={"MUG": 5, "TIN": 1},
        settings=settings(NEVER, split=True),
    )
    assert statuses(run)["1.1"] == "DESPATCHED"
    assert "2.1" not in statuses(run)


def test_short_units_are_given_up_before_those_that_were_split_off() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5, "JAR": 1}),
        entry("2 10:00", "C2", {"MUG": 4}, kind=CANCELLATION),
        opening={"MUG": 3},
        settings=settings(AllocationPolicy(fulfilment=Fulfilment.SPLIT)),
    )
    assert {each.order_id: each.units for each in run.session.flow.seller(SELLER).orders()} == {
        "1": 1,
        "1.1": 1,
    }
    assert attrs.astuple(run.seller.cancelled) == (4, 0, 0)


def test_what_is_split_off_while_a_customer_cancels_is_cancelled_too() -> None:
    urgent = entry("2 09:01", "2", {"MUG": 2, "TIN": 9})
    urgent = attrs.evolve(urgent, priority=5)
    run = replayed(
        entry("2 09:00", "1", {"MUG": 2, "JAR": 9}),
        urgent,
        entry("2 09:02", "F1", {"MUG": 2}, kind=EntryKind.FOUND),
        entry("2 10:00", "C3", {"MUG": 4}, kind=CANCELLATION),
        opening={},
        settings=settings(AllocationPolicy(queue=Queue.PRIORITY, fulfilment=Fulfilment.SPLIT)),
    )
    assert statuses(run)["2.1"] == statuses(run)["1.1"] == "CANCELLED"
    assert attrs.astuple(run.seller.cancelled) == (4, 0, 0)
    assert run.session.on_hand("MUG") == 2


@pytest.mark.parametrize("split", [False, True])
def test_what_was_split_off_belongs_to_the_same_customer(split: bool) -> None:  # noqa: FBT001
    fulfilment = Fulfilment.COMPLETE if split else Fulfilment.SPLIT
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3, "JAR": 2}),
        entry("3 09:00", "C2", {"MUG": 3, "JAR": 2}, kind=CANCELLATION),
        opening={"MUG": 5},
        settings=settings(AllocationPolicy(fulfilment=fulfilment), split=split),
    )
    assert attrs.astuple(run.seller.cancelled) == (2, 3, 0)
    assert order(run, "1").status.value == "CANCELLED"


def test_an_id_that_the_history_uses_itself_is_passed_over() -> None:
    run = replayed(
        entry("2 09:00", "1.1", {"TIN": 1}),
        entry("2 09:01", "1", {"MUG": 3, "JAR": 2}),
        entry("3 09:00", "2", {"TIN": 1}),
        entry("3 09:30", "C1", {"JAR": 1}, kind=CANCELLATION),
        entry("4 09:00", "3", {"TIN": 1}),
        opening={"MUG": 5, "TIN": 3},
        settings=settings(split=True),
    )
    assert statuses(run)["1.2"] == "DESPATCHED"


def test_an_order_that_waits_too_long_is_cancelled_at_the_cut_off() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3}),
        entry("4 17:00", "2", {"TIN": 1}),
        opening={"TIN": 1, "MUG": 2},
        settings=settings(patience=timedelta(days=2)),
    )
    assert order(run, "1").status.value == "CANCELLED"
    assert run.session.replenishment.position("MUG") == 2 + 1  # one was ordered for it


def test_patience_begins_anew_with_each_back_order() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3}),
        entry("2 17:00", "0", {"MUG": 2}, kind=EntryKind.FOUND),
        entry("3 12:00", "9", {"MUG": 1}, kind=EntryKind.WRITE_OFF),
        entry("4 17:00", "2", {"TIN": 1}),
        opening={"TIN": 1, "MUG": 1},
        settings=settings(patience=timedelta(days=2)),
    )
    assert order(run, "1").status.value == "ON_BACK_ORDER"
    assert [each.order_id for each in run.session.flow.seller(SELLER).orders()] == ["1", "2"]


# What the policy cancels


def test_the_policy_gives_up_orders_at_a_cut_off() -> None:
    policy = AllocationPolicy(give_up_after=timedelta(days=2))
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("3 09:00", "2", {"MUG": 1}),
        entry("5 18:00", "3", {"TIN": 1}),
        opening={"MUG": 2},
        settings=settings(policy),
    )
    assert statuses(run) == {"1": "CANCELLED", "2": "DESPATCHED", "3": "ON_BACK_ORDER"}
    assert run.figures.back_orders.cancelled == 1


@pytest.mark.parametrize(
    ("short_part", "position", "served"),
    [
        (ShortPart.WAIT, -3, 2),
        (ShortPart.CANCEL_SHORT, 0, 2),
        (ShortPart.CANCEL_ORDER, 2, 0),
    ],
)
def test_no_stock_is_ordered_for_what_the_policy_cancels(
    short_part: ShortPart, position: int, served: int
) -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        opening={"MUG": 2},
        settings=settings(AllocationPolicy(short_part=short_part)),
    )
    assert run.session.replenishment.position("MUG") == position
    assert (run.figures.units.served, run.figures.units.total) == (served, 5)
    assert run.figures.orders.served == 0


def test_no_stock_is_ordered_for_what_a_count_makes_the_policy_cancel() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5, "JAR": 1}),
        entry("2 10:00", "w", {"MUG": 3}, kind=EntryKind.WRITE_OFF),
        opening={"MUG": 5, "JAR": 1},
        settings=settings(AllocationPolicy(short_part=ShortPart.CANCEL_SHORT)),
    )
    assert order(run, "1").units == 3
    assert run.session.replenishment.position("MUG") == 0


def test_no_stock_is_ordered_for_what_the_policy_cancels_while_a_customer_cancels() -> None:
    """The day of the postponed order is near by then, and the units of the other do not suffice."""
    postponed = attrs.evolve(entry("2 09:01", "2", {"MUG": 5}), not_before=at("3 10:00"))
    policy = AllocationPolicy(
        short_part=ShortPart.CANCEL_ORDER, allocation_horizon=timedelta(days=1)
    )
    run = replayed(
        entry("2 09:00", "1", {"MUG": 3}),
        postponed,
        entry("2 11:00", "C1", {"MUG": 3}, kind=EntryKind.CANCELLATION),
        opening={"MUG": 3},
        settings=settings(policy),
    )
    assert statuses(run) == {"1": "CANCELLED", "2": "CANCELLED"}
    assert run.session.replenishment.position("MUG") == 3
    assert (run.figures.orders.served, run.figures.orders.total) == (1, 2)


def test_short_units_that_are_given_up_end_a_back_order() -> None:
    policy = AllocationPolicy(give_up_after=timedelta(days=2), give_up=GiveUp.CANCEL_SHORT)
    run = replayed(
        entry("2 09:00", "1", {"MUG": 5}),
        entry("5 18:00", "3", {"TIN": 1}),
        opening={"MUG": 2, "TIN": 1},
        settings=settings(policy),
    )
    back_orders = run.figures.back_orders
    assert (back_orders.opened, back_orders.cancelled, back_orders.still_waiting) == (1, 1, 0)
    assert run.figures.waiting().longest is None
