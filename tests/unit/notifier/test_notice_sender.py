"""`NoticeSender`: between the relay and the channels."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import (
    Action,
    AllocationPolicy,
    ExpectedReceipt,
    Fulfilment,
    HoldReason,
    ShortPart,
)
from orderflow.edits import ChangeShortPart
from orderflow.notices import (
    ExpectedDateNotice,
    NoticeKind,
    NoticeTiming,
    OnBackOrderNotice,
    Outlook,
    Preference,
    Recipient,
)
from orderflow.notifier.sending import log_refusal
from orderflow.ports import NoticeError, OutboxMessage
from orderflow.service import RelayResult
from tests.unit.notifier.office import HOOK, JO, Office
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from orderflow import Order
    from orderflow.ports import View

MONDAY, TUESDAY = NOON + timedelta(days=7), NOON + timedelta(days=8)
BOTH = Preference(recipients=(JO, HOOK))
LONG = Recipient("mail", f"jo@{'x' * 1_900}.example")


def next_receipt(order: Order, view: View, _at: datetime) -> dict[str, Outlook]:
    """Expect each line to be covered by the next receipt of its product."""
    dates = {
        line.line_id: next(iter(view.expected(order.warehouse_id, line.sku)), None)
        for line in order.short_lines
    }
    return {
        line_id: Outlook(expected_at=receipt.expected_at)
        for line_id, receipt in dates.items()
        if receipt is not None
    }


def announced(receipt_id: str = "R1", at: datetime = MONDAY) -> ExpectedReceipt:
    return ExpectedReceipt(receipt_id, key(), 5, at)


def moves(office: Office) -> list[tuple[str, datetime | None, datetime | None]]:
    notices = [each for _, bulletin in office.mail.sent for each in bulletin.notices]
    return [
        (each.order_id, each.before, each.expected_at)
        for each in notices
        if isinstance(each, ExpectedDateNotice)
    ]


def test_a_seller_is_told_what_becomes_of_an_order() -> None:
    office = Office()
    office.take("A")
    assert office.relay.run() == RelayResult(sent=2)
    office.pass_time(hours=1)
    office.flow.seller(ACME).book_in(key(), 1)
    office.relay.run()
    assert office.mail.kinds() == [["ON_BACK_ORDER"], ["COMPLETED"]]
    assert [address for address, _ in office.mail.sent] == [JO.address] * 2


def test_changes_that_wait_together_are_one_bulletin() -> None:
    office = Office()
    office.take("A")
    office.pass_time(minutes=1)
    office.flow.seller(ACME).hold("A", HoldReason.ADDRESS)
    office.flow.seller(ACME).release_hold("A")
    assert office.relay.run() == RelayResult(sent=4)
    assert office.mail.kinds() == [["ON_BACK_ORDER", "RELEASED"]]


def test_a_bulletin_has_an_id_of_the_messages_that_it_is_about() -> None:
    office = Office(BOTH)
    office.hook.down = {HOOK.address}
    office.take("A")
    office.relay.run()
    ((_, first),) = office.mail.sent
    assert first.bulletin_id == "acme:1..acme:2"
    office.hook.down = set()
    office.pass_time(minutes=1)
    office.relay.run()
    assert [bulletin.bulletin_id for _, bulletin in office.hook.sent] == [first.bulletin_id]


def test_each_recipient_is_told_once_even_if_another_could_not_be() -> None:
    office = Office(BOTH)
    office.hook.down = {HOOK.address}
    office.take("A")
    assert office.relay.run() == RelayResult(failed=1)
    office.pass_time(minutes=1)
    assert office.relay.run() == RelayResult(failed=1)
    office.hook.down = set()
    office.pass_time(minutes=1)
    assert office.relay.run() == RelayResult(sent=2)
    assert (office.mail.kinds(), office.hook.kinds()) == ([["ON_BACK_ORDER"]],) * 2


def test_what_happens_while_one_recipient_is_down_is_told_to_the_others() -> None:
    office = Office(BOTH)
    office.hook.down = {HOOK.address}
    office.take("A")
    office.relay.run()
    office.pass_time(minutes=1)
    office.flow.seller(ACME).hold("A", HoldReason.ADDRESS)
    office.relay.run()
    assert office.mail.kinds() == [["ON_BACK_ORDER"], ["HELD"]]
    office.hook.down = set()
    office.pass_time(minutes=1)
    office.relay.run()
    assert office.mail.kinds() == [["ON_BACK_ORDER"], ["HELD"]]
    # It is not on back order at this moment: it is on hold.
    assert office.hook.kinds() == [["HELD"]]


def test_progress_is_forgotten_once_all_were_told() -> None:
    office = Office(attrs.evolve(BOTH, recipients=(LONG, HOOK)))
    expected = {(ACME, f"expected {'A' * 128}"): ""}
    office.hook.down = {HOOK.address}
    office.take("A" * 128)
    office.relay.run()
    assert len(office.notice_store.entries) == 1
    assert all(len(key) <= 200 for _, key in office.notice_store.entries)
    office.hook.down = set()
    office.pass_time(minutes=1)
    office.relay.run()
    assert office.notice_store.entries == expected


def test_a_recipient_who_is_gone_for_good_holds_nobody_up() -> None:
    office = Office(BOTH)
    office.hook.gone = {HOOK.address}
    office.take("A")
    assert office.relay.run() == RelayResult(sent=2)
    assert office.mail.kinds() == [["ON_BACK_ORDER"]]
    assert office.passed_over == [HOOK]


def test_a_message_that_no_recipient_can_be_told_of_is_dead_at_once() -> None:
    office = Office()
    office.mail.gone = {JO.address}
    office.take("A")
    assert office.relay.run() == RelayResult(dead=1)
    (dead,) = office.outbox.dead()
    assert dead.error == "NoticeError: '***@shop.example' was not notified: moved away; take it out"
    assert office.passed_over == []


def test_a_revived_message_goes_to_those_who_were_not_told() -> None:
    office = Office(BOTH)
    office.hook.down = {HOOK.address}
    office.take("A")
    for _ in range(8):
        office.relay.run()
        office.pass_time(hours=6)
    (dead,) = office.outbox.dead()
    office.hook.down = set()
    office.outbox.revive(dead.message_id)
    office.relay.run()
    assert (office.mail.kinds(), office.hook.kinds()) == ([["ON_BACK_ORDER"]],) * 2


def test_a_channel_that_is_not_set_up_is_named() -> None:
    office = Office(Preference(recipients=(Recipient("pigeon", "loft"),)))
    office.take("A")
    assert office.relay.run() == RelayResult(dead=1)
    error = office.outbox.dead()[0].error
    assert "there is no channel 'pigeon'" in error
    assert "known channels: mail, webhook" in error


def test_a_failure_that_is_no_delivery_error_is_tried_again() -> None:
    office = Office()
    office.mail.send = lambda *_: 1 / 0  # type: ignore[method-assign, assignment] # it breaks
    office.take("A")
    assert office.relay.run() == RelayResult(failed=1)


def test_who_is_passed_over_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        log_refusal(JO, NoticeError("mail:jo@shop.example", "moved away", "take it out"))
    assert caplog.messages == [
        (
            "mail:***@shop.example is skipped: "
            "'mail:***@shop.example' was not notified: moved away; take it out"
        )
    ]


@pytest.mark.parametrize(
    "preference",
    [
        Preference(recipients=(JO,), opted_out=True),
        Preference(),
        Preference(recipients=(JO,), timings=((NoticeKind.ON_BACK_ORDER, NoticeTiming.NONE),)),
        Preference(recipients=(JO,), timings=((NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),)),
    ],
    ids=["opted out", "no recipients", "this kind not", "this kind daily"],
)
def test_what_a_seller_does_not_want_at_once_is_not_sent_at_once(preference: Preference) -> None:
    office = Office(preference)
    office.take("A")
    assert office.relay.run() == RelayResult(sent=2)
    assert office.mail.sent == []


def test_sellers_are_told_of_their_own_orders_only() -> None:
    office = Office(sellers={"bolt": Preference(recipients=(HOOK,))})
    office.take("A")
    office.take("B", seller_id="bolt")
    office.relay.run()
    assert (office.mail.orders(), office.hook.orders()) == (["A"], ["B"])


def test_ways_out_are_those_under_the_policy_of_the_seller() -> None:
    may_be_split = []
    for fulfilment in (Fulfilment.COMPLETE, Fulfilment.WHOLE_LINES):
        office = Office()
        office.flow.seller(ACME).change_policy(AllocationPolicy(fulfilment=fulfilment))
        office.flow.seller(ACME).book_in(key(), 1)
        office.flow.seller(ACME).place(order("A", ("MUG", 2)))
        office.relay.run()
        ((_, bulletin),) = office.mail.sent
        (notice,) = bulletin.notices
        assert isinstance(notice, OnBackOrderNotice)
        may_be_split.append(Action.SPLIT in {each.action for each in notice.ways_out})
    assert may_be_split == [True, False]


def test_what_would_be_sent_can_be_looked_at() -> None:
    office = Office(BOTH)
    office.take("A")
    messages = office.outbox.claim(NOON, timedelta(minutes=1), 10)
    shown = list(office.notices.bulletins(messages))
    assert [recipient for recipient, _ in shown] == [JO, HOOK]
    assert isinstance(shown[0][1].notices[0], OnBackOrderNotice)
    assert office.mail.sent == []
    stock = OutboxMessage(
        message_id="1",
        seller_id=ACME,
        subject="7",
        event=office.flow.seller(ACME).book_in(key(), 9).events[0],
    )
    assert list(office.notices.bulletins([stock])) == []


# Expected dates


def test_a_back_order_is_told_of_with_its_date_and_again_when_that_moves() -> None:
    office = Office(outlook=next_receipt)
    office.flow.seller(ACME).announce(announced())
    office.take("A")
    office.relay.run()
    ((_, bulletin),) = office.mail.sent
    (notice,) = bulletin.notices
    assert isinstance(notice, OnBackOrderNotice)
    assert notice.short[0].expected_at == MONDAY
    office.flow.seller(ACME).announce(announced(at=TUESDAY))
    office.relay.run()
    office.flow.seller(ACME).withdraw("R1")
    office.relay.run()
    office.flow.seller(ACME).announce(announced("R2"))
    office.relay.run()
    assert moves(office) == [
        ("A", MONDAY, TUESDAY),
        ("A", TUESDAY, None),
        ("A", None, MONDAY),
    ]


def test_a_receipt_that_comes_short_moves_the_date_of_who_still_waits() -> None:
    office = Office(outlook=next_receipt)
    office.flow.seller(ACME).announce(announced())
    office.take("A", ("MUG", 5))
    office.relay.run()
    office.flow.seller(ACME).book_in(key(), 2, receipt_id="R1")
    office.relay.run()
    assert moves(office) == [("A", MONDAY, None)]


def test_all_orders_whose_date_moves_are_told_of_in_one_bulletin() -> None:
    office = Office(outlook=next_receipt, notices_max=2)
    for order_id in "ABC":
        office.take(order_id)
    office.take("D", ("PAN", 1))
    office.relay.run()
    office.mail.sent.clear()
    office.flow.seller(ACME).announce(announced())
    office.relay.run()
    assert moves(office) == [("A", None, MONDAY), ("B", None, MONDAY)]
    assert [bulletin.left_out for _, bulletin in office.mail.sent] == [1]


def test_a_date_that_has_not_moved_is_not_told_again() -> None:
    office = Office(outlook=next_receipt)
    office.flow.seller(ACME).announce(announced())
    office.take("A")
    office.relay.run()
    office.flow.seller(ACME).announce(announced("R2", TUESDAY))
    office.relay.run()
    assert moves(office) == []


def test_an_order_that_was_not_told_of_yet_has_no_date_that_could_move() -> None:
    office = Office(outlook=next_receipt)
    office.flow.seller(ACME).announce(announced())
    office.take("A")
    stock, *_ = office.outbox.claim(NOON, timedelta(minutes=1), 1)
    office.notices.notify(stock)
    assert (office.mail.sent, office.notice_store.entries) == ([], {})


def test_dates_are_forgotten_with_the_back_order() -> None:
    office = Office(outlook=next_receipt)
    office.flow.seller(ACME).announce(announced())
    office.take("A")
    office.take("B")
    office.relay.run()
    assert sorted(office.notice_store.entries) == [(ACME, "expected A"), (ACME, "expected B")]
    office.flow.seller(ACME).book_in(key(), 1)
    office.flow.seller(ACME).cancel("B")
    office.relay.run()
    assert office.notice_store.entries == {}


def test_dates_are_forgotten_with_short_units_that_are_cancelled() -> None:
    office = Office(outlook=next_receipt)
    acme = office.flow.seller(ACME)
    acme.announce(announced())
    acme.book_in(key(), 1)
    office.take("A", ("MUG", 2))
    acme.limit_back_orders(key("PAN"), 1)
    office.take("B", ("PAN", 2))
    office.relay.run()
    acme.edit("A", ChangeShortPart(ShortPart.CANCEL_SHORT))
    office.relay.run()
    assert sorted(office.notice_store.entries) == [(ACME, "expected B")]


def test_an_order_that_is_released_to_wait_is_told_if_its_date_moves() -> None:
    office = Office(outlook=next_receipt)
    acme = office.flow.seller(ACME)
    acme.change_policy(AllocationPolicy(short_part=ShortPart.HOLD))
    acme.announce(announced())
    office.take("A")
    office.relay.run()
    acme.release_hold("A")
    office.relay.run()
    acme.announce(announced(at=TUESDAY))
    office.relay.run()
    assert office.mail.kinds() == [["SHORT_ORDER_HELD"], ["RELEASED"], ["EXPECTED_DATE_MOVED"]]
    assert moves(office) == [("A", MONDAY, TUESDAY)]


def test_who_wants_no_notice_of_holds_is_still_asked_to_choose() -> None:
    timings = ((NoticeKind.HELD, NoticeTiming.NONE),)
    office = Office(Preference(recipients=(JO,), timings=timings))
    office.flow.seller(ACME).change_policy(AllocationPolicy(short_part=ShortPart.HOLD))
    office.take("A")
    office.take("B")
    office.flow.seller(ACME).hold("B", HoldReason.ADDRESS)
    office.relay.run()
    assert office.mail.kinds() == [["SHORT_ORDER_HELD"], ["SHORT_ORDER_HELD"]]


def test_dates_are_those_of_announced_receipts_unless_told_otherwise() -> None:
    office = Office()
    office.take("A", ("MUG", 3))
    office.take("B", ("MUG", 3))
    office.relay.run()
    office.flow.seller(ACME).announce(announced())
    office.relay.run()
    assert moves(office) == [("A", None, MONDAY)]
    office.flow.seller(ACME).announce(announced("R2", TUESDAY))
    office.relay.run()
    assert moves(office) == [("A", None, MONDAY), ("B", None, TUESDAY)]


def test_where_nothing_is_looked_up_no_dates_are_told() -> None:
    office = Office(outlook=lambda *_: {})
    office.take("A")
    office.relay.run()
    office.flow.seller(ACME).announce(announced())
    office.relay.run()
    assert office.mail.kinds() == [["ON_BACK_ORDER"]]
    assert moves(office) == []


def test_of_so_many_orders_only_is_a_date_looked_up() -> None:
    office = Office(outlook=next_receipt, orders_max=1)
    for order_id in "AB":
        office.take(order_id)
    office.relay.run()
    office.flow.seller(ACME).announce(announced())
    office.relay.run()
    assert moves(office) == [("A", None, MONDAY)]
