"""How foreign text is shown where a character could move the cursor or forge a line."""

from __future__ import annotations

from unicodedata import category

__all__ = ["printable"]

_SPACE = "Zs"  # wide, narrow and non-breaking spaces, but no tabs or line ends


def printable(text: str) -> str:
    r"""Return a text as one line, with each unprintable character written as an escape.

    Line ends, escape codes, characters that change the text direction and lone surrogates are
    unprintable. Spaces of all kinds become plain spaces.

    >>> print(printable("late\nno violations"), printable("\x1b[31m\u202e"))
    late\nno violations \x1b[31m\u202e
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _harmless(each) for each in text)


def _harmless(character: str) -> str:
    return " " if category(character) == _SPACE else ascii(character)[1:-1]
