"""`orderflow replay`: files of orders, replayed against stock that is added by rules."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.rule import Rule

from orderflow.cli.input_file import bytes_in, input_file, name_of
from orderflow.cli.input_files import find_files, reject_paths
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.import_file import ColumnNames, FileKind, HistoryForm, layouts_of
from orderflow.cli.options.working_hours import ReplayHours
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_report import FileReplayed, Report
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.errors.quoting import counted
from orderflow.importing import OrderLayout, detect_layout, write_rejects
from orderflow.replay import (
    HistoryRules,
    Replay,
    ReplenishmentRule,
    SellerBehaviour,
    Settings,
    are_mostly_rejected,
    merge_histories,
    read_history,
)
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from orderflow.importing import FileFormat, Progress, WrittenRejects
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
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Any files of orders, and folders of them; - for standard input."
        ),
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
            help="Write rejected rows to this file, to correct them: the first 100,000. Of several "
            "files, a folder, in which each has a file of its name.",
        ),
    ] = None,
    lines: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only import takes it: a history has the lines in the same file."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay an order history: who would have been served, and who would have waited?

    Files are read as `orderflow import` reads them, with the same options. Their rows may be in any
    order, and several files are one history. The replay places and cancels orders, and writes off
    stock, at the times in the files. A history has no stock, so the replay adds it by a rule:
    opening stock, receipts that arrive after a lead time, and a warehouse that despatches at its
    cut-off.

    Exit code: 0 on success, 1 if rows were rejected, 2 if the replay failed, 3 if the account of
    units is not 0. If most rows are rejected, nothing is replayed.
    """
    if lines is not None:
        raise typer.BadParameter(
            "is only for import; join the two files into one with a row for each line",
            param_hint="'--lines'",
        )
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

    def read(source: Path | BinaryIO) -> History:
        return _read(source, file_format, layouts, form, meaning)

    with terminal.clean_end(terminal.messages(), interrupted="nothing was saved"):
        report = _replay(files, read, settings, rejects, all_or_nothing=all_or_nothing)
    _end(report, as_json=as_json)


def _replay(
    names: Sequence[str],
    read: Callable[[Path | BinaryIO], History],
    settings: Settings,
    rejects: Path | None,
    *,
    all_or_nothing: bool,
) -> Report:
    begin = perf_counter()
    with ExitStack() as opened:
        found = find_files(names)
        paths = reject_paths(found, rejects)
        sources = [opened.enter_context(input_file(name)) for name in found.names]
        histories = [opened.enter_context(read(source)) for source in sources]
        written = _write_rejects(histories, sources, paths, {})
        are_rejected = all_or_nothing and any(each.rejected for each in histories)
        blocked = are_rejected or are_mostly_rejected(histories)
        summary = None if blocked else _run(histories, settings)
        if summary is not None and summary.refused:
            written = _write_rejects(histories, sources, paths, summary.refused)
        return Report(
            title=histories[0].file if found.is_one else counted(len(histories), "file"),
            settings=settings,
            summary=summary,
            seconds=perf_counter() - begin,
            files=tuple(map(FileReplayed, histories, written)),
            left_out=found.left_out,
        )


def _write_rejects(
    histories: Sequence[History],
    sources: Sequence[Path | BinaryIO],
    paths: Sequence[Path | None],
    refused: Mapping[str, str],
) -> list[WrittenRejects | None]:
    """Write the rejected rows of each file, and those of refused orders."""
    return [
        None if path is None else write_rejects(history, source, path, refused=refused)
        for history, source, path in zip(histories, sources, paths, strict=True)
    ]


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


def _run(histories: Sequence[History], settings: Settings) -> Summary:
    run = Replay(settings)
    rows, total = 0, sum(each.rows for each in histories)
    with terminal.progress_bar(terminal.messages(), "Replaying", total) as show:
        for number, entry in enumerate(merge_histories(histories)):
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
