"""The report of an import of several files: a row for each, and what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.input_files import LeftOut
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.import_report import ImportReport
from orderflow.importing import FileError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["FailedFile", "FilesReport"]

_FIGURES = (
    *("rows", "done", "unchanged", "different", "conflicting"),
    *("skipped", "rejected", "refused"),
)


@attrs.frozen
class FailedFile:
    """A file that could not be read.

    Attributes:
        file: Its name.
        error: Why.
    """

    file: str
    error: FileError

    @property
    def is_whole(self) -> bool:
        """Whether everything in the file was imported."""
        return False

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {"file": self.file, "error": str(self.error)}


@attrs.frozen(kw_only=True)
class FilesReport:
    """What an import of several files did.

    Attributes:
        files: The report of each file, in the order of the import.
        left_out: The entries of folders that were not imported.
        has_folder: Whether the files of a folder were imported.
        saved: Whether the changes were saved.
        error: What ended the import before its end, if anything did.
        not_done: The names of the files that are therefore not imported, or in part. The first one
            was being imported.
    """

    files: tuple[ImportReport | FailedFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    has_folder: bool = False
    saved: bool
    error: Exception | KeyboardInterrupt | None = None
    not_done: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The worst exit code of any file."""
        if any(isinstance(each, FailedFile) for each in self.files):
            return terminal.EXIT_NOT_RUN
        return 0 if all(each.is_whole for each in self.files) else terminal.EXIT_REJECTED

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "saved": self.saved,
            "files": [each.as_json() for each in self.files],
            "left_out": [attrs.asdict(each) for each in self.left_out],
            "error": None if self.error is None else str(self.error) or "stopped by Ctrl-C",
            "not_done": list(self.not_done),
            "in_all": self._in_all(),
        }

    def print(self, console: Console) -> None:
        """Print a row for each file, and their sums."""
        rows = [
            (each.result.file, each.kind.lower(), *_shown(_figures(each)))
            if isinstance(each, ImportReport)
            else (each.file, "not read", *[""] * len(_FIGURES))
            for each in self.files
        ]
        states = ("stopped", *["not begun"] * len(self.not_done))
        rows += [
            (each, state, *[""] * len(_FIGURES))
            for each, state in zip(self.not_done, states, strict=False)
        ]
        rows += [(each.file, "left out", *[""] * len(_FIGURES)) for each in self.left_out]
        rows.append(("in all", "", *_shown(self._in_all())))
        console.print(tables.table("file", "contains", *_FIGURES, rows=rows))

    def print_problems(self, console: Console) -> None:
        """Print what was not imported, file by file."""
        for each in self.files:
            if isinstance(each, FailedFile):
                terminal.print_error(console, each.error)
            else:
                each.print_problems_of_file(console)
        if self.has_folder and any(isinstance(each, FailedFile) for each in self.files):
            console.print("a file that is no table: move it out of the folder, or name the others")
        for left in self.left_out:
            console.print(f"left out: {left.file}: {left.reason}")

    def _in_all(self) -> dict[str, int]:
        found = [_figures(each) for each in self.files if isinstance(each, ImportReport)]
        return {name: sum(figures[name] for figures in found) for name in _FIGURES}


def _figures(report: ImportReport) -> dict[str, int]:
    result, done = report.result, report.done
    figures = (
        result.rows,
        done.done.total(),
        report.unchanged,
        report.different,
        report.conflicting,
        sum(result.reasons.values()),
        result.rejected.total,
        done.refusals,
    )
    return dict(zip(_FIGURES, figures, strict=True))


def _shown(figures: dict[str, int]) -> list[str]:
    return [f"{number:,}" for number in figures.values()]
