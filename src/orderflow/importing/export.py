"""Write CSV that a spreadsheet can open without running formulas.

A spreadsheet treats a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end as a formula,
whoever wrote it (CWE-1236). Such a cell gets a leading apostrophe unless it is a number. Reading
removes one apostrophe, so the text comes back unchanged. A formula that already begins with
apostrophes gets one more, so that reading does not remove one of its own.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.importing.files.delimiter import DELIMITER_DEMAND, is_delimiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

__all__ = ["plain_cell", "safe_cell", "write_csv"]

_FORMULA = re.compile(r"('*)[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?")


def safe_cell(value: object) -> str:
    r"""Return a value as cell text that is not a formula; `None` becomes an empty cell.

    >>> [safe_cell(value) for value in ("=1+1", "-3", "-3+1", "'=1", "'tis", None, 5)]
    ["'=1+1", '-3', "'-3+1", "''=1", "'tis", '', '5']
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(text: str) -> str:
    """Return the text that a cell stands for: undo `safe_cell`, and unwrap `="0012"`.

    >>> [plain_cell(text) for text in ("'=1+1", "-3", "''=1", "'tis", '="0012"')]
    ['=1+1', '-3', "'=1", "'tis", '0012']
    """
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]  # how a spreadsheet is told to keep the zeros of a code
    if not text.startswith("'"):
        return text
    formula = _FORMULA.match(text)
    if formula is None or (formula[1] == "'" and _NUMBER.fullmatch(text[1:])):
        return text
    return text[1:]


def write_csv(
    to: TextIO,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    quoted: bool = True,
) -> int:
    r"""Write a table and return the number of rows without the header.

    >>> import io
    >>> text = io.StringIO()
    >>> write_csv(text, ["sku", "note"], [["MUG", "=cmd()"], ["CUP", -3]])
    2
    >>> text.getvalue()
    "sku,note\r\nMUG,'=cmd()\r\nCUP,-3\r\n"

    Args:
        to: The output. Open a file with ``newline=""``.
        header: The column names.
        rows: The values of each row, converted by `str`.
        delimiter: The character between two cells.
        quoted: Whether to quote cells that need it. Otherwise a delimiter or a line end within a
            cell becomes a space.

    Raises:
        InvalidValueError: If the delimiter breaks its rule.
    """
    validators.require(
        ok=is_delimiter(delimiter), field="delimiter", demand=DELIMITER_DEMAND, value=delimiter
    )
    if not quoted:
        return _write_unquoted(to, header, rows, delimiter)
    writer = csv.writer(to, delimiter=delimiter)
    writer.writerow([safe_cell(name) for name in header])
    count = 0
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        count += 1
    return count


def _write_unquoted(
    to: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str
) -> int:
    breaks = re.compile(rf"[\r\n{re.escape(delimiter)}]")
    count = -1
    for row in ([*header], *rows):
        to.write(delimiter.join(breaks.sub(" ", safe_cell(value)) for value in row) + "\r\n")
        count += 1
    return count
