"""The rules for single values, as attrs validators.

Every value has a limit, so that no value from outside can grow without bound. The limits of moments
and durations also ensure that no sum of them leaves the range of Python's types.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = [
    "DURATION_MAX",
    "IDENTIFIER_CHARACTERS_MAX",
    "LINES_MAX",
    "NOTE_CHARACTERS_MAX",
    "UNITS_MAX",
    "YEAR_MAX",
    "YEAR_MIN",
]

IDENTIFIER_CHARACTERS_MAX = 128
NOTE_CHARACTERS_MAX = 1_000
UNITS_MAX = 10**12
PRIORITY_MAX = 10**9
LINES_MAX = 10_000
CUSTOM_FIELDS_MAX = 50
EDITS_MAX = 3 * LINES_MAX
"""Enough to remove every line of an order, add as many, and change each of them."""
YEAR_MIN, YEAR_MAX = 1970, 2999
DURATION_MAX = timedelta(days=36_525)
SECONDS_MAX = 24 * 60 * 60
"""The longest time to wait for an answer, as a number of seconds."""


@attrs.frozen
class WholeNumber:
    """A validator that requires a whole number of a field. `True` is not a number."""

    smallest: int
    largest: int
    demand: str

    def __call__(self, instance: object, attribute: Attribute[Any], value: object) -> None:
        if not (type(value) is int and self.smallest <= value <= self.largest):
            raise _broken(instance, attribute, self.demand, value)


@attrs.frozen
class OneOf:
    """A validator that requires an instance of one of some types."""

    kinds: tuple[type, ...]

    def __call__(self, instance: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, self.kinds):
            raise _broken(instance, attribute, f"of type {_names(self.kinds)}", value)


@attrs.frozen
class TupleOf:
    """A validator that requires a tuple of instances of some types."""

    kinds: tuple[type, ...]
    smallest: int
    largest: int | None

    def __call__(self, instance: object, attribute: Attribute[Any], value: object) -> None:
        if not (
            isinstance(value, tuple)
            and self.smallest
            <= len(value)
            <= (len(value) if self.largest is None else self.largest)
            and all(isinstance(item, self.kinds) for item in value)
        ):
            upper = "or more" if self.largest is None else f"to {self.largest}"
            demand = f"a tuple of {self.smallest} {upper} {_names(self.kinds)}"
            raise _broken(instance, attribute, demand, value)


def require(*, ok: bool, field: str, demand: str, value: object) -> None:
    """Raise `InvalidValueError` unless the value satisfies the rule of the field."""
    if not ok:
        raise InvalidValueError(field, demand, value)


def is_identifier(value: object) -> bool:
    r"""Whether this is a valid id: a short printable text.

    >>> is_identifier("A-17"), is_identifier(""), is_identifier("A\n17")
    (True, False, False)
    """
    return (
        isinstance(value, str)
        and 0 < len(value) <= IDENTIFIER_CHARACTERS_MAX
        and value.isprintable()
        and value == value.strip()
    )


def is_units(value: object, smallest: int) -> bool:
    """Whether this is a whole number of units, not below the smallest. `True` is not a number."""
    return type(value) is int and smallest <= value <= UNITS_MAX


def is_moment(value: object) -> bool:
    """Whether this is a datetime with a time zone, within the limits."""
    return isinstance(value, datetime) and _is_in_utc(in_utc(value))


def is_duration(value: object) -> bool:
    """Whether this is a length of time above 0, within the limit."""
    return isinstance(value, timedelta) and timedelta(0) < value <= DURATION_MAX


def is_seconds(value: object) -> bool:
    """Whether this is a number of seconds to wait for an answer. `True` is not a number."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= SECONDS_MAX
    )


def is_note(value: object) -> bool:
    """Whether this is a text of bounded length; it may be empty and have several lines."""
    return (
        isinstance(value, str)
        and len(value) <= NOTE_CHARACTERS_MAX
        and (value.isprintable() or not any(map(_is_control, value)))
    )


