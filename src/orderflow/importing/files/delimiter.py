"""Detect the delimiter of a file.

It is the one that finds the most expected columns in a row near the beginning. Cells never decide,
because the text of a cell may contain more delimiters than there are cells.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

__all__ = ["DELIMITERS", "delimiter_of", "header_of", "named_delimiter"]

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters that are tried. If several fit equally well, the first one wins."""

_NAMED_DELIMITER = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)


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
