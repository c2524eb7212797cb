"""The delimiters of files."""

from __future__ import annotations

import re

__all__ = ["DELIMITERS", "named_delimiter"]

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
