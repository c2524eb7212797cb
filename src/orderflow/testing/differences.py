"""Differences between two values, field by field, for the messages of the contracts.

Two values are the same if they are equal, of one type, and have their times in one time zone.
Lists and tuples count as one type.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["differences", "require_same", "to_text"]

_DIFFERENCES_MAX = 10
_CHARACTERS_MAX = 400


def require_same(what: str, found: object, expected: object) -> None:
    """Require that two values are the same.

    Raises:
        AssertionError: If they differ. The message begins with `what` and lists the differences.
    """
    __tracebackhide__ = True
    faults = list(differences(found, expected))
    if faults:
        further = len(faults) - _DIFFERENCES_MAX
        listed = "".join(f"\n  {each}" for each in faults[:_DIFFERENCES_MAX])
        more = f"\n  and {counted(further, 'more difference')}" if further > 0 else ""
        raise AssertionError(f"{what} differs:{listed}{more}")


def differences(found: object, expected: object, path: str = "") -> Iterator[str]:
    """Yield where two values differ, and how: the path, what was found, what was expected."""
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        yield from _differences_of_items(found, expected, path)
    elif type(found) is not type(expected):
        yield _difference(f"{to_text(found)}, a {type(found).__name__}", expected, path)
    elif attrs.has(type(expected)):
        for name in _defaults(expected):
            inner = f"{path}.{name}"
            yield from differences(getattr(found, name), getattr(expected, name), inner)
    elif found != expected or _offset(found) != _offset(expected):
        yield _difference(to_text(found), expected, path)


def to_text(value: object) -> str:
    """Return a value as text. Fields of a class that have their default are omitted."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(to_text, value))}]"
    if not attrs.has(type(value)):
        return repr(value)
    fields = [
        f"{name}={to_text(given)}"
        for name, default in _defaults(value).items()
        if (given := getattr(value, name)) != default
    ]
    return f"{type(value).__name__}({', '.join(fields)})"


def _differences_of_items(
    found: Sequence[object], expected: Sequence[object], path: str
) -> Iterator[str]:
    if len(found) != len(expected):
        yield f"{path or 'it'}: {counted(len(found), 'item')}, expected {len(expected)}"
        yield from (f"missing: {_clipped(to_text(e))}" for e in expected if e not in found)
        yield from (f"not expected: {_clipped(to_text(e))}" for e in found if e not in expected)
        return
    for number, pair in enumerate(zip(found, expected, strict=True)):
        yield from differences(*pair, f"{path}[{number}]")


def _defaults(value: object) -> dict[str, object]:
    """Return the names of the fields of an attrs object, each with its default."""
    kind: Any = type(value)
    return {field.name: field.default for field in attrs.fields(kind)}


def _difference(found: str, expected: object, path: str) -> str:
    return f"{path or 'it'}: {_clipped(found)}, expected {_clipped(to_text(expected))}"


def _clipped(text: str) -> str:
    return text if len(text) <= _CHARACTERS_MAX else f"{text[: _CHARACTERS_MAX - 1]}…"


def _offset(value: object) -> object:
    return value.utcoffset() if isinstance(value, datetime) else None
