"""What is wrong with some data, and where.

A reader returns the thing that the data describe, or raises a `CodecError` whose paths begin at
the data it was given: ``: must be a text, not 7`` is about all of it, ``.sku: is missing`` about
a field. Who called the reader puts the step in front that led there, so that a path is complete
when the error reaches the top.
"""

from __future__ import annotations

import json
import re

from orderflow.errors import CodecError

__all__ = ["NUMBER_MAX", "Stray", "below", "refusal", "step_to"]

NUMBER_MAX = 2**53 - 1
"""The greatest number that every reader of JSON keeps as it is (RFC 8259, section 6)."""

_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)


class Stray:
    """What a parser lets pass and JSON does not have: NaN, or a key that was there already.

    It is put where it was found. No reader takes it, so it is refused with its path.
    """

    def __init__(self, text: str) -> None:
        self.text = text


def refusal(demand: str, value: object) -> CodecError:
    """Say what the data must be instead.

    >>> str(refusal("a whole number", "3"))
    ': must be a whole number, not "3"'
    """
    return CodecError((f": must be {demand}, not {_shown(value)}",))


def below(step: str, error: CodecError) -> tuple[str, ...]:
    """Put a step in front of the paths of an error.

    >>> below(".lines", CodecError(("[2].sku: is missing",)))
    ('.lines[2].sku: is missing',)
    """
    return tuple(f"{step}{fault}" for fault in error.faults)


def step_to(key: object) -> str:
    """Return the step to what an object has under a key, which may be any.

    >>> step_to("sku"), step_to("stock on hand")
    ('.sku', '["stock on hand"]')
    """
    return f".{key}" if isinstance(key, str) and _NAME.fullmatch(key) else f"[{_shown(key)}]"


def _shown(value: object, limit: int = 60) -> str:
    """Show a value as JSON does, and never at length: it comes from outside."""
    match value:
        case dict():
            return "an object"
        case list():
            return f"an array of {len(value)}"
        case Stray():
            return value.text
        case int() if abs(value) > NUMBER_MAX:
            return "a number of more than 53 bits"
        case str() | int() | float() | None:
            text = json.dumps(value[:limit] if isinstance(value, str) else value)
            return text if len(text) <= limit else f"{text[: limit - 1]}…"
        case _:
            return f"a {type(value).__name__}"
