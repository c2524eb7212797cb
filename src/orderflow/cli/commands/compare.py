"""`orderflow compare`: one history under several policies."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.cli.history_files import HistoryReader
from orderflow.cli.named_policies import named_policies
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.replaying import HistoryPaths, ReplayOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.comparison_report import ComparisonReport
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.laboratory import compare as compare_policies
from orderflow.laboratory import usable_processors
from orderflow.replay import merge_histories

if TYPE_CHECKING:
    from orderflow.cli.history_files import HistoryFiles
    from orderflow.laboratory import Comparison, NamedPolicy
    from orderflow.replay import Settings

__all__ = ["compare"]


@with_options("", options=ReplayOptions)
def compare(
    files: HistoryPaths,
    *,
    options: ReplayOptions,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME='SETTING=VALUE, …'",
            help="A policy and its name; settings that you omit have their defaults. Repeat for "
            "others. The first is what the others are compared with.",
        ),
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Policies, each a table [policies.NAME] of settings. They come before --policy.",
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            min=1, max=100, help="Replay each policy with this many seeds, from --seed on."
        ),
    ] = 5,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="At most this many replays at a time. Default: the processors."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the figures as CSV for a spreadsheet.")
    ] = False,
) -> None:
    """Compare policies on an order history: who would have been served, and who would pay?

    The history is replayed under each policy, as `orderflow replay` does it, with the same random
    suppliers for all. Several seeds of the suppliers show which differences are noise.

    Exit code: 0 on success, 1 if rows were rejected, 2 if a replay failed, 3 if the account of
    units of a replay is not 0. If most rows are rejected, nothing is replayed.
    """
    if as_json and as_csv:
        raise typer.BadParameter("omit it with --json", param_hint="'--csv'")
    named = named_policies(policies, policy or [])
    settings, reader = options.settings(AllocationPolicy()), HistoryReader(options)
    begin = perf_counter()
    with terminal.clean_interrupt(terminal.messages(), "nothing was saved"):
        file = options.page.page(files)
        with reader.opened(files) as read:
            comparison = None
            if not read.is_blocked:
                comparison = _run(read, named, settings, seeds, processes or usable_processors())
            report = ComparisonReport(
                title=read.title,
                settings=settings,
                comparison=comparison,
                seconds=perf_counter() - begin,
                files=read.replayed(),
                left_out=read.left_out,
            )
    report.print_as(as_json=as_json, as_csv=as_csv)
    if file is not None and comparison is not None:  # should that fail, the figures are printed
        file.write(comparison, report.title, settings)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _run(
    files: HistoryFiles,
    named: tuple[NamedPolicy, ...],
    settings: Settings,
    seeds: int,
    processes: int,
) -> Comparison:
    title = f"Replaying {len(named)} policies"
    with terminal.progress_bar(terminal.messages(), title, 1) as show:
        comparison = compare_policies(
            merge_histories(files.histories),
            named,
            settings,
            seeds=seeds,
            processes=processes,
            progress=lambda done, total: show(done / total, f"{done:,} of {total:,} rows"),
        )
    if refused := comparison.trials[0][0].summary.refused:
        files.write_rejects(refused)
    return comparison
