"""`Relay`: at least once, in order for each order, with back-off, until a message is dead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import HoldReason, InvalidValueError, MemoryRepository, OrderFlow, Relay
from orderflow.adapters.memory import MemoryOutbox
from orderflow.errors import UnreadableError
from orderflow.service import RelayResult
from tests.unit.shop import ACME, Clock, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.ports import OutboxMessage

SECOND = timedelta(seconds=1)


class Desk:
    """A receiver whose line is down for some orders, and who may be interrupted."""

    def __init__(self) -> None:
        self.told: list[OutboxMessage] = []
        self.down: set[str] = set()
        self.before: Callable[[OutboxMessage], None] = lambda _: None
        self.after: Callable[[OutboxMessage], None] = lambda _: None

    def notify(self, message: OutboxMessage) -> None:
        self.before(message)
        if message.subject in self.down:
            raise ConnectionError("line is down")
        self.told.append(message)
        self.after(message)

    def subjects(self) -> list[str]:
        return [message.subject for message in self.told]


class Office:
    """An outbox with three messages of each order, a relay, and the desk that it tells."""

    def __init__(self, *order_ids: str, **settings: object) -> None:
        self.clock = Clock()
        self.outbox = MemoryOutbox()
        self.flow = OrderFlow(MemoryRepository(self.outbox), clock=self.clock)
        self.desk = Desk()
        self.relay = self.another(**settings)
        for order_id in order_ids:
            self.flow.seller(ACME).place(order(order_id), allocate=False)
            self.flow.seller(ACME).hold(order_id, HoldReason.OTHER)
            self.flow.seller(ACME).hold(order_id, HoldReason.ADDRESS)

    def another(self, **settings: object) -> Relay:
        return Relay(self.outbox, self.desk, clock=self.clock, **settings)  # type: ignore[arg-type] # of whatever kind

    def pass_time(self, time: timedelta) -> None:
        self.clock.moment += time


class Interrupted(BaseException):
    """The process ends here."""


def interrupt(_: OutboxMessage) -> None:
    raise Interrupted


def test_every_message_is_told_once_and_those_of_an_order_in_their_order() -> None:
    office = Office("A", "B")
    assert office.relay.run() == RelayResult(sent=6)
    for order_id in "AB":
        told = [each.event for each in office.desk.told if each.subject == order_id]
        assert told == list(office.flow.seller(ACME).events(order_id))
    assert office.relay.run() == RelayResult()


def test_a_round_tells_at_most_so_many() -> None:
    office = Office("A", "B")
    assert office.relay.run_once(limit=4) == RelayResult(sent=4)
    assert office.relay.run(limit=1) == RelayResult(sent=2)


def test_a_run_that_is_stopped_gives_back_what_it_has_not_tried() -> None:
    office = Office("A", "B")
    answers = iter([False, False, True, True])
    assert office.relay.run(stop=lambda: next(answers)) == RelayResult(sent=3)
    assert set(office.desk.subjects()) == {"A"}
    assert office.relay.run() == RelayResult(sent=3)


def test_a_message_that_fails_holds_back_the_later_ones_of_its_order_only() -> None:
    office = Office("A", "B")
    office.desk.down = {"A"}
    assert office.relay.run() == RelayResult(sent=3, failed=1)
    assert office.desk.subjects() == ["B"] * 3
    office.desk.down = set()
    office.pass_time(10 * SECOND)
    assert office.relay.run() == RelayResult(sent=3)
    assert [each.event for each in office.desk.told[3:]] == list(
        office.flow.seller(ACME).events("A")
    )
    assert office.desk.told[3].error == "ConnectionError: line is down"


def test_all_messages_behind_one_that_fails_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office("A")
    office.desk.down = {"A"}
    given_back: list[OutboxMessage] = []
    monkeypatch.setattr(office.outbox, "give_back", given_back.extend)
    assert office.relay.run_once() == RelayResult(failed=1)
    assert [each.event for each in given_back] == list(office.flow.seller(ACME).events("A"))[1:]


def test_the_wait_doubles_up_to_the_longest() -> None:
    office = Office("A", wait_max=timedelta(seconds=60))
    office.desk.down = {"A"}
    waits = []
    for _ in range(6):
        assert office.relay.run() == RelayResult(failed=1)
        waited = 0
        while not office.outbox.claim(office.clock.now(), timedelta(microseconds=1), 1):
            office.pass_time(SECOND)
            waited += 1
        waits.append(waited)
        office.pass_time(SECOND)  # the look above took the message for a moment
    assert waits == [10, 20, 40, 60, 60, 60]


@pytest.mark.parametrize("first_wait", [10 * SECOND, timedelta(hours=1), timedelta(days=36_525)])
def test_a_very_long_story_of_failures_does_not_overflow(first_wait: timedelta) -> None:
    office = Office("A", attempts_max=10_000, first_wait=first_wait)
    office.desk.down = {"A"}
    for _ in range(2_000):
        assert office.relay.run() == RelayResult(failed=1)
        office.pass_time(timedelta(hours=6))


def test_after_so_many_failures_a_message_is_dead() -> None:
    office = Office("A", "B", attempts_max=3)
    office.desk.down = {"A"}
    outcomes = []
    for _ in range(4):
        outcomes.append(office.relay.run())
        office.pass_time(timedelta(days=1))
    assert outcomes == [
        RelayResult(sent=3, failed=1),
        RelayResult(failed=1),
        RelayResult(dead=1),
        RelayResult(),
    ]
    (dead,) = office.outbox.dead()
    assert (dead.subject, dead.attempts, dead.error) == ("A", 3, "ConnectionError: line is down")


@pytest.mark.parametrize(("discarded", "told"), [(False, 3), (True, 2)])
def test_a_dead_message_is_revived_or_discarded(*, discarded: bool, told: int) -> None:
    office = Office("A", attempts_max=1)
    office.desk.down = {"A"}
    assert office.relay.run() == RelayResult(dead=1)
    office.desk.down = set()
    assert office.relay.run() == RelayResult()
    (dead,) = office.outbox.dead(ACME)
    look_into = office.outbox.discard if discarded else office.outbox.revive
    assert look_into(dead.message_id)
    assert office.relay.run() == RelayResult(sent=told)
    events = list(office.flow.seller(ACME).events("A"))
    assert [each.event for each in office.desk.told] == events[-told:]


def test_a_relay_that_dies_before_it_notes_the_delivery_tells_again_after_the_lease() -> None:
    office = Office("A")
    office.desk.after = interrupt
    with pytest.raises(Interrupted):
        office.relay.run()
    office.desk.after = lambda _: None
    survivor = office.another()
    assert survivor.run() == RelayResult()
    office.pass_time(timedelta(minutes=5))
    assert survivor.run() == RelayResult(sent=3)
    ids = [each.message_id for each in office.desk.told]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_relay_that_dies_before_it_tells_loses_nothing() -> None:
    office = Office("A")
    office.desk.before = interrupt
    with pytest.raises(Interrupted):
        office.relay.run()
    office.desk.before = lambda _: None
    office.pass_time(timedelta(minutes=5))
    assert office.another().run() == RelayResult(sent=3)


def test_a_relay_stops_when_its_lease_has_run_out() -> None:
    office = Office("A")
    office.desk.after = lambda _: office.pass_time(timedelta(minutes=3))
    assert office.relay.run_once() == RelayResult(sent=2)
    assert office.relay.run_once() == RelayResult(sent=1)


def test_an_error_is_kept_to_a_bounded_length() -> None:
    office = Office("A", attempts_max=1)

    def fail(_: OutboxMessage) -> None:
        raise ValueError("x" * 10_000)

    office.desk.before = fail
    office.relay.run()
    assert len(office.outbox.dead()[0].error) == 500


def test_an_error_is_kept_as_text_that_every_database_takes() -> None:
    office = Office("A", attempts_max=1)

    def fail(_: OutboxMessage) -> None:
        raise ValueError("to \ud800 and \0" + "\ud800" * 500)

    office.desk.before = fail
    office.relay.run()
    error = office.outbox.dead()[0].error
    assert error.startswith("ValueError: to \\ud800 and \\0\\ud800")
    assert (len(error), error.isascii(), "\0" in error) == (500, True, False)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ok", "fail", "slow", "die"]), st.integers(0, 1)), max_size=40
    )
)
def test_whatever_happens_to_relays_what_arrives_first_arrives_in_order(
    course: list[tuple[str, int]],
) -> None:
    """Failures, deaths and slow lines of two relays that work inside one another."""
    office = Office("A", "B", attempts_max=1_000)
    relays = [office.relay, office.another()]
    steps = iter(course)

    def happen(_: OutboxMessage) -> None:
        what, other = next(steps, ("ok", 0))
        if what == "slow":  # so slow that the other one goes on with what this one had
            office.pass_time(timedelta(minutes=5))
            relays[other].run_once(2)
        if what == "fail":
            raise ConnectionError
        if what == "die":
            raise Interrupted

    office.desk.before = office.desk.after = happen
    for _ in range(2 * len(course) + 20):
        try:
            relays[0].run(5)
        except Interrupted:
            relays.reverse()
        office.pass_time(timedelta(hours=6))
    for order_id in "AB":
        arrived = {each.message_id: each for each in office.desk.told if each.subject == order_id}
        first_arrivals = [each.event for each in arrived.values()]
        assert first_arrivals == list(office.flow.seller(ACME).events(order_id))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("attempts_max", 0),
        ("attempts_max", True),
        ("first_wait", timedelta(0)),
        ("wait_max", timedelta(seconds=-1)),
        ("lease", 5),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, value: object) -> None:
    with pytest.raises(InvalidValueError, match=f"Relay.{setting}"):
        Office(**{setting: value})


def test_a_notifier_that_cannot_read_what_it_needs_is_no_failed_attempt() -> None:
    """The message comes again after the lease, as it was, and the other orders go on."""
    attempts: list[int] = []

    def read(message: OutboxMessage) -> None:
        if message.subject == "A":
            attempts.append(message.attempts)
            raise UnreadableError("an order is of a later release")

    office = Office("A", "B", lease=SECOND)
    office.desk.before = read
    for round_ in range(10):
        result = office.relay.run()
        assert (result.sent, result.failed, result.dead) == (0 if round_ else 3, 1, 0)
        assert "about 'A': an order is of a later release" in str(result.error)
        assert office.relay.run() == RelayResult()
        office.pass_time(SECOND)
    assert attempts == [0] * 10
