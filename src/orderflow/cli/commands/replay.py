"""`orderflow replay`: a history of orders, against stock that the replay adds to it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.rule import Rule
from rich.text import Text

from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.history_file import ColumnOptions, FileOptions, reading_of
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_rejects import RejectsFile
from orderflow.cli.output.replay_report import Report, Rows
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.replay import (
    History,
    Hours,
    Rejects,
    Replay,
    ReplenishmentRule,
    SellerBehaviour,
    Settings,
    open_source,
)

if TYPE_CHECKING:
    from rich.console import Console

    from orderflow.replay import Reading, RowError

__all__ = ["replay"]

STANDARD_INPUT = "-"
TOLD_MAX = 10
"""So many rejected rows are told one by one, and then only counted."""


@with_options("What the seller does", habits=SellerBehaviour)
@with_options("The warehouse that is added", hours=Hours)
@with_options("The stock that is added", rule=ReplenishmentRule)
@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("Its columns, in place of those of the layout", columns=ColumnOptions)
@with_options("The file", options=FileOptions)
def replay(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV, plain or gzip; - is standard input.")
    ],
    *,
    options: FileOptions,
    columns: ColumnOptions,
    policy: AllocationPolicy,
    rule: ReplenishmentRule,
    hours: Hours,
    habits: SellerBehaviour,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row that makes no sense.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the rows that make no sense here, to mend and replay."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay an order history: who would have been served, and who would have waited?

    Orders are placed, cancelled and written off when they were. A history holds no stock, so
    the replay adds it by a rule: an opening stock, receipts that come after a lead time, and a
    warehouse that despatches at its cut-off.

    It ends with 0; with 1 if rows were rejected; with 2 if it could not run to its end; with 3
    if the account of units is not at 0.
    """
    reading = reading_of(options, columns, hours)
    settings = Settings(policy=policy, rule=rule, hours=hours, habits=habits)
    console = terminal.messages()
    with terminal.clean_end(console, interrupted="nothing was saved"):
        report = _run(file, reading, settings, rejects=rejects, strict=strict, console=console)
    if as_json:
        terminal.print_json(report.as_json())
    else:
        results = terminal.results()
        results.print(Rule(Text(f"Replay of {report.title}"), align="left"))
        report.print(results)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _run(
    file: str,
    reading: Reading,
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
            open_source(path, encoding=reading.encoding)
            if path is not None
            else open_source(sys.stdin.buffer, name="standard input", encoding=reading.encoding)
        )
        kept = None
        if rejects is not None:
            kept = stack.enter_context(RejectsFile(rejects, path, reading))
        told = _Told(console, kept)
        history = History(source, reading, Rejects(source.name, tell=told.tell, strict=strict))
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
    told.end()
    seconds = perf_counter() - begin
    return Report(
        title=source.name,
        settings=settings,
        summary=summary,
        seconds=seconds,
        rows=Rows.of(history, summary),
    )


class _Told:
    """Tells of rejected rows, the first ones one by one, and writes all of them down."""

    def __init__(self, console: Console, kept: RejectsFile | None) -> None:
        self._console = console
        self._kept = kept
        self._count = 0

    def tell(self, error: RowError) -> None:
        self._count += 1
        if self._count <= TOLD_MAX:
            self._console.print(f"rejected: {error}", markup=False)
        if self._kept is not None:
            self._kept.write(error)

    def end(self) -> None:
        if self._count > TOLD_MAX:
            self._console.print(f"rejected: and {self._count - TOLD_MAX:,} more")
