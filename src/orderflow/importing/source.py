"""The rows of a file as text: plain or gzip, from a path or from a stream.

A file is read as it comes and never held as a whole. Bytes that are no text in its encoding do
not end the reading: they make their cell nonsense, and a row leaves as the bytes it came as. A
quote that is left open does not swallow the rows behind it: its row is at fault, and the next line
is read as a row of its own.
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

from orderflow.importing.encoding import UTF_16_MARKS, encoding_of
from orderflow.importing.faults import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Record", "Source", "open_source"]

_GZIP_MARK = b"\x1f\x8b"
_SPOOLED_BYTES_MAX = 16 * 1024 * 1024
"""What a pipe brings is kept in memory up to here, and on disk from there on."""


class Record(NamedTuple):
    """One row as it was read; the first row of a file is row 1, as in a spreadsheet."""

    row: int
    cells: list[str]
    fault: str = ""


class Source:
    """A file that is open, to be read once.

    Attributes:
        name: What the file is called in messages.
        encoding: How its text is stored.
        bytes_total: How long it is, as it is stored; None where that cannot be known.
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
        """How much of it was read so far, as it is stored."""
        return self._raw.tell() if self.bytes_total is not None else 0

    def start(self, characters: int) -> str:
        """Return the first characters of a file that rewinds; they stay to be read.

        Raises:
            FileError: If it cannot be read.
        """
        with self._failures():
            text = self._text.read(characters)
            self._text.seek(0)
        return text

    def records(self, delimiter: str = ",", *, quoted: bool = True) -> Iterator[Record]:
        """Yield the rows, without those that are blank.

        A row that cannot be read as CSV has one cell, which is its line as it stands there.

        Args:
            delimiter: What stands between two cells.
            quoted: Whether cells may stand in quotes; else a quote is a character like any other.

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
                lines.begin()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    fault = f"cannot be read as CSV: {error}; is a quote left open?"
                    yield Record(self._row, [lines.give_back()], fault)
                else:
                    if cells:
                        yield Record(self._row, cells)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except EOFError as error:
            fault = "the compressed data ends here, in the middle; the file was cut short"
            raise FileError(self.name, fault, row=self._row or None) from error
        except (OSError, zlib.error) as error:
            raise FileError(self.name, f"cannot be read: {error}", row=self._row or None) from error
        except UnicodeError as error:
            fault = f"is not in the encoding {self.encoding}: {error}"
            raise FileError(self.name, fault, row=self._row or None) from error


class _Lines:
    """Lines of which those can be read again that a faulty row has swallowed."""

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

    def begin(self) -> None:
        """Begin a row."""
        self._taken.clear()

    def give_back(self) -> str:
        """Return the first line of the row; those behind it are read once more."""
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
    """Open a file, or take a stream that is open; gzip is known by its first bytes.

    Args:
        file: Where it is. A stream is read from its beginning, where it has one.
        name: What it is called in messages.
        encoding: How its text is stored; None to find out, for which all of it is read.
        rewinds: Whether its beginning has to be looked at before it is read.

    Raises:
        FileError: If it cannot be opened, or is seen to be in another encoding.
    """
    name = name if name is not None else str(file)
    with ExitStack() as stack:
        try:
            raw = _buffered(file, stack, rewinds=rewinds or encoding is None)
            start = raw.peek(4)
            data = cast("Any", raw)
            if start.startswith(_GZIP_MARK):
                data = stack.enter_context(gzip.open(raw))
            if encoding is None:
                encoding = encoding_of(data)
                data.seek(0)
        except EOFError as error:
            raise FileError(name, "the compressed data ends in the middle") from error
        except (OSError, zlib.error) as error:
            raise FileError(name, getattr(error, "strerror", None) or str(error)) from error
        if start.startswith(UTF_16_MARKS) and "16" not in encoding and "32" not in encoding:
            raise FileError(name, "is in UTF-16; read it with the encoding utf-16")
        try:
            text = io.TextIOWrapper(data, encoding, errors="surrogateescape", newline="")
        except LookupError as error:
            raise FileError(name, f"cannot be read: {error}") from error
        stack.callback(text.detach)  # who opened the stream closes it
        yield Source(name, raw, text)


def _buffered(file: Path | BinaryIO, stack: ExitStack, *, rewinds: bool) -> io.BufferedReader[Any]:
    if isinstance(file, Path):
        return stack.enter_context(file.open("rb"))
    if rewinds and not file.seekable():
        kept = SpooledTemporaryFile(max_size=_SPOOLED_BYTES_MAX)  # noqa: SIM115 - the stack does
        stack.callback(kept.close)
        shutil.copyfileobj(file, kept)
        file = cast("BinaryIO", kept)
    if file.seekable():
        file.seek(0)
    stream = io.BufferedReader(cast("io.RawIOBase", file))
    stack.callback(stream.detach)
    return stream
