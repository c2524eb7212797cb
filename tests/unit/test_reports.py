"""What each report says of a small shop."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from orderflow import (
    Action,
    AdjustmentReason,
    AllocationPolicy,
    AsyncOrderFlow,
    BackOrderWait,
    ExpectedReceipt,
    HoldReason,
    MemoryRepository,
    OrderFlow,
    Rationing,
    Seller,
    Status,
    Stock,
)
from orderflow.adapters.memory import MemoryNoticeStore
from orderflow.adapters.threads import ThreadedRepository
from orderflow.calendar import WarehouseCalendar
from orderflow.core import State, TransitionError
from orderflow.domain.model.returns import ReturnReason, ReturnState
from orderflow.domain.reports.backlog_report import BacklogBook
from orderflow.domain.reports.past import past_state
from orderflow.edits import AddLine, RemoveLine
from orderflow.errors import ContentionError, InvalidValueError
from orderflow.ports import OutboxMessage
from orderflow.reports import (
    Delay,
    ExceptionKind,
    LateReceipt,
    Period,
    ServiceTarget,
    customer_waits_since,
    low_stock,
    order_value,
)
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from orderflow.reports import Backlog, BacklogGroup, WorklistItem

DAY = timedelta(days=1)
UNWANTED = ReturnReason.UNWANTED
LEEDS = WarehouseCalendar(time_zone=UTC)


def day(number: int) -> datetime:
    """Return noon of a day, counted from the first one."""
    return NOON + number * DAY


@pytest.fixture
def acme() -> Seller:
    return OrderFlow(MemoryRepository()).seller(ACME)


def receipt(receipt_id: str, units: int, at: datetime, sku: str = "MUG") -> ExpectedReceipt:
    return ExpectedReceipt(receipt_id, key(sku), units, at)


# The backlog


def by_age(backlog: Backlog) -> dict[str, BacklogGroup]:
    return {str(band): group for band, group in backlog.by_age if group.orders}


def test_an_imported_order_waits_since_it_was_placed(acme: Seller) -> None:
    acme.place(order("A", placed_at=day(-40)), at=NOON)
    acme.place(order("B", placed_at=day(-40), not_before=day(-5)), at=NOON)
    acme.place(order("C", placed_at=day(-40), not_before=day(2)), at=NOON)
    acme.book_in(key("CUP"), 1, at=NOON)
    acme.place(order("D", ("CUP", 1)), at=NOON)
    waits = {each.order_id: customer_waits_since(each) for each in acme.orders()}
    assert waits == {"A": day(-40), "B": day(-5), "C": NOON, "D": None}
    waiting = acme.order("A").wait
    assert waiting is not None and waiting.since == NOON  # noqa: PT018 - the second needs the first
    assert list(by_age(acme.backlog(at=NOON))) == ["under 1 d", "3 to 7 d", "30 to 90 d"]


def test_a_band_begins_with_its_first_moment(acme: Seller) -> None:
    acme.place(order("A"), at=NOON)
    bands = [timedelta(days=1), timedelta(days=2.5)]
    ages = {
        days: list(by_age(acme.backlog(age_bands=bands, at=day(0) + days * DAY)))
        for days in (0, 1, 2.5)
    }
    assert ages == {0: ["under 1 d"], 1: ["1 to 2.5 d"], 2.5: ["2.5 d and more"]}


@pytest.mark.parametrize("bands", [[], [DAY, DAY], [2 * DAY, DAY], [timedelta(0)], [1], 7])
def test_age_bands_have_to_rise(acme: Seller, bands: object) -> None:
    with pytest.raises(InvalidValueError, match="each longer than the one before"):
        acme.backlog(age_bands=bands, at=NOON)  # type: ignore[arg-type]


def test_a_group_names_its_dates_and_its_next_receipt(acme: Seller) -> None:
    late, soon = receipt("R-1", 1, day(-1)), receipt("R-2", 2, day(3))
    for each in (receipt("R-3", 9, day(8)), soon, late, receipt("R-4", 5, day(1), "PAN")):
        acme.announce(each, at=day(-2))
    acme.place(order("A", ("MUG", 2)), at=NOON)
    acme.place(order("B", ("MUG", 30)), at=NOON)
    acme.place(order("C", ("CUP", 1)), at=NOON)
    backlog = acme.backlog(at=NOON)
    products = {product.sku: group for product, group in backlog.by_product}
    mugs, cups = products["MUG"], products["CUP"]
    assert (mugs.orders, mugs.units, mugs.next_receipt) == (2, 32, late)
    assert (mugs.expected_at, mugs.orders_without_date) == (day(3), 1)
    assert (cups.next_receipt, cups.expected_at, cups.orders_without_date) == (None, None, 1)
    assert (backlog.total.next_receipt, backlog.total.orders_without_date) == (late, 2)


def test_an_order_whose_units_are_there_needs_no_date(acme: Seller) -> None:
    acme.place(order("A", ("MUG", 1), ("CUP", 1)), at=NOON)
    acme.announce(receipt("R-1", 1, day(2), "CUP"), at=NOON)
    acme.book_in(key("MUG"), 1, at=NOON)
    total = acme.backlog(at=NOON).total
    assert (total.expected_at, total.orders_without_date) == (day(2), 0)


def test_an_order_in_a_queue_that_is_still_to_be_served_needs_no_date() -> None:
    waits = order("A", status=Status.ON_BACK_ORDER, wait=BackOrderWait(NOON))
    state = State.of(ACME, [waits], [Stock(key("MUG"), 1)])
    book = BacklogBook(ACME, NOON, AllocationPolicy())
    book.add(waits, state)
    book.add(order("B"), state)  # a new one, which does not count
    assert (book.close([]).total.orders, book.close([]).total.orders_without_date) == (1, 0)


def test_a_value_is_exact_or_not_known(acme: Seller) -> None:
    values = {"A": "0.10", "B": " 0.20 ", "C": "12,50", "D": "1e3", "E": "", "F": "-5"}
    for order_id, text in values.items():
        acme.place(order(order_id, custom_fields={"total": text}), at=NOON)
    acme.place(order("G"), at=NOON)
    total = acme.backlog(value_field="total", at=NOON).total
    assert (total.value, total.orders_without_value) == (Decimal("-4.70"), 4)
    assert acme.backlog(value_field="sum", at=NOON).total.value is None


def test_the_value_of_a_divided_order_is_not_known(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A", ("MUG", 3), custom_fields={"total": "9"}), at=NOON)
    assert order_value(acme.order("A"), "total") == Decimal(9)
    acme.split("A", "A-now", at=NOON)
    assert [order_value(acme.order(each), "total") for each in ("A", "A-now")] == [None, None]
    assert acme.backlog(value_field="total", at=NOON).total.orders_without_value == 1


def test_a_backlog_says_of_when_it_is(acme: Seller) -> None:
    assert acme.backlog(at=day(1)).at == day(1)


def test_only_one_warehouse_is_counted_if_it_is_named(acme: Seller) -> None:
    acme.place(order("A"), at=NOON)
    acme.place(order("B", ("MUG", 4), warehouse_id="york"), at=NOON)
    assert acme.backlog(warehouse_id="york", at=NOON).total.units == 4
    assert acme.backlog(warehouse_id="york", as_of=NOON, at=day(1)).total.units == 4
    assert acme.backlog(at=NOON).total.units == 5


def test_the_past_knows_units_that_came_back(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A"), at=NOON)
    acme.send_to_warehouse("A", at=NOON)
    acme.despatch("A", at=NOON)
    acme.deliver("A", at=day(1))
    acme.return_units("A", ReturnState.BACK_IN_STOCK, {"1": 1}, reason=UNWANTED, at=day(2))
    acme.place(order("B", ("MUG", 3), placed_at=day(3)), at=day(3))
    past = past_state(ACME, acme.events(), day(3), acme.order)
    assert list(past.orders) == ["B"]
    assert [(each.on_hand, each.allocated) for each in past.records.values()] == [(1, 1)]
    assert acme.backlog(as_of=day(3), at=day(9)) == acme.backlog(at=day(3))
    with pytest.raises(TransitionError, match="not known, because earlier events are missing"):
        past_state(ACME, acme.events(), day(3), lambda _: None)


def test_a_time_that_went_back_counts_from_the_later_one(acme: Seller) -> None:
    acme.place(order("A"), at=day(0))
    acme.place(order("B"), at=day(5))
    acme.place(order("C"), at=day(2))  # by a clock that was wrong, or entered late
    counts = {n: acme.backlog(as_of=day(n), at=day(9)).total.orders for n in (0, 2, 4, 5, 9)}
    assert counts == {0: 1, 2: 1, 4: 1, 5: 3, 9: 3}


def test_a_past_without_its_history_is_refused(acme: Seller) -> None:
    acme.place(order("A", placed_at=day(-40)), at=NOON)
    with pytest.raises(InvalidValueError) as refused:
        acme.backlog(as_of=day(-1), at=NOON)
    assert refused.value.field == "backlog.as_of"
    assert str(refused.value) == (
        f"backlog.as_of must be no earlier than {NOON.isoformat()}, when the history of seller "
        f"'acme' begins, not '{day(-1).isoformat()}'"
    )
    assert acme.backlog(as_of=day(-41), at=NOON).total.orders == 0
    with pytest.raises(InvalidValueError, match="no later than") as refused:
        acme.backlog(as_of=day(1), at=NOON)
    assert refused.value.value == day(1)
    with pytest.raises(TransitionError, match="earlier events are missing"):
        past_state(ACME, acme.events()[1:], NOON, acme.order)


def test_the_progress_is_reported(acme: Seller) -> None:
    acme.place_many([order(f"A-{number}") for number in range(250)], at=NOON)
    seen: list[int] = []
    acme.backlog(at=NOON, progress=seen.append)
    assert seen == [200, 250]


def test_every_page_of_a_long_backlog_is_counted_once(acme: Seller) -> None:
    for number in range(250):
        acme.place(order(f"A-{number}", placed_at=day(-number)), at=NOON)
    total = acme.backlog(at=NOON).total
    assert (total.orders, total.oldest_since) == (250, day(-249))


def test_a_backlog_is_as_the_policy_of_the_seller_says(acme: Seller) -> None:
    acme.place(order("A", ("MUG", 2)), at=NOON)
    acme.place(order("B", placed_at=day(-1), promised_by=day(1)), at=NOON)
    acme.announce(receipt("R1", 1, day(1)), at=NOON)
    acme.change_policy(AllocationPolicy(rationing=Rationing.FAIR_SHARE), at=NOON)
    assert acme.backlog(at=NOON).total.orders_without_date == 2


# Exceptions


def kinds(items: tuple[WorklistItem, ...]) -> list[tuple[ExceptionKind, str]]:
    return [(each.kind, each.subject) for each in items]


def test_a_promise_is_at_risk_if_the_date_is_later_or_unknown(acme: Seller) -> None:
    acme.announce(receipt("R-1", 3, day(3)), at=NOON)
    acme.place(order("A", promised_by=day(3)), at=NOON)
    acme.place(order("B", promised_by=day(2)), at=NOON)
    acme.place(order("C", ("CUP", 2), promised_by=day(9)), at=NOON)
    acme.place(order("D"), at=NOON)
    late, unknown = acme.exceptions(at=NOON)
    assert (late.kind, late.subject, late.due_at) == (ExceptionKind.PROMISE_AT_RISK, "B", day(2))
    assert (late.expected_at, late.status) == (day(3), Status.ON_BACK_ORDER)
    assert [each.receipt_id for each in late.receipts] == ["R-1"]
    assert (unknown.subject, unknown.expected_at, unknown.units) == ("C", None, (("CUP", 2),))
    assert Action.SEND_STOCK in late.ways_out
    assert Action.DESPATCH not in late.ways_out


def test_a_promise_that_has_passed_is_at_risk_until_the_order_leaves(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A", promised_by=day(1)), at=NOON)
    assert acme.exceptions(at=day(1)) == ()
    (item,) = acme.exceptions(at=day(2))
    assert (item.subject, item.units, item.ways_out[0]) == ("A", (), Action.SEND_TO_WAREHOUSE)
    acme.send_to_warehouse("A", at=day(2))
    assert kinds(acme.exceptions(at=day(3))) == [(ExceptionKind.PROMISE_AT_RISK, "A")]
    acme.despatch("A", at=day(3))
    assert acme.exceptions(at=day(4)) == ()


def test_an_order_that_is_to_be_cancelled_has_no_promise_at_risk(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A", promised_by=day(1)), at=NOON)
    acme.send_to_warehouse("A", at=NOON)
    acme.request_cancellation("A", at=day(2))
    assert acme.exceptions(at=day(2)) == ()


def test_an_overdue_receipt_names_how_many_wait_for_it(acme: Seller) -> None:
    acme.announce(receipt("R-1", 9, day(1)), at=NOON)
    acme.place(order("A", ("MUG", 1), ("MUG", 2)), at=NOON)
    acme.place(order("B"), at=NOON)
    acme.place(order("C", ("CUP", 1)), at=NOON)
    assert acme.exceptions(at=day(1)) == ()
    (item,) = acme.exceptions(at=day(2))
    assert (item.kind, item.subject, item.orders_waiting) == (
        ExceptionKind.RECEIPT_OVERDUE,
        "R-1",
        2,
    )
    assert (item.due_at, item.units, item.ways_out) == (day(1), (("MUG", 9),), ())
    assert kinds(acme.exceptions(warehouse_id="york", at=day(2))) == []


def test_a_lost_unit_is_listed_until_the_order_has_it_again(acme: Seller) -> None:
    acme.book_in(key("MUG"), 2, at=NOON)
    acme.place(order("A", ("MUG", 2)), at=NOON)
    acme.adjust(key("MUG"), -1, AdjustmentReason.DAMAGE, at=day(1))
    (item,) = acme.exceptions(at=day(1))
    assert (item.kind, item.subject, item.units) == (
        ExceptionKind.STOCK_LOST,
        "A",
        (("MUG", 1),),
    )
    assert [type(each).__name__ for each in item.events] == ["StockAdjusted", "OrderDeallocated"]
    assert acme.exceptions(recent=DAY, at=day(3)) == ()
    acme.book_in(key("MUG"), 1, at=day(2))
    assert acme.exceptions(at=day(2)) == ()


def test_a_recalled_order_and_a_short_pick_are_lost_stock(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.book_in(key("CUP"), 2, at=NOON)
    acme.place(order("A"), at=NOON)
    acme.place(order("B", ("CUP", 2), warehouse_id="leeds"), at=NOON)
    for order_id in ("A", "B"):
        acme.send_to_warehouse(order_id, at=NOON)
    acme.book_in(key("CUP"), 1, at=NOON)
    acme.adjust(key("CUP"), -1, AdjustmentReason.DAMAGE, at=NOON)  # which took no unit from B
    acme.count(key("MUG"), 0, at=day(1))
    acme.report_short_pick("B", {"1": 1}, at=day(2))
    items = acme.exceptions(at=day(2))
    assert kinds(items) == [(ExceptionKind.STOCK_LOST, "A"), (ExceptionKind.STOCK_LOST, "B")]
    assert [[type(event).__name__ for event in each.events] for each in items] == [
        ["StockAdjusted", "OrderRecalled"],
        ["OrderShortPicked"],
    ]
    acme.cancel("B", at=day(3))
    assert kinds(acme.exceptions(at=day(3))) == [(ExceptionKind.STOCK_LOST, "A")]


def test_lost_units_of_the_lines_of_a_product_count_together(acme: Seller) -> None:
    acme.book_in(key("MUG"), 3, at=NOON)
    acme.place(order("A", ("MUG", 1), ("MUG", 2)), at=NOON)
    acme.count(key("MUG"), 0, at=day(1))
    (item,) = acme.exceptions(at=day(1))
    assert item.units == (("MUG", 3),)


def test_units_of_a_line_that_is_gone_are_not_named(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A"), at=NOON)
    acme.count(key("MUG"), 0, at=day(1))
    acme.edit("A", AddLine("CUP", 1), RemoveLine("1"), at=day(1))
    (item,) = acme.exceptions(at=day(1))
    assert (item.kind, item.units) == (ExceptionKind.STOCK_LOST, ())


def sent(acme: Seller, order_id: str) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order(order_id), at=NOON)
    acme.send_to_warehouse(order_id, at=NOON)


def test_a_cancellation_has_failed_if_it_is_rejected_or_not_answered(acme: Seller) -> None:
    for order_id in ("A", "B", "C", "D"):
        sent(acme, order_id)
        acme.request_cancellation(order_id, at=day(1))
    acme.reject_cancellation("A", reason="packed", at=day(2))
    acme.accept_cancellation("B", at=day(2))
    acme.despatch("C", at=day(2))
    items = acme.exceptions(answer_within=DAY, at=day(2))
    assert [(each.subject, each.reason) for each in items] == [
        ("A", "packed"),
        ("C", "it was despatched"),
    ]
    items = acme.exceptions(answer_within=DAY, at=day(3))
    assert [(each.subject, each.reason) for each in items] == [
        ("A", "packed"),
        ("C", "it was despatched"),
        ("D", "no answer"),
    ]
    assert items[1].ways_out == (Action.RETURN_UNITS,)
    acme.request_cancellation("A", at=day(3))
    acme.return_units("C", ReturnState.WRITTEN_OFF, {"1": 1}, reason=UNWANTED, at=day(3))
    assert [each.subject for each in acme.exceptions(at=day(3))] == ["D"]


def test_a_rejection_counts_without_its_request(acme: Seller) -> None:
    sent(acme, "A")
    acme.request_cancellation("A", at=day(1))
    acme.reject_cancellation("A", reason="packed", at=day(9))
    (item,) = acme.exceptions(recent=DAY, at=day(9))
    assert (item.subject, item.due_at, len(item.events)) == ("A", day(9), 1)


def test_a_despatch_without_a_request_is_no_failure(acme: Seller) -> None:
    sent(acme, "A")
    acme.despatch("A", at=NOON)
    assert acme.exceptions(at=NOON) == ()


def test_a_dead_message_is_an_exception(acme: Seller) -> None:
    acme.place(order("A"), at=NOON)
    (event, *_) = acme.events()
    message = OutboxMessage(
        message_id="7", seller_id=ACME, subject="A", event=event, error="refused"
    )
    (item,) = acme.exceptions(dead=[message], at=NOON)
    assert (item.kind, item.subject, item.reason) == (ExceptionKind.MESSAGE_DEAD, "7", "refused")
    assert item.events == (event,)


def test_the_exception_that_was_due_first_comes_first_and_a_limit_keeps_it(acme: Seller) -> None:
    orders = [order(f"A-{number:04}", promised_by=day(3_000 - number)) for number in range(1_100)]
    for begin in range(0, 1_100, 550):
        acme.place_many(orders[begin : begin + 550], at=NOON)
    found = acme.exceptions(limit=2, at=NOON)
    assert [each.subject for each in found] == ["A-1099", "A-1098"]
    assert len(acme.exceptions(limit=None, at=NOON)) == 1_100
    assert acme.exceptions(limit=0, at=NOON) == ()


# Low stock


def test_a_product_is_low_if_it_does_not_last_for_the_lead_time(acme: Seller) -> None:
    acme.book_in(key("MUG"), 30, at=NOON)
    acme.place(order("A", ("MUG", 14), placed_at=day(-1)), at=NOON)  # 1 a day
    assert acme.low_stock(lead=16 * DAY, window=14 * DAY, at=NOON) == ()
    (low,) = acme.low_stock(lead=17 * DAY, window=14 * DAY, at=NOON)
    assert (low.available, low.ordered, low.per_day, low.needed, low.short) == (16, 14, 1.0, 17, 1)
    assert low.lasts_until == day(16)
    own = {"MUG": 20 * DAY}
    (low,) = acme.low_stock(lead=DAY, leads=own, window=14 * DAY, at=NOON)
    assert (low.lead, low.short) == (20 * DAY, 4)


def test_old_and_cancelled_orders_do_not_count_for_the_rate(acme: Seller) -> None:
    acme.book_in(key("MUG"), 9, at=NOON)
    acme.place(order("A", ("MUG", 3), placed_at=day(-28)), at=NOON)
    acme.place(order("B", ("MUG", 3), placed_at=day(-1)), at=NOON)
    acme.cancel("B", at=NOON)
    assert acme.low_stock(lead=90 * DAY, at=NOON) == ()
    acme.place(order("C", ("MUG", 3), placed_at=day(-27)), at=NOON)
    (low,) = acme.low_stock(lead=90 * DAY, at=NOON)
    assert (low.ordered, low.available) == (3, 3)


def test_waiting_units_and_receipts_count_and_overdue_ones_do_not(acme: Seller) -> None:
    acme.announce(receipt("R-1", 2, day(-1)), at=day(-2))
    acme.announce(receipt("R-2", 3, day(14)), at=NOON)
    acme.announce(receipt("R-3", 4, day(15)), at=NOON)
    acme.announce(receipt("R-4", 1, NOON, "CUP"), at=NOON)  # it is not overdue yet
    acme.place(order("B", ("CUP", 1), placed_at=day(-40)), at=NOON)
    acme.place(order("A", ("MUG", 5), placed_at=day(-40)), at=NOON)
    (low,) = acme.low_stock(at=NOON)
    assert (low.waiting, low.expected, low.overdue, low.ordered, low.short) == (5, 3, 2, 0, 2)
    assert low.lasts_until == NOON
    assert acme.low_stock(lead=15 * DAY, at=NOON) == ()


def test_the_lines_of_a_product_count_together(acme: Seller) -> None:
    acme.place(order("A", ("MUG", 5), ("MUG", 7)), at=NOON)
    (low,) = acme.low_stock(at=NOON)
    assert (low.waiting, low.ordered) == (12, 12)


def test_those_with_the_most_short_units_come_first_and_a_warehouse_may_be_named(
    acme: Seller,
) -> None:
    acme.place(order("A", ("CUP", 2), ("MUG", 2), ("PAN", 5), placed_at=day(-40)), at=NOON)
    acme.place(order("B", ("MUG", 1), placed_at=day(-40), warehouse_id="york"), at=NOON)
    found = [(each.key.warehouse_id, each.key.sku) for each in acme.low_stock(at=NOON)]
    assert found == [("leeds", "PAN"), ("leeds", "CUP"), ("leeds", "MUG"), ("york", "MUG")]
    assert [each.key.sku for each in acme.low_stock(warehouse_id="york", at=NOON)] == ["MUG"]


def test_a_crossing_is_told_once_and_again_after_the_product_was_in_stock(acme: Seller) -> None:
    store = MemoryNoticeStore()

    def told(warehouse_id: str | None = None) -> list[str]:
        low = acme.low_stock(new_only=store, warehouse_id=warehouse_id, at=NOON)
        return [each.key.sku for each in low]

    assert told() == []
    acme.place(order("A", ("MUG", 1), placed_at=day(-40)), at=NOON)
    assert told("york") == []
    assert told() == ["MUG"]
    assert told("york") == []
    acme.place(order("B", ("CUP", 1), placed_at=day(-40)), at=NOON)
    assert told("leeds") == ["CUP"]
    assert told() == []
    acme.book_in(key("MUG"), 1, at=NOON)
    assert told("leeds") == []
    acme.count(key("MUG"), 0, at=NOON)
    assert told() == ["MUG"]


def test_of_many_looks_at_the_same_time_one_tells(acme: Seller) -> None:
    acme.place(order("A", ("MUG", 1), ("CUP", 1), placed_at=day(-40)), at=NOON)
    store, told = MemoryNoticeStore(), list[str]()
    barrier = threading.Barrier(8)

    def look() -> None:
        barrier.wait()
        told.extend(each.key.sku for each in acme.low_stock(new_only=store, at=NOON))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told) == ["CUP", "MUG"]


def test_a_store_that_is_never_replaced_ends_in_an_error(acme: Seller) -> None:
    class Contended(MemoryNoticeStore):
        def compare_and_set(self, *_: object) -> bool:
            return False

    acme.place(order("A", placed_at=day(-40)), at=NOON)
    with pytest.raises(ContentionError):
        acme.low_stock(new_only=Contended(), at=NOON)


def test_orders_that_cannot_be_short_and_those_of_another_time_do_not_count() -> None:
    covered = order("A", ("MUG", 5), status=Status.CANCELLED)
    assert low_stock([], [], [covered], [covered, order("B", placed_at=day(1))], NOON) == ()


# Service levels


def levels(acme: Seller, at: datetime, **options: object) -> dict[ServiceTarget, tuple[int, int]]:
    found = acme.service_levels(LEEDS, begin=day(-30), at=at, **options)  # type: ignore[arg-type]
    return {each.target: (each.on_time, each.orders) for each in found.levels}


def test_a_promise_counts_from_its_very_moment(acme: Seller) -> None:
    acme.place(order("A", promised_by=day(1)), at=NOON)
    before = levels(acme, day(1) - timedelta(microseconds=1), end=day(2))
    assert ServiceTarget.PROMISE not in before
    assert levels(acme, day(1), end=day(2))[ServiceTarget.PROMISE] == (0, 1)


def test_an_order_that_leaves_on_its_day_is_on_time(acme: Seller) -> None:
    acme.book_in(key("MUG"), 9, at=NOON)
    acme.place(order("A", promised_by=day(1)), at=NOON)
    acme.send_to_warehouse("A", at=NOON)
    assert levels(acme, day(0)) == {}
    acme.despatch("A", at=day(0) + timedelta(hours=11))  # after the cut-off, on the same day
    both = {ServiceTarget.PROMISE: (1, 1), ServiceTarget.CUT_OFF: (1, 1)}
    assert levels(acme, day(2)) == both
    assert levels(acme, day(2), moment="SENT") == both


def test_a_promise_is_kept_at_its_very_moment(acme: Seller) -> None:
    acme.book_in(key("MUG"), 9, at=NOON)
    for order_id, left in (("A", day(1)), ("B", day(1) + timedelta(seconds=1))):
        acme.place(order(order_id, promised_by=day(1)), at=NOON)
        acme.send_to_warehouse(order_id, at=NOON)
        acme.despatch(order_id, at=left)
    assert levels(acme, day(2))[ServiceTarget.PROMISE] == (1, 2)


def test_a_cut_off_is_missed_at_its_very_moment(acme: Seller) -> None:
    acme.book_in(key("MUG"), 9, at=NOON)
    cut_off = LEEDS.next_cut_off(NOON)
    for order_id, left in (("A", cut_off - timedelta(seconds=1)), ("B", cut_off)):
        acme.place(order(order_id), at=NOON)
        acme.send_to_warehouse(order_id, at=left)
    assert levels(acme, day(2), moment="SENT") == {ServiceTarget.CUT_OFF: (1, 2)}
    assert levels(acme, day(2)) == {ServiceTarget.CUT_OFF: (0, 2)}


def test_an_order_with_a_day_is_due_from_its_day(acme: Seller) -> None:
    acme.place(order("A", not_before=day(3)), at=NOON)
    found = acme.service_levels(LEEDS, at=day(5))
    assert [each.due_at for each in found.misses] == [LEEDS.next_cut_off(day(3))]


def test_cancelled_orders_and_those_due_at_another_time_do_not_count(acme: Seller) -> None:
    for order_id, promised_by in (("A", day(1)), ("B", day(2)), ("C", day(3)), ("D", day(2))):
        acme.place(order(order_id, promised_by=promised_by), at=NOON)
    acme.cancel("D", at=NOON)
    found = acme.service_levels(LEEDS, begin=day(2), end=day(3), at=day(9))
    assert [(each.order_id, each.target) for each in found.misses] == [("B", ServiceTarget.PROMISE)]


def test_a_part_left_when_its_order_was_sent(acme: Seller) -> None:
    acme.book_in(key("MUG"), 3, at=NOON)
    acme.place(order("A", ("MUG", 3), promised_by=day(1)), at=NOON)
    acme.send_to_warehouse("A", at=NOON)
    acme.despatch("A", units={"1": 1}, new_order_id="A-rest", at=day(2))
    found = levels(acme, day(4), moment="SENT")
    assert found[ServiceTarget.PROMISE] == (2, 2)
    assert levels(acme, day(4))[ServiceTarget.PROMISE] == (0, 2)


def test_an_order_that_came_back_has_not_left(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A", promised_by=day(1)), at=NOON)
    acme.send_to_warehouse("A", at=NOON)
    acme.count(key("MUG"), 0, at=day(1))
    (miss, _) = acme.service_levels(LEEDS, moment="SENT", at=day(3)).misses
    assert (miss.target, miss.left_at) == (ServiceTarget.CUT_OFF, None)
    assert [each.status for each in miss.delays] == [
        Status.SENT_TO_WAREHOUSE,
        Status.ON_BACK_ORDER,
    ]


def test_levels_are_counted_by_period(acme: Seller) -> None:
    for number in (0, 6, 7, 30):
        acme.place(order(f"A-{number}", promised_by=day(number)), at=NOON)
    found = {
        period: [
            (str(each.begins_on), each.orders)
            for each in acme.service_levels(
                LEEDS, begin=day(0), end=day(40), period=period, at=day(50)
            ).levels
            if each.target is ServiceTarget.PROMISE
        ]
        for period in Period
    }
    assert found == {
        Period.DAY: [("2025-03-03", 1), ("2025-03-09", 1), ("2025-03-10", 1), ("2025-04-02", 1)],
        Period.WEEK: [("2025-03-03", 2), ("2025-03-10", 1), ("2025-03-31", 1)],
        Period.MONTH: [("2025-03-01", 3), ("2025-04-01", 1)],
    }


def test_a_period_begins_on_a_day_of_the_warehouse(acme: Seller) -> None:
    auckland = WarehouseCalendar(time_zone=ZoneInfo("Pacific/Auckland"))
    acme.place(order("A", promised_by=datetime(2025, 3, 31, 12, tzinfo=UTC)), at=NOON)
    found = acme.service_levels(auckland, period="MONTH", at=datetime(2025, 4, 2, tzinfo=UTC))
    assert date(2025, 4, 1) in {each.begins_on for each in found.levels}


def test_a_level_has_its_rate(acme: Seller) -> None:
    acme.place(order("A"), at=NOON)
    (level,) = acme.service_levels(LEEDS, at=day(1)).levels
    assert (level.orders, level.on_time, level.rate) == (1, 0, 0.0)


def test_the_first_misses_are_named_and_the_others_counted(acme: Seller) -> None:
    orders = [order(f"A-{n:04}", placed_at=NOON - n * timedelta(minutes=9)) for n in range(1_050)]
    acme.place_many(orders, at=NOON)
    found = acme.service_levels(LEEDS, misses_max=2, at=day(9))
    first = LEEDS.next_cut_off(NOON - 1_049 * timedelta(minutes=9))
    assert [each.due_at for each in found.misses] == [first, first]
    assert found.further_misses == 1_048


@pytest.mark.parametrize("options", [{"begin": NOON, "end": NOON}, {"begin": day(1), "end": NOON}])
def test_a_time_without_length_is_refused(acme: Seller, options: dict[str, datetime]) -> None:
    with pytest.raises(InvalidValueError, match="before the end"):
        acme.service_levels(LEEDS, at=day(9), **options)  # type: ignore[arg-type]


def test_the_delays_of_a_miss_say_where_its_time_went(acme: Seller) -> None:
    acme.announce(receipt("R-1", 2, day(2)), at=NOON)
    acme.announce(receipt("R-1", 2, day(4)), at=NOON)  # it slips: it was expected before
    acme.announce(receipt("R-2", 9, day(1)), at=NOON)
    acme.announce(receipt("R-4", 1, day(-9)), at=NOON)  # late, but here when the order comes
    acme.announce(receipt("R-3", 9, day(1)), at=NOON)
    acme.withdraw("R-3", at=NOON)
    acme.book_in(key(warehouse_id="york"), 1, at=NOON)
    acme.transfer(
        key(warehouse_id="york"), 1, "leeds", receipt_id="T-1", expected_at=day(1), at=NOON
    )
    acme.withdraw("T-1", at=NOON)
    acme.book_in(key("MUG"), 1, receipt_id="R-2", more_to_come=True, at=day(1))
    acme.book_in(key("MUG"), 0, rejected=1, receipt_id="R-4", at=day(1))
    acme.place(order("A", ("MUG", 3), promised_by=day(2), placed_at=day(-1)), at=NOON + DAY)
    acme.hold("A", HoldReason.ADDRESS, at=day(2))
    acme.release_hold("A", HoldReason.ADDRESS, at=day(3))
    acme.book_in(key("MUG"), 2, receipt_id="R-1", at=day(4))
    acme.send_to_warehouse("A", at=day(5))
    acme.despatch("A", at=day(6))
    miss = next(
        each
        for each in acme.service_levels(LEEDS, at=day(9)).misses
        if each.target is ServiceTarget.PROMISE
    )
    late = (
        LateReceipt(receipt_id="R-1", sku="MUG", expected_at=day(2), arrived_at=day(4)),
        LateReceipt(receipt_id="R-2", sku="MUG", expected_at=day(1)),
    )
    waits = Status.ON_BACK_ORDER
    assert miss.delays == (
        Delay(status=None, begin=day(-1), end=day(1)),
        Delay(status=waits, begin=day(1), end=day(2), skus=("MUG",), late_receipts=late[1:]),
        Delay(status=Status.ON_HOLD, begin=day(2), end=day(3), reasons=(HoldReason.ADDRESS,)),
        Delay(status=waits, begin=day(3), end=day(4), skus=("MUG",), late_receipts=late),
        Delay(status=Status.ALLOCATED, begin=day(4), end=day(5)),
        Delay(status=Status.SENT_TO_WAREHOUSE, begin=day(5), end=day(6)),
    )


def test_the_last_delay_of_an_order_that_has_not_left_goes_on(acme: Seller) -> None:
    acme.book_in(key("MUG"), 1, at=NOON)
    acme.place(order("A", promised_by=day(1)), at=NOON)
    (miss, _) = acme.service_levels(LEEDS, at=day(4)).misses
    assert miss.delays == (Delay(status=Status.ALLOCATED, begin=NOON, end=None),)


def test_times_in_the_same_status_are_one_delay(acme: Seller) -> None:
    acme.place(order("A", ("MUG", 2), ("CUP", 1), promised_by=day(1)), at=NOON)
    acme.book_in(key("MUG"), 1, at=day(2))
    acme.book_in(key("MUG"), 1, at=day(3))
    (miss, _) = acme.service_levels(LEEDS, at=day(4)).misses
    assert miss.delays == (
        Delay(status=Status.ON_BACK_ORDER, begin=NOON, end=None, skus=("MUG", "CUP")),
    )


# Every way to ask


def test_an_async_host_gets_the_same(acme: Seller) -> None:
    async def ask() -> tuple[object, ...]:
        seller = AsyncOrderFlow(ThreadedRepository(repository)).seller(ACME)
        return (
            await seller.backlog(at=NOON),
            await seller.exceptions(at=NOON),
            await seller.low_stock(at=NOON),
            await seller.service_levels(LEEDS, at=NOON),
        )

    repository = MemoryRepository()
    acme = OrderFlow(repository).seller(ACME)
    acme.place(order("A", promised_by=day(-1)), at=NOON)
    assert asyncio.run(ask()) == (
        acme.backlog(at=NOON),
        acme.exceptions(at=NOON),
        acme.low_stock(at=NOON),
        acme.service_levels(LEEDS, at=NOON),
    )
