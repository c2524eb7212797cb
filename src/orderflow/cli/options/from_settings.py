"""Options made from a class of settings: one for each field, with the text of its docstring.

The command line therefore has every setting of the library, with the same text and the same
values. A command gets an instance of the class.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from inspect import Parameter, Signature, getdoc, signature
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_type_hints
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.domain.calendar.calendar import Weekday
from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute

__all__ = ["attribute_texts", "moment_argument", "moment_option", "with_options"]


class _Form(NamedTuple):
    """How the command line writes values of a type."""

    metavar: str
    example: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def with_options(
    panel: str, **settings: type
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of some classes of settings.

    Args:
        panel: The heading of these options in the help.
        settings: The class of each parameter.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 - whatever the options hold
            for parameter, kind in settings.items():
                fields = {field.name: given.pop(field.name) for field in attrs.fields(kind)}
                try:
                    given[parameter] = kind(**fields)
                except InvalidValueError as error:
                    hint = f"'{_names(kind, error.field.rpartition('.')[2])[0]}'"
                    raise typer.BadParameter(f"must be {error.demand}", param_hint=hint) from error
            command(**given)

        own = signature(command, eval_str=True).parameters.values()
        options = [option for kind in settings.values() for option in _options(panel, kind)]
        run.__signature__ = Signature(  # type: ignore[attr-defined] # Typer reads it there
            [*(each for each in own if each.name not in settings), *options]
        )
        run.__annotations__ = {}
        return run

    return decorate


def moment_option(text: str) -> Any:  # noqa: ANN401 - Typer's own type is not public
    """Make an option that takes a moment."""
    form = _FORMS[datetime]
    return typer.Option(parser=_reader(form), metavar=form.metavar, help=text)


def moment_argument(text: str) -> Any:  # noqa: ANN401 - the same
    """Make an argument that takes a moment."""
    form = _FORMS[datetime]
    return typer.Argument(parser=_reader(form), metavar=form.metavar, help=text)


def attribute_texts(kind: type) -> dict[str, str]:
    """Return the text of each attribute in the docstrings of a class and its bases."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__[1:-1]):
        texts |= attribute_texts(base)
    name = ""
    _, _, attributes = (getdoc(kind) or "").partition("Attributes:\n")
    for line in attributes.splitlines():
        if begin := re.fullmatch(r" {4}(\w+): (.*)", line):
            name, texts[begin[1]] = begin[1], begin[2]
        elif name and line.startswith(" " * 8):
            texts[name] += f" {line.strip()}"
        else:
            name = ""
    return texts


def _options(panel: str, kind: type) -> list[Parameter]:
    types, texts, defaults = get_type_hints(kind), attribute_texts(kind), kind()
    return [
        _option(
            panel,
            field,
            types[field.name],
            texts.get(field.name, ""),
            getattr(defaults, field.name),
        )
        for field in attrs.fields(kind)
    ]


def _option(
    panel: str,
    field: Attribute[Any],
    hint: Any,  # noqa: ANN401 - any type may be a hint
    text: str,
    default: object,
) -> Parameter:
    """Make one option, named after the field unless its metadata has `names`."""
    name, given = field.name, dict(field.metadata)
    plain = next((part for part in get_args(hint) if part is not NoneType), hint)
    form = _FORMS.get(hint) or _FORMS.get(plain)
    names = given.pop("names", (_option_name(name),))
    info = typer.Option(*names, help=text, rich_help_panel=panel or None, **given)
    info.case_sensitive = False
    if form is not None:
        info.parser, info.metavar = _reader(form), form.metavar
        default = None if default is None else form.write(default)
    return Parameter(
        name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[hint, info]
    )


def _names(kind: type, name: str) -> tuple[str, ...]:
    names: tuple[str, ...] = attrs.fields_dict(kind)[name].metadata.get("names", ())
    return names or (_option_name(name),)


def _option_name(field: str) -> str:
    return f"--{field.replace('_', '-')}"


def _reader(form: _Form) -> Callable[[str], Any]:
    def read(text: str) -> Any:  # noqa: ANN401 - of the type of the field
        try:
            return form.read(text)
        except (ValueError, KeyError, OverflowError, OSError) as error:
            raise typer.BadParameter(
                f"{quoted(text)} is not a valid {form.metavar}: try {form.example}"
            ) from error

    return read


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not validators.is_moment(moment):
        years = f"{validators.YEAR_MIN} to {validators.YEAR_MAX}"
        raise typer.BadParameter(f"{text!r} must be in the years {years} of UTC")
    return moment


_FORMS: dict[Any, _Form] = {
    datetime: _Form("TIME", "2026-03-02T09:30", _moment, datetime.isoformat),
    time: _Form("HH:MM", "16:00", time.fromisoformat, "{:%H:%M}".format),
    timedelta: _Form(
        "DAYS",
        "2.5",
        lambda text: timedelta(days=float(text)),
        lambda value: f"{value / timedelta(days=1):g}",
    ),
    ZoneInfo: _Form("ZONE", "Europe/London", ZoneInfo, str),
    frozenset[Weekday]: _Form(
        "DAYS",
        "MON,TUE,FRI",
        lambda text: frozenset(Weekday(day.strip().upper()) for day in text.split(",")),
        lambda days: ",".join(day for day in Weekday if day in days),
    ),
}
