"""Parse moments in the notation of files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from orderflow.domain.calendar import clocks
from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError
from orderflow.importing.values.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TimeReader", "check_time_format", "check_zone", "is_none", "proof_of_order", "zone_of"]

_SPACE = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$)")
_UNIVERSAL = re.compile(r"(?<=\d)\s*(?:UTC|GMT)$")
_FLAGS = re.ASCII | re.IGNORECASE
_CLOCK = (
    r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<seconds>\d\d))?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?)?"
)
_NUMBERS = re.compile(
    rf"(?P<first>\d{{1,2}})([./-])(?P<second>\d{{1,2}})\2(?P<year>\d{{4}}|\d\d){_CLOCK}", _FLAGS
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})([./-])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_CLOCK}", _FLAGS
)
_SEPARATED = re.compile(r"^(\d{4})[./](\d\d)[./](\d\d)(?=[ T])", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})[ -](?P<name>[a-z]{3})[a-z]*"
    r"|(?P<name_first>[a-z]{3})[a-z]*[ -](?P<day_last>\d{1,2}))"
    rf",?[ -](?P<year>\d{{4}}|\d\d){_CLOCK}",
    _FLAGS,
)
_ISO_DEMAND = "a time like 2026-03-02 09:30"
_NOON = _MONTHS_OF_YEAR = 12
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SAMPLE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_NONE = re.compile(r"[0T:./\s-]*", re.ASCII)


def is_none(text: str) -> bool:
    """Whether a cell for a moment is empty: blank, or a date of zeros.

    >>> is_none("0000-00-00 00:00:00"), is_none(" "), is_none("2010-10-10")
    (True, True, False)
    """
    return _NONE.fullmatch(text) is not None


def zone_of(zone: tzinfo | str | None, field: str = "time zone") -> tzinfo | None:
    """Return a time zone, or look it up by its name.

    Raises:
        InvalidValueError: If it is no time zone, or there is none of this name.
    """
    if zone is None or clocks.is_time_zone(zone):
        return zone  # type: ignore[return-value] # it is no text
    demand = "a time zone, or the name of one, such as 'Europe/London'"
    validators.require(ok=isinstance(zone, str), field=field, demand=demand, value=zone)
    try:
        return ZoneInfo(zone)  # type: ignore[arg-type] # it is a text
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValueError(field, demand, zone) from error


def check_zone(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: ANN401 - it may be anything
    """Require that a field is a time zone, the name of one, or `None`."""
    zone_of(value, f"{type(instance).__name__}.{attribute.name}")


def check_time_format(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Require that a field is a format that reads the date in what it writes, or `None`."""
    validators.require(
        ok=value is None or _is_time_format(value),
        field=f"{type(instance).__name__}.{attribute.name}",
        demand="a format of dates for datetime.strptime, such as '%d/%m/%Y %H:%M'",
        value=value,
    )


def _is_time_format(value: object) -> bool:
    if not (isinstance(value, str) and validators.is_identifier(value)):
        return False
    try:
        read = datetime.strptime(_SAMPLE.strftime(value), value)  # noqa: DTZ007 - its date counts
        return read.date() == _SAMPLE.date()
    except (ValueError, re.error, DeprecationWarning):  # the warning: it names no year
        return False


