"""The commands and options in `docs/reference/command-line.md`, drawn from the app.

The tables are between two markers. Each command that the page describes itself has its own pair of
markers. One block contains all other commands by their headings, and once the options they share.
`python -m tests.cli.reference` fails if the page is stale; with `--write` it redraws the page.
"""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from functools import cache
from inspect import getdoc, signature
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

import typer.core

from orderflow.cli.app import app
from tests.cli.runner import get_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.models import CommandInfo

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
BEGIN = "<!-- options of {}: generated -->"
END = "<!-- end -->"
BAR = r"\|"
"""A bar that does not end the cell of a table."""
ALL = "<!-- commands on a database: generated -->"
SHARED = {
    "The database": "Each command that works on a database takes these: the seller, if it is about "
    "one; the warehouse, if it is about stock.",
    "Execution": "Each command that changes something takes these; the version, if it is about one "
    "order.",
    "Listing": "Each listing takes these.",
    "Many orders": "Each bulk action takes these, to choose the orders: see "
    "[act on many orders](../how-to/act-on-many-orders.md).",
    "Several warehouses": "Each command about a new order takes these, to choose its warehouses: "
    "see [several warehouses](../how-to/several-warehouses.md).",
    "Who gets the stock": "The settings of a policy: see [who gets the stock]"
    "(../explanation/who-gets-the-stock.md).",
}
"""The panels that the page has only once, with a text for each."""
_ON_THE_PAGE = "Try it out"


class Option(NamedTuple):
    """One option, or argument, of a command."""

    panel: str
    names: str
    values: str
    default: str
    text: str


def commands() -> dict[str, CommandInfo]:
    """Return the commands by their names; that of a group is the first word of several names."""
    found = {str(each.name): each for each in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for each in group.typer_instance.registered_commands:
            found[f"{group.name} {each.name}"] = each
    return found


@cache
def options(name: str) -> list[Option]:
    """Describe the options of a command, in the order in which the help shows them."""
    command = get_command(app)
    for part in name.split():
        assert isinstance(command, typer.core.TyperGroup)
        command = command.commands[part]
    hints = {
        parameter.name: parameter.annotation
        for parameter in signature(_callback(name), eval_str=True).parameters.values()
    }
    return [
        _option(each, hints[each.name or ""])
        for each in command.params
        if isinstance(each, typer.core.TyperOption | typer.core.TyperArgument)
    ]


def redrawn(page: str) -> str:
    """Return the text of the page with current tables between its markers."""
    for name in commands():
        page = _filled(page, BEGIN.format(name), f"{_tables(options(name))}")
    return _filled(page, ALL, _database_commands())


def _filled(page: str, begin: str, text: str) -> str:
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{begin}\n\n{text}\n{END}", page)


def _database_commands() -> str:
    """Draw the shared options, and each command under the heading that the help has for it."""
    registered = {
        name: each for name, each in commands().items() if each.rich_help_panel != _ON_THE_PAGE
    }
    drawn = []
    for panel, text in SHARED.items():
        found = [option for name in registered for option in options(name)]
        named = {option.names: option for option in found if option.panel == panel}
        assert named, f"no command has the panel {panel!r}"
        drawn.append(f"### Options: {panel.lower()}\n\n{text}\n\n{_rows([*named.values()])}")
    heading = None
    for name, each in registered.items():
        if each.rich_help_panel != heading:
            heading = each.rich_help_panel
            drawn.append(f"## {heading}\n")
        drawn.append(_command(name, str(getdoc(each.callback)), str(each.epilog)))
    return "\n".join(drawn)


def _command(name: str, text: str, epilog: str) -> str:
    own = [option for option in options(name) if option.panel not in SHARED]
    panels = {option.panel for option in options(name)}
    example = epilog.removeprefix("Example: `").removesuffix("`")
    links = ", ".join(
        f"[{panel.lower()}](#options-{_anchor(panel)})" for panel in SHARED if panel in panels
    )
    return "\n".join(
        [
            f"### `orderflow {name}`\n\n{text}\n\n    {example}\n",
            *([_tables(own)] if own else []),
            f"Options besides: {links}.\n",
        ]
    )


def _anchor(panel: str) -> str:
    return panel.lower().replace(" ", "-")


def _callback(name: str) -> Callable[..., None]:
    callback = commands()[name].callback
    assert callback is not None
    return callback


def _option(shown: typer.core.TyperOption | typer.core.TyperArgument, hint: Any) -> Option:  # noqa: ANN401
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    kind = next((part for part in get_args(kind) if part is not NoneType), kind)
    is_choice = isinstance(kind, type) and issubclass(kind, StrEnum)
    return Option(
        panel=shown.rich_help_panel or "",
        names=", ".join(name if name.startswith("-") else name.upper() for name in shown.opts),
        values=" ".join(kind) if is_choice else shown.metavar or _VALUES.get(kind, ""),
        default="" if shown.default in (None, False, []) else str(shown.default),
        text=shown.help or "",
    )


_VALUES = {int: "NUMBER", str: "TEXT"}


def _tables(found: list[Option]) -> str:
    panels: dict[str, list[Option]] = {}
    for option in found:
        panels.setdefault(option.panel, []).append(option)
    return "\n".join(
        (f"**{panel}**\n\n" if panel else "") + _rows(each) for panel, each in panels.items()
    )


def _rows(found: list[Option]) -> str:
    rows = [
        f"| {_code(each.names)} | {_code(each.values)} | {_code(each.default)} | {each.text} |"
        for each in found
    ]
    return "\n".join(["| option | value | default | |", "| --- | --- | --- | --- |", *rows, ""])


def _code(text: str) -> str:
    return f"`{text.replace('|', BAR)}`" if text else ""


def main(arguments: list[str]) -> int:
    """Check whether the page is current, or redraw it."""
    page = PAGE.read_text(encoding="utf-8")
    if page == redrawn(page):
        return 0
    if "--write" not in arguments:
        return 1
    PAGE.write_text(redrawn(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
