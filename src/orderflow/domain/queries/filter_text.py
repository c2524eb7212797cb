"""Read a filter from the text that people write: `sku=MUG and waiting>30d`.

A condition is the name of a field, a comparison, and a value, or several with commas between them.
Two conditions have `and` between them. A value needs quotation marks if it has white space, a
comma, a quotation mark or a sign of comparison in it, or is the word `and` or `none`. Inside
quotation marks, the same mark is written twice.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from orderflow.domain.calendar.clocks import DAY_MAX, DAY_MIN, first_moment, is_time_zone
from orderflow.domain.model import validators
from orderflow.domain.model.durations import duration_of
from orderflow.domain.model.filter_fields import (
    COMPARISONS,
    DURATION,
    FILTER_FIELDS,
    MOMENT,
    NUMBER,
    FilterField,
    FilterValue,
    filter_field,
)
from orderflow.domain.model.order_filter import (
    AND,
    CHARACTERS_MAX,
    NONE,
    Condition,
    OrderFilter,
)
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

__all__ = ["filter_of"]

_TOKEN = re.compile(
    r"""
    (?P<comparison>[=<>!]+)
    | (?P<comma>,)
    | (?P<word>(?:[^\s,"'=<>!]|"(?:[^"]|"")*"|'(?:[^']|'')*')+)
    | (?P<unclosed>["'].*)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')*)'")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")

_FORM = (
    ("word", f"the name of a field, such as {', '.join(list(FILTER_FIELDS)[:4])}"),
    ("comparison", f"a comparison, which is one of {' '.join(COMPARISONS)}"),
    ("word", "a value"),
    ("comma", f"{AND!r} before another condition, or a comma before another value"),
)
"""What follows what in a condition. The last two are repeated."""


class _Token(NamedTuple):
    kind: str
    text: str
    begin: int
    end: int


def filter_of(text: str, zone: tzinfo = UTC) -> OrderFilter:
    """Read a filter from its text. A text without a condition matches every order.

    >>> print(filter_of("sku=MUG and waiting > 30d and courier='Royal Mail'"))
    sku=MUG and waiting>30d and courier="Royal Mail"

    A day lasts from its first moment to that of the next day:

    >>> from zoneinfo import ZoneInfo
    >>> print(filter_of("placed<=2026-03-02", ZoneInfo("Europe/Berlin")))
    placed<2026-03-02T23:00:00Z

    Args:
        text: Conditions with `and` between them, of at most 20,000 characters.
        zone: The time zone of days, and of times without an offset.

    Raises:
        InvalidValueError: If it is not a filter, with what is wrong and what would be right.
    """
    validators.require(
        ok=isinstance(text, str) and len(text) <= CHARACTERS_MAX,
        field="filter",
        demand=f"a text of at most {CHARACTERS_MAX} characters",
        value=text,
    )
    validators.require(ok=is_time_zone(zone), field="zone", demand="a time zone", value=zone)
    return OrderFilter(tuple(_conditions(text, zone)))


def _conditions(text: str, zone: tzinfo) -> Iterator[Condition]:
    tokens = [_Token(each.lastgroup or "", each[0], *each.span()) for each in _TOKEN.finditer(text)]
    begin = 0
    for number, token in enumerate(tokens):
        if token.text.casefold() == AND:
            yield from _condition(text, tokens[begin:number], token.begin, zone)
            begin = number + 1
    if tokens:
        yield from _condition(text, tokens[begin:], len(text), zone)


def _condition(text: str, tokens: list[_Token], end: int, zone: tzinfo) -> Iterator[Condition]:
    """Yield the conditions that one of the text stands for: a day stands for two moments."""
    _check_form(text, tokens, end)
    name, comparison, *rest = tokens
    shown = quoted(text[name.begin : rest[-1].end])
    known: Iterable[str] = FILTER_FIELDS
    try:
        field = filter_field(_plain(name.text))
        known = field.kind.terms or ()
        day = _day(rest[0].text) if field.kind is MOMENT and len(rest) == 1 else None
        if day is not None:
            yield from _conditions_on_day(field.name, comparison.text, day, zone)
            return
        values = tuple([_value(field, token.text, zone) for token in rest[::2]])
        yield Condition(field.name, comparison.text, values)
    except InvalidValueError as error:
        part = error.field.rpartition(".")[2]
        demand = f"{error.demand}{_did_you_mean(error.value, known)}"
        raise InvalidValueError(f"{part} of condition {shown}", demand, error.value) from error


def _check_form(text: str, tokens: list[_Token], end: int) -> None:
    """Require a name, a comparison, and values with commas between them, up to the end."""
    for number, token in enumerate([*tokens, _Token("end", text[end:], end, end)]):
        is_last = number == len(tokens)
        kind, demand = _FORM[number if number < len(_FORM) else 2 + number % 2]
        if token.kind == "unclosed":
            demand = "a text that ends with the quotation mark with which it begins"
        elif token.kind == kind or (is_last and kind == "comma"):
            continue
        before = text[: token.begin].strip()
        where = f"what follows {quoted(before)} in the filter" if before else "start of the filter"
        raise InvalidValueError(where, demand, token.text)


def _value(field: FilterField, text: str, zone: tzinfo) -> FilterValue:
    """Read a value of a field. A text that is none is returned as it is, to be refused."""
    plain = _plain(text)
    if field.may_be_none and text.casefold() == NONE:
        return None
    if field.kind.terms is not None:
        return plain.upper()
    if field.kind is NUMBER:
        return int(plain) if _NUMBER.fullmatch(plain) else plain
    if field.kind is DURATION:
        length = duration_of(plain)
        return plain if length is None else length
    return _moment(plain, zone) if field.kind is MOMENT else plain


def _moment(text: str, zone: tzinfo) -> datetime | str:
    if _day(text) is not None:
        demand = "one day after = < <= > or >=, or a time such as 2026-03-02T09:30"
        raise InvalidValueError("Condition.values", demand, text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None and DAY_MIN <= moment.date() <= DAY_MAX:
        return first_moment(moment, zone)
    return moment if validators.is_moment(moment) else text


def _day(text: str) -> date | None:
    """Return the day that a text names without a time, if it does."""
    try:
        return date.fromisoformat(_plain(text))
    except ValueError:
        return None


def _conditions_on_day(name: str, comparison: str, day: date, zone: tzinfo) -> Iterator[Condition]:
    demand = f"a day from {DAY_MIN} to {DAY_MAX}"
    validators.require(
        ok=DAY_MIN <= day <= DAY_MAX, field="Condition.values", demand=demand, value=str(day)
    )
    begin = first_moment(datetime.combine(day, time()), zone)
    end = first_moment(datetime.combine(day + timedelta(days=1), time()), zone)
    limits = {
        "=": ((">=", begin), ("<", end)),
        "<": (("<", begin),),
        "<=": (("<", end),),
        ">": ((">=", end),),
        ">=": ((">=", begin),),
    }
    demand = f"one of {' '.join(limits)} before a day"
    validators.require(
        ok=comparison in limits, field="Condition.comparison", demand=demand, value=comparison
    )
    for side, limit in limits[comparison]:
        yield Condition(name, side, (limit,))


def _plain(text: str) -> str:
    """Return a text without its quotation marks."""

    def content(found: re.Match[str]) -> str:
        return (found[1] or "").replace('""', '"') + (found[2] or "").replace("''", "'")

    return _QUOTED.sub(content, text)


def _did_you_mean(text: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(text), known)
    return f" (did you mean {near[0]}?)" if near else ""
