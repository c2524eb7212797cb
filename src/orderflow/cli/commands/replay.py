"""`orderflow replay`: a file of orders, replayed against stock that is added by rules."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.rule import Rule

from orderflow.cli.input_file import bytes_in, input_file, name_of
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.import_file import ColumnNames, FileKind, HistoryForm, layouts_of
from orderflow.cli.options.working_hours import ReplayHours
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_report import Report
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.importing import OrderLayout, detect_layout, write_rejects
from orderflow.replay import (
    HistoryRules,
    Replay,
    ReplenishmentRule,
    SellerBehaviour,
    Settings,
    read_history,
)
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.importing import FileFormat, Progress
    from orderflow.replay import History, Summary

__all__ = ["replay"]


@with_options("What the seller does", behaviour=SellerBehaviour)
@with_options("The warehouse added", hours=ReplayHours)
@with_options("The stock added", rule=ReplenishmentRule)
@with_options("Who gets the stock", policy=AllocationPolicy)
@with_options("Columns, where they differ from the preset", columns=ColumnNames)
@with_options("What rows mean", meaning=HistoryRules)
@with_options("The file", form=HistoryForm)
def replay(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Any file of orders; - reads standard input."),
    ],
    *,
    form: HistoryForm,
    meaning: HistoryRules,
    columns: ColumnNames,
    policy: AllocationPolicy,
    rule: ReplenishmentRule,
    hours: ReplayHours,
    behaviour: SellerBehaviour,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Replay nothing if a row is rejected.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write rejected rows to this file, to correct them: the first 100,000.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay an order history: who would have been served, and who would have waited?

    The file is read as `orderflow import` reads it, with the same options, and its rows may be in
    any order. The replay places and cancels orders, and writes off stock, at the times in the file.
    A history has no stock, so the replay adds it by a rule: opening stock, receipts that arrive
    after a lead time, and a warehouse that despatches at its cut-off.

    Exit code: 0 on success, 1 if rows were rejected, 2 if the replay failed, 3 if the account of
    units is not 0. If most rows are rejected, nothing is replayed.
    """
    settings = Settings(
        policy=policy,
        rule=rule,
        calendar=WarehouseCalendar(
            time_zone=form.time_zone, cut_off=hours.cut_off, working_days=hours.working_days
        ),
        books_in=hours.books_in,
        behaviour=behaviour,
    )
    file_format = form.file_format
    layouts = {
        name: layout
        for name, layout in layouts_of(FileKind.ORDERS, form, columns, SystemClock().now()).items()
        if isinstance(layout, OrderLayout)
    }
    begin = perf_counter()
    with (
        terminal.clean_end(terminal.messages(), interrupted="nothing was saved"),
        input_file(file) as source,
        _read(source, file_format, layouts, form, meaning) as history,
    ):
        written = write_rejects(history, source, rejects) if rejects is not None else None
        blocked = history.is_mostly_rejected or (all_or_nothing and history.rejected.total)
        summary = None if blocked else _run(history, settings)
        if rejects is not None and summary is not None and summary.refused:
            written = write_rejects(history, source, rejects, refused=summary.refused)
        report = Report(
            title=history.file,
            settings=settings,
            summary=summary,
            seconds=perf_counter() - begin,
            history=history,
            rejects=written,
        )
    _end(report, as_json=as_json)


def _read(
    source: Path | BinaryIO,
    file_format: FileFormat,
    layouts: Mapping[str, OrderLayout],
    form: HistoryForm,
    meaning: HistoryRules,
) -> History:
    name = name_of(source)
    with terminal.progress_bar(terminal.messages(), f"Reading {name}", bytes_in(source)) as show:

        def show_rows(so_far: Progress) -> None:
            show(so_far.bytes_read, f"{so_far.rows:,} rows")

        layout_name, layout = detect_layout(source, layouts, file_format=file_format, name=name)
        return read_history(
            source,
            preset={layout_name: form.included(layout)},
            rules=meaning,
            time_zone=form.time_zone,
            progress=show_rows,
            name=name,
            file_format=file_format,
        )


def _run(history: History, settings: Settings) -> Summary:
    run = Replay(settings)
    rows = 0
    with terminal.progress_bar(
        terminal.messages(), f"Replaying {history.file}", history.rows
    ) as show:
        for number, entry in enumerate(history):
            run.step(entry)
            rows += len(entry.rows)
            if number % terminal.SHOWN_EVERY == 0:
                show(rows, f"{entry.at:%b %Y}")
    return run.finish()


def _end(report: Report, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(report.as_json())
    else:
        report.print_problems(terminal.messages())
        results = terminal.results()
        results.print(Rule(f"Replay of {report.title}", align="left"))
        report.print(results)
    if report.exit_code:
        raise typer.Exit(report.exit_code)
