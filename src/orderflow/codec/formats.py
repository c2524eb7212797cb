"""The formats that types were written in, and how values of other formats are read.

Format 1 is that of the first release. Each later change to the JSON of one class gets the next
number. The `version` of an envelope is the number of the latest change to anything inside, so a
value whose types never changed has version 1 for ever.

A change takes two releases, so that their processes can run side by side:

1. A release adds the change to `CHANGES`, and leaves its classes as they are. It reads the new
   format by `down`, and writes the old one.
2. The next release changes the class and raises `FORMAT`. It reads the old format by `up`, and
   writes the new one.

A new field with a default is no change of format: it only goes into `ADDED`.
"""

from __future__ import annotations

from copy import deepcopy
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Convert = Callable[[Any], Any]
    Functions = dict[str, list[Convert]]

__all__ = [
    "ADDED",
    "CHANGES",
    "FORMAT",
    "Change",
    "converted",
    "latest_of",
    "names_in",
    "version_of",
]


class Change(NamedTuple):
    """A change to the JSON of one class or enumeration.

    The functions get a copy, so they may modify it. Values of other classes inside are
    still in their old form: they have changes of their own.

    Attributes:
        kind: The name of the class or enumeration.
        up: Returns the JSON in the new format, from that in the previous one.
        down: Returns the JSON in the previous format. It raises `ValueError` if there is none.
    """

    kind: str
    up: Convert
    down: Convert


CHANGES: tuple[Change, ...] = ()
"""The changes since the first release. The first one makes format 2, and so on. None is removed."""

FORMAT = 1
"""The format of the classes of this release. It writes this one."""

ADDED: dict[str, tuple[str, ...]] = {}
"""Fields that were added after the first release, by class. All have a default.

They are omitted if they have it, so that processes of the previous release can read the rest.
"""


@cache
def version_of(kind: type) -> int:
    """Return the version of the format in which a type is written."""
    return _latest(kind, FORMAT)


@cache
def latest_of(kind: type) -> int:
    """Return the latest version of a type that this release can read."""
    return _latest(kind, 1 + len(CHANGES))


def _latest(kind: type, last: int) -> int:
    inside = names_in(kind)
    return max((n for n, change in _numbered(2, last) if change.kind in inside), default=1)


def _numbered(first: int, last: int) -> list[tuple[int, Change]]:
    return [(n, change) for n, change in enumerate(CHANGES, 2) if first <= n <= last]


def converted(kind: type, data: object, version: int) -> object:
    """Return data of another version in the format of this release."""
    functions: Functions = {}
    for _, change in _numbered(version + 1, FORMAT):
        functions.setdefault(change.kind, []).append(change.up)
    for _, change in reversed(_numbered(FORMAT + 1, version)):
        functions.setdefault(change.kind, []).append(change.down)
    return _convert(kind, data, functions)


def _convert(hint: Any, value: Any, functions: Functions) -> Any:  # noqa: ANN401 - any JSON
    """Convert a value and everything in it. What does not fit its hint is left to the reader."""
    parts = [each for each in get_args(hint) if each not in (NoneType, Ellipsis)]
    if get_origin(hint) in {Union, UnionType}:
        return _convert_choice(parts, value, functions)
    hints: dict[str, Any] = {}
    if _has_name(hint):
        for function in functions.get(hint.__name__, ()):
            value = function(deepcopy(value))
        hints = {} if issubclass(hint, StrEnum) else get_type_hints(hint)
    match value:
        case dict():
            return {
                name: _convert(hints[name], each, functions) if name in hints else each
                for name, each in value.items()
            }
        case list() if parts := parts or list(hints.values()):  # a named tuple has only hints
            return [
                _convert(parts[index % len(parts)], each, functions)
                for index, each in enumerate(value)
            ]
        case _:
            return value


def _convert_choice(kinds: list[Any], value: Any, functions: Functions) -> Any:  # noqa: ANN401 - any JSON
    if value is None:
        return None
    if len(kinds) == 1:
        return _convert(kinds[0], value, functions)
    named = {kind.__name__: kind for kind in kinds}
    if not isinstance(value, dict) or value.get("type") not in named:
        return value
    fields = {name: each for name, each in value.items() if name != "type"}
    return {"type": value["type"], **_convert(named[value["type"]], fields, functions)}


@cache
def names_in(kind: type) -> frozenset[str]:
    """Return the names of a type and of all classes and enumerations in it."""
    found: dict[str, type] = {}
    waiting: list[Any] = [kind]
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if _has_name(hint) and hint.__name__ not in found:
            found[hint.__name__] = hint
            waiting += _hints_in(hint)
    return frozenset(found)


def _hints_in(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - any class
    if attrs.has(kind) or hasattr(kind, "_fields"):
        yield from get_type_hints(kind).values()


def _has_name(hint: Any) -> bool:  # noqa: ANN401 - any type hint
    """Whether a hint is a class of orderflow, whose JSON may change."""
    is_class = isinstance(hint, type) and not get_args(hint)
    return is_class and (attrs.has(hint) or issubclass(hint, StrEnum) or hasattr(hint, "_fields"))
