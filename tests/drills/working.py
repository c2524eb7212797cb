"""Workers are killed while they send mails and webhooks, send digests and do what is due.

Two workers run at a time, as `orderflow work` does. A mail server and a web server take what they
send. A killed worker is followed by another one. Often it is killed at the very moment at which a
message has arrived, before the sender knows.

Whatever repeats must have the id of the first, so that a receiver can drop it. After that, every
notice and digest must have arrived once.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import time
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orderflow import AllocationPolicy, HoldReason, Order, OrderFlow, OrderLine, StockKey
from orderflow.adapters.sql import SqlOutbox, SqlRepository
from orderflow.adapters.webhook import from_envelope
from orderflow.checking import check
from orderflow.cli.app import app
from orderflow.commands import BookInStock
from orderflow.core import decide
from orderflow.events import HoldReleased
from orderflow.notices import kind_of
from tests.databases.processes import start
from tests.drills.databases import on
from tests.drills.drill import Drill, Drilled
from tests.unit.adapters.servers import HOST, mail_server, web_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from sqlalchemy import URL

    from orderflow.ports import UnitOfWork
    from tests.drills.databases import Database
    from tests.drills.drill import Progress

__all__ = ["DRILLS", "Arrivals", "repeats", "worker_kills"]

_SECRET = "whsec_" + "a2V5IGZvciB0ZXN0cywg" * 2
_MAIL = "jo@acme.example"
_WORKERS = 2
_SECONDS_MAX = 120
_LEASE_S = 1
_PER_SELLER = 4


class Arrivals(list[Any]):
    """What a server has taken; tells somebody of each, before the server answers."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, item: object) -> None:
        super().append(item)
        self._tell()


def worker_kills(database: Database, kills: int, seed: int, progress: Progress) -> Drilled:
    """Kill workers this often; then let others do the rest, and compare."""
    dice, notes = Random(seed), Counter[str]()  # noqa: S311 - no secret
    with (
        TemporaryDirectory() as folder,
        mail_server() as (box, mail_port),
        web_server() as (hook, hook_port),
    ):
        shop = _Shop(database, Path(folder), mail_port, hook_port, notes)
        box.envelopes, hook.requests = Arrivals(shop.arrived), Arrivals(shop.arrived)
        for number in range(kills):
            shop.sell(f"s{number}")
            shop.kill(dice)
            progress(number + 1, kills)
        shop.finish()
        mails = [_message_id(each.content) for each in box.envelopes]
        hooks = [(str(headers["webhook-id"]), body) for _, headers, body in hook.requests]
        found = [*repeats(hooks), *_mail_faults(mails, hooks), *shop.faults(hooks)]
        shop.engine.dispose()
    notes["mails and webhooks"] = len(mails) + len(hooks)
    notes["sent again"] = len(mails) - len(set(mails)) + len(hooks) - len({i for i, _ in hooks})
    return Drilled(kills, shop.commands, tuple(found), notes)


