"""`orderflow replay`: run an order history against stock that the replay adds."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.rule import Rule

from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.history_file import ColumnOptions, FileOptions, history_format
from orderflow.cli.options.working_hours import ReplayHours
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_rejects import RejectsFile
from orderflow.cli.output.replay_report import Report, Rows
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.importing import FileFormat, open_source
from orderflow.replay import (
    HistoryReader,
    Rejects,
    Replay,
    ReplenishmentRule,
    SellerBehaviour,
    Settings,
)

if TYPE_CHECKING:
    from rich.console import Console

    from orderflow.replay import HistoryFormat, RowError

__all__ = ["replay"]

STANDARD_INPUT = "-"
SHOWN_MAX = 10
"""The most rejected rows that are shown one by one; the others are only counted."""


@with_options("What the seller does", behaviour=SellerBehaviour)
@with_options("The warehouse added", hours=ReplayHours)
@with_options("The stock added", rule=ReplenishmentRule)
@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("Column names, if they differ from the preset", columns=ColumnOptions)
@with_options("The file", options=FileOptions)
def replay(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV file, plain or gzip; - reads standard input.")
    ],
    *,
    options: FileOptions,
    columns: ColumnOptions,
    policy: AllocationPolicy,
    rule: ReplenishmentRule,
    hours: ReplayHours,
    behaviour: SellerBehaviour,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first invalid row.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write invalid rows to this file, to correct and replay."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay an order history: who would have been served, and who would have waited?

    The replay places and cancels orders, and writes off stock, at the times in the file. A history
    has no stock, so the replay adds it by a rule: opening stock, receipts that arrive after a lead
    time, and a warehouse that despatches at its cut-off.

    Exit code: 0 on success, 1 if rows were rejected, 2 if the replay failed, 3 if the account of
    units is not 0.
    """
    file_format = history_format(options, columns, hours.time_zone)
    settings = Settings(
        policy=policy,
        rule=rule,
        calendar=hours.calendar(),
        books_in=hours.books_in,
        behaviour=behaviour,
    )
    console = terminal.messages()
    with terminal.clean_end(console, interrupted="nothing was saved"):
        report = _run(file, file_format, settings, rejects=rejects, strict=strict, console=console)
    if as_json:
        terminal.print_json(report.as_json())
    else:
        results = terminal.results()
        results.print(Rule(f"Replay of {report.title}", align="left"))
        report.print(results)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _run(
    file: str,
    file_format: HistoryFormat,
    settings: Settings,
    *,
    rejects: Path | None,
    strict: bool,
    console: Console,
) -> Report:
    begin = perf_counter()
    path = None if file == STANDARD_INPUT else Path(file)
    with ExitStack() as stack:
        source = stack.enter_context(
            open_source(path, FileFormat(encoding=file_format.encoding))
            if path is not None
            else open_source(
                sys.stdin.buffer,
                FileFormat(encoding=file_format.encoding),
                name="standard input",
            )
        )
        kept = None
        if rejects is not None:
            kept = stack.enter_context(RejectsFile(rejects, path, file_format))
        reporter = _RejectReporter(console, kept)
        rejected = Rejects(source.name, on_reject=reporter.report, strict=strict)
        history = HistoryReader(source, file_format, rejected)
        if kept is not None:
            kept.begin(history.header)
        run = Replay(settings, rejects=history.rejects)
        show = stack.enter_context(
            terminal.progress_bar(console, f"Replaying {source.name}", source.bytes_total)
        )
        for number, entry in enumerate(history):
            run.step(entry)
            if number % terminal.SHOWN_EVERY == 0:
                show(source.bytes_read, f"{entry.at:%b %Y}, {history.tally.rows:,} rows")
        summary = run.finish()
    reporter.finish()
    seconds = perf_counter() - begin
    return Report(
        title=source.name,
        settings=settings,
        summary=summary,
        seconds=seconds,
        rows=Rows.of(history, summary),
    )


class _RejectReporter:
    """Shows the first rejected rows one by one, and writes all of them to the file."""

    def __init__(self, console: Console, kept: RejectsFile | None) -> None:
        self._console = console
        self._kept = kept
        self._count = 0

    def report(self, error: RowError) -> None:
        self._count += 1
        if self._count <= SHOWN_MAX:
            self._console.print(f"rejected: {error}")
        if self._kept is not None:
            self._kept.write(error)

    def finish(self) -> None:
        if self._count > SHOWN_MAX:
            self._console.print(f"rejected: and {self._count - SHOWN_MAX:,} more")
