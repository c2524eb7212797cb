"""`orderflow notify` and `orderflow digest`: the sellers are told, as a file of settings says."""

from __future__ import annotations

import logging
import os
import signal
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer
from rich.text import Text

from orderflow.adapters.sql import SqlNoticeStore, SqlOutbox
from orderflow.cli import screen
from orderflow.cli.database import DatabaseOptions, opened
from orderflow.cli.settings import takes
from orderflow.importing import read_replacements
from orderflow.notifier import Desk, load_settings
from orderflow.service import Relayed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from orderflow.cli.database import Database
    from orderflow.errors import NoticeError
    from orderflow.notices import Preferences, Recipient
    from orderflow.notifier import NotifySettings
    from orderflow.ports import OutboxMessage

__all__ = ["HowTold", "digest", "notify"]

_REST_FOLLOWS = "who was told stays told; run it again, and the others are"


@attrs.frozen(kw_only=True)
class HowTold:
    """How the sellers are told.

    Attributes:
        settings: Who is told, of what, and how: a file of TOML, or of JSON if it ends in .json.
        replacements: Which products may stand in for which: CSV, or JSON if it ends in .json.
        at: As of when, as in ISO 8601, in UTC unless it has an offset; now, if left out.
        dry_run: Show what would be sent, and to whom, and send nothing.
        as_json: Print JSON.
    """

    settings: Path = attrs.field(
        default=Path("notify.toml"), metadata={"envvar": "ORDERFLOW_NOTIFY", "metavar": "FILE"}
    )
    replacements: Path | None = attrs.field(
        default=None, metadata={"envvar": "ORDERFLOW_REPLACEMENTS", "metavar": "FILE"}
    )
    at: datetime | None = None
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})


@takes("The database", where=DatabaseOptions)
@takes("How the sellers are told", how=HowTold)
def notify(
    *,
    where: DatabaseOptions,
    how: HowTold,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on telling what comes, until Ctrl-C.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="With --follow: how often to look.")
    ] = 5.0,
) -> None:
    """Tell the sellers what has become of their orders since they were told last.

    What could not be told is tried again by later runs, after a while that grows; after the last
    attempt it is dead: see `orderflow dead-letters`. Secrets are taken from the environment.

    It ends with 1 if somebody could not be told; with --follow it ends when it is told to.
    """
    if follow and how.dry_run:
        raise typer.BadParameter("a look is taken once; leave it out", param_hint="'--follow'")
    failures, settings = _Failures(), load_settings(how.settings)
    with _opened(where, settings) as database:
        desk = _desk(database, settings, how, failures)
        outbox = _Outbox(database.engine, failures)
        if how.dry_run:
            _show(desk.preview(outbox), how)
            return
        if follow:
            with _stopped_by_signals() as stop:
                for relayed in desk.follow(outbox, every_s=every, stop=stop):
                    if relayed != Relayed() or failures.texts:
                        _tell_of(relayed, failures, how)
            return
        _tell_of(desk.notify(outbox), failures, how)
    if failures.total:
        raise typer.Exit(screen.EXIT_REJECTED)


@takes("The database", where=DatabaseOptions)
@takes("How the sellers are told", how=HowTold)
def digest(*, where: DatabaseOptions, how: HowTold) -> None:
    """Send the digests that are due: what the day came to, for sellers who want to know daily.

    Run it as often as you like: each of them gets each digest once.

    It ends with 1 if somebody could not be reached; the next run sends what is missing.
    """
    settings = load_settings(how.settings)
    with _opened(where, settings) as database:
        desk = _desk(database, settings, how, _Failures())
        if how.dry_run:
            _show(desk.preview_digest(), how)
            return
        digested = desk.digest()
    failures = [
        {"recipient": str(recipient), "error": str(error)} for recipient, error in digested.failures
    ]
    if how.as_json:
        screen.print_json({"sent": digested.sent, "failures": failures})
    else:
        screen.results().print(f"digests sent: {digested.sent:,}")
    for failure in failures:
        _warn(f"{failure['recipient']}: {failure['error']}; the next run sends it")
    if failures:
        raise typer.Exit(screen.EXIT_REJECTED)


