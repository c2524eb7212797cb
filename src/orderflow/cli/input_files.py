"""The files that a command reads: those that are named, and those in a folder that is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import typer

from orderflow.cli.input_file import STANDARD_INPUT
from orderflow.cli.output_file import refuse_stream
from orderflow.importing import FileError
from orderflow.importing.files.kind import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FILES_MAX", "InputFiles", "LeftOut", "find_files", "reject_files", "reject_paths"]

FILES_MAX = 1_000
"""The most files of one import, and the most entries of a folder."""

_PACKED = {".bz2", ".gz", ".xz", ".zst"}
"""The endings of compressed files; rejected rows are written as plain text."""


_BESIDE_A_DATABASE = ("-journal", "-shm", "-wal")

_NO_TABLES = {".htm", ".html", ".ini", ".log", ".md", ".rst", ".xml", ".yaml", ".yml"}
"""The endings of texts that are no tables. One that is called README is none either."""


@attrs.frozen
class LeftOut:
    """An entry of a folder that is not imported.

    Attributes:
        file: Its name.
        reason: Why.
    """

    file: str
    reason: str


@attrs.frozen
class InputFiles:
    """The files that a command reads.

    Attributes:
        names: Their names, in order; - is standard input.
        left_out: The entries of folders that are no tables.
        is_one: Whether one file was named, and no folder.
        has_folder: Whether a folder was named.
    """

    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    is_one: bool
    has_folder: bool


def find_files(given: Sequence[str]) -> InputFiles:
    """Return the files that are named, and those in the folders that are named, by their names.

    Raises:
        FileError: If a folder has no table, or there are too many files.
        BadParameter: If standard input is named twice.
    """
    names: list[str] = []
    left_out: list[LeftOut] = []
    has_folder = False
    for each in given:
        if each == STANDARD_INPUT or not Path(each).is_dir():
            names.append(each)
            continue
        has_folder = True
        tables, others = _sorted_out(Path(each))
        names += tables
        left_out += others
    if len(names) > FILES_MAX:
        raise FileError(names[0], f"and the others are {len(names):,} files; {_in_parts()}")
    if names.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("is standard input, which can be read once", param_hint="'-'")
    is_one = len(given) == 1 and names == list(given)
    return InputFiles(tuple(names), tuple(left_out), is_one, has_folder)


def reject_paths(found: InputFiles, given: Path | None) -> Sequence[Path | None]:
    """Return where the rejected rows of each file are written: to a file, or into a folder.

    Raises:
        BadParameter: If the folder cannot hold them.
    """
    if given is not None:
        refuse_stream(given, "--rejects")
    if given is None or (found.is_one and not given.is_dir()):
        return [given] * len(found.names)
    return reject_files(found.names, given)


def reject_files(names: Sequence[str], folder: Path) -> list[Path]:
    """Return where the rejected rows of each file are written: to its name in a folder.

    The folder is made if it does not exist.

    Raises:
        BadParameter: If it is a file or `-`, holds one of the files, or two files have one name.
    """
    refuse_stream(folder, "--rejects")
    if folder.exists() and not folder.is_dir():
        raise _not_for_rejects("must be a folder if several files are imported")
    inputs = {Path(name).resolve() for name in names}
    paths = [folder / _name_of_rejects(name) for name in names]
    if len(set(paths)) < len(paths):
        twice = next(path.name for path in paths if paths.count(path) > 1)
        raise _not_for_rejects(f"cannot hold two files called {twice}; import them in two runs")
    if not inputs.isdisjoint(path.resolve() for path in paths):
        raise _not_for_rejects("must be another folder than that of the files")
    folder.mkdir(parents=True, exist_ok=True)
    return paths


def _sorted_out(folder: Path) -> tuple[list[str], list[LeftOut]]:
    """Return the tables of a folder, and its other entries."""
    entries = []
    for entry in folder.iterdir():
        entries.append(entry)
        if len(entries) > FILES_MAX:
            raise FileError(str(folder), f"has more than {FILES_MAX:,} entries; {_in_parts()}")
    found = [(str(entry), _reason_against(entry)) for entry in sorted(entries)]
    tables = [name for name, reason in found if not reason]
    others = [LeftOut(name, reason) for name, reason in found if reason]
    if not tables:
        but = f", only {', '.join(each.file for each in others[:3])}" if others else ""
        raise FileError(str(folder), f"is a folder without a file to import{but}")
    return tables, others


def _reason_against(entry: Path) -> str:
    """Return why an entry of a folder is not imported; empty if it may be a table."""
    if entry.name.startswith("."):
        return "is hidden"
    if entry.is_dir():
        return "is a folder in a folder; name it too"
    if not entry.is_file():
        return "is no file"
    if entry.name.endswith(_BESIDE_A_DATABASE):
        return "belongs to a database"
    if entry.suffix.casefold() in _NO_TABLES or entry.name.casefold().startswith("readme"):
        return "is no table by its name; name it to import it"
    try:
        with entry.open("rb") as file:
            kind_of(str(entry), file)
    except FileError as error:
        return str(error).removeprefix(f"{entry}: ")
    return ""


def _name_of_rejects(name: str) -> str:
    path = Path("standard-input.csv" if name == STANDARD_INPUT else name)
    if path.suffix in _PACKED:
        path = path.with_suffix("")
    return path.with_suffix(".csv").name if path.suffix == ".xlsx" else path.name


def _in_parts() -> str:
    return f"import at most {FILES_MAX:,} at once"


def _not_for_rejects(reason: str) -> typer.BadParameter:
    return typer.BadParameter(reason, param_hint="'--rejects'")
