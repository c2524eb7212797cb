"""`Worker`: every job in turn, whatever fails, until it is stopped; and what it says of itself."""

from __future__ import annotations

import http.client
import json
import logging
import socket
from contextlib import closing, suppress
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import HoldReason, InvalidValueError, OrderFlow, StorageError
from orderflow.notices import NoticeKind, NoticeTiming, Preference
from orderflow.notifier import DigestResult
from orderflow.service import RelayResult
from orderflow.worker import Job, Round, Worker, WorkerError, serve_health
from orderflow.worker.schedule import Schedule
from tests.unit.notifier.office import JO, Office
from tests.unit.shop import ACME, NOON, later

if TYPE_CHECKING:
    from collections.abc import Iterator

DAILY = Preference(recipients=(JO,), timings=((NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),))


class Company(Office):
    """An office whose worker has something to do in every job but recovery."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - of the worker
        super().__init__(DAILY)
        self.take("A")
        self.take("B")
        self.flow.seller(ACME).hold("B", HoldReason.OTHER, until=later(60))
        self.clock.moment = NOON.replace(day=NOON.day + 1, hour=7, minute=10)
        given: dict[str, Any] = {"relay": self.relay, "digests": self.digests()} | settings
        self.worker = Worker(self.flow, **given)


class Stopped(Event):
    """Is set after this number of waits, and records how long they were to be."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._after = after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0)
        if len(self.waits) == self._after:
            self.set()
        return self.is_set()


def fail(*_: object, **__: object) -> Any:  # noqa: ANN401 - nothing
    raise StorageError("the server is down")


def test_every_job_is_done_once() -> None:
    office = Company()
    done = office.worker.run_once()
    assert (done.sellers_due, done.digests) == (1, DigestResult(sent=1))
    assert done.relayed.sent == len(office.flow.seller(ACME).events())
    assert office.mail.kinds() == [["HELD", "RELEASED"], ["ON_BACK_ORDER", "ON_BACK_ORDER"]]
    assert office.worker.run_once() == Round()


def test_a_queue_that_was_left_unserved_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Company()
    monkeypatch.setattr(OrderFlow, "recover", lambda _: 3)
    assert office.worker.run_once().queues_served == 3


def test_jobs_can_be_left_to_another_worker() -> None:
    office = Company(without=["DUE", Job.DIGESTS])
    assert office.worker.jobs == (Job.RECOVERY, Job.NOTICES)
    done = office.worker.run_once()
    assert (done.sellers_due, done.digests.sent) == (0, 0)
    assert Worker(office.flow).jobs == (Job.RECOVERY, Job.DUE)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("relay", object()),
        ("digests", object()),
        ("without", "NOTHING"),
        ("without", 3),
        ("without", tuple(Job)),
        ("interval", timedelta(0)),
        ("stuck_after", timedelta(0)),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, value: object) -> None:
    with pytest.raises(InvalidValueError, match=f"Worker.{setting}"):
        Company(**{setting: value})


def test_a_job_that_fails_delays_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office = Company()
    monkeypatch.setattr(OrderFlow, "recover", fail)
    with pytest.raises(WorkerError, match="RECOVERY failed: the server is down") as raised:
        office.worker.run_once()
    assert raised.value.round.digests.sent == 1
    assert [record.getMessage() for record in caplog.records] == [
        "RECOVERY failed: the server is down"
    ]
    assert caplog.records[0].exc_info is None


def test_one_seller_delays_no_other_but_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office = Company(without=[Job.NOTICES, Job.DIGESTS])
    office.take("Z", seller_id="zenith")
    asked = []
    errors: list[Exception] = [ZeroDivisionError("x"), ZeroDivisionError("y"), StorageError()]

    def run_due(seller: Any, **_: object) -> Any:  # noqa: ANN401 - nothing
        asked.append(seller.seller_id)
        raise errors.pop(0)

    monkeypatch.setattr("orderflow.service.seller.Seller.run_due", run_due)
    for _ in range(2):
        with pytest.raises(WorkerError):
            office.worker.run_once()
    assert asked == [ACME, "zenith", ACME]
    unexpected, expected = (record.getMessage() for record in caplog.records)
    assert unexpected.startswith("DUE failed: ZeroDivisionError at tests.unit.test_worker.")
    assert "run_due" in unexpected
    assert expected == "DUE failed: StorageError"


def test_a_round_that_did_something_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    office = Company()
    with caplog.at_level(logging.INFO, "orderflow.worker"):
        office.worker.run_once()
        office.worker.run_once()
    (record,) = caplog.records
    assert record.getMessage() == (
        "something was due for 1 seller; messages handled: 6; digests sent: 1"
    )


def test_it_goes_on_until_it_is_stopped() -> None:
    office = Company(interval=timedelta(seconds=30))
    stop = Stopped(after=2)
    first, second = office.worker.run(stop=stop)
    assert first.relayed.sent == 6
    assert second == Round()
    assert all(0 < wait <= 30 for wait in stop.waits)


def test_a_round_that_is_stopped_does_no_further_step() -> None:
    office = Company()
    steps = iter([False, False, False, True, True, True, True])
    done = office.worker.run_once(stop=lambda: next(steps))
    assert (done.sellers_due, done.relayed, done.digests) == (1, RelayResult(), DigestResult())


