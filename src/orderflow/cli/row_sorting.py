"""Sorting the rows of a listing by several fields, each from the smallest up or the largest down.

With a limit, a listing keeps only the rows that it shows. Without one, it sorts a bounded number.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import total_ordering
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    T = TypeVar("T")

__all__ = ["SORTED_MAX", "sort_key", "sort_rows"]

SORTED_MAX = 100_000
"""How many rows are sorted without a limit. An order takes about 3 kB."""

_FIELDS_MAX = 10


@total_ordering
class _Down:
    """A value that comes after every larger one."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - whatever can be compared
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and bool(self._value == other._value)

    def __lt__(self, other: _Down) -> bool:
        return bool(other._value < self._value)

    __hash__ = None  # type: ignore[assignment] # it is only compared


def sort_key(
    text: str | None, fields: Mapping[str, Callable[[T], Any]]
) -> Callable[[T], tuple[Any, ...]] | None:
    """Return the key of the option `--sort`, or `None` if it was not given.

    Rows without a value come last, from whichever end.

    Args:
        text: Names of fields, with a comma between any two; a minus before a name sorts down.
        fields: How each field is read from a row.

    Raises:
        BadParameter: If a name is none of these fields, or is given twice.
    """
    if text is None:
        return None
    names = [part.strip() for part in text.split(",")]
    plain = [name.removeprefix("-") for name in names]
    for name in plain:
        if name not in fields:
            near = get_close_matches(name, fields)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(fields)}"
            raise _bad(f"{quoted(name)} is not a field to sort by: {hint}")
    if len(set(plain)) < len(plain) or len(plain) > _FIELDS_MAX:
        raise _bad(f"name each field once, and at most {_FIELDS_MAX} of them")
    reads = [(fields[name], given != name) for name, given in zip(plain, names, strict=True)]

    def key(row: T) -> tuple[Any, ...]:
        values = ((read(row), is_down) for read, is_down in reads)
        return tuple(
            (value is None, _Down(value) if is_down and value is not None else value)
            for value, is_down in values
        )

    return key


def sort_rows(
    rows: Iterable[T], key: Callable[[T], tuple[Any, ...]], limit: int, *, what: str
) -> Sequence[T]:
    """Return the first rows by a key, and one more than the limit if there are more.

    Args:
        rows: The rows.
        key: Their key, which no two rows share.
        limit: How many of them are shown; 0 shows all.
        what: What the rows are, for the message.

    Raises:
        BadParameter: If there are too many to sort without a limit.
    """
    if 0 < limit < SORTED_MAX:
        return nsmallest(limit + 1, rows, key=key)
    found = list(islice(rows, SORTED_MAX + 1))
    if len(found) > SORTED_MAX:
        raise _bad(
            f"there are more than {SORTED_MAX:,} {what} to sort: give a --limit below that, "
            f"or choose fewer with --where"
        )
    return sorted(found, key=key)


def _bad(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="'--sort'")
