"""How the command line writes each type of value: one form, and one message for what is wrong.

Typer has parsers of its own for numbers and choices. Their messages differ between its releases,
and show choices in lower case, so every option and argument gets a parser from here.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from inspect import Signature, signature
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.domain.calendar.calendar import Weekday
from orderflow.domain.calendar.clocks import check_day, first_moment
from orderflow.domain.model import validators
from orderflow.domain.model.durations import duration_of
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.models import ParameterInfo

__all__ = ["moment_argument", "moment_of", "moment_option", "with_forms"]


DAYS_MAX = validators.DURATION_MAX.days


class _Form(NamedTuple):
    """How the command line writes values of a type.

    Attributes:
        metavar: What the help shows in place of a value.
        demand: What a text must be.
        read: Returns the value of a text, or raises.
        write: Returns the text of a value.
    """

    metavar: str
    demand: str
    read: Callable[[str], Any]
    write: Callable[[Any], Any] = lambda value: value


def moment_option(text: str) -> Any:  # noqa: ANN401 - Typer's own type is not public
    """Make an option that takes a moment."""
    return typer.Option(help=text)


def moment_argument(text: str) -> Any:  # noqa: ANN401 - the same
    """Make an argument that takes a moment."""
    return typer.Argument(help=text)


def moment_of(text: str) -> datetime:
    """Return the moment that a text names; without an offset, in the time zone of the user.

    Raises:
        ValueError: If it names none.
        BadParameter: If it is too far away.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = first_moment(moment, user_zone())
    if not validators.is_moment(moment):
        years = f"{validators.YEAR_MIN} to {validators.YEAR_MAX}"
        raise typer.BadParameter(f"{text!r} must be in the years {years} of UTC")
    return moment


def with_forms(command: Callable[..., None]) -> Callable[..., None]:
    """Give every option and argument of a command the form of its type."""
    own = signature(command, eval_str=True)
    parameters = []
    for each in own.parameters.values():
        hint, info = get_args(each.annotation)
        parameters.append(each.replace(default=_set_form(info, hint, each.default)))
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # Typer reads it
    return command


def _set_form(info: ParameterInfo, hint: Any, default: Any) -> Any:  # noqa: ANN401 - any type
    """Make Typer read a parameter by the form of its type; return its default in that form."""
    form = _form_of(info, hint)
    if form is None or info.parser is not None:
        return default
    info.parser, info.min, info.max = _reader(form), None, None
    info.case_sensitive = True  # or the help shows choices in lower case
    if info.metavar is None:
        info.metavar = form.metavar
    return default if isinstance(default, NoneType | type | str) else form.write(default)


def _form_of(info: ParameterInfo, hint: Any) -> _Form | None:  # noqa: ANN401 - any type may be a hint
    plain = next((part for part in get_args(hint) if part is not NoneType), hint)
    for kind in (hint, plain, *get_args(plain)):  # the last: of each text of a list
        if kind in _FORMS:
            return _FORMS[kind]
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _choice(kind)
    if plain in {int, float}:
        return _number(plain, info.min, info.max)
    return None


def _reader(form: _Form) -> Callable[[Any], Any]:
    def read(text: Any) -> Any:  # noqa: ANN401 - a text, or the default
        if not isinstance(text, str) or isinstance(text, Enum):
            return text
        try:
            return form.read(text)
        except (ValueError, KeyError, OverflowError, OSError) as error:
            raise typer.BadParameter(f"{quoted(text)} is not {form.demand}") from error

    return read


def _choice(kind: type[Enum]) -> _Form:
    values = [str(value) for value in kind]
    demand = f"one of {', '.join(values)}"
    return _Form(" | ".join(values), demand, lambda text: kind(text.strip().upper()))


def _number(kind: type[int | float], least: float | None, most: float | None) -> _Form:
    pattern = r"[-+]?[0-9]{1,18}" if kind is int else r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?"
    what = "a whole number" if kind is int else "a number"
    if most is not None:
        demand = f"{what} from {least} to {most}"
    elif least is not None:
        demand = f"{what} of {least} or more, with at most 18 digits"
    else:
        demand = f"{what} of at most 18 digits"

    def read(text: str) -> float:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        number = kind(text)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(text)
        return number

    return _Form("NUMBER", demand, read)


def _days(text: str) -> timedelta:
    if (length := duration_of(text)) is not None:
        return length
    days = float(text)
    if not abs(days) <= DAYS_MAX:  # and not nan
        raise ValueError(text)
    return timedelta(days=days)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    check_day("day", day)
    return day


_FORMS: dict[Any, _Form] = {
    date: _Form("DAY", "a valid DAY: try 2026-03-02", _day, date.isoformat),
    datetime: _Form("TIME", "a valid TIME: try 2026-03-02T09:30", moment_of, datetime.isoformat),
    time: _Form("HH:MM", "a valid HH:MM: try 16:00", time.fromisoformat, "{:%H:%M}".format),
    timedelta: _Form(
        "DAYS",
        f"a valid DAYS: try 2.5, 90d or 36h; {DAYS_MAX} days at most",
        _days,
        lambda value: f"{value / timedelta(days=1):g}",
    ),
    ZoneInfo: _Form("ZONE", "a valid ZONE: try Europe/London", ZoneInfo, str),
    frozenset[Weekday]: _Form(
        "DAYS",
        "a valid DAYS: try MON,TUE,FRI",
        lambda text: frozenset(Weekday(day.strip().upper()) for day in text.split(",")),
        lambda days: ",".join(day for day in Weekday if day in days),
    ),
}
