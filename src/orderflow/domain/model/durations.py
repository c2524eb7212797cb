"""Lengths of time as texts, such as `7d`, `36h`, `90m` or `30s`."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from orderflow.domain.model import validators

__all__ = ["duration_of", "duration_text"]

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_TEXT = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,6})?)([dhms])")
_MICROSECOND = timedelta(microseconds=1)
_LENGTH_MAX = validators.DURATION_MAX // _MICROSECOND


def duration_of(text: str) -> timedelta | None:
    """Return the length of time that a text names; None if it names none, or one above the limit.

    >>> duration_of("1.5d"), duration_of("soon")
    (datetime.timedelta(days=1, seconds=43200), None)
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    length = Fraction(found[1]) * (_UNITS[found[2]] // _MICROSECOND)
    return timedelta(microseconds=round(length)) if length <= _LENGTH_MAX else None


def duration_text(value: timedelta) -> str:
    """Return the text of a length of time, in the largest unit of which it is a whole number.

    >>> duration_text(timedelta(days=1, hours=1)), duration_text(timedelta(microseconds=1))
    ('25h', '0.000001s')
    """
    for letter, unit in _UNITS.items():
        if not value % unit:
            return f"{value // unit}{letter}"
    seconds, rest = divmod(value, timedelta(seconds=1))
    return f"{seconds}.{rest.microseconds:06}s"
