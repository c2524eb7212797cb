"""What a page asks its reader to do, in its order: commands, files and Python.

- An indented block, and each line after `$ ` in a block `console`, holds commands.
- A block with a caption is a file, or is added to the end of the one of that name.
- A `literalinclude` is a file to download.
- A block `python` is typed into one session of Python. The page asserts what comes out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Command", "File", "Python", "Step", "steps_of"]

_FENCE = re.compile(r"^( *)```(.*)$")
_CAPTION = ":caption: "
_INDENT = "    "


@attrs.frozen
class Command:
    """A command of the shell, with the output that the page shows, if any."""

    line: int
    text: str
    output: str = ""


@attrs.frozen
class File:
    """A file, or more text for one."""

    line: int
    name: str
    text: str


@attrs.frozen
class Python:
    """Lines for a session of Python."""

    line: int
    text: str


Step = Command | File | Python


def steps_of(page: Path) -> Iterator[Step]:
    """Yield the steps of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        begin = number + 1
        if fence:
            while lines[begin : begin + 1] != [f"{fence[1]}```"]:
                begin += 1
            block = [each.removeprefix(fence[1]) for each in lines[number + 1 : begin]]
            yield from _fenced(page, fence[2], block, number + 2)
            number = begin + 1
        elif lines[number].startswith(_INDENT) and not lines[number - 1].strip():
            while lines[begin : begin + 1] and lines[begin].startswith(_INDENT):
                begin += 1
            yield from _commands([each[4:] for each in lines[number:begin]], number + 1)
            number = begin
        else:
            number += 1


def _fenced(page: Path, kind: str, block: list[str], line: int) -> Iterator[Step]:
    text = "".join(f"{each}\n" for each in block)
    if kind == "python":
        yield Python(line, text)
    elif kind == "console":
        yield from _session(block, line)
    elif kind.startswith("{literalinclude}"):
        name = kind.split()[1]
        yield File(line, name, (page.parent / name).read_text(encoding="utf-8"))
    elif block and block[0].startswith(_CAPTION):
        body = "".join(f"{each}\n" for each in block[2:])
        yield File(line, block[0].removeprefix(_CAPTION), body)


def _commands(block: list[str], line: int) -> Iterator[Command]:
    """Yield the commands of an indented block; a backslash continues one."""
    command: list[str] = []
    for number, each in enumerate(block):
        command.append(each)
        if not each.endswith("\\"):
            yield Command(line + number + 1 - len(command), "\n".join(command))
            command = []


def _session(block: list[str], line: int) -> Iterator[Command]:
    """Yield the commands of a block `console`, each with its output."""
    number = 0
    while number < len(block):
        begin = number
        command = [block[number].removeprefix("$ ")]
        while command[-1].endswith("\\"):
            number += 1
            command.append(block[number])
        number += 1
        output = []
        while number < len(block) and not block[number].startswith("$ "):
            output.append(block[number].rstrip())
            number += 1
        yield Command(line + begin, "\n".join(command), "\n".join(output))