class _Failures:
    """Who could not be told, and why.

    Attributes:
        texts: Those that were not shown yet.
        total: How many there were.
    """

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.total = 0

    def add(self, **failure: Any) -> None:  # noqa: ANN401 - plain values
        self.texts.append(failure)
        self.total += 1

    def passed_over(self, recipient: Recipient, error: NoticeError) -> None:
        """Note somebody whom it is of no use to try again, while others were told."""
        self.add(subject=None, error=str(error), becomes=f"{recipient} is passed over")

    def take(self) -> list[dict[str, Any]]:
        """Return those that were not shown yet."""
        taken, self.texts = self.texts, []
        return taken


class _Outbox(SqlOutbox):
    """The outbox, which also notes what could not be told."""

    def __init__(self, engine: Engine, failures: _Failures) -> None:
        super().__init__(engine)
        self._failures = failures

    def failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that could not be delivered."""
        super().failed(message, error, retry_at)
        becomes = "it is dead: see orderflow dead-letters"
        if retry_at is not None:
            becomes = f"it is tried again from {retry_at:%Y-%m-%d %H:%M:%S} UTC on"
        self._failures.add(subject=message.subject, error=error, becomes=becomes)


class _StandingClock:
    """A clock that shows one moment."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def _desk(database: Database, settings: NotifySettings, how: HowTold, failures: _Failures) -> Desk:
    catalogue = read_replacements(how.replacements) if how.replacements is not None else None
    return Desk(
        settings,
        database.repository,
        SqlNoticeStore(database.engine),
        environ=os.environ,
        default_policy=database.flow.default_policy,
        catalogue=catalogue,
        clock=_StandingClock(how.at) if how.at is not None else None,
        refused=failures.passed_over,
    )


def _tell_of(relayed: Relayed, failures: _Failures, how: HowTold) -> None:
    taken = failures.take()
    if how.as_json:
        screen.print_json_line({**attrs.asdict(relayed), "failures": taken})
    else:
        screen.results().print(f"messages handled: {relayed.delivered:,}")
    for each in taken:
        subject = f"{each['subject']}: " if each["subject"] is not None else ""
        _warn(f"{subject}{each['error']}; {each['becomes']}")


def _show(texts: Iterable[str], how: HowTold) -> None:
    """Show what would be sent."""
    if how.as_json:
        screen.print_json({"shown": list(texts)})
        return
    count = 0
    for count, text in enumerate(texts, 1):  # noqa: B007 - it is told below
        screen.results().print(Text(text), soft_wrap=True)
    screen.messages().print(f"{count:,} would be sent; nothing was.")


def _warn(text: str) -> None:
    screen.messages().print(Text(f"not told: {text}"))


@contextmanager
def _opened(where: DatabaseOptions, settings: NotifySettings) -> Iterator[Database]:
    with (
        screen.clean_end(screen.messages(), interrupted=_REST_FOLLOWS),
        opened(where) as database,
        _log_on_screen(settings.preferences),
    ):
        yield database


@contextmanager
def _log_on_screen(preferences: Preferences) -> Iterator[None]:
    """Show what is logged for sellers, for a log is one of the ways to tell them."""
    told = (preferences.default, *preferences.sellers.values())
    names = {to.address for each in told for to in each.told_to() if to.channel == "log"}
    loggers = [logging.getLogger(name) for name in sorted(names)]
    levels = [logger.level for logger in loggers]
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Give what is set by Ctrl-C or SIGTERM, so that a round is told to its end.

    The second time, Ctrl-C stops it at once.
    """
    stop = Event()

    def end(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # Not here: the thread that is interrupted may be holding the lock of the event.
        Thread(target=stop.set).start()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
