"""The rows of a file as text: plain or gzip, from a path or from a stream.

A file is read as it comes and never held as a whole. Bytes that are no text in its encoding do
not end the reading: they make their cell nonsense, and a row leaves as the bytes it came as.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TextIO, cast

from orderflow.replay.faults import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Record", "Source", "open_source"]

_GZIP_MARK = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Record(NamedTuple):
    """One row as it was read; the header is row 1, as in a spreadsheet."""

    row: int
    cells: list[str]
    fault: str = ""


class Source:
    """A file that is open, to be read once.

    Attributes:
        name: What the file is called in messages.
        bytes_total: How long it is, as it is stored; None where that cannot be known.
    """

    def __init__(self, name: str, raw: io.BufferedReader[Any], text: TextIO) -> None:
        self.name = name
        self.bytes_total: int | None = None
        if raw.seekable():
            self.bytes_total = raw.seek(0, io.SEEK_END)
            raw.seek(0)
        self._raw = raw
        self._text = text

    @property
    def bytes_read(self) -> int:
        """How much of it was read so far, as it is stored."""
        return self._raw.tell() if self.bytes_total is not None else 0

    def records(self, delimiter: str = ",") -> Iterator[Record]:
        """Yield the rows, without those that are blank.

        Raises:
            HistoryError: If it cannot be read to its end.
        """
        reader = csv.reader(self._text, delimiter=delimiter)
        row = 0
        while True:
            row += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(row, [], f"cannot be read as CSV: {error}; is a quote left open?")
            except EOFError as error:
                fault = "the compressed data ends here, in the middle; the file was cut short"
                raise HistoryError(self.name, fault, row=row) from error
            except (OSError, zlib.error) as error:
                raise HistoryError(self.name, f"cannot be read: {error}", row=row) from error
            except UnicodeError as error:
                fault = f"is not in the encoding that was named: {error}"
                raise HistoryError(self.name, fault, row=row) from error
            else:
                if cells:
                    yield Record(row, cells)


@contextmanager
def open_source(
    file: Path | BinaryIO, *, name: str | None = None, encoding: str = "utf-8-sig"
) -> Iterator[Source]:
    """Open a file, or take a stream that is open; gzip is known by its first bytes.

    Raises:
        HistoryError: If it cannot be opened, or is seen to be in another encoding.
    """
    name = name if name is not None else str(file)
    with ExitStack() as stack:
        try:
            raw = _buffered(file, stack)
            start = raw.peek(2)[:2]
        except OSError as error:
            raise HistoryError(name, error.strerror or str(error)) from error
        if start in _UTF16_MARKS and "16" not in encoding:
            raise HistoryError(name, "is in UTF-16; read it with the encoding utf-16")
        data = cast("Any", stack.enter_context(gzip.open(raw)) if start == _GZIP_MARK else raw)
        try:
            text = io.TextIOWrapper(data, encoding, errors="surrogateescape", newline="")
        except LookupError as error:
            raise HistoryError(name, f"cannot be read: {error}") from error
        stack.callback(text.detach)  # who opened the stream closes it
        yield Source(name, raw, text)


def _buffered(file: Path | BinaryIO, stack: ExitStack) -> io.BufferedReader[Any]:
    if isinstance(file, Path):
        return stack.enter_context(file.open("rb"))
    stream = io.BufferedReader(cast("io.RawIOBase", file))
    stack.callback(stream.detach)
    return stream
