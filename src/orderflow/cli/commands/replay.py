"""`orderflow replay`: files of orders, replayed against stock that is added by rules."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import typer
from rich.rule import Rule

from orderflow.cli.history_files import HistoryReader
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.replaying import HistoryPaths, ReplayOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.replay_report import Report
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.laboratory import record
from orderflow.replay import Replay, merge_histories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.cli.history_files import HistoryFiles
    from orderflow.cli.page_file import PageFile
    from orderflow.replay import Entry, Settings, Summary

__all__ = ["replay"]


@with_options("", options=ReplayOptions)
@with_options("Who gets the stock", policy=AllocationPolicy)
def replay(
    files: HistoryPaths,
    *,
    options: ReplayOptions,
    policy: AllocationPolicy,
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
    settings, reader = options.settings(policy), HistoryReader(options)
    with terminal.clean_interrupt(terminal.messages(), "nothing was saved"):
        result = _replay(files, reader, settings, options.page.page(files))
    _end(result, as_json=as_json)


def _replay(
    names: Sequence[str], reader: HistoryReader, settings: Settings, page: PageFile | None
) -> Report:
    begin = perf_counter()
    with reader.opened(names) as files:
        summary = None if files.is_blocked else _run(files, settings, page)
        if summary is not None and summary.refused:
            files.write_rejects(summary.refused)
        return Report(
            title=files.title,
            settings=settings,
            summary=summary,
            seconds=perf_counter() - begin,
            files=files.replayed(),
            left_out=files.left_out,
        )


def _run(files: HistoryFiles, settings: Settings, page: PageFile | None) -> Summary:
    with terminal.progress_bar(terminal.messages(), "Replaying", files.rows) as show:

        def show_rows(entry: Entry, rows: int) -> None:
            show(rows, f"{entry.at:%b %Y}")

        entries = merge_histories(files.histories)
        if page is None:
            return Replay(settings).run(entries, show_rows)
        recorded = record(entries, "this policy", settings, show_rows)
    page.write(recorded, files.title, settings)
    return recorded.trials[0][0].summary


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