IDENTIFIER_DEMAND = (
    f"a text of 1 to {IDENTIFIER_CHARACTERS_MAX} printable characters "
    f"without white space around them"
)
NOTE_DEMAND = f"a text of at most {NOTE_CHARACTERS_MAX} characters without control characters"
MOMENT_DEMAND = f"a datetime with a time zone, in the years {YEAR_MIN} to {YEAR_MAX} of UTC"
DURATION_DEMAND = f"a timedelta above 0, and at most {DURATION_MAX.days} days"
SECONDS_DEMAND = f"a number of seconds above 0, and at most {SECONDS_MAX}"


_CUSTOM_FIELDS_DEMAND = (
    f"at most {CUSTOM_FIELDS_MAX} pairs of a name, which is {IDENTIFIER_DEMAND}, "
    f"and {NOTE_DEMAND}; each name once"
)

_LINE_UNITS_DEMAND = (
    f"at most {LINES_MAX} pairs of a line id and a whole number of units from 1 to {UNITS_MAX}; "
    f"each line once"
)


_LINE_CHANGES_DEMAND = (
    f"1 to {LINES_MAX} pairs of a line id and a whole number of units, not 0, from -{UNITS_MAX} to "
    f"{UNITS_MAX}; each line once"
)


def units_demand(smallest: int) -> str:
    """Return in words what `is_units` requires."""
    return f"a whole number of units from {smallest} to {UNITS_MAX}"


def whole_demand(smallest: int, largest: int = UNITS_MAX) -> str:
    """Return in words what `whole` requires."""
    return f"a whole number from {smallest} to {largest}"


