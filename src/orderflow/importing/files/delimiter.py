"""The delimiters of files."""

from __future__ import annotations

import re

__all__ = ["DELIMITERS", "DELIMITER_DEMAND", "is_delimiter", "named_delimiter"]

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters that are tried. If several fit equally well, the first one wins."""

DELIMITER_DEMAND = "one character that is not a quote or a line end"

_NAMED_DELIMITER = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)


def is_delimiter(value: object) -> bool:
    r"""Whether this character can stand between two cells.

    >>> is_delimiter(";"), is_delimiter("\0"), is_delimiter(", ")
    (True, False, False)
    """
    return (
        isinstance(value, str)
        and len(value) == 1
        and value not in '"\0\r\n'
        and not "\ud800" <= value <= "\udfff"
    )


def named_delimiter(start: str) -> str | None:
    r"""Return the delimiter named by Excel's `sep=` line, if the file has one.

    >>> named_delimiter("sep=;\r\norder_id;sku"), named_delimiter("order_id;sku")
    (';', None)
    """
    named = _NAMED_DELIMITER.match(start)
    return named[1] if named and is_delimiter(named[1]) else None
