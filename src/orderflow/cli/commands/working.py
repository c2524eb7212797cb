"""`orderflow work`: everything that runs beside the commands, in one process."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.connection import DatabaseOptions, connect
from orderflow.cli.notice_failures import (
    NoticeFailures,
    RecordingOutbox,
    logs_on_stderr,
    print_unsent,
)
from orderflow.cli.notice_files import NoticeFiles, seller_notices
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.otel import observe
from orderflow.cli.output import terminal
from orderflow.cli.stop_signals import stopped_by_signals
from orderflow.domain.model.validators import SECONDS_MAX
from orderflow.notifier import load_settings
from orderflow.worker import Job, Worker, WorkerError, serve_health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.cli.connection import Database
    from orderflow.worker import Round

__all__ = ["work"]

_LOG = logging.getLogger("orderflow.worker")
_REST_FOLLOWS = "what was done is recorded; run it again to do the rest"


@attrs.frozen(kw_only=True)
class WorkOptions(NoticeFiles):
    """What a worker does.

    Attributes:
        without: Leave this job to another worker. Repeatable. Without notices and digests, no
            settings file is needed.
        lease: How long notices are left to a worker that was killed, in seconds. Set it longer than
            sending takes.
    """

    without: list[Job] | None = None
    lease: float = attrs.field(default=300.0, metadata={"metavar": "SECONDS", "min": 1.0})


@with_options("The database", where=DatabaseOptions)
@with_options("Jobs", how=WorkOptions)
def work(
    *,
    where: DatabaseOptions,
    how: WorkOptions,
    once: Annotated[bool, typer.Option("--once", help="Do every job once, and end.")] = False,
    interval: Annotated[
        float,
        typer.Option(
            min=0.1, max=SECONDS_MAX, metavar="SECONDS", help="How often notices are sent."
        ),
    ] = 5.0,
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            metavar="PORT",
            help="Answer /healthz and /readyz on this port; 0 takes any free port.",
        ),
    ] = None,
    health_host: Annotated[
        str | None,
        typer.Option(
            metavar="HOST",
            help="The address that the health port listens on; default: 127.0.0.1, this machine.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send notices and digests, do what is due, and finish interrupted work, until it is stopped.

    Any number of workers may run at once. Ctrl-C or SIGTERM lets the present step end, and the exit
    code is 0. A second one ends it at once. Each round that did something prints a line. Errors go
    to standard error.

    With --once, the exit code is 1 if a notice or digest could not be sent, and 2 if a job failed.
    """
    if set(Job) == set(how.without or ()):
        raise typer.BadParameter("leaves no job", param_hint="'--without'")
    if health_host is not None and health_port is None:
        raise typer.BadParameter("needs --health-port", param_hint="'--health-host'")
    failures = NoticeFailures()
    with terminal.clean_interrupt(terminal.messages(), _REST_FOLLOWS), ExitStack() as stack:
        database = stack.enter_context(connect(where))
        worker = stack.enter_context(_worker(database, how, failures, interval))
        if health_port is not None:
            stack.enter_context(_healthy(worker, health_host or "127.0.0.1", health_port))
        stop = stack.enter_context(stopped_by_signals())
        silent = logging.NullHandler()  # or Python would print what is printed here
        _LOG.addHandler(silent)
        stack.callback(_LOG.removeHandler, silent)
        if once:
            _work_once(worker, failures, as_json=as_json)
            return
        for done in worker.run(stop=stop):
            if not done.is_empty or failures.texts:
                _print_round(done, failures, as_json=as_json)


def _work_once(worker: Worker, failures: NoticeFailures, *, as_json: bool) -> None:
    try:
        done = worker.run_once()
    except WorkerError as error:
        done = error.round
    _print_round(done, failures, as_json=as_json)
    if done.errors:
        raise typer.Exit(terminal.EXIT_NOT_RUN)
    if failures.total or done.digests.failures:
        raise typer.Exit(terminal.EXIT_REJECTED)


@contextmanager
def _worker(
    database: Database, how: WorkOptions, failures: NoticeFailures, interval: float
) -> Iterator[Worker]:
    observe(database.repository, database.outbox)
    without = set(how.without or ())
    given: dict[str, Any] = {"without": without, "interval": timedelta(seconds=interval)}
    if {Job.NOTICES, Job.DIGESTS} <= without:
        yield Worker(database.flow, **given)
        return
    settings = load_settings(how.settings)
    lease = timedelta(seconds=how.lease)
    notices = seller_notices(database, settings, how.replacements, failures, lease=lease)
    relay = notices.relay(RecordingOutbox(database.engine, failures))
    with logs_on_stderr(settings.preferences):
        yield Worker(database.flow, relay=relay, digests=notices.digest_sender(), **given)


@contextmanager
def _healthy(worker: Worker, host: str, port: int) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            taken = stack.enter_context(serve_health(worker, host=host, port=port))
        except OSError as error:
            cause = error.strerror or str(error)
            raise typer.BadParameter(
                f"port {port} of {host} cannot be used: {cause}", param_hint="'--health-port'"
            ) from error
        terminal.messages().print(f"health: http://{host}:{taken}/readyz")
        yield


def _print_round(done: Round, failures: NoticeFailures, *, as_json: bool) -> None:
    unsent = failures.take()
    digests = [(str(recipient), str(error)) for recipient, error in done.digests.failures]
    if as_json:
        terminal.print_json_line(_as_json(done, unsent, digests))
    elif done.text:
        terminal.results().print(done.text)
    for job, why in done.failures.items():
        terminal.messages().print(f"{job} failed: {why}")
    print_unsent(unsent)
    for recipient, error in digests:
        terminal.messages().print(f"not sent: {recipient}: {error}; a later round sends it")


def _as_json(
    done: Round, unsent: list[dict[str, Any]], digests: list[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "queues_served": done.queues_served,
        "sellers_due": done.sellers_due,
        **attrs.asdict(done.relayed),
        "digests_sent": done.digests.sent,
        "failures": unsent,
        "digest_failures": [{"recipient": to, "error": error} for to, error in digests],
        "errors": done.failures,
    }