@attrs.frozen
class TimeReader:
    """Reads the moments of a file. Those without an offset are in the file's time zone.

    When the clocks go back, an ambiguous time is the earlier moment. When they go forward, a
    skipped time is read as if they had not changed yet. A date alone is its first moment, unless
    the file says until when something is due.

    Also read, beside ISO 8601: `2026/3/2`, `2 Mar 2026`, `Mar-02-26`, `02/03/2026 9:30 PM`. A year
    of two digits is in this century.

    Attributes:
        zone: The zone of times without an offset. If None, such times are refused.
        time_format: Their format, as for `datetime.strptime`. Default: ISO 8601.
        day_first: Whether the day comes first, so that 02/03/2026 is in March. If None, such dates
            are refused.
        ends_day: Whether a date alone is the last minute of its day.
    """

    zone: tzinfo | None
    time_format: str | None = None
    day_first: bool | None = None
    ends_day: bool = False

    def read(self, text: str) -> datetime:
        """Return a moment in UTC.

        Raises:
            UnreadableError: If this is not a moment or out of range.
        """
        return _read(self, text)

    def parse(self, text: str) -> datetime:
        """Return a moment as it is written, without a zone if it has none.

        Raises:
            UnreadableError: If this is not a moment.
        """
        if self.time_format is not None:
            return self._of_format(text, self.time_format)
        text = " ".join(text.split())
        if (found := _YEAR_FIRST.fullmatch(text)) is not None:
            parts = found.groupdict(default="")
            return _moment(parts, int(parts["month"]), int(parts["day"]), _ISO_DEMAND)
        if (numbers := _NUMBERS.fullmatch(text)) is not None:
            return self._of_numbers(numbers.groupdict(default=""))
        if (named := _NAMED.fullmatch(text)) is not None:
            return _of_names(named.groupdict(default=""))
        return _of_iso(_SEPARATED.sub(r"\1-\2-\3", text))

    def _of_numbers(self, parts: dict[str, str]) -> datetime:
        first, second = int(parts["first"]), int(parts["second"])
        if self.day_first is None:
            demand = "a date like 2026-03-02, unless the order of day and month is set"
            raise UnreadableError(demand, "day_first")
        day, month = (first, second) if self.day_first else (second, first)
        order = "day" if self.day_first else "month"
        return _moment(parts, month, day, f"a date with the {order} first")

    def _of_format(self, text: str, time_format: str) -> datetime:
        try:
            return datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone follows
        except ValueError as error:
            raise UnreadableError(f"a time in the format {time_format}", "time_format") from error


@lru_cache(maxsize=256)
def _read(reader: TimeReader, text: str) -> datetime:
    """Read a moment; the rows of an order, and orders of a day, repeat theirs."""
    moment = reader.parse(text)
    if reader.ends_day and ":" not in text and moment.time() == time():
        moment = moment.replace(hour=23, minute=59)
    if moment.tzinfo is None:
        if reader.zone is None:
            demand = "a time with its offset, unless a time zone is set for the file"
            raise UnreadableError(demand, "time_zone")
        moment = moment.replace(tzinfo=reader.zone)
    if not validators.is_moment(moment):
        raise UnreadableError(f"in the years {validators.YEAR_MIN} to {validators.YEAR_MAX} of UTC")
    return validators.in_utc(moment)


def _of_names(parts: dict[str, str]) -> datetime:
    name = (parts["name"] or parts["name_first"]).lower()
    demand = "a date like 2 Mar 2026"
    if name not in _MONTHS:
        raise UnreadableError(demand)
    return _moment(parts, _MONTHS.index(name) + 1, int(parts["day"] or parts["day_last"]), demand)


def _moment(parts: dict[str, str], month: int, day: int, demand: str) -> datetime:
    """Return the moment of a date and the clock behind it."""
    year, hour = int(parts["year"]), int(parts["hour"] or 0)
    if len(parts["year"]) == len("26"):
        year += 2000
    if parts["half"]:
        if not 1 <= hour <= _NOON:
            raise UnreadableError("a time like 9:30 AM")
        hour = hour % _NOON + (_NOON if parts["half"].lower() == "p" else 0)
    try:
        return datetime(  # noqa: DTZ001 - the zone follows
            year, month, day, hour, int(parts["minute"] or 0), int(parts["seconds"] or 0)
        )
    except ValueError as error:
        raise UnreadableError(demand) from error


def proof_of_order(texts: Iterable[tuple[int, str]]) -> tuple[bool, str] | None:
    """Return whether the day comes first in dates, if one of them can only be read one way.

    >>> proof_of_order([(2, "02/03/2026"), (3, "25/03/2026")])
    (True, "'25/03/2026' in row 3")

    Args:
        texts: The number of each row, and its date.

    Returns:
        Whether the day comes first, and the date that shows it. `None` if nothing shows it, or
        dates contradict each other.
    """
    proofs: dict[bool, str] = {}
    for row, text in texts:
        numbers = _NUMBERS.fullmatch(text)
        if numbers is None:
            continue
        day_first = int(numbers["first"]) > _MONTHS_OF_YEAR
        if day_first or int(numbers["second"]) > _MONTHS_OF_YEAR:
            proofs.setdefault(day_first, f"{text!r} in row {row:,}")
    return next(iter(proofs.items())) if len(proofs) == 1 else None


def _of_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    text = _UNIVERSAL.sub("Z", _SPACE.sub("", text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableError(_ISO_DEMAND, "time_format") from None
