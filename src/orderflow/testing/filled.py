"""Objects in which every field has a value of its own, found from the types of the fields.

A field that a class gets later is filled as well, so the contracts cover it by themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

import attrs

from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

__all__ = ["MOMENT", "filled", "names_of_fields"]

MOMENT = datetime(2026, 3, 2, 12, 34, 56, 123_456, tzinfo=UTC)
"""A moment with microseconds."""


def filled(kind: type[T], **given: object) -> T:
    """Return an object of an attrs class whose fields all differ from their defaults.

    Args:
        kind: The class.
        given: Fields with values of the caller's choice.

    Raises:
        InvalidValueError: If the class accepts none of the values that were tried for a field.
    """
    hints = get_type_hints(kind)
    choices = {
        name: _values(hints[name], name, number)
        for number, name in enumerate(names_of_fields(kind))
        if name not in given
    }
    values = {name: next(choice) for name, choice in choices.items()}
    while True:
        try:
            return kind(**given, **values)
        except InvalidValueError as error:
            name = error.field.rpartition(".")[2]
            choice = next(choices.get(name, iter(())), None)
            if choice is None:
                raise
            values[name] = choice


def names_of_fields(kind: type) -> list[str]:
    """Return the names of the fields of an attrs class."""
    return [field.name for field in attrs.fields(kind)]


def _values(hint: Any, name: str, number: int) -> Iterator[object]:  # noqa: ANN401 - any type
    """Yield values to try for a field, the most awkward first."""
    if get_origin(hint) is tuple:
        items = [each for each in get_args(hint) if each is not ...]
        yield tuple(next(_values(each, name, number)) for each in items)
        return
    (kind,) = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    if kind is str:
        yield f'{name}: Größe 日本 \'%_\\ "x" {{y}}'
        yield from ("NL", "+44 20 7946 0958", f"{name}@shop.example")
    elif kind is int:
        yield 7 + number
    elif kind is bool:
        yield from (True, False)
    elif kind is datetime:
        yield MOMENT
    elif kind is timedelta:
        yield timedelta(days=number, microseconds=123_457)
    elif issubclass(kind, Enum):
        yield from reversed(list(kind))
    else:
        yield filled(kind)
