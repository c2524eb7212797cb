"""Events into notices: one walk for each kind, and what is not told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from orderflow import (
    Action,
    AllocationPolicy,
    Fulfilment,
    GiveUp,
    HoldReason,
    Outcome,
    PartialAllocation,
    ShortPart,
    Status,
)
from orderflow.edits import AddLine, ChangeQuantity, RemoveLine, ReplaceLine
from orderflow.events import ShortReason
from orderflow.notices import (
    CancellationAcceptedNotice,
    CancellationRejectedNotice,
    CompletedNotice,
    GivenUpSoonNotice,
    HeldNotice,
    InStockReplacement,
    LineCount,
    Notice,
    NoticeWriter,
    OnBackOrderNotice,
    Outlook,
    OutlookSource,
    PartlyServedNotice,
    RecalledNotice,
    ReleasedNotice,
    ShortLine,
    ShortOrderCancelledNotice,
    ShortOrderHeldNotice,
    ShortUnitsCancelledNotice,
    WayOut,
    kind_of,
)
from tests.unit.shop import ACME, NOON, Shop, key, later, shop_with

if TYPE_CHECKING:
    from orderflow.events import Event


def told(
    shop: Shop, *outcomes: Outcome, policy: AllocationPolicy | None = None, **settings: object
) -> list[Notice]:
    """Return the notices of these outcomes, as the shop is now."""
    events: list[Event] = [event for outcome in outcomes for event in outcome.events]
    with shop.repository.unit_of_work(ACME) as context:
        writer = NoticeWriter(context, shop.clock.now(), policy or AllocationPolicy(), **settings)  # type: ignore[arg-type] # of whatever kind
        return [notice for event in events for notice in writer.notices_of(event)]


def kinds(notices: list[Notice]) -> list[str]:
    return [kind_of(notice).value for notice in notices]


def test_an_order_that_is_short_is_told_of_with_every_way_out() -> None:
    shop = shop_with(MUG=2, PAN=1)
    outcome = shop.take("A", ("MUG", 5), ("PAN", 1))
    assert told(shop, outcome) == [
        OnBackOrderNotice(
            seller_id=ACME,
            order_id="A",
            at=later(1),
            since=later(1),
            short=(ShortLine("1", "MUG", 3),),
            ways_out=(
                WayOut(Action.CANCEL, (Status.CANCELLED,)),
                WayOut(Action.REMOVE_LINE, (Status.ALLOCATED,), (("MUG", 5),)),
                WayOut(Action.REPLACE_LINE, (Status.ALLOCATED, Status.ON_BACK_ORDER)),
                WayOut(Action.SEND_STOCK, (Status.ON_BACK_ORDER, Status.ALLOCATED), (("MUG", 3),)),
                WayOut(Action.SPLIT, (Status.ON_BACK_ORDER,), (("MUG", 2), ("PAN", 1))),
            ),
        )
    ]


def test_a_way_out_that_is_not_open_is_not_told() -> None:
    shop = shop_with(MUG=0)
    (notice,) = told(shop, shop.take("A", ("MUG", 5)))
    assert isinstance(notice, OnBackOrderNotice)
    ways = [way.action for way in notice.ways_out]
    assert Action.SPLIT not in ways
    assert Action.REMOVE_LINE not in ways
    assert Action.CANCEL in ways


def test_ways_out_may_be_left_out() -> None:
    shop = shop_with(MUG=0)
    (notice,) = told(shop, shop.take("A"), with_ways_out=False)
    assert isinstance(notice, OnBackOrderNotice)
    assert notice.ways_out == ()


def test_what_is_looked_up_of_a_short_line_is_told() -> None:
    shop = shop_with(MUG=0)
    outcome = shop.take("A", ("MUG", 2), ("PAN", 1))
    friday = NOON + timedelta(days=4)
    outlook: OutlookSource = lambda order, *_: {  # noqa: E731 - a function in one line
        order.lines[0].line_id: Outlook((InStockReplacement("CUP", 9),), friday)
    }
    (notice,) = told(shop, outcome, outlook=outlook)
    assert isinstance(notice, OnBackOrderNotice)
    assert notice.short == (
        ShortLine("1", "MUG", 2, (InStockReplacement("CUP", 9),), friday),
        ShortLine("2", "PAN", 1),
    )


def test_an_order_that_is_covered_at_once_is_not_told_of() -> None:
    shop = shop_with(MUG=1)
    assert told(shop, shop.take("A")) == []


def test_a_back_order_that_is_over_by_now_is_not_told_any_more() -> None:
    shop = shop_with(MUG=0)
    taken = shop.take("A")
    shop.clock.wait()
    received = shop.receive("MUG", 1)
    assert kinds(told(shop, taken, received)) == ["COMPLETED"]


def test_a_message_that_comes_late_tells_how_things_stand_now() -> None:
    shop = shop_with(MUG=0)
    taken = shop.take("A", ("MUG", 5))
    shop.clock.wait()
    shop.receive("MUG", 2)
    (notice,) = told(shop, taken)
    assert isinstance(notice, OnBackOrderNotice)
    assert (notice.at, notice.short) == (later(1), (ShortLine("1", "MUG", 3),))


def test_an_order_that_is_complete_after_stock_came_is_told_of() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.clock.wait()
    assert told(shop, shop.receive("MUG", 1)) == [
        CompletedNotice(seller_id=ACME, order_id="A", at=later(2), since=later(1))
    ]


def test_an_order_that_got_some_units_is_told_of_with_what_is_still_short() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 5))
    shop.clock.wait()
    (notice,) = told(shop, shop.receive("MUG", 2))
    assert isinstance(notice, PartlyServedNotice)
    assert notice.since == later(1)
    assert notice.served == (LineCount("1", "MUG", 2),)
    assert notice.short == (ShortLine("1", "MUG", 3),)
    assert Action.SPLIT in [way.action for way in notice.ways_out]


@pytest.mark.parametrize(
    "change", [AddLine("CUP", 1), ChangeQuantity("1", 2), ReplaceLine("1", "CUP")]
)
def test_an_edit_that_leaves_an_order_short_puts_it_on_back_order(change: AddLine) -> None:
    shop = shop_with(MUG=1, CUP=0)
    shop.take("A")
    assert kinds(told(shop, shop.edit("A", change))) == ["ON_BACK_ORDER"]


def test_an_edit_of_a_back_order_is_not_news_to_who_has_made_it() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    shop.clock.wait()
    assert told(shop, shop.edit("A", AddLine("PAN", 1))) == []
    assert told(shop, shop.edit("A", RemoveLine("2"), RemoveLine("3"))) == []


def test_an_edit_that_is_covered_at_once_is_not_told_of() -> None:
    shop = shop_with(MUG=5)
    shop.take("A")
    assert told(shop, shop.edit("A", ChangeQuantity("1", 4))) == []


def test_an_order_that_a_count_takes_from_goes_on_back_order() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.clock.wait()
    assert kinds(told(shop, shop.count(key(), 0))) == ["ON_BACK_ORDER"]


def test_a_recall_is_told_with_what_is_missing_and_that_the_order_waits() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.send_to_warehouse("A")
    shop.clock.wait()
    notices = told(shop, shop.count(key(), 1))
    assert kinds(notices) == ["RECALLED", "ON_BACK_ORDER"]
    assert isinstance(notices[0], RecalledNotice)
    assert notices[0].missing == (LineCount("1", "MUG", 1),)


def test_a_short_pick_is_a_recall() -> None:
    shop = shop_with(MUG=2)
    shop.take("A", ("MUG", 2))
    shop.send_to_warehouse("A")
    notices = told(shop, shop.report_short_pick("A", {"1": 1}))
    assert kinds(notices) == ["RECALLED", "ON_BACK_ORDER"]


def test_what_the_warehouse_says_to_a_cancellation_is_told() -> None:
    shop = shop_with(MUG=2)
    for order_id in "AB":
        shop.take(order_id)
        shop.send_to_warehouse(order_id)
        shop.request_cancellation(order_id)
    accepted = shop.accept_cancellation("A")
    rejected = shop.reject_cancellation("B", reason="packed already")
    assert told(shop, accepted, rejected) == [
        CancellationAcceptedNotice(seller_id=ACME, order_id="A", at=later(2)),
        CancellationRejectedNotice(
            seller_id=ACME, order_id="B", at=later(2), reason="packed already"
        ),
    ]


def test_a_despatch_that_settles_a_request_tells_that_it_was_rejected() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.send_to_warehouse("A")
    shop.request_cancellation("A")
    assert kinds(told(shop, shop.despatch("A"))) == ["CANCELLATION_REJECTED"]


def test_every_notice_has_the_reference_of_the_customer() -> None:
    shop = shop_with(MUG=0)
    notices = told(shop, shop.take("A", ("MUG", 3), customer_reference="PO-1"))
    shop.clock.wait()
    notices += told(shop, shop.receive("MUG", 1))
    held = shop.hold("A", HoldReason.OTHER)
    notices += told(shop, held, shop.release_hold("A"))
    shop.clock.wait()
    notices += told(shop, shop.receive("MUG", 2))
    shop.send_to_warehouse("A")
    shop.request_cancellation("A")
    notices += told(shop, shop.reject_cancellation("A"))
    notices += told(shop, shop.report_short_pick("A", {"1": 1}))
    shop.receive("MUG", 2)
    shop.send_to_warehouse("A")
    shop.request_cancellation("A")
    notices += told(shop, shop.accept_cancellation("A"))
    assert set(kinds(notices)) == {
        *("ON_BACK_ORDER", "PARTLY_SERVED", "HELD", "RELEASED", "COMPLETED"),
        *("CANCELLATION_REJECTED", "RECALLED", "CANCELLATION_ACCEPTED"),
    }
    assert {notice.customer_reference for notice in notices} == {"PO-1"}


def test_a_hold_is_told_and_its_end() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    until = NOON + timedelta(days=1)
    held = shop.hold("A", HoldReason.ADDRESS, until=until, note="no house number")
    shop.clock.wait()
    released = shop.release_hold("A")
    assert told(shop, held, released) == [
        HeldNotice(
            seller_id=ACME,
            order_id="A",
            at=later(1),
            reason=HoldReason.ADDRESS,
            until=until,
            note="no house number",
        ),
        ReleasedNotice(
            seller_id=ACME,
            order_id="A",
            at=later(2),
            reasons=(HoldReason.ADDRESS,),
            status=Status.ALLOCATED,
        ),
    ]


def test_a_back_order_that_was_held_is_not_put_on_back_order_again_by_its_release() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.hold("A", HoldReason.OTHER)
    shop.clock.wait()
    assert kinds(told(shop, shop.release_hold("A"))) == ["RELEASED"]


@pytest.mark.parametrize(
    ("on_hand", "expected"), [(0, ["RELEASED", "ON_BACK_ORDER"]), (1, ["RELEASED"])]
)
def test_a_release_processes_an_order_that_was_held_when_it_came(
    on_hand: int, expected: list[str]
) -> None:
    shop = shop_with(MUG=on_hand)
    shop.take("A", allocate=False)
    shop.hold("A", HoldReason.FRAUD_RISK)
    shop.clock.wait()
    assert kinds(told(shop, shop.release_hold("A"))) == expected


# The short part


def test_short_units_that_were_cancelled_are_told_with_their_products_and_the_reason() -> None:
    policy = AllocationPolicy(short_part=ShortPart.CANCEL_SHORT)
    shop = shop_with(policy, MUG=2, PAN=0)
    outcome = shop.take("A", ("MUG", 5), ("PAN", 1), customer_reference="PO-1")
    assert told(shop, outcome, policy=policy) == [
        ShortUnitsCancelledNotice(
            seller_id=ACME,
            order_id="A",
            at=later(1),
            customer_reference="PO-1",
            reason=ShortReason.SHORT_PART,
            cancelled=(LineCount("1", "MUG", 3), LineCount("2", "PAN", 1)),
            status=Status.ALLOCATED,
        )
    ]


def test_units_above_the_limit_of_a_product_are_told_beside_the_back_order() -> None:
    shop = shop_with(MUG=2)
    shop.limit_back_orders(key(), 1)
    on_back_order, cancelled = told(shop, shop.take("A", ("MUG", 5)))
    assert isinstance(on_back_order, OnBackOrderNotice)
    assert on_back_order.short == (ShortLine("1", "MUG", 1),)
    assert isinstance(cancelled, ShortUnitsCancelledNotice)
    assert (cancelled.reason, cancelled.status) == (ShortReason.LIMIT, Status.ON_BACK_ORDER)
    assert cancelled.cancelled == (LineCount("1", "MUG", 2),)


def test_a_late_message_about_cancelled_units_says_how_the_order_stands_now() -> None:
    policy = AllocationPolicy(short_part=ShortPart.CANCEL_SHORT)
    shop = shop_with(policy, MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    shop.send_to_warehouse("A")
    (notice,) = told(shop, outcome, policy=policy)
    assert isinstance(notice, ShortUnitsCancelledNotice)
    assert notice.status is Status.SENT_TO_WAREHOUSE


@pytest.mark.parametrize(
    ("short_part", "on_hand", "short"),
    [(ShortPart.CANCEL_ORDER, 2, 3), (ShortPart.CANCEL_SHORT, 0, 5)],
)
def test_an_order_that_its_short_part_cancels_is_told_of(
    short_part: ShortPart, on_hand: int, short: int
) -> None:
    policy = AllocationPolicy(short_part=short_part)
    shop = shop_with(policy, MUG=on_hand)
    assert told(shop, shop.take("A", ("MUG", 5)), policy=policy) == [
        ShortOrderCancelledNotice(
            seller_id=ACME,
            order_id="A",
            at=later(1),
            reason=ShortReason.SHORT_PART,
            short=(LineCount("1", "MUG", short),),
            cancelled=(LineCount("1", "MUG", 5),),
        )
    ]


def test_an_order_without_any_units_below_the_limit_is_told_of_as_cancelled() -> None:
    shop = shop_with(MUG=0)
    shop.limit_back_orders(key(), 0)
    (notice,) = told(shop, shop.take("A", ("MUG", 5)))
    assert isinstance(notice, ShortOrderCancelledNotice)
    assert notice.reason is ShortReason.LIMIT


def test_a_cancellation_by_the_seller_is_not_told_whatever_its_reason() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    assert told(shop, shop.cancel("A", reason="it is short")) == []


def test_an_order_on_hold_for_the_seller_to_choose_is_told_of_with_the_ways_out() -> None:
    policy = AllocationPolicy(short_part=ShortPart.HOLD)
    shop = shop_with(policy, MUG=2, PAN=1)
    outcome = shop.take("A", ("MUG", 5), ("PAN", 1))
    assert told(shop, outcome, policy=policy) == [
        ShortOrderHeldNotice(
            seller_id=ACME,
            order_id="A",
            at=later(1),
            until=None,
            note="",
            short=(ShortLine("1", "MUG", 3),),
            ways_out=(
                WayOut(Action.CANCEL, (Status.CANCELLED,)),
                WayOut(Action.REMOVE_LINE, (Status.ON_HOLD,), (("MUG", 5),)),
                WayOut(Action.REPLACE_LINE, (Status.ON_HOLD,)),
                WayOut(Action.EDIT, (Status.ON_HOLD,)),
                WayOut(Action.RELEASE_HOLD, (Status.ON_BACK_ORDER,)),
            ),
        )
    ]


def test_every_way_out_of_a_hold_leads_where_it_says() -> None:
    policy = AllocationPolicy(short_part=ShortPart.HOLD)
    shop = shop_with(policy, MUG=2)
    outcome = shop.take("A", ("MUG", 5))
    (notice,) = told(shop, outcome, policy=policy)
    assert isinstance(notice, ShortOrderHeldNotice)
    assert Action.REMOVE_LINE not in {way.action for way in notice.ways_out}  # it is the only one
    shop.edit("A", ChangeQuantity("1", 2))
    assert shop.status("A") == "ON_HOLD"
    assert shop.release_hold("A").order.status is Status.ALLOCATED  # type: ignore[union-attr] # it is there


def test_a_choice_that_was_made_meanwhile_is_not_asked_for() -> None:
    policy = AllocationPolicy(short_part=ShortPart.HOLD)
    shop = shop_with(policy, MUG=2)
    held = shop.take("A", ("MUG", 5))
    released = shop.release_hold("A")
    assert kinds(told(shop, held, released, policy=policy)) == ["ON_BACK_ORDER", "RELEASED"]
    shop.cancel("A")
    assert kinds(told(shop, held, policy=policy)) == []


def waiting_for_an_hour(how: GiveUp) -> Shop:
    hour = timedelta(hours=1)
    policy = AllocationPolicy(give_up_after=hour, give_up=how, remind_before=hour / 4)
    shop = Shop()
    shop.change_policy(policy)
    shop.receive("MUG", 1)
    shop.take("A", ("MUG", 3))
    return shop


def test_the_seller_is_told_when_and_how_an_order_will_be_given_up() -> None:
    shop = waiting_for_an_hour(GiveUp.CANCEL_SHORT)
    (notice,) = told(shop, shop.run_due(at=later(50)))
    assert isinstance(notice, GivenUpSoonNotice)
    assert (notice.since, notice.gives_up_at) == (later(1), later(61))
    assert notice.how is GiveUp.CANCEL_SHORT
    assert notice.short == (ShortLine("1", "MUG", 2),)
    assert Action.CANCEL in {way.action for way in notice.ways_out}


@pytest.mark.parametrize(
    ("how", "kind", "told_as"),
    [
        (GiveUp.CANCEL_ORDER, "SHORT_ORDER_CANCELLED", ShortReason.GIVEN_UP),
        (GiveUp.CANCEL_SHORT, "SHORT_UNITS_CANCELLED", ShortReason.GIVEN_UP),
        (GiveUp.SPLIT, "WAITED_TOO_LONG", GiveUp.SPLIT),
        (GiveUp.NOTIFY, "WAITED_TOO_LONG", GiveUp.NOTIFY),
    ],
)
def test_the_seller_is_told_once_what_was_given_up(
    how: GiveUp, kind: str, told_as: ShortReason | GiveUp
) -> None:
    shop = waiting_for_an_hour(how)
    (notice,) = told(shop, shop.run_due(at=later(61)))
    assert kinds([notice]) == [kind]
    named = "how" if kind == "WAITED_TOO_LONG" else "reason"
    assert getattr(notice, named) is told_as


def test_a_reminder_that_comes_too_late_is_not_sent() -> None:
    shop = waiting_for_an_hour(GiveUp.NOTIFY)
    reminded = shop.run_due(at=later(50))
    given_up = shop.run_due(at=later(61))
    assert kinds(told(shop, reminded, given_up)) == ["WAITED_TOO_LONG"]
    shop.book_in(key(), 9, at=later(62))
    assert told(shop, reminded, given_up) == []


def test_a_postponed_order_goes_on_back_order_when_its_day_is_near() -> None:
    shop = shop_with(AllocationPolicy(allocation_horizon=timedelta(hours=1)), MUG=1)
    placed = [shop.take(each, ("MUG", 1), not_before=later(180)) for each in "AB"]
    assert told(shop, *placed) == []
    outcome = shop.count(key("PAN"), 1, at=later(120))
    (notice,) = told(shop, outcome)
    assert isinstance(notice, OnBackOrderNotice)
    assert (notice.order_id, notice.since) == ("B", later(120))


def test_a_part_that_is_moved_goes_on_back_order_there() -> None:
    shop = shop_with(MUG=3)
    placed = [shop.take("A", ("MUG", 3)), shop.take("B", ("MUG", 9))]
    assert [each.order_id for each in told(shop, *placed)] == ["B"]
    of_waiting = shop.move("B", "york", units={"1": 1}, at=later(9))
    assert told(shop, of_waiting) == []
    of_allocated = shop.move("A", "york", units={"1": 2}, at=later(10))
    notices = told(shop, of_allocated)
    assert [(type(each), each.order_id) for each in notices] == [
        (OnBackOrderNotice, "A.1"),
        (PartlyServedNotice, "B"),
    ]


def test_orders_that_split_by_themselves_are_told_of_as_partly_served() -> None:
    policy = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
    shop = shop_with(policy, MUG=0)
    shop.take("A", ("MUG", 3))
    shop.clock.wait()
    (notice,) = told(shop, shop.receive("MUG", 1), policy=policy)
    assert isinstance(notice, PartlyServedNotice)
    assert (notice.served, notice.short) == (
        (LineCount("1", "MUG", 1),),
        (ShortLine("1", "MUG", 2),),
    )


def test_where_short_orders_hold_nothing_being_passed_over_is_not_told() -> None:
    policy = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    shop = shop_with(policy, MUG=0)
    shop.take("A", ("MUG", 3))
    shop.clock.wait()
    assert told(shop, shop.receive("MUG", 1), policy=policy) == []


def test_what_the_seller_does_and_what_goes_as_planned_is_not_told() -> None:
    shop = shop_with(MUG=1)
    outcomes = [
        shop.take("A"),
        shop.send_to_warehouse("A"),
        shop.request_cancellation("A"),
        shop.take("B"),
        shop.cancel("B"),
    ]
    assert told(shop, *outcomes) == []


def test_an_event_that_is_not_in_the_history_makes_no_notice() -> None:
    shop = shop_with(MUG=0)
    outcome = shop.take("A")
    other = shop_with(MUG=0)
    assert told(other, outcome) == []


def test_the_moment_of_a_notice_is_that_of_its_event() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    moment: datetime = shop.clock.wait(30)
    outcome = shop.receive("MUG", 1)
    shop.clock.wait(90)
    assert [notice.at for notice in told(shop, outcome)] == [moment]