def identifier(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that `is_identifier` is true of a field."""
    if not is_identifier(value):
        raise _broken(instance, attribute, IDENTIFIER_DEMAND, value)


def moment(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a moment in UTC."""
    if not _is_in_utc(value):
        raise _broken(instance, attribute, MOMENT_DEMAND, value)


def require_moment(field: str, value: datetime) -> datetime:
    """Return the same moment in UTC.

    Raises:
        InvalidValueError: Unless it is a moment.
    """
    moment = in_utc(value)
    require(ok=_is_in_utc(moment), field=field, demand=MOMENT_DEMAND, value=value)
    return moment


def require_duration(field: str, value: timedelta, *, or_zero: bool = False) -> timedelta:
    """Return the length of time.

    Raises:
        InvalidValueError: Unless `is_duration` is true of it, or it is 0 and may be.
    """
    ok = is_duration(value) or (or_zero and value == timedelta(0))
    demand = f"{DURATION_DEMAND}, or 0" if or_zero else DURATION_DEMAND
    require(ok=ok, field=field, demand=demand, value=value)
    return value


def in_utc(value: datetime) -> datetime:
    """Return the same moment in UTC. Return any other value unchanged; `moment` refuses it.

    In the hour that the clocks repeat, the same local time names two different moments, and Python
    compares them as equal. In UTC every moment has one form, so a value that was written and read
    again is equal.
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    try:
        has_zone = isinstance(value, datetime) and value.utcoffset() is not None
        return value.astimezone(UTC) if has_zone else value
    # The conversion leaves the range of a datetime, or the zone answers nonsense. A class of zones
    # without `utcoffset` inherits that of the abstract `tzinfo`, which raises NotImplementedError.
    except (NotImplementedError, OverflowError, TypeError, ValueError):
        return value


def in_utc_if_any(value: datetime | None) -> datetime | None:
    """Return the same moment in UTC, or `None` for `None`."""
    return None if value is None else in_utc(value)


def one_utc(value: object) -> object:
    """Return `datetime.UTC` for a zone named UTC, so that a value that is read again is equal."""
    return UTC if getattr(value, "key", None) == "UTC" else value


def words(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a note that says something."""
    if not (is_note(value) and isinstance(value, str) and value.strip()):
        raise _broken(instance, attribute, f"{NOTE_DEMAND}, and not blank", value)


def note(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that `is_note` is true of a field."""
    if not is_note(value):
        raise _broken(instance, attribute, NOTE_DEMAND, value)


def sorted_pairs(
    value: Mapping[str, str] | tuple[tuple[str, str], ...],
) -> tuple[tuple[str, str], ...]:
    """Return pairs sorted by their names. Return any other value unchanged; it is refused later."""
    if value == ():
        return ()
    pairs = tuple(value.items()) if isinstance(value, Mapping) else value
    try:
        return tuple(sorted(pairs)) if isinstance(pairs, tuple) else pairs
    except TypeError:
        return pairs


def custom_fields(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a tuple of pairs of a name and a text, each name once."""
    if value == ():
        return
    if not (
        isinstance(value, tuple)
        and len(value) <= CUSTOM_FIELDS_MAX
        and all(map(_is_custom_field, value))
        and len(dict(value)) == len(value)
    ):
        raise _broken(instance, attribute, _CUSTOM_FIELDS_DEMAND, value)


def line_units(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a tuple of pairs of a line id and units above 0, each line once."""
    if value == ():
        return
    if not (
        isinstance(value, tuple)
        and len(value) <= LINES_MAX
        and all(map(_is_units_of_line, value))
        and len(dict(value)) == len(value)
    ):
        raise _broken(instance, attribute, _LINE_UNITS_DEMAND, value)


def line_changes(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a tuple of pairs of a line id and a change, each line once."""
    if not (
        isinstance(value, tuple)
        and 1 <= len(value) <= LINES_MAX
        and all(map(_is_change_of_line, value))
        and len(dict(value)) == len(value)
    ):
        raise _broken(instance, attribute, _LINE_CHANGES_DEMAND, value)


def units(smallest: int) -> WholeNumber:
    """Make a validator that requires `is_units` of a field."""
    return WholeNumber(smallest, UNITS_MAX, units_demand(smallest))


def whole(smallest: int, largest: int = UNITS_MAX) -> WholeNumber:
    """Make a validator that requires a whole number, of something other than units."""
    return WholeNumber(smallest, largest, whole_demand(smallest, largest))


priority = whole(-PRIORITY_MAX, PRIORITY_MAX)
"""Requires a whole number within limits; a higher one comes first."""


def units_change(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a whole number of units other than 0; it may be negative."""
    if not _is_change(value):
        demand = f"a whole number of units, not 0, from -{UNITS_MAX} to {UNITS_MAX}"
        raise _broken(instance, attribute, demand, value)


def duration(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a length of time above 0."""
    if not is_duration(value):
        raise _broken(instance, attribute, DURATION_DEMAND, value)


def duration_change(instance: object, attribute: Attribute[Any], value: object) -> None:
    """Require that a field is a length of time in either direction, or 0."""
    if not (isinstance(value, timedelta) and abs(value) <= DURATION_MAX):
        days = DURATION_MAX.days
        raise _broken(instance, attribute, f"a timedelta from -{days} to {days} days", value)


def one_of(*kinds: type) -> OneOf:
    """Make a validator that requires an instance of one of these types."""
    return OneOf(kinds)


def tuple_of(*kinds: type, smallest: int = 0, largest: int | None = None) -> TupleOf:
    """Make a validator that requires a tuple of instances of these types."""
    return TupleOf(kinds, smallest, largest)


def _names(kinds: tuple[type, ...]) -> str:
    return " or ".join(kind.__name__ for kind in kinds)


def _is_in_utc(value: object) -> bool:
    """Whether this is a moment whose time zone is `datetime.UTC` itself."""
    return (
        isinstance(value, datetime) and value.tzinfo is UTC and YEAR_MIN <= value.year <= YEAR_MAX
    )


def _is_custom_field(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2  # noqa: PLR2004 - a pair
        and is_identifier(value[0])
        and is_note(value[1])
    )


def _is_units_of_line(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2  # noqa: PLR2004 - a pair
        and is_identifier(value[0])
        and is_units(value[1], 1)
    )


def _is_change(value: object) -> bool:
    return type(value) is int and 0 < abs(value) <= UNITS_MAX


def _is_change_of_line(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2  # noqa: PLR2004 - a pair
        and is_identifier(value[0])
        and _is_change(value[1])
    )


def _is_control(character: str) -> bool:
    """Whether no text may contain the character: a control but white space, or half a pair."""
    return (
        (character < " " and character not in "\t\n\r")
        or "\x7f" <= character <= "\x9f"
        or "\ud800" <= character <= "\udfff"
    )


def _broken(
    instance: object, attribute: Attribute[Any], demand: str, value: object
) -> InvalidValueError:
    return InvalidValueError(f"{type(instance).__name__}.{attribute.name}", demand, value)
