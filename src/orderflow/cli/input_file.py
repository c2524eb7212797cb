"""The file that a command reads: a path, or standard input."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager, nullcontext
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
    """Yield the file; standard input and pipes are copied, because they are read twice."""
    is_stream = file == STANDARD_INPUT
    if not (is_stream or Path(file).is_fifo()):
        yield Path(file)
        return
    with TemporaryFile() as kept:
        with nullcontext(sys.stdin.buffer) if is_stream else Path(file).open("rb") as source:
            shutil.copyfileobj(source, kept)
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
