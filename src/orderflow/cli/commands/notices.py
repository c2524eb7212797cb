"""`orderflow notify` and `orderflow digest`: notices to sellers, as a settings file says."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from orderflow.cli.connection import ZonedOptions, connect
from orderflow.cli.notice_failures import (
    NoticeFailures,
    RecordingOutbox,
    logs_on_stderr,
    print_unsent,
)
from orderflow.cli.notice_files import NoticeFiles, seller_notices
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.output import terminal
from orderflow.cli.stop_signals import stopped_by_signals
from orderflow.notifier import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.cli.connection import Database
    from orderflow.notifier import NotifySettings, SellerNotices
    from orderflow.service import RelayResult

__all__ = ["NoticeOptions", "digest", "notify"]

_REST_FOLLOWS = "notices sent so far are recorded; run it again to send the rest"


@attrs.frozen(kw_only=True)
class NoticeOptions(NoticeFiles):
    """How notices are sent.

    Attributes:
        at: The time to act at, in ISO 8601; default: now.
        dry_run: Show what would be sent and to whom, without sending.
        as_json: Print JSON.
    """

    at: datetime | None = None
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})


@with_options("The database", where=ZonedOptions)
@with_options("Notices", how=NoticeOptions)
def notify(
    *,
    where: ZonedOptions,
    how: NoticeOptions,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep running and send new notices, until Ctrl-C.")
    ] = False,
    every: Annotated[
        float,
        typer.Option(
            min=0.1, metavar="SECONDS", help="With --follow: the pause between two rounds."
        ),
    ] = 5.0,
) -> None:
    """Notify sellers of what has changed since the last notice.

    A notice that could not be sent is tried again by later runs, after a growing delay. After the
    last attempt it is a dead letter: see `orderflow dead-letters`. Secrets are read from the
    environment.

    The exit code is 1 if a notice could not be sent, and 2 if this release cannot read what one
    needs. With --follow, the command runs until it is
    stopped.
    """
    if follow and how.dry_run:
        raise typer.BadParameter("does not go with --dry-run", param_hint="'--follow'")
    failures, settings = NoticeFailures(), load_settings(how.settings)
    with _opened(where, settings) as database:
        notices = _seller_notices(database, settings, how, failures)
        outbox = RecordingOutbox(database.engine, failures)
        if how.dry_run:
            _show(notices.preview(outbox), how)
            return
        if follow:
            with stopped_by_signals() as stop:
                unreadable: tuple[str, ...] = ()
                for relayed in notices.follow(outbox, every_s=every, stop=stop):
                    if relayed.tried or failures.texts or relayed.unreadable != unreadable:
                        _print_round(relayed, failures, how)
                    unreadable = relayed.unreadable
            return
        relayed = notices.notify(outbox)
        _print_round(relayed, failures, how)
    if relayed.unreadable:
        raise typer.Exit(terminal.EXIT_NOT_RUN)
    if failures.total:
        raise typer.Exit(terminal.EXIT_REJECTED)


@with_options("The database", where=ZonedOptions)
@with_options("Notices", how=NoticeOptions)
def digest(*, where: ZonedOptions, how: NoticeOptions) -> None:
    """Send the daily digests that are due.

    Run it as often as you like: each recipient gets each digest once.

    The exit code is 1 if a digest could not be sent, and 2 if this release cannot read what one
    needs. The next run tries again.
    """
    settings = load_settings(how.settings)
    with _opened(where, settings) as database:
        notices = _seller_notices(database, settings, how, NoticeFailures())
        if how.dry_run:
            _show(notices.preview_digest(), how)
            return
        digested = notices.digest()
    failures = [
        {"recipient": str(recipient), "error": str(error)} for recipient, error in digested.failures
    ]
    if how.as_json:
        terminal.print_json({"sent": digested.sent, "failures": failures})
    else:
        terminal.results().print(f"digests sent: {digested.sent:,}")
    for failure in failures:
        terminal.messages().print(
            f"not sent: {failure['recipient']}: {failure['error']}; the next run sends it"
        )
    if failures:
        unread = digested.error is not None
        raise typer.Exit(terminal.EXIT_NOT_RUN if unread else terminal.EXIT_REJECTED)


class _StandingClock:
    """A clock that always shows the same moment."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def _seller_notices(
    database: Database, settings: NotifySettings, how: NoticeOptions, failures: NoticeFailures
) -> SellerNotices:
    clock = _StandingClock(how.at) if how.at is not None else None
    return seller_notices(database, settings, how.replacements, failures, clock=clock)


def _print_round(relayed: RelayResult, failures: NoticeFailures, how: NoticeOptions) -> None:
    taken = failures.take()
    if how.as_json:
        terminal.print_json_line({**attrs.asdict(relayed), "failures": taken})
    else:
        terminal.results().print(f"messages handled: {relayed.sent:,}")
    for text in relayed.unreadable:
        terminal.messages().print(text)
    print_unsent(taken)


def _show(texts: Iterable[str], how: NoticeOptions) -> None:
    """Print what would be sent."""
    if how.as_json:
        terminal.print_json({"shown": list(texts)})
        return
    count = 0
    for count, text in enumerate(texts, 1):  # noqa: B007 - printed below
        terminal.results().print(*text.split("\n"), soft_wrap=True)
    terminal.messages().print(f"{count:,} would be sent; nothing was sent.")


@contextmanager
def _opened(where: ZonedOptions, settings: NotifySettings) -> Iterator[Database]:
    with (
        terminal.clean_interrupt(terminal.messages(), _REST_FOLLOWS),
        connect(where) as database,
        logs_on_stderr(settings.preferences),
    ):
        yield database