class _Shop:
    """A shop whose sellers get their notices from workers.

    Attributes:
        engine: Its database, in the process of the drill.
        commands: How many commands were given.
    """

    def __init__(
        self, database: Database, folder: Path, mail_port: int, hook_port: int, notes: Counter[str]
    ) -> None:
        self._url = database.fresh()
        self.engine = database.opened(self._url)
        self._repository = SqlRepository(self.engine)
        self._flow = OrderFlow(self._repository)
        self._settings = folder / "notify.json"
        self._settings.write_text(_settings(mail_port, hook_port), encoding="utf-8")
        self._notes = notes
        self._workers: list[BaseProcess] = []
        self._victim: BaseProcess | None = None
        self._until = 0
        self._count = 0
        self._sellers = list[str]()
        self._found = list[str]()
        self.commands = 0

    def arrived(self) -> None:
        """Count what has arrived, and kill the worker that is to be killed at this moment."""
        self._count += 1
        if self._victim is not None and self._count >= self._until:
            self._victim.kill()

    def sell(self, seller_id: str) -> None:
        """Let a new seller have back orders of yesterday, holds, ended holds and an open queue."""
        now, midnight = datetime.now(UTC), _digest_end()
        seller = self._flow.seller(seller_id)
        cups = StockKey(seller_id, "leeds", "CUP")
        orders = [_order(seller_id, f"B{n}", "MUG") for n in range(_PER_SELLER)]
        seller.place_many(orders, at=midnight - timedelta(hours=2))
        for number in range(_PER_SELLER):
            seller.place(_order(seller_id, f"C{number}", "CUP"), at=now - timedelta(seconds=1))
            seller.place(_order(seller_id, f"H{number}", "PAN"), allocate=False, at=now)
            seller.hold(f"H{number}", HoldReason.ADDRESS, at=now)
        ended = midnight - timedelta(hours=1)
        seller.place(_order(seller_id, "E", "PAN"), allocate=False, at=ended)
        seller.hold("E", HoldReason.OTHER, until=now - timedelta(seconds=1), at=ended)
        self._leave_unserved(BookInStock(key=cups, received=_PER_SELLER, at=now))
        for earlier in self._sellers[-1:]:  # its first notices may be on the way
            for number in range(_PER_SELLER):
                self._flow.seller(earlier).hold(f"H{number}", HoldReason.FRAUD_RISK, at=now)
        self._sellers.append(seller_id)
        self.commands += 4 + 4 * _PER_SELLER

    def _leave_unserved(self, command: BookInStock) -> None:
        """Book stock in, as a process that ends after the first page of the queue."""

        def first_page(work: UnitOfWork) -> None:
            work.save(command, decide(command, work, AllocationPolicy(), orders_max=2))

        self._repository.write(command.seller_id, first_page)

    def kill(self, dice: Random) -> None:
        """Kill one of the workers, at an arrival or at any other moment."""
        while len(self._workers) < _WORKERS:
            self._workers.append(start(_work, self._url, self._settings))
        victim = self._workers.pop(dice.randrange(_WORKERS))
        goal = self._count + dice.randint(1, 8)
        at_arrival = dice.random() < 0.6
        if at_arrival:
            self._until, self._victim = goal, victim
        until = time.monotonic() + dice.uniform(0.5, 3)
        while victim.is_alive() and self._count < goal and time.monotonic() < until:
            victim.join(0.002)
        if not at_arrival:
            victim.join(dice.uniform(0, 0.02))
        self._victim = None
        victim.kill()
        victim.join()
        self._notes["kills at an arrival"] += at_arrival and self._count >= goal
        self._hold_end(victim, -signal.SIGKILL)

    def finish(self) -> None:
        """Stop the other workers as a supervisor does, and let another one do the rest."""
        for worker in self._workers:
            worker.terminate()
            worker.join(_SECONDS_MAX)
            self._hold_end(worker, 0, -signal.SIGTERM)  # it may be starting still
        outbox, until = SqlOutbox(self.engine), time.monotonic() + _SECONDS_MAX
        time.sleep(_LEASE_S)  # what the killed ones have claimed
        while time.monotonic() < until:
            worker = start(_work, self._url, self._settings, "--once")
            worker.join()
            if worker.exitcode == 0 and outbox.summary().waiting_since is None:
                return

    def _hold_end(self, worker: BaseProcess, *expected: int) -> None:
        if worker.exitcode not in expected:
            self._found.append(f"a worker ended by itself: {worker.exitcode}")

    def faults(self, hooks: Sequence[tuple[str, bytes]]) -> Iterator[str]:
        """Say what is wrong with the database, and what did not arrive once."""
        summary, checked = SqlOutbox(self.engine).summary(), check(self._repository)
        yield from (str(each) for each in checked.violations)
        yield from self._found
        if summary.waiting_since is not None or summary.dead or checked.unserved:
            yield f"something was left: {summary}, {checked.unserved}"
        arrived = Counter(key for key, _ in _notices(hooks))
        for seller_id in self._sellers:
            events = self._flow.seller(seller_id).events("E")
            if sum(isinstance(event, HoldReleased) for event in events) != 1:
                yield f"what was due for {seller_id} was not done once"
            for key in _expected(seller_id, is_last=seller_id == self._sellers[-1]):
                if arrived[key] != 1:
                    yield f"{' '.join(key)} arrived {arrived[key]} times"


