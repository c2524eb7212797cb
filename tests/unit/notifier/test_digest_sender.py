"""`DigestSender`: one digest of a seller's day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import ExpectedReceipt, HoldReason, Order, ShortPart
from orderflow.errors import UnreadableError
from orderflow.notices import (
    Bulletin,
    NoticeKind,
    NoticeTiming,
    OnBackOrderNotice,
    Outlook,
    Preference,
    ReceiptOverdueNotice,
    kind_of,
)
from orderflow.notifier import DigestResult
from orderflow.ports import NoticeError, View
from tests.unit.notifier.office import HOOK, JO, Office, Postman
from tests.unit.shop import ACME, NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.ports import Reading

BOTH = Preference(recipients=(JO, HOOK))
NONE = NoticeTiming.NONE


def next_morning(office: Office) -> None:
    office.clock.moment = NOON.replace(day=office.clock.moment.day + 1, hour=7, minute=10)


def test_new_back_orders_are_told_the_next_morning() -> None:
    office = Office()
    office.take("A")
    office.pass_time(hours=1)
    office.take("B")
    assert office.digests().run_once() == DigestResult()
    next_morning(office)
    assert office.digests().run_once() == DigestResult(sent=1)
    ((address, digest),) = office.mail.sent
    assert address == JO.address
    assert [(each.order_id, each.at) for each in digest.notices] == [
        ("A", NOON),
        ("B", NOON + timedelta(hours=1)),
    ]
    seven = NOON.replace(day=4, hour=7)
    assert (digest.since, digest.until) == (seven - timedelta(days=1), seven)


def test_a_digest_may_list_what_the_short_part_did_and_who_is_still_to_choose() -> None:
    short = (
        NoticeKind.SHORT_ORDER_HELD,
        NoticeKind.SHORT_ORDER_CANCELLED,
        NoticeKind.SHORT_UNITS_CANCELLED,
    )
    timings = tuple((kind, NoticeTiming.DAILY) for kind in short)
    office = Office(Preference(recipients=(JO,), timings=timings))
    acme = office.flow.seller(ACME)
    acme.book_in(key(), 1)
    for order_id, short_part in [
        ("A", ShortPart.CANCEL_SHORT),
        ("B", ShortPart.CANCEL_ORDER),
        ("C", ShortPart.HOLD),
        ("D", ShortPart.HOLD),
    ]:
        office.pass_time(minutes=1)
        acme.place(order(order_id, ("MUG", 2), placed_at=office.clock.now(), short_part=short_part))
    acme.cancel("C")
    next_morning(office)
    office.digests().run_once()
    assert office.mail.orders() == ["A", "B", "D"]
    assert office.mail.kinds() == [[kind.value for kind in reversed(short)]]


def test_a_run_that_is_stopped_leaves_the_rest_to_the_next_one() -> None:
    office = Office(BOTH)
    office.take("A")
    next_morning(office)
    answers = iter([False, True])
    assert office.digests().run_once(stop=lambda: next(answers)) == DigestResult(sent=1)
    assert office.digests().run_once() == DigestResult(sent=1)
    assert (len(office.mail.sent), len(office.hook.sent)) == (1, 1)


def test_a_digest_that_is_run_twice_sends_once() -> None:
    office = Office()
    office.take("A")
    next_morning(office)
    assert office.digests().run_once() == DigestResult(sent=1)
    assert office.digests().run_once() == DigestResult()
    office.pass_time(hours=20)
    assert office.digests().run_once() == DigestResult()


def test_a_back_order_stands_in_one_digest() -> None:
    office = Office()
    office.take("A")
    next_morning(office)
    office.digests().run_once()
    office.take("B")
    next_morning(office)
    office.digests().run_once()
    assert office.mail.orders() == ["A", "B"]


def test_a_back_order_that_is_over_by_then_is_not_told() -> None:
    office = Office()
    office.take("A")
    office.flow.seller(ACME).book_in(key(), 1)
    next_morning(office)
    assert office.digests().run_once() == DigestResult()


def test_days_without_a_run_are_made_up_for() -> None:
    office = Office()
    next_morning(office)
    office.take("Z", seller_id="acme")
    office.digests().run_once()
    for order_id in "AB":
        next_morning(office)
        office.take(order_id)
    next_morning(office)
    assert office.digests().run_once() == DigestResult(sent=1)
    assert office.mail.orders() == ["Z", "A", "B"]


def test_a_day_on_which_nothing_happened_sends_nothing_and_is_over() -> None:
    office = Office()
    office.flow.seller(ACME).book_in(key(), 1)
    next_morning(office)
    assert office.digests().run_once() == DigestResult()
    assert list(office.digests().due()) == []


def test_who_could_not_be_reached_gets_the_same_digest_later_and_the_others_nothing() -> None:
    office = Office(BOTH)
    office.take("A")
    next_morning(office)
    office.hook.down = {HOOK.address}
    digested = office.digests().run_once()
    assert digested.sent == 1
    ((recipient, error),) = digested.failures
    assert (recipient, str(error)) == (HOOK, f"'{HOOK.address}' was not notified: no answer; wait")
    office.hook.down = set()
    assert office.digests().run_once() == DigestResult(sent=1)
    assert [bulletin for _, bulletin in office.hook.sent] == [
        bulletin for _, bulletin in office.mail.sent
    ]


def test_a_digest_that_was_being_sent_when_the_process_ended_is_sent_again_with_the_same_id() -> (
    None
):
    office = Office()
    office.take("A")
    next_morning(office)

    interrupt(office)
    assert office.digests().run_once() == DigestResult()
    assert list(office.digests().due()) == []
    office.pass_time(minutes=9, seconds=59)
    assert office.digests().run_once() == DigestResult()
    office.pass_time(seconds=1)
    assert office.digests().run_once() == DigestResult(sent=1)
    assert len({bulletin.bulletin_id for _, bulletin in office.mail.sent}) == 1
    assert len(office.mail.sent) == 2
    assert office.digests().run_once() == DigestResult()


def test_who_could_not_be_reached_on_one_day_gets_all_of_it_on_the_next() -> None:
    office = Office()
    office.take("A")
    next_morning(office)
    office.mail.down = {JO.address}
    assert office.digests().run_once().sent == 0
    office.take("B")
    next_morning(office)
    office.mail.down = set()
    assert office.digests().run_once() == DigestResult(sent=1)
    assert office.mail.orders() == ["A", "B"]


def test_no_more_back_orders_are_written_of_than_stand_in_a_digest() -> None:
    asked: list[str] = []

    def outlook(order: Order, _view: View, _at: datetime) -> dict[str, Outlook]:
        asked.append(order.order_id)
        return {}

    office = Office()
    for order_id in "CABD":
        office.take(order_id)
        office.pass_time(minutes=1)
    next_morning(office)
    office.digests(notices_max=2, outlook=outlook).run_once()
    ((_, digest),) = office.mail.sent
    assert ([each.order_id for each in digest.notices], digest.left_out) == (["C", "A"], 2)
    assert asked == ["C", "A"]


def test_a_digest_that_another_run_sends_meanwhile_is_left_to_it() -> None:
    office = Office(BOTH)
    office.take("A")
    next_morning(office)
    late = [DigestResult(sent=9)]

    def send(address: str, bulletin: Bulletin) -> None:
        if late[0].sent:
            late[0] = DigestResult()
            late[0] = office.digests().run_once()
        Postman.send(office.mail, address, bulletin)

    office.mail.send = send  # type: ignore[method-assign] # while it sends, another run begins
    assert office.digests().run_once() == DigestResult(sent=1)
    assert late == [DigestResult(sent=1)]  # the other recipient
    assert (len(office.mail.sent), len(office.hook.sent)) == (1, 1)


def test_what_was_sent_too_late_does_not_undo_what_another_run_has_noted() -> None:
    office = Office()
    office.take("A")
    next_morning(office)

    def send(address: str, bulletin: Bulletin) -> None:
        del office.mail.send  # the next one is quick
        office.pass_time(minutes=11)
        assert office.digests().run_once() == DigestResult(sent=1)
        raise NoticeError(address, f"no answer to {bulletin.bulletin_id}", "wait")

    office.mail.send = send  # type: ignore[method-assign] # longer than the lease
    assert office.digests().run_once().sent == 0
    assert office.digests().run_once() == DigestResult()
    assert len(office.mail.sent) == 1


def interrupt(office: Office) -> None:
    """Run the digests in a process that ends after it has sent one."""

    def send(address: str, bulletin: Bulletin) -> None:
        Postman.send(office.mail, address, bulletin)
        raise KeyboardInterrupt

    office.mail.send = send  # type: ignore[method-assign] # dies
    with pytest.raises(KeyboardInterrupt):
        office.digests().run_once()
    del office.mail.send  # lives again


def test_what_happened_just_before_the_end_is_waited_for() -> None:
    office = Office()
    office.clock.moment = NOON.replace(day=4, hour=6, minute=59, second=59)
    office.take("A")
    office.clock.moment = NOON.replace(day=4, hour=7)
    assert office.digests().run_once() == DigestResult()
    office.pass_time(minutes=5)
    assert office.digests().run_once() == DigestResult(sent=1)


@pytest.mark.parametrize(
    "preference",
    [
        Preference(recipients=(JO,), opted_out=True),
        Preference(),
        Preference(recipients=(JO,), timings=((NoticeKind.ON_BACK_ORDER, NoticeTiming.AT_ONCE),)),
    ],
    ids=["opted out", "no recipients", "at once only"],
)
def test_who_wants_no_digest_gets_none(preference: Preference) -> None:
    office = Office(preference)
    office.take("A")
    next_morning(office)
    assert office.digests().run_once() == DigestResult()


def test_a_digest_tells_of_other_kinds_if_the_seller_wants_that() -> None:
    timings = ((NoticeKind.HELD, NoticeTiming.DAILY), (NoticeKind.COMPLETED, NoticeTiming.BOTH))
    office = Office(Preference(recipients=(JO,), timings=timings))
    office.take("A")
    office.take("B")
    office.pass_time(hours=1)
    office.flow.seller(ACME).book_in(key(), 1)
    office.flow.seller(ACME).hold("B", HoldReason.ADDRESS)
    office.take("C")
    next_morning(office)
    office.digests().run_once()
    assert office.mail.kinds() == [["COMPLETED", "HELD", "ON_BACK_ORDER"]]
    assert office.mail.orders() == ["A", "B", "C"]


def test_a_digest_tries_nothing_out_and_is_bounded() -> None:
    office = Office()
    for order_id in "ABC":
        office.take(order_id)
    next_morning(office)
    office.digests(notices_max=2).run_once()
    ((_, digest),) = office.mail.sent
    assert digest.left_out == 1
    assert [each.ways_out for each in digest.notices if isinstance(each, OnBackOrderNotice)] == [
        (),
        (),
    ]


def announce(office: Office, receipt_id: str, units: int, at: datetime, sku: str = "MUG") -> None:
    receipt = ExpectedReceipt(receipt_id, key(sku), units, at)
    office.flow.seller(ACME).announce(receipt)


def told_of(office: Office) -> list[tuple[str, str]]:
    """Return the orders of the last digest, and the kind of each notice."""
    _, digest = office.mail.sent[-1]
    return [(each.order_id, kind_of(each)) for each in digest.notices]


def test_a_digest_tells_once_that_the_day_of_a_receipt_has_passed() -> None:
    office = Office()
    for order_id in "ABC":
        office.take(order_id)
    announce(office, "R1", 2, NOON + timedelta(days=1))
    next_morning(office)
    office.digests().run_once()
    next_morning(office)
    assert office.digests().run_once() == DigestResult(sent=1)
    assert told_of(office) == [("A", "RECEIPT_OVERDUE"), ("B", "RECEIPT_OVERDUE")]
    overdue = office.mail.sent[-1][1].notices[0]
    assert isinstance(overdue, ReceiptOverdueNotice)
    assert (overdue.at, overdue.short[0].overdue_since) == (NOON + timedelta(days=1),) * 2
    next_morning(office)
    assert office.digests().run_once() == DigestResult()


def test_an_overdue_receipt_is_not_told_of_if_no_order_needs_it() -> None:
    office = Office()
    office.take("A")
    office.take("B", ("PAN", 1))
    office.take("C")
    next_morning(office)
    office.digests().run_once()
    noon = office.clock.moment.replace(hour=12)
    announce(office, "R1", 1, noon)  # others bring enough
    announce(office, "R2", 9, noon + timedelta(days=9))
    announce(office, "R3", 1, noon, "CUP")  # nobody waits for it
    announce(office, "R4", 1, noon, "PAN")  # it is moved meanwhile
    next_morning(office)
    announce(office, "R4", 1, noon + timedelta(days=9), "PAN")
    assert office.digests().run_once() == DigestResult()


def test_an_order_in_another_warehouse_does_not_need_it() -> None:
    office = Office(Preference(recipients=(JO,), timings=((NoticeKind.ON_BACK_ORDER, NONE),)))
    office.flow.seller(ACME).place(order("A", warehouse_id="york"))
    announce(office, "R1", 2, NOON + timedelta(hours=1))
    next_morning(office)
    assert office.digests().run_once() == DigestResult()


def test_an_order_with_two_overdue_receipts_is_told_of_on_either_day() -> None:
    office = Office()
    office.take("A", ("MUG", 1), ("PAN", 1))
    for number, sku in enumerate(("MUG", "PAN"), 1):
        announce(office, sku, 1, NOON + timedelta(days=number), sku)
    next_morning(office)
    office.digests().run_once()
    for _ in range(2):
        next_morning(office)
        assert office.digests().run_once() == DigestResult(sent=1)
        assert told_of(office) == [("A", "RECEIPT_OVERDUE")]


def test_what_cannot_be_read_delays_no_other_seller(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    for seller_id in ("bad", "good"):
        office.take("A", seller_id=seller_id)
    next_morning(office)
    digests, read = office.digests(), office.repository.read

    def refuse(seller_id: str, task: Callable[[Reading], Any]) -> Any:  # noqa: ANN401 - of the task
        if seller_id == "bad":
            raise UnreadableError("it is of a later release")
        return read(seller_id, task)

    with monkeypatch.context() as patched:
        patched.setattr(office.repository, "read", refuse)
        due = digests.due()
        assert next(due)[1].seller_id == "good"
        with pytest.raises(UnreadableError):
            next(due)
        result = digests.run_once()
        assert (result.sent, [to for to, _ in result.failures]) == (1, [JO])
        assert str(result.error) == "it is of a later release"
    assert digests.run_once() == DigestResult(sent=1)
