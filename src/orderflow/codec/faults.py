"""Faults in data, and their paths.

A reader returns the value that the data describe, or raises a `CodecError`. The paths in the error
start at the data of the reader. ``: must be a text, not 7`` is about all of the data, and
``.sku: is missing`` is about one field. The caller of the reader prepends its own step, so a path
is complete when the error reaches the top.
"""

from __future__ import annotations

import json
import re

from orderflow.errors import CodecError
from orderflow.errors.quoting import ITEMS_MAX, shortened
from orderflow.errors.secrets import without_secrets

__all__ = ["NUMBER_MAX", "Faults", "InvalidToken", "below", "refusal", "step_to"]

NUMBER_MAX = 2**53 - 1
"""The largest integer that every JSON parser reads exactly (RFC 8259, section 6)."""

_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)


class InvalidToken:
    """Something that Python's parser accepts and JSON does not allow: NaN, or a duplicate key.

    It replaces the value where it was found. No reader accepts it, so the error has its path.
    """

    def __init__(self, text: str) -> None:
        self.text = text


def refusal(demand: str, value: object) -> CodecError:
    """Return an error that says what the data must be.

    >>> str(refusal("a whole number", "3"))
    ': must be a whole number, not "3"'
    """
    return CodecError((f": must be {demand}, not {_show(value)}",))


def below(step: str, error: CodecError) -> CodecError:
    """Return an error with the same faults, with a step prepended to each path.

    >>> str(below(".lines", CodecError(("[2].sku: is missing",))))
    '.lines[2].sku: is missing'
    """
    return CodecError(tuple(f"{step}{fault}" for fault in error.faults), error.further)


class Faults:
    """The faults that were found so far: the first ones, and the number of the others."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._further = 0

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._first)

    def add(self, fault: str) -> None:
        """Add a fault, unless it is known."""
        if len(self._first) >= ITEMS_MAX:
            self._further += 1
        elif fault not in self._first:
            self._first.append(fault)

    def add_below(self, step: str, error: CodecError) -> None:
        """Add the faults of an error, with a step prepended to each path."""
        self._further += error.further
        if len(self._first) < ITEMS_MAX:
            for fault in error.faults:
                self.add(f"{step}{fault}")
        else:  # the usual case, if there are very many
            self._further += len(error.faults)

    def error(self) -> CodecError:
        """Return an error with all of them."""
        return CodecError(tuple(self._first), self._further)


def step_to(key: object) -> str:
    """Return the step to a member of an object, for any key.

    >>> step_to("sku"), step_to("stock on hand")
    ('.sku', '["stock on hand"]')
    """
    return f".{key}" if isinstance(key, str) and _NAME.fullmatch(key) else f"[{_show(key)}]"


def _show(value: object, limit: int = 60) -> str:
    """Return a value as short JSON, since it comes from outside."""
    match value:
        case dict():
            return "an object"
        case list():
            return f"an array of {len(value)}"
        case InvalidToken():
            return value.text
        case int() if abs(value) > NUMBER_MAX:
            return "a number of more than 53 bits"
        case str() | int() | float() | None:
            text = json.dumps(without_secrets(value)[:limit] if isinstance(value, str) else value)
            return shortened(text, limit)
        case _:
            return f"a {type(value).__name__}"
