"""The rows of a file as text: plain, compressed, or a sheet, from a path or from a stream.

A file is streamed and never in memory as a whole. Bytes that are invalid in its encoding do not
stop the reading. They make their cell nonsense, and are written out as the same bytes. An open
quote does not swallow the following rows. Its row is faulty, and the next line is read as a row of
its own.
"""

from __future__ import annotations

import csv
import io
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self, TextIO, cast

import attrs

from orderflow.domain.model import validators
from orderflow.importing.faults import FileError, quote_value
from orderflow.importing.files.compression import FAILURES, decompress
from orderflow.importing.files.delimiter import DELIMITER_DEMAND, is_delimiter
from orderflow.importing.files.encoding import (
    ENCODING_DEMAND,
    UTF_16_MARKS,
    detect_encoding,
    is_encoding,
)
from orderflow.importing.files.file_format import DETECTED, FileFormat
from orderflow.importing.files.kind import Kind, kind_of
from orderflow.importing.files.workbook import copy_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.importing.files.encoding import EncodingGuess

__all__ = ["Record", "Source", "open_source"]

ROW_CHARACTERS_MAX = 1_000_000
"""How long a row may be. Each cell may have 131,072 characters."""

_URL_STARTS = ("http:/", "https:/", "ftp:/", "s3:/")
_SPOOLED_BYTES_MAX = 16 * 1024 * 1024
"""The data of a pipe is buffered in memory up to this size, then on disk."""


class Record(NamedTuple):
    """One row as read. The first row of a file is row 1, as in a spreadsheet.

    Attributes:
        row: Its number.
        cells: Its cells.
        fault: Why it cannot be read, if so.
        skip: Why it is no data, if so.
    """

    row: int
    cells: list[str]
    fault: str = ""
    skip: str = ""


class Source:
    """An open file. It can be read once.

    Attributes:
        name: The name of the file in messages.
        file_format: The format of its text. The delimiter is empty unless it is known.
        guess: How its encoding was guessed; None if it is certain.
        bytes_total: Its stored size in bytes.
    """

    def __init__(
        self,
        name: str,
        raw: io.BufferedReader[Any],
        text: TextIO,
        *,
        file_format: FileFormat,
        guess: EncodingGuess | None,
        bytes_total: int,
    ) -> None:
        self.name = name
        self.file_format = file_format
        self.guess = guess
        self.bytes_total = bytes_total
        self._raw = raw
        self._text = text
        self._row = 0

    @property
    def bytes_read(self) -> int:
        """The number of stored bytes read so far."""
        return self._raw.tell()

    def start(self, characters: int) -> str:
        """Return the first characters, and rewind the file.

        Raises:
            FileError: If it cannot be read.
        """
        with self.rewinding(), self._failures():
            return self._text.read(characters)

    @contextmanager
    def rewinding(self) -> Iterator[None]:
        """Rewind the file after the block, which looks at its beginning."""
        try:
            yield
        finally:
            self._text.seek(0)
            self._row = 0

    def records(self, delimiter: str = ",", *, quoted: bool = True) -> Iterator[Record]:
        """Yield the rows that are not blank.

        A row that cannot be read as CSV has one cell, its unchanged line.

        Args:
            delimiter: The character between two cells.
            quoted: Whether cells may be quoted. Otherwise quotes are ordinary characters.

        Raises:
            FileError: If it cannot be read to its end.
            InvalidValueError: If the delimiter breaks its rule.
        """
        validators.require(
            ok=is_delimiter(delimiter), field="delimiter", demand=DELIMITER_DEMAND, value=delimiter
        )
        lines = _Lines(self._text, self.name)
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
        except FAILURES as error:
            raise FileError(self.name, f"cannot be read: {error}", row=self._row or None) from error
        except UnicodeError as error:
            fault = f"is not in the encoding {self.file_format.encoding}: {error}"
            raise FileError(self.name, fault, row=self._row or None) from error


