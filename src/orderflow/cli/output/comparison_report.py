"""The result of a comparison, as tables, as JSON and as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from rich.cells import cell_len
from rich.padding import Padding
from rich.rule import Rule

from orderflow.cli.input_files import LeftOut
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.problems import print_faults, print_problems
from orderflow.cli.output.replay_report import FileReplayed, Rows, plain
from orderflow.errors.quoting import counted
from orderflow.laboratory import Comparison, Finding, Unit
from orderflow.laboratory.figure_text import FINDING_WORDS, change_text, figure_text
from orderflow.replay import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console


__all__ = ["ComparisonReport"]

_CSV = ("policy", "key", "unit", "mean", "lowest", "highest", "difference", "margin", "finding")
_WHO = {
    "shorter": "orders that wait less",
    "same": "orders that wait the same",
    "longer": "orders that wait longer",
    "lost": "orders that lose more units",
    "kept": "orders that lose fewer units",
}


@attrs.frozen(kw_only=True)
class ComparisonReport:
    """The result of a comparison, with its settings.

    Attributes:
        title: What was replayed.
        settings: The settings of the replays, but for their policy.
        comparison: The result; None if nothing was replayed, because of the rejected rows.
        seconds: How long it took.
        files: The files.
        left_out: The entries of folders that were not replayed.
    """

    title: str
    settings: Settings
    comparison: Comparison | None
    seconds: float
    files: tuple[FileReplayed, ...]
    left_out: tuple[LeftOut, ...]

    def print_as(self, *, as_json: bool, as_csv: bool) -> None:
        """Print the report."""
        if as_json:
            terminal.print_json(self.as_json())
        else:
            self._print_problems(terminal.messages())
            if as_csv:
                terminal.print_csv(_CSV, self._csv_rows())
            else:
                self._print(terminal.results())

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        rows, settings = self._rows, attrs.asdict(self.settings, value_serializer=plain)
        del settings["policy"]  # each policy has its own
        return {
            "title": self.title,
            "replayed": self.comparison is not None,
            "files": [{"file": each.history.file, **each.as_json()} for each in self.files],
            "left_out": [attrs.asdict(each) for each in self.left_out],
            "rows": rows.as_json(),
            "settings": settings,
            **(self.comparison.as_json() if self.comparison is not None else {}),
            "wall_seconds": round(self.seconds, 3),
        }

    @property
    def _rows(self) -> Rows:
        """The rows of the files. Every policy replays the same, so the first one is reported."""
        summary = None if self.comparison is None else self.comparison.trials[0][0].summary
        return Rows.of([each.history for each in self.files], summary)

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.comparison is not None and self.comparison.difference:
            return terminal.EXIT_UNBALANCED
        return terminal.EXIT_REJECTED if self._rows.rejected else 0

    def _csv_rows(self) -> Iterator[list[object]]:
        if self.comparison is not None:
            for measure in self.comparison.as_json()["measures"]:
                for each in measure["policies"]:
                    row = {**each, **measure, "policy": each["name"]}
                    yield [row.get(key) for key in _CSV]

    def _print_problems(self, console: Console) -> None:
        is_run = self.comparison is not None
        for each in self.files:
            each.print_problems(console, with_faults=is_run, of_several=len(self.files) > 1)
        for left in self.left_out:
            console.print(f"left out: {left.file}: {left.reason}")
        if self.comparison is not None:
            summary = self.comparison.trials[0][0].summary
            refused = [f"{each}: {reason}" for each, reason in summary.refused.items()]
            print_problems(console, "refused", refused, summary.refusals)
            if self.comparison.difference:
                console.print("the account of units does not balance: this is a bug in orderflow")

    def _print(self, console: Console) -> None:
        console.print(Rule(f"Comparison on {self.title}", align="left"))
        if self.comparison is None:
            rejected = self._rows.rejected
            console.print(f" Nothing was replayed: {counted(rejected, 'row')} rejected.")
            for each in self.files:
                print_faults(console, " rejected", each.history.faults)
            return
        data = self.comparison.as_json()
        for title, rows in _tables(data):
            _print_columns(console, title, [each["name"] for each in data["policies"]], rows)
        console.print(" ▲ better, ▼ worse, = same, ≈ no difference beyond noise, ? too few seeds")
        seeds = data["seeds"]
        drawn = f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
        runs = len(seeds) * len(data["policies"])
        console.print(f" {counted(data['orders'], 'order')}, {drawn}: {counted(runs, 'replay')}")


def _tables(data: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the tables of a comparison: a title, and rows with a cell for each policy."""
    yield (
        "Mean of the seeds",
        [
            (
                measure["title"],
                *(figure_text(each["mean"], Unit(measure["unit"])) for each in measure["policies"]),
            )
            for measure in data["measures"]
        ],
    )
    yield (
        "Difference",
        [
            (
                measure["title"],
                "",
                *(_difference(each, measure) for each in measure["policies"][1:]),
            )
            for measure in data["measures"]
        ],
    )
    yield (
        "Who gains and loses",
        [
            (words, "", *(f"{each['orders'][key]:,.0f}" for each in data["changes"]))
            for key, words in _WHO.items()
        ],
    )


def _difference(row: dict[str, Any], measure: dict[str, Any]) -> str:
    finding = Finding(row["finding"])
    if row["difference"] is None:
        return "-"
    sign = FINDING_WORDS[finding][0]
    if finding is Finding.SAME:
        return FINDING_WORDS[finding]
    return f"{change_text(row['difference'], Unit(measure['unit']))} {sign}"


def _print_columns(
    console: Console, title: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> None:
    """Print a table with a column for each policy, in as many parts as the width asks for."""
    shown = [number for number in range(len(names)) if any(row[number + 1] for row in rows)]
    widths = [max(cell_len(text) for text in column) for column in zip(*rows, strict=True)]
    room = console.width - max(cell_len(title), widths[0]) - 3
    while shown:
        part, used = [shown[0]], 0
        for number in shown:
            used += max(cell_len(names[number]), widths[number + 1]) + 2
            if number != shown[0] and used <= room:
                part.append(number)
        drawn = tables.table(title, *(names[number] for number in part))
        for row in rows:
            drawn.add_row(row[0], *(row[number + 1] for number in part))
        console.print(Padding(drawn, (0, 0, 1, 1), expand=False))
        shown = shown[len(part) :]
