"""The rows of a file as text: plain or gzip, from a path or from a stream.

A file is streamed and never in memory as a whole. Bytes that are invalid in its encoding do not
stop the reading. They make their cell nonsense, and are written out as the same bytes. An open
quote does not swallow the following rows. Its row is faulty, and the next line is read as a row of
its own.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self, TextIO, cast

from orderflow.importing.faults import FileError
from orderflow.importing.files.encoding import UTF_16_MARKS, encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Record", "Source", "open_source"]

_GZIP_MARK = b"\x1f\x8b"
_SPOOLED_BYTES_MAX = 16 * 1024 * 1024
"""The data of a pipe is buffered in memory up to this size, then on disk."""


class Record(NamedTuple):
    """One row as read. The first row of a file is row 1, as in a spreadsheet."""

    row: int
    cells: list[str]
    fault: str = ""


class Source:
    """An open file. It can be read once.

    Attributes:
        name: The name of the file in messages.
        encoding: The encoding of its text.
        bytes_total: Its stored size in bytes; None if unknown.
    """

    def __init__(self, name: str, raw: io.BufferedReader[Any], text: TextIO) -> None:
        self.name = name
        self.encoding = text.encoding
        self.bytes_total: int | None = None
        if raw.seekable():
            self.bytes_total = raw.seek(0, io.SEEK_END)
            raw.seek(0)
        self._raw = raw
        self._text = text
        self._row = 0

    @property
    def bytes_read(self) -> int:
        """The number of stored bytes read so far."""
        return self._raw.tell() if self.bytes_total is not None else 0

    def start(self, characters: int) -> str:
        """Return the first characters of a file that rewinds, and rewind it.

        Raises:
            FileError: If it cannot be read.
        """
        with self._failures():
            text = self._text.read(characters)
            self._text.seek(0)
        return text

    def records(self, delimiter: str = ",", *, quoted: bool = True) -> Iterator[Record]:
        """Yield the rows that are not blank.

        A row that cannot be read as CSV has one cell, its unchanged line.

        Args:
            delimiter: The character between two cells.
            quoted: Whether cells may be quoted. Otherwise quotes are ordinary characters.

        Raises:
            FileError: If it cannot be read to its end.
        """
        lines = _Lines(self._text)
        reader = csv.reader(
            lines,
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            strict=True,
        )
        with self._failures():
            while True:
                self._row += 1
                lines.start_row()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    fault = f"cannot be read as CSV: {error}; is a closing quote missing?"
                    yield Record(self._row, [lines.put_back()], fault)
                else:
                    if cells:
                        yield Record(self._row, cells)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except EOFError as error:
            fault = "the compressed data ends early; the file was cut short"
            raise FileError(self.name, fault, row=self._row or None) from error
        except (OSError, zlib.error) as error:
            raise FileError(self.name, f"cannot be read: {error}", row=self._row or None) from error
        except UnicodeError as error:
            fault = f"is not in the encoding {self.encoding}: {error}"
            raise FileError(self.name, fault, row=self._row or None) from error


class _Lines:
    """Lines that can be put back after a faulty row has swallowed them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self._taken: list[str] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._taken.append(line)
        return line

    def start_row(self) -> None:
        """Start a row."""
        self._taken.clear()

    def put_back(self) -> str:
        """Return the first line of the row and put the others back."""
        first, *others = self._taken
        self._again.extend(reversed(others))
        return first.rstrip("\r\n")


@contextmanager
def open_source(
    file: Path | BinaryIO,
    *,
    name: str | None = None,
    encoding: str | None = "utf-8-sig",
    rewinds: bool = False,
) -> Iterator[Source]:
    """Open a file or use an open stream. Gzip is detected by its first bytes.

    Args:
        file: The path or stream. A seekable stream is read from its beginning.
        name: The name of the file in messages.
        encoding: The encoding of its text. If None, it is detected by reading the whole file.
        rewinds: Whether `start` will be called.

    Raises:
        FileError: If it cannot be opened, or is evidently in another encoding.
    """
    name = name if name is not None else str(file)
    with ExitStack() as stack:
        try:
            raw = _buffer(file, stack, rewinds=rewinds or encoding is None)
            start = raw.peek(4)
            data = cast("Any", raw)
            if start.startswith(_GZIP_MARK):
                data = stack.enter_context(gzip.open(raw))
            if encoding is None:
                encoding = encoding_of(data)
                data.seek(0)
        except EOFError as error:
            raise FileError(name, "the compressed data ends early") from error
        except (OSError, zlib.error) as error:
            raise FileError(name, getattr(error, "strerror", None) or str(error)) from error
        if start.startswith(UTF_16_MARKS) and "16" not in encoding and "32" not in encoding:
            raise FileError(name, "is in UTF-16; read it with the encoding utf-16")
        try:
            text = io.TextIOWrapper(data, encoding, errors="surrogateescape", newline="")
        except LookupError as error:
            raise FileError(name, f"cannot be read: {error}") from error
        stack.callback(text.detach)  # whoever opened the stream closes it
        yield Source(name, raw, text)


def _buffer(file: Path | BinaryIO, stack: ExitStack, *, rewinds: bool) -> io.BufferedReader[Any]:
    if isinstance(file, Path):
        return stack.enter_context(file.open("rb"))
    if rewinds and not file.seekable():
        spool = SpooledTemporaryFile(max_size=_SPOOLED_BYTES_MAX)  # noqa: SIM115 - the stack closes it
        stack.callback(spool.close)
        shutil.copyfileobj(file, spool)
        file = cast("BinaryIO", spool)
    if file.seekable():
        file.seek(0)
    stream = io.BufferedReader(cast("io.RawIOBase", file))
    stack.callback(stream.detach)
    return stream
