"""The contract of outboxes, as tests to inherit.

For example::

    from orderflow.testing.outbox_contract import OutboxContract

    class TestMyOutbox(OutboxContract):
        def make_outbox(self):
            outbox = MyOutbox(...)
            return outbox, MyRepository(..., outbox)

The tests save events in the repository, which puts the messages into the outbox. Needs pytest, from
the extra `testing`.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event as Signal
from threading import Lock
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.order import HoldReason, Order, OrderLine
from orderflow.domain.model.stock import StockKey
from orderflow.ports import OutboxSummary, TracedUnitOfWork
from orderflow.service import OrderFlow, Relay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.ports import Outbox, OutboxMessage, Repository, UnitOfWork

__all__ = ["OutboxContract"]

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LEASE = timedelta(minutes=5)
_MOMENT = timedelta(microseconds=1)
_ALL = 1_000
_MUGS = StockKey("acme", "leeds", "MUG")


def _order(order_id: str, seller_id: str = "acme") -> Order:
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", 1),),
        placed_at=_NOON,
    )


def _fill(repository: Repository, *order_ids: str, seller_id: str = "acme") -> None:
    """Place, hold and release each order, which gives it three events."""
    seller = OrderFlow(repository).seller(seller_id)
    for order_id in order_ids:
        seller.place(_order(order_id, seller_id), allocate=False, at=_NOON)
        seller.hold(order_id, HoldReason.OTHER, at=_NOON)
        seller.release_hold(order_id, at=_NOON)


def _contents(messages: Sequence[OutboxMessage]) -> list[tuple[str, str]]:
    return [(each.subject, type(each.event).__name__) for each in messages]


def _ids(messages: Sequence[OutboxMessage]) -> list[str]:
    return [each.message_id for each in messages]


def _claim(outbox: Outbox, at: datetime = _NOON, limit: int = _ALL) -> list[OutboxMessage]:
    return list(outbox.claim(at, _LEASE, limit))


class _Recorder:
    """Takes a short time for each message, so that others can interfere."""

    def __init__(self) -> None:
        self.messages: list[OutboxMessage] = []
        self._lock = Lock()

    def notify(self, message: OutboxMessage) -> None:
        time.sleep(0.0005)
        with self._lock:
            self.messages.append(message)


class OutboxContract(ABC):
    """Tests of an outbox. Inherit them and implement `make_outbox`."""

    @abstractmethod
    def make_outbox(self) -> tuple[Outbox, Repository]:
        """Make an empty outbox, and a repository that puts its events into it."""

    def test_all_that_was_saved_comes_out_in_order(self) -> None:
        """Each event has one message. Those of one order come in the order of their events."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1", "2")
        messages = _claim(outbox)
        acme = OrderFlow(repository).seller("acme")
        for order_id in ("1", "2"):
            events = [each.event for each in messages if each.subject == order_id]
            assert events == list(acme.events(order_id))
        assert len(set(_ids(messages))) == len(messages) == len(acme.events())
        assert {(each.seller_id, each.attempts, each.error) for each in messages} == {
            ("acme", 0, "")
        }

    def test_messages_of_one_subject_come_together(self) -> None:
        """The messages of one order are not mixed with others, so one notice can cover them."""
        outbox, repository = self.make_outbox()
        acme = OrderFlow(repository).seller("acme")
        for order_id in ("1", "2"):
            acme.place(_order(order_id), allocate=False, at=_NOON)
        for order_id in ("1", "2"):
            acme.hold(order_id, HoldReason.OTHER, at=_NOON)
        subjects = [subject for subject, _ in _contents(_claim(outbox))]
        assert sorted(subjects) == subjects or sorted(subjects, reverse=True) == subjects

    def test_a_message_has_the_trace_of_its_unit_of_work(self) -> None:
        """Each message of a unit of work with a trace has it, at every attempt; others have none.

        Skipped if units of work have no `trace`: see `orderflow.ports.TracedUnitOfWork`.
        """
        outbox, repository = self.make_outbox()
        traces = {"1": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "2": None}

        def place(order_id: str, work: UnitOfWork) -> None:
            if not isinstance(work, TracedUnitOfWork):
                pytest.skip("its units of work have no trace")
            work.trace = traces[order_id]
            command = PlaceOrder(order=_order(order_id), at=_NOON)
            work.save(command, decide(command, work))

        for order_id in traces:
            repository.write("acme", partial(place, order_id))
        messages = _claim(outbox)
        assert len(messages) > len(traces)
        assert {(each.subject, each.trace) for each in messages} == set(traces.items())
        for message in messages:
            outbox.mark_failed(message, "no answer", _NOON)
        failed = {attrs.evolve(each, attempts=1, error="no answer") for each in messages}
        assert set(_claim(outbox)) == failed

    def test_nothing_comes_of_what_was_not_saved(self) -> None:
        """A unit of work that fails adds no message."""
        outbox, repository = self.make_outbox()
        command = PlaceOrder(order=_order("1"), at=_NOON)

        def save_and_fail(work: UnitOfWork) -> None:
            work.save(command, decide(command, work))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            repository.write("acme", save_and_fail)
        assert _claim(outbox) == []

    def test_a_message_loses_the_personal_data_of_an_erased_order(self) -> None:
        """It loses its error too. If it was claimed before, it gets nothing back by failing."""
        outbox, repository = self.make_outbox()
        acme = OrderFlow(repository).seller("acme")
        for order_id in ("1", "2"):
            named = attrs.evolve(_order(order_id), customer_reference=f"Ann {order_id}")
            acme.place(named, allocate=False, at=_NOON)
            acme.cancel(order_id, reason=f"Ann {order_id}", at=_NOON)
        failed = {each.subject: each for each in reversed(_claim(outbox))}
        for order_id, message in failed.items():
            outbox.mark_failed(message, f"no answer about Ann {order_id}", _NOON)
        acme.erase("1", at=_NOON)
        outbox.mark_failed(failed["1"], "later", _NOON)
        again = repr(_claim(outbox, _NOON + 3 * _LEASE))
        assert ("later" in again, again.count("Ann 1"), again.count("Ann 2")) == (True, 0, 3)

    def test_stock_has_messages_of_its_own(self) -> None:
        """An event about stock has the stock as its subject."""
        outbox, repository = self.make_outbox()
        OrderFlow(repository).seller("acme").book_in(_MUGS, 2, at=_NOON)
        assert _contents(_claim(outbox)) == [("stock leeds/MUG", "StockBookedIn")]

    def test_the_same_order_id_of_two_sellers_is_two_subjects(self) -> None:
        """A failure for one seller does not delay another."""
        outbox, repository = self.make_outbox()
        for seller_id in ("acme", "zenith"):
            _fill(repository, "1", seller_id=seller_id)
        mine = [each for each in _claim(outbox) if each.seller_id == "acme"]
        theirs = [each for each in _claim(outbox, _NOON + _LEASE) if each.seller_id == "zenith"]
        assert len(mine) == len(theirs) > 0
        outbox.mark_failed(mine[0], "gone", None)
        rest = _claim(outbox, _NOON + 2 * _LEASE)
        assert {each.seller_id for each in rest} == {"zenith"}

    def test_nobody_else_gets_what_is_claimed(self) -> None:
        """During the lease, nobody else gets messages of the order, not even new ones."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        first = _claim(outbox)
        OrderFlow(repository).seller("acme").cancel("1", at=_NOON)
        _fill(repository, "2")
        assert {each.subject for each in _claim(outbox)} == {"2"}
        assert _claim(outbox, _NOON + _LEASE - _MOMENT) == []
        again = [each for each in _claim(outbox, _NOON + _LEASE) if each.subject == "1"]
        assert _ids(again) == _ids(first)

    def test_what_was_claimed_together_comes_again_together(self) -> None:
        """However a claim ends, no newer message comes with it. So its id can be the same."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        first = _claim(outbox)
        OrderFlow(repository).seller("acme").cancel("1", at=_NOON)
        expired = _claim(outbox, _NOON + _LEASE)
        outbox.give_back(expired)
        given_back = _claim(outbox, _NOON + _LEASE)
        retry_at = _NOON + 2 * _LEASE
        outbox.mark_failed(given_back[0], "no answer", retry_at)
        outbox.give_back(given_back[1:])
        failed = _claim(outbox, retry_at)
        assert _ids(expired) == _ids(given_back) == _ids(failed) == _ids(first)
        outbox.mark_sent(failed)
        later = _claim(outbox, retry_at + _MOMENT)
        assert _contents(later) == [("1", "OrderCancelled")]

    def test_a_failure_keeps_together_what_nobody_gave_back(self) -> None:
        """A relay may end between the two."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        first = _claim(outbox)
        OrderFlow(repository).seller("acme").cancel("1", at=_NOON)
        outbox.mark_failed(first[0], "no answer", _NOON + 2 * _LEASE)
        assert _ids(_claim(outbox, _NOON + 2 * _LEASE)) == _ids(first)

    def test_a_claim_does_not_divide_what_was_claimed_together(self) -> None:
        """If there is no room, it is left for the next claim."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1", "2")
        _claim(outbox)
        first = _claim(outbox, _NOON + _LEASE, limit=5)
        second = _claim(outbox, _NOON + _LEASE, limit=5)
        assert [len({each.subject for each in claimed}) for claimed in (first, second)] == [1, 1]
        assert [len(first), len(second)] == [3, 3]

    def test_the_summary_counts_what_is_late_and_what_is_dead(self) -> None:
        """What waits behind a dead message is not late, whenever it happened."""
        outbox, repository = self.make_outbox()
        assert outbox.summary() == OutboxSummary(waiting_since=None, dead=0)
        later = _NOON + timedelta(hours=1)
        _fill(repository, "1")
        acme = OrderFlow(repository).seller("acme")
        acme.place(_order("2"), allocate=False, at=later)
        messages = _claim(outbox)
        assert outbox.summary() == OutboxSummary(waiting_since=_NOON, dead=0)
        mine = [each for each in messages if each.subject == "1"]
        outbox.mark_failed(mine[0], "no such mailbox", None)
        outbox.give_back(mine[1:])
        acme.cancel("1", at=_NOON)
        assert outbox.summary() == OutboxSummary(waiting_since=later, dead=1)
        outbox.mark_sent([each for each in messages if each.subject == "2"])
        assert outbox.summary() == OutboxSummary(waiting_since=None, dead=1)

    def test_a_claim_that_is_full_leaves_the_rest_of_an_order_alone(self) -> None:
        """The messages beyond the limit wait for the claimed ones."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        first = _claim(outbox, limit=2)
        assert _contents(first) == [("1", "OrderPlaced"), ("1", "OrderHeld")]
        assert _claim(outbox) == []
        outbox.mark_sent(first[:1])
        assert _claim(outbox) == []
        outbox.mark_sent(first[1:])
        assert _contents(_claim(outbox))[0] == ("1", "HoldReleased")

    def test_what_was_delivered_does_not_come_again(self) -> None:
        """A sent message is removed. Marking it twice changes nothing."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        messages = _claim(outbox)
        outbox.mark_sent(messages[:1])
        outbox.mark_sent(messages[:1])
        assert _ids(_claim(outbox, _NOON + _LEASE)) == _ids(messages)[1:]

    def test_what_was_given_back_comes_at_once(self) -> None:
        """Others can claim messages that were not tried, and find them unchanged."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        messages = _claim(outbox)
        outbox.mark_sent(messages[:1])
        outbox.give_back(messages[1:])
        assert _claim(outbox) == messages[1:]

    def test_a_failure_holds_back_the_later_messages_of_its_order_only(self) -> None:
        """They come again at the time of the retry. The failed one is first, with its error."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1", "2")
        messages = _claim(outbox)
        mine = [each for each in messages if each.subject == "1"]
        others = [each for each in messages if each.subject == "2"]
        retry_at = _NOON + timedelta(seconds=10)
        outbox.mark_failed(mine[0], "no answer", retry_at)
        outbox.give_back(mine[1:])
        outbox.give_back(others)
        assert _ids(_claim(outbox)) == _ids(others)
        assert _claim(outbox, retry_at - _MOMENT) == []
        again = _claim(outbox, retry_at)
        assert _ids(again) == _ids(mine)
        assert [(each.attempts, each.error) for each in again] == [
            (1, "no answer"),
            *[(0, "")] * (len(mine) - 1),
        ]
        assert list(outbox.dead()) == []

    def test_a_dead_message_stays_and_holds_back_its_order(self) -> None:
        """It is listed, for all sellers or for one, until it is revived or discarded."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        _fill(repository, "1", seller_id="zenith")
        messages = _claim(outbox)
        mine = [each for each in messages if each.seller_id == "acme"]
        outbox.mark_failed(mine[0], "no such mailbox", None)
        outbox.give_back(mine[1:])
        late = _claim(outbox, _NOON + timedelta(days=365))
        assert {each.seller_id for each in late} == {"zenith"}
        dead = list(outbox.dead())
        assert _ids(dead) == [mine[0].message_id]
        assert (dead[0].attempts, dead[0].error) == (1, "no such mailbox")
        assert list(outbox.dead("acme")) == dead
        assert list(outbox.dead("zenith")) == []

    def test_a_dead_message_can_be_revived(self) -> None:
        """It comes before the messages behind it, without earlier attempts."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        messages = _claim(outbox)
        outbox.mark_failed(messages[0], "no such mailbox", None)
        outbox.give_back(messages[1:])
        assert outbox.revive(messages[0].message_id)
        assert list(outbox.dead()) == []
        again = _claim(outbox)
        assert _ids(again) == _ids(messages)
        assert again[0].attempts == 0

    def test_a_dead_message_can_be_discarded(self) -> None:
        """It is removed, and the messages behind it come."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        messages = _claim(outbox)
        outbox.mark_failed(messages[0], "no such mailbox", None)
        outbox.give_back(messages[1:])
        assert outbox.discard(messages[0].message_id)
        assert list(outbox.dead()) == []
        assert _ids(_claim(outbox)) == _ids(messages)[1:]

    def test_only_dead_messages_are_revived_or_discarded(self) -> None:
        """The id of any other message has no effect."""
        outbox, repository = self.make_outbox()
        _fill(repository, "1")
        waiting = _claim(outbox)[0].message_id
        for message_id in (waiting, "unknown"):
            assert not outbox.revive(message_id)
            assert not outbox.discard(message_id)
        assert waiting in _ids(_claim(outbox, _NOON + _LEASE))

    def test_relays_at_the_same_time_lose_nothing_and_keep_the_order(self) -> None:
        """Two relays run beside writers. Each message comes once, in order for each order."""
        outbox, repository = self.make_outbox()
        flow, recorder, written = OrderFlow(repository), _Recorder(), Signal()
        acme = flow.seller("acme")

        def write(writer: int) -> None:
            for number in range(5):
                _fill(repository, f"{writer}-{number}")

        def relay(_: int) -> None:
            mine = Relay(outbox, recorder, lease=timedelta(hours=1))
            while not written.is_set():
                mine.run(limit=7)
            mine.run(limit=7)

        with ThreadPoolExecutor(4) as pool:
            relays = [pool.submit(relay, number) for number in range(2)]
            try:
                list(pool.map(write, range(2)))
            finally:
                written.set()
            for each in relays:
                each.result()
        events = acme.events()
        assert len(set(_ids(recorder.messages))) == len(recorder.messages) == len(events)
        for order in acme.orders():
            received = [each.event for each in recorder.messages if each.subject == order.order_id]
            assert received == list(acme.events(order.order_id))
