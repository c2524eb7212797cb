"""How messages quote what comes from outside: all of it is bounded, whatever was given.

A text is shortened, and a list is cut off after its first items. `clip` is applied to the message
of every error, so a message that quotes a long text as it is stays short, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.errors.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "ITEMS_MAX",
    "MESSAGE_CHARACTERS_MAX",
    "clip",
    "counted",
    "listed",
    "quoted",
    "shortened",
]

MESSAGE_CHARACTERS_MAX = 4_000
QUOTED_CHARACTERS_MAX = 80
ITEM_CHARACTERS_MAX = 500
ITEMS_MAX = 20


def quoted(value: object, limit: int = QUOTED_CHARACTERS_MAX) -> str:
    """Return the `repr` of a value without passwords, shortened if it is long.

    >>> quoted("A-1"), quoted("x" * 1_000, limit=8)
    ("'A-1'", "'xxxxxx…")
    """
    try:
        text = repr(without_secrets(value)[: limit + 1] if isinstance(value, str) else value)
    except ValueError:  # an integer of more digits than Python turns into text
        text = "a number too long to show"
    return shortened(text, limit)


def shortened(text: str, limit: int = ITEM_CHARACTERS_MAX) -> str:
    """Return the start of a text, and whether there is more."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def listed(texts: Collection[str], separator: str = ", ", *, further: int = 0) -> str:
    """Return the first of some texts, each shortened, and the number of the others.

    >>> listed(["A-1", "A-2"]), listed(["A-1", "A-2"], further=12_345)
    ('A-1, A-2', 'A-1, A-2 and 12,345 more')

    Args:
        texts: The texts.
        separator: The text between them.
        further: The number of others that are not among the texts.
    """
    first = [shortened(text) for text, _ in zip(texts, range(ITEMS_MAX), strict=False)]
    further += len(texts) - len(first)
    return separator.join(first) + (f" and {further:,} more" if further else "")


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun, and with what else depends on the number.

    >>> counted(1, "row"), counted(12_345, "row"), counted(2, "order is late", "orders are late")
    ('1 row', '12,345 rows', '2 orders are late')

    Args:
        number: The number.
        one: The words after a 1.
        several: The words after any other number. Default: the same, with an s at the end.
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def clip(message: str) -> str:
    """Return a message, without its middle if it is very long: its end says the way out."""
    if len(message) <= MESSAGE_CHARACTERS_MAX:
        return message
    start, end = message[: MESSAGE_CHARACTERS_MAX // 2], message[-MESSAGE_CHARACTERS_MAX // 4 :]
    return f"{start} … ({len(message):,} characters) … {end}"
