"""Reads and writes single values strictly: neither ``"3"`` nor ``true`` is a number.

| in Python | in JSON |
| --- | --- |
| `str`, `int`, `bool`, `None` | the same |
| `datetime` | an ISO 8601 text with an offset: ``2026-03-01T09:30:00+00:00``; years 1970 to 2999 |
| `date` | an ISO 8601 text, such as ``2026-03-01`` |
| `time` | an ISO 8601 text without an offset, such as ``16:00:00`` |
| `Decimal` | a text of its digits, such as ``12.50`` |
| `timedelta` | an ISO 8601 text, such as ``P1DT43200S``; hours and minutes are read too |
| `tzinfo` | the IANA name of the time zone, such as ``Europe/London`` |
| `StrEnum` | its value |
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from orderflow.codec.faults import NUMBER_MAX, refusal
from orderflow.domain.model import validators

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "CLOCK",
    "DAY",
    "DECIMAL",
    "DURATION",
    "MOMENT",
    "read_number",
    "read_text",
    "register_scalars",
]

# Whole patterns that every dialect of regular expressions has: the JSON Schemas have them too.
# `fromisoformat` accepts more: forms that vary between releases of Python, times without an
# offset, and long fractions, which it truncates.
DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_HOUR, _SIXTIETH = "([01][0-9]|2[0-3])", "[0-5][0-9]"
CLOCK = rf"{_HOUR}:{_SIXTIETH}(:{_SIXTIETH}(\.[0-9]{{1,6}})?)?"
MOMENT = f"{DAY}T{CLOCK}(Z|[+-]{_HOUR}:{_SIXTIETH}(:{_SIXTIETH})?)"
DECIMAL = r"-?[0-9]{1,40}(\.[0-9]{1,20})?"
_DAYS, _HOURS, _MINUTES = (f"[0-9]{{1,9}}{unit}" for unit in "DHM")
_SECONDS = r"[0-9]{1,9}(\.[0-9]{1,6})?S"
_TIME = f"T({_HOURS}({_MINUTES})?({_SECONDS})?|{_MINUTES}({_SECONDS})?|{_SECONDS})"
DURATION = f"P({_DAYS}({_TIME})?|{_TIME})"

_MOMENT, _DAY, _CLOCK, _DECIMAL, _DURATION = map(
    re.compile, (MOMENT, DAY, CLOCK, DECIMAL, DURATION)
)
_PART = re.compile(r"([0-9]+)(?:\.([0-9]+))?([DHMS])")
_UNITS = {"D": "days", "H": "hours", "M": "minutes", "S": "seconds"}


def register_scalars(converter: Converter) -> None:
    """Register the readers and writers of single values with a converter."""
    converter.register_structure_hook(str, read_text)
    converter.register_structure_hook(int, read_number)
    converter.register_structure_hook(bool, _read_truth)
    converter.register_structure_hook(datetime, _read_moment)
    converter.register_structure_hook(date, _read_day)
    converter.register_structure_hook(time, _read_clock)
    converter.register_structure_hook(tzinfo, _read_zone)
    converter.register_structure_hook(timedelta, _read_duration)
    converter.register_structure_hook(Decimal, _read_decimal)
    converter.register_structure_hook(StrEnum, _read_choice)
    converter.register_unstructure_hook(datetime, _write_moment)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_unstructure_hook(tzinfo, _write_zone)
    converter.register_unstructure_hook(timedelta, _write_duration)
    converter.register_unstructure_hook(Decimal, _write_decimal)
    converter.register_unstructure_hook(StrEnum, str)


def read_text(value: object, _: object = str) -> str:
    """Read a text."""
    if type(value) is not str:
        raise refusal("a text", value)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise refusal("a text without surrogates", value) from error
    return value


def read_number(value: object, _: object = int) -> int:
    """Read a whole number."""
    if type(value) is not int or abs(value) > NUMBER_MAX:
        raise refusal("a whole number", value)
    return value


def _read_truth(value: object, _: object) -> bool:
    if type(value) is not bool:
        raise refusal("true or false", value)
    return value


def _read_choice(value: object, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(read_text(value))
    except ValueError as error:
        raise refusal(" or ".join(kind), value) from error


def _read_moment(value: object, _: object) -> datetime:
    demand = "a moment such as 2026-03-01T09:30:00+00:00"
    text = read_text(value)
    if not _MOMENT.fullmatch(text):
        raise refusal(demand, value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise refusal(demand, value) from error
    if not validators.is_moment(moment):  # an event does not validate its fields
        raise refusal(f"in the years {validators.YEAR_MIN} to {validators.YEAR_MAX} of UTC", value)
    return moment


def _write_moment(moment: datetime) -> str:
    if moment.tzinfo is UTC:
        return _write_utc(moment)
    _check_moment(moment)
    offset = moment.utcoffset()
    if offset is None or offset.microseconds:  # some releases of Python cannot read it back
        raise ValueError(f"{moment} has no offset in whole seconds")
    return moment.isoformat()


@lru_cache(maxsize=256)  # an outcome repeats the time of its command many times
def _write_utc(moment: datetime) -> str:
    _check_moment(moment)
    return moment.isoformat()


def _check_moment(moment: datetime) -> None:
    if not validators.is_moment(moment):
        raise ValueError(f"{moment} is not {validators.MOMENT_DEMAND}")


def _read_day(value: object, _: object) -> date:
    demand = "a date such as 2026-03-01"
    text = read_text(value)
    if not _DAY.fullmatch(text):
        raise refusal(demand, value)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refusal(demand, value) from error


def _read_decimal(value: object, _: object) -> Decimal:
    text = read_text(value)
    if not _DECIMAL.fullmatch(text):
        raise refusal("a number in a text, such as 12.50", value)
    return Decimal(text)


def _write_decimal(number: Decimal) -> str:
    text = f"{number:f}"
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{number!r} is not a number of at most 40 digits, and 20 after the point")
    return text


def _read_clock(value: object, _: object) -> time:
    demand = "a time of day such as 16:00:00"
    text = read_text(value)
    if not _CLOCK.fullmatch(text):
        raise refusal(demand, value)
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise refusal(demand, value) from error


def _read_zone(value: object, _: object) -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - slow to load, and only calendars have a zone

    try:
        name = read_text(value)
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # ZoneInfo looks for a file of this name
        raise refusal("the IANA name of a time zone such as Europe/London", value) from error


def _write_zone(zone: tzinfo) -> str:
    name = "UTC" if zone is UTC else getattr(zone, "key", None)
    if not isinstance(name, str):
        raise ValueError(f"{zone!r} is not a ZoneInfo with a name")  # noqa: TRY004 - as other values
    return name


def _read_duration(value: object, _: object) -> timedelta:
    demand = "a duration such as P1DT12H"
    text = read_text(value)
    if not _DURATION.fullmatch(text):
        raise refusal(demand, value)
    units = {}
    for number, fraction, unit in _PART.findall(text):
        units[_UNITS[unit]] = int(number)
        units["microseconds"] = int(fraction.ljust(6, "0"))
    try:
        return timedelta(**units)
    except OverflowError as error:
        raise refusal(demand, value) from error


def _write_duration(duration: timedelta) -> str:
    fraction = f".{duration.microseconds:06}" if duration.microseconds else ""
    return f"P{duration.days}DT{duration.seconds}{fraction}S"