def _expected(seller_id: str, *, is_last: bool) -> Iterator[tuple[str, ...]]:
    for number in range(_PER_SELLER):
        yield seller_id, f"B{number}", "ON_BACK_ORDER", ""
        yield seller_id, f"C{number}", "COMPLETED", ""
        yield seller_id, f"H{number}", "HELD", "ADDRESS"
        if not is_last:
            yield seller_id, f"H{number}", "HELD", "FRAUD_RISK"
    yield seller_id, "E", "RELEASED", ""


def _notices(hooks: Sequence[tuple[str, bytes]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what was in the webhooks, after the repeats are dropped."""
    for webhook_id, body in dict(reversed(hooks)).items():
        for notice in from_envelope(body).notices:
            reason = str(getattr(notice, "reason", ""))
            yield (notice.seller_id, notice.order_id, kind_of(notice).value, reason), webhook_id


def repeats(hooks: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Say which notices came again under another id."""
    ids = defaultdict[tuple[str, ...], set[str]](set)
    for key, webhook_id in _notices(hooks):
        ids[key].add(webhook_id)
    for key, found in ids.items():
        if len(found) > 1:
            yield f"{' '.join(key)} came under {len(found)} ids"


def _mail_faults(mails: Sequence[str], hooks: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Hold the mails to the webhooks: every bulletin went to both."""
    bulletins = {from_envelope(body).bulletin_id for _, body in hooks}
    expected = {hashlib.sha256(f"{each}\0{_MAIL}".encode()).hexdigest()[:40] for each in bulletins}
    yield from (f"mail {each} was not expected" for each in sorted(set(mails) - expected))
    yield from (f"mail {each} did not arrive" for each in sorted(expected - set(mails)))


def _message_id(content: bytes) -> str:
    found = re.search(rb"^Message-ID:\s*<(\w+)@", content, re.MULTILINE)
    assert found is not None
    return found[1].decode()


def _order(seller_id: str, order_id: str, sku: str) -> Order:
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id="leeds",
        lines=(OrderLine("1", sku, 1),),
        placed_at=datetime.now(UTC) - timedelta(days=2),
    )


def _digest_end() -> datetime:
    """Return the end of the latest digest, in the middle of the night."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _settings(mail_port: int, hook_port: int) -> str:
    mail = {"host": HOST, "port": mail_port, "security": "NONE", "sender": "orders@shop.example"}
    hook = f"http://{HOST}:{hook_port}"
    default = {"mail": [_MAIL], "webhooks": [f"{hook}/orders"], "digest_at": "00:00"}
    return json.dumps(
        {
            "mail": mail,
            "webhook": {"allowed": [hook], "private": True},
            "default": default | {"kinds": {"ON_BACK_ORDER": "DAILY"}},
        }
    )


def _work(url: URL, settings: Path, *options: str) -> None:
    """Do what `orderflow work` does."""
    os.environ["ORDERFLOW_WEBHOOK_SECRET"] = _SECRET
    name = url.database if url.get_backend_name() == "sqlite" else None
    db = name or url.render_as_string(hide_password=False)
    given = ["--db", db, "--settings", str(settings), "--lease", str(_LEASE_S)]
    with redirect_stdout(io.StringIO()):
        app(["work", *given, "--interval", "0.1", *options])


def _on(name: str, kills: int, seed: int, progress: Progress) -> Drilled:
    with on(name) as database:
        return worker_kills(database, kills, seed, progress)


DRILLS = (
    Drill("worker", "SQLite", partial(_on, "SQLite"), full=100, quick=8),
    Drill("worker", "PostgreSQL", partial(_on, "PostgreSQL"), full=100, quick=6),
)
