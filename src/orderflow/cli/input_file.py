"""The file that a command reads: a path, or standard input."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STANDARD_INPUT", "bytes_in", "input_file", "name_of"]

STANDARD_INPUT = "-"
"""The name of standard input on the command line."""


@contextmanager
def input_file(file: str) -> Iterator[Path | BinaryIO]:
    """Yield the file; standard input is copied, because rejected rows are read twice."""
    if file != STANDARD_INPUT:
        yield Path(file)
        return
    with TemporaryFile() as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        yield kept


def name_of(source: Path | BinaryIO) -> str:
    """Return the name of a file in messages."""
    return str(source) if isinstance(source, Path) else "standard input"


def bytes_in(source: Path | BinaryIO) -> int | None:
    """Return the size of a file; None if it is unknown, and reading it reports the error."""
    try:
        return source.stat().st_size if isinstance(source, Path) else None
    except OSError:
        return None
