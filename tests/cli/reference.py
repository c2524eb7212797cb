"""The options in `docs/reference/command-line.md`, drawn from the app.

The tables stand between two markers for each command. `python -m tests.cli.reference` says
whether the page is stale, and with `--write` redraws it.
"""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

import typer.core
import typer.main

from orderflow.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
BEGIN = "<!-- options of {}: generated -->"
END = "<!-- end -->"


class Option(NamedTuple):
    """One option, or argument, of a command."""

    panel: str
    names: str
    values: str
    default: str
    text: str


def commands() -> list[str]:
    """Name the commands."""
    return list(_callbacks())


def options(name: str) -> list[Option]:
    """Describe the options of a command, in the order in which the help shows them."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    hints = {
        parameter.name: parameter.annotation
        for parameter in signature(_callbacks()[name], eval_str=True).parameters.values()
    }
    return [
        _option(each, hints[each.name or ""])
        for each in group.commands[name].params
        if isinstance(each, typer.core.TyperOption | typer.core.TyperArgument)
    ]


def redrawn(page: str) -> str:
    """Return the text of the page with current tables between its markers."""
    for name in commands():
        begin = BEGIN.format(name)
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
        block = f"{begin}\n\n{_tables(name)}\n{END}"
        page = between.sub(lambda _, block=block: block, page)  # type: ignore[misc]
    return page


def _callbacks() -> dict[str, Callable[..., None]]:
    callbacks = [(each.name, each.callback) for each in app.registered_commands]
    return {name or callback.__name__: callback for name, callback in callbacks if callback}


def _option(shown: typer.core.TyperOption | typer.core.TyperArgument, hint: Any) -> Option:  # noqa: ANN401
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    kind = next((part for part in get_args(kind) if part is not NoneType), kind)
    is_choice = isinstance(kind, type) and issubclass(kind, StrEnum)
    return Option(
        panel=shown.rich_help_panel or "",
        names=", ".join(name if name.startswith("-") else name.upper() for name in shown.opts),
        values=" ".join(kind) if is_choice else shown.metavar or _VALUES.get(kind, ""),
        default="" if shown.default in {None, False} else str(shown.default),
        text=shown.help or "",
    )


_VALUES = {int: "NUMBER", str: "TEXT"}


def _tables(name: str) -> str:
    panels: dict[str, list[Option]] = {}
    for option in options(name):
        panels.setdefault(option.panel, []).append(option)
    return "\n".join(_table(panel, found) for panel, found in panels.items())


def _table(panel: str, found: list[Option]) -> str:
    head = [f"**{panel}**\n"] if panel else []
    rows = [
        f"| {_code(each.names)} | {_code(each.values)} | {_code(each.default)} | {each.text} |"
        for each in found
    ]
    return "\n".join(
        [*head, "| option | value | default | |", "| --- | --- | --- | --- |", *rows, ""]
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def main(arguments: list[str]) -> int:
    """Say whether the page is stale, or redraw it."""
    page = PAGE.read_text(encoding="utf-8")
    if page == redrawn(page):
        return 0
    if "--write" not in arguments:
        return 1
    PAGE.write_text(redrawn(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
