"""Detect the encoding and the delimiter of a file.

Nothing is guessed by statistics. A byte-order mark decides. Without one, valid UTF-8 is UTF-8,
because text in another encoding is hardly ever valid. Any other text is Windows-1252, which
spreadsheets in Western Europe write. For all other encodings, the caller must name the encoding.

The delimiter is the one that finds the most expected columns in the header. The rows are never
used, because the text of a cell may contain more delimiters than there are cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

__all__ = [
    "DELIMITERS",
    "UTF_16_MARKS",
    "delimiter_of",
    "encoding_of",
    "header_of",
    "named_delimiter",
]

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS = {
    # The longer marks first: the mark of UTF-32 begins like that of UTF-16.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK_BYTES = 1024 * 1024

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters that are tried. If several fit equally well, the first one wins."""

_NAMED_DELIMITER = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)


def encoding_of(data: BinaryIO) -> str:
    r"""Return the encoding of a text. All of it is read.

    >>> encoding_of(io.BytesIO("Mütze".encode("cp1252")))
    'cp1252'
    """
    chunk = data.read(_CHUNK_BYTES)
    for mark, encoding in _MARKS.items():
        if chunk.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = data.read(_CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def named_delimiter(start: str) -> str | None:
    r"""Return the delimiter named by Excel's `sep=` line, if the file has one.

    >>> named_delimiter("sep=;\r\norder_id;sku"), named_delimiter("order_id;sku")
    (';', None)
    """
    named = _NAMED_DELIMITER.match(start)
    return named[1] if named else None


def delimiter_of(start: str, wanted: Iterable[AbstractSet[str]]) -> str:
    r"""Return the delimiter of a header.

    >>> delimiter_of('sku;"a,b,c";quantity\n', [{"sku", "quantity"}])
    ';'

    Args:
        start: The beginning of the file, with its whole header.
        wanted: The column names of each possible layout.
    """
    sets = list(wanted)

    def fitness(delimiter: str) -> tuple[int, int]:
        names = set(header_of(start, delimiter))
        return max((len(names & columns) for columns in sets), default=0), len(names)

    return max(DELIMITERS, key=fitness)


def header_of(start: str, delimiter: str) -> list[str]:
    """Return the names in the first row that is not blank; none if it cannot be read."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True)
    try:
        return [name.strip() for name in next((cells for cells in reader if cells), [])]
    except csv.Error:
        return []