class _Lines:
    """Lines that can be put back after a faulty row has swallowed them."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._name = name
        self._again: list[str] = []
        self._taken: list[str] = []
        self._characters = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._text.readline(ROW_CHARACTERS_MAX + 1)
        if not line:
            raise StopIteration
        self._taken.append(line)
        self._characters += len(line)
        if self._characters > ROW_CHARACTERS_MAX:
            self._refuse(line)
        return line

    def _refuse(self, line: str) -> None:
        if len(line) > ROW_CHARACTERS_MAX:
            fault = f"has a line of more than {ROW_CHARACTERS_MAX:,} characters; is it a table?"
            raise FileError(self._name, fault)
        raise csv.Error(f"the row has more than {ROW_CHARACTERS_MAX:,} characters")

    def start_row(self) -> None:
        """Start a row."""
        self._taken.clear()
        self._characters = 0

    def put_back(self) -> str:
        """Return the first line of the row and put the others back."""
        first, *others = self._taken
        self._again.extend(reversed(others))
        return first.rstrip("\r\n")


@contextmanager
def open_source(
    file: Path | BinaryIO, file_format: FileFormat = DETECTED, *, name: str | None = None
) -> Iterator[Source]:
    """Open a file or use an open stream.

    Compressed files (gzip, bz2, xz, zstd) and workbooks (.xlsx) are known by their first bytes.

    Args:
        file: The path or stream. A seekable stream is read from its beginning.
        file_format: The encoding of its text and the sheet of a workbook. Default: detected.
        name: The name of the file in messages.

    Raises:
        FileError: If it cannot be opened or is not a table, or its encoding cannot be detected.
        InvalidValueError: If it is neither a path nor a stream of bytes.
    """
    _require_file(file)
    name = name if name is not None else str(file)
    with ExitStack() as stack:
        guess = None
        try:
            raw = _buffer(file, stack)
            kind = kind_of(name, raw)
            _check_format(name, file_format, kind)
            if kind is Kind.WORKBOOK:
                raw, file_format = _unpack(name, raw, file_format, stack)
            bytes_total = raw.seek(0, io.SEEK_END)
            raw.seek(0)
            data = decompress(name, kind, raw)
            if data is not raw:
                stack.enter_context(data)
                _check_unpacked(name, data)
            encoding = file_format.encoding
            if not encoding:
                encoding, guess = detect_encoding(name, data)
                data.seek(0)
            _check_encoding(name, encoding, data)
        except EOFError as error:
            raise FileError(name, "the compressed data ends early") from error
        except FAILURES as error:
            raise FileError(name, getattr(error, "strerror", None) or str(error)) from error
        text = io.TextIOWrapper(data, encoding, errors="surrogateescape", newline="")
        stack.callback(text.detach)  # whoever opened the stream closes it
        found = attrs.evolve(file_format, encoding=encoding)
        yield Source(name, raw, text, file_format=found, guess=guess, bytes_total=bytes_total)


def _check_format(name: str, file_format: FileFormat, kind: Kind) -> None:
    """Refuse what does not apply to the file: sheets, or the encoding and delimiter of a text.

    A sheet is read as UTF-8 with commas.
    """
    if kind is not Kind.WORKBOOK:
        if file_format.sheet:
            raise FileError(name, "is no workbook, so it has no sheets", settings=("sheet",))
    elif file_format.encoding not in {"", "utf-8"}:
        raise FileError(name, "is a workbook, without an encoding", settings=("encoding",))
    elif file_format.delimiter not in {"", ","}:
        raise FileError(name, "is a workbook, without a delimiter", settings=("delimiter",))


def _buffer(file: Path | BinaryIO, stack: ExitStack) -> io.BufferedReader[Any]:
    if isinstance(file, Path):
        if str(file).startswith(_URL_STARTS):
            url = str(file).replace(":/", "://", 1)  # a path has only one of the slashes
            raise FileError(url, "is a URL; download the file first")
        return stack.enter_context(_open(file))
    if not file.seekable():
        file = _copy(file, stack)
    file.seek(0)
    stream = io.BufferedReader(cast("io.RawIOBase", file))
    stack.callback(stream.detach)
    return stream


def _open(path: Path) -> io.BufferedReader[Any]:
    try:
        return path.open("rb")
    except ValueError as error:  # no file can have such a path
        raise FileError(str(path), f"cannot be opened: {error}") from error


def _require_file(file: object) -> None:
    is_bytes = hasattr(file, "read") and not isinstance(file, io.TextIOBase)
    validators.require(
        ok=isinstance(file, Path) or is_bytes,
        field="file",
        demand="a path, or an open stream of bytes",
        value=file,
    )


def _copy(file: BinaryIO, stack: ExitStack) -> BinaryIO:
    copied = _spool(stack)
    shutil.copyfileobj(file, copied)
    return copied


def _spool(stack: ExitStack) -> BinaryIO:
    spool = SpooledTemporaryFile(max_size=_SPOOLED_BYTES_MAX)  # noqa: SIM115 - the stack closes it
    stack.callback(spool.close)
    return cast("BinaryIO", spool)


def _unpack(
    name: str, raw: io.BufferedReader[Any], file_format: FileFormat, stack: ExitStack
) -> tuple[io.BufferedReader[Any], FileFormat]:
    copied = _spool(stack)
    sheet = copy_sheet(name, raw, file_format.sheet, copied)
    return _buffer(copied, stack), FileFormat(encoding="utf-8", delimiter=",", sheet=sheet)


def _check_unpacked(name: str, data: BinaryIO) -> None:
    if kind_of(name, data) is not Kind.TEXT:
        raise FileError(name, "is compressed twice, or a compressed workbook; decompress it first")


def _check_encoding(name: str, encoding: str, data: BinaryIO) -> None:
    if not is_encoding(encoding):
        fault = f"unknown encoding: {quote_value(encoding)} is not {ENCODING_DEMAND}"
        raise FileError(name, fault, settings=("encoding",))
    start = data.read(4)
    data.seek(0)
    if start.startswith(UTF_16_MARKS) and "16" not in encoding and "32" not in encoding:
        raise FileError(
            name, "is in UTF-16; read it with the encoding utf-16", settings=("encoding",)
        )
