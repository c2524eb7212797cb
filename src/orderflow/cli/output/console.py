"""The one place where text becomes output: whatever it contains, it stays a line of text.

Ids, notes, file names and answers of servers come from outside. On a terminal, an escape code or a
line end in them could hide what is there, or forge what is not. So a console takes every string as
plain text, without markup, and shows each unprintable character as an escape. Styled text is made
with `styled`. If a line is too long for the terminal, the rest of it is indented: only a line of
orderflow's own begins at the margin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.text import Text

from orderflow.errors.secrets import without_secrets
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from rich.containers import Lines

__all__ = ["PlainConsole", "heading", "styled"]

INDENT = 2
"""The spaces before the rest of a line that was too long."""


class PlainConsole(Console):
    """A console that takes strings for plain text.

    Args:
        is_for_messages: Whether it prints messages, to standard error. Messages are not wrapped,
            and hide the passwords of URLs.
    """

    def __init__(self, *, is_for_messages: bool = False) -> None:
        self._is_for_messages = is_for_messages
        super().__init__(
            stderr=is_for_messages,
            soft_wrap=is_for_messages,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def print(self, *lines: Any, **options: Any) -> None:  # noqa: ANN401 - as the base class
        """Print lines: strings, styled texts and tables."""
        for each in lines:
            # A bare text would be joined with others, as a text that is not indented.
            super().print(Group(self._line(each)), **options)
        if not lines:
            super().print(**options)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - as the base class
        """Make a text of a string, wherever it is: in a line, in a cell or in a title."""
        shown = without_secrets(text) if self._is_for_messages else text
        style, justify = options.get("style", ""), options.get("justify")
        return _Line(printable(shown), style, justify=justify, overflow=options.get("overflow"))

    def _line(self, each: Any) -> Any:  # noqa: ANN401 - whatever can be printed
        return self.render_str(each) if isinstance(each, str) else each


class _Line(Text):
    """A text that is indented from its second line on."""

    def wrap(self, console: Console, width: int, **options: Any) -> Lines:  # noqa: ANN401 - as the base class
        lines = super().wrap(console, width, **options)
        if len(lines) > 1 and width > 2 * INDENT:
            lines = super().wrap(console, width - INDENT, **options)
            for line in lines[1:]:
                line.pad_left(INDENT)
        return lines


def heading(name: str) -> Text:
    """Return the heading of a column, which is folded without being indented."""
    return Text(printable(name))


def styled(*parts: str | tuple[str, str]) -> Text:
    """Return a line of texts, some of them with a style: ``styled("all ", ("well", "green"))``."""
    line = _Line()
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        line.append(printable(text), style)
    return line
