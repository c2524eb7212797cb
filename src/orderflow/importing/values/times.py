"""Parse moments in the notation of files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import attrs

from orderflow.errors import InvalidValueError

__all__ = ["TimeReader", "is_none", "zone_of"]

YEAR_MIN, YEAR_MAX = 1970, 2200

_SPACE = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$)")
_UNIVERSAL = re.compile(r"(?<=\d)\s*(?:UTC|GMT)$")
_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})([./-])(?P<second>\d{1,2})\2(?P<year>\d{4})"
    r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<seconds>\d\d))?)?",
    re.ASCII,
)
_NONE = re.compile(r"[0T:./\s-]*", re.ASCII)


def is_none(text: str) -> bool:
    """Whether a cell for a moment is empty: blank, or a date of zeros.

    >>> is_none("0000-00-00 00:00:00"), is_none(" "), is_none("2010-10-10")
    (True, True, False)
    """
    return _NONE.fullmatch(text) is not None


def zone_of(zone: tzinfo | str | None) -> tzinfo | None:
    """Return a time zone, or look it up by its name.

    Raises:
        InvalidValueError: If there is no time zone of this name.
    """
    if not isinstance(zone, str):
        return zone
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        demand = "the name of a time zone, such as 'Europe/London'"
        raise InvalidValueError("time zone", demand, zone) from error


@attrs.frozen
class TimeReader:
    """Reads the moments of a file. Those without an offset are in the file's time zone.

    When the clocks go back, an ambiguous time is the earlier moment. When they go forward, a
    skipped time is read as if they had not changed yet. A date alone is its first moment.

    Attributes:
        zone: The zone of times without an offset. If None, such times are refused.
        time_format: Their format, as for `datetime.strptime`. Default: ISO 8601.
        day_first: Whether the day comes first, so that 02/03/2026 is in March. If None, such dates
            are refused.
    """

    zone: tzinfo | None
    time_format: str | None = None
    day_first: bool | None = None

    def read(self, text: str) -> datetime:
        """Return a moment in UTC.

        Raises:
            ValueError: If this is not a moment or out of range. The message says what is valid.
        """
        if self.time_format is not None:
            moment = self._of_format(text, self.time_format)
        elif (numbers := _NUMBERS.fullmatch(text)) is not None:
            moment = self._of_numbers(numbers.groupdict(default="0"))
        else:
            moment = _of_iso(text)
        if not YEAR_MIN <= moment.year < YEAR_MAX:
            raise ValueError(f"in the years {YEAR_MIN} to {YEAR_MAX - 1}")
        if moment.tzinfo is None:
            if self.zone is None:
                raise ValueError("a time with its offset, unless a time zone is set for the file")
            moment = moment.replace(tzinfo=self.zone)
        return moment.astimezone(UTC)

    def _of_numbers(self, parts: dict[str, str]) -> datetime:
        first, second = int(parts["first"]), int(parts["second"])
        if self.day_first is None:
            raise ValueError("a date like 2026-03-02, unless the order of day and month is set")
        day, month = (first, second) if self.day_first else (second, first)
        hour, minute, seconds = (int(parts[name]) for name in ("hour", "minute", "seconds"))
        try:
            return datetime(  # noqa: DTZ001 - the zone follows
                int(parts["year"]), month, day, hour, minute, seconds
            )
        except ValueError as error:
            raise ValueError(
                f"a date with the {'day' if self.day_first else 'month'} first"
            ) from error

    def _of_format(self, text: str, time_format: str) -> datetime:
        try:
            return datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone follows
        except ValueError as error:
            raise ValueError(f"a time in the format {time_format}") from error


def _of_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    text = _UNIVERSAL.sub("Z", _SPACE.sub("", text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time like 2026-03-02 09:30") from None
