"""How the text of a file is stored, and what stands between its cells, found out from the file.

Nothing is guessed at by statistics. A byte-order mark decides; else text that can be read as UTF-8
is UTF-8, for hardly a text in another encoding can; else it is Windows-1252, which spreadsheets in
Western Europe write. A file in any other encoding has to say so.

The delimiter is the one that finds most of the columns that are looked for in the header. It is
never found from the rows, where the text of a cell may hold more delimiters than there are cells.
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
    # The longer ones first: the mark of UTF-32 begins as that of UTF-16 does.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK_BYTES = 1024 * 1024

DELIMITERS = (",", ";", "\t", "|")
"""What may stand between two cells; the first of those that fit equally well."""

_NAMED_DELIMITER = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)


def encoding_of(data: BinaryIO) -> str:
    r"""Return how a text is stored; all of it is read.

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
    r"""Return the delimiter that the first line of a file names, as Excel writes it.

    >>> named_delimiter("sep=;\r\norder_id;sku"), named_delimiter("order_id;sku")
    (';', None)
    """
    named = _NAMED_DELIMITER.match(start)
    return named[1] if named else None


def delimiter_of(start: str, wanted: Iterable[AbstractSet[str]]) -> str:
    r"""Return what stands between the cells of a header.

    >>> delimiter_of('sku;"a,b,c";quantity\n', [{"sku", "quantity"}])
    ';'

    Args:
        start: The beginning of the file, with all of its header.
        wanted: Sets of columns that may be looked for.
    """
    sets = list(wanted)

    def fitness(delimiter: str) -> tuple[int, int]:
        names = set(header_of(start, delimiter))
        return max((len(names & columns) for columns in sets), default=0), len(names)

    return max(DELIMITERS, key=fitness)


def header_of(start: str, delimiter: str) -> list[str]:
    """Return the names in the first row that is not blank; none, where that cannot be read."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True)
    try:
        return [name.strip() for name in next((cells for cells in reader if cells), [])]
    except csv.Error:
        return []