def test_the_relay_lets_other_jobs_run_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderflow.worker.worker.RELAY_SECONDS_MAX", 0)
    done = Company().worker.run_once()
    assert (done.relayed, done.digests.sent) == (RelayResult(), 1)


def test_each_job_is_due_at_its_interval_and_later_after_failures() -> None:
    now = [0.0]
    schedule = Schedule({Job.NOTICES: 5, Job.DUE: 90}, now=lambda: now[0])
    assert schedule.due() == [Job.NOTICES, Job.DUE]
    schedule.ended(Job.NOTICES, 0, 0)
    schedule.ended(Job.DUE, 0, 1)
    assert (schedule.due(), schedule.wait_s()) == ([], 5)
    now[0] = 5
    waits = []
    for failures in range(1, 6):
        schedule.ended(Job.NOTICES, now[0], failures)
        waits.append(schedule.wait_s())
    assert waits == [10, 20, 40, 60, 60]
    schedule.ended(Job.NOTICES, now[0] - 7, 0)  # it took longer than its interval
    assert (schedule.due(), schedule.wait_s()) == ([Job.NOTICES], 0)


# Health


def test_a_worker_is_ready_once_every_job_has_succeeded() -> None:
    office = Company()
    assert office.worker.health().problems == tuple(f"{job} has not been done yet" for job in Job)
    assert office.worker.health().lag == timedelta(hours=19, minutes=10)
    office.worker.run_once()
    health = office.worker.health()
    assert health.is_ready
    assert health.lag == timedelta(0)
    assert {state.last_success for state in health.jobs.values()} == {office.clock.now()}


def test_a_job_that_failed_last_makes_it_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Company()
    office.worker.run_once()
    with monkeypatch.context() as patched:
        patched.setattr(OrderFlow, "recover", fail)
        for _ in range(2):
            with pytest.raises(WorkerError):
                office.worker.run_once()
    health = office.worker.health()
    assert health.problems == ("RECOVERY failed: StorageError",)
    assert health.jobs[Job.RECOVERY].failures == 2
    office.worker.run_once()
    assert office.worker.health().is_ready


@pytest.mark.parametrize(
    ("without", "fails"), [((), "outbox.summary"), ((Job.NOTICES,), "repository.sellers")]
)
def test_a_database_that_is_away_makes_it_not_ready(
    without: tuple[Job, ...], fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Company(without=without)
    office.worker.run_once()
    thing, method = fails.split(".")
    monkeypatch.setattr(getattr(office, thing), method, fail)
    health = office.worker.health()
    assert health.problems == ("the database does not answer: StorageError",)
    assert (health.is_alive, health.lag, health.to_data()["dead_messages"]) == (True, None, None)


def test_a_step_that_takes_too_long_is_no_life(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Company(stuck_after=timedelta(minutes=1), interval=timedelta(seconds=1))
    office.worker.run_once()
    assert office.worker.liveness().is_alive
    late = office.worker._schedule.now() + 62  # noqa: SLF001 - a minute without waiting for it
    monkeypatch.setattr(office.worker._schedule, "now", lambda: late)  # noqa: SLF001 - as above
    assert not office.worker.liveness().is_alive
    assert office.worker.health().problems == ("the last step was too long ago",)


@pytest.fixture(name="port")
def _port() -> Iterator[tuple[Company, int]]:
    office = Company()
    with serve_health(office.worker) as port:
        yield office, port


def ask(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else {}


def test_a_supervisor_asks_over_http(port: tuple[Company, int]) -> None:
    office, number = port
    status, data = ask(number, "/healthz")
    assert (status, sorted(data)) == (200, ["alive", "at", "jobs"])  # it has looked at nothing else
    status, data = ask(number, "/readyz")
    assert (status, data["ready"], data["outbox_lag_s"]) == (503, False, 69_000)
    office.worker.run_once()
    status, data = ask(number, "/readyz")
    assert (status, data["ready"], data["problems"], data["dead_messages"]) == (200, True, [], 0)
    assert data["jobs"]["NOTICES"] == {
        "last_success": office.clock.now().isoformat(),
        "failures": 0,
        "error": "",
    }
    assert ask(number, "/readyz", "HEAD") == (200, {})
    assert ask(number, "/")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_answered_in_json(port: tuple[Company, int], method: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port[1], timeout=60)) as connection:
        connection.request(method, "/healthz", body="now")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("allow")) == (405, "GET, HEAD")
        assert answer.getheader("content-type") == "application/json"
        assert json.load(answer) == {"problems": ["use GET, HEAD"]}


def test_what_is_no_request_is_answered_in_json(port: tuple[Company, int]) -> None:
    with socket.create_connection(("127.0.0.1", port[1]), timeout=60) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n")
        head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 431 ")
    assert json.loads(body) == {"problems": ["Too many headers"]}


def test_clients_that_say_nothing_take_no_more_than_their_share(
    port: tuple[Company, int],
) -> None:
    _, number = port
    silent = [socket.create_connection(("127.0.0.1", number), timeout=60) for _ in range(8)]
    ninth = socket.create_connection(("127.0.0.1", number), timeout=60)
    with closing(ninth), suppress(ConnectionError):
        assert ninth.recv(1) == b""
    for each in silent:
        each.close()
