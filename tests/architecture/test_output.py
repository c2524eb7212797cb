"""Text becomes output in one place, `orderflow.cli.output`, which makes it harmless."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSOLE = "orderflow.cli.output.console"
PLACES = {CONSOLE, "orderflow.cli.output.terminal"}
MAKE_TEXT = {
    "rich.text": {"Text"},
    "rich.console": {"Console"},
    "rich.markup": {"render"},
    "rich": {"print", "get_console"},
}
WRITE = {"print", "echo", "secho", "stdout", "stderr", "__stdout__", "__stderr__", "StreamHandler"}


def output_faults(module: Module) -> Iterator[str]:
    """Find what writes to the terminal, or makes a text for it, past the one place."""
    if not module.name.startswith("orderflow.cli.") or module.name in PLACES:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom(module=str(source), names=names):
                for each in names:
                    if each.name in MAKE_TEXT.get(source, ()) and not _only_a_type(module, node):
                        yield f"{module.name}:{node.lineno}: imports {each.name}"
            case ast.Name(id="print", lineno=line):
                yield f"{module.name}:{line}: print"
            case ast.Attribute(
                value=ast.Name(id="sys" | "typer" | "logging"), attr=name, lineno=line
            ) if name in WRITE:
                yield f"{module.name}:{line}: {name}"
            case _:
                pass


def _only_a_type(module: Module, imported: ast.ImportFrom) -> bool:
    blocks = (each for each in ast.walk(module.tree) if isinstance(each, ast.If))
    return any(
        isinstance(block.test, ast.Name)
        and block.test.id == "TYPE_CHECKING"
        and imported in block.body
        for block in blocks
    )


ALLOWED = {
    "orderflow.cli.app: echo",  # the version
    "orderflow.cli.commands.relay: stdout",  # is flushed
}


def test_text_becomes_output_in_one_place() -> None:
    faults = [fault for module in modules() for fault in output_faults(module)]
    without_lines = [f"{fault.split(':')[0]}: {fault.split(': ')[1]}" for fault in faults]
    assert set(without_lines) == ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        "from rich.text import Text",
        "from rich.console import Console",
        "from rich import print",
        "print(note)",
        "import sys\nsys.stdout.write(note)",
        "import typer\ntyper.echo(note)",
        "import logging\nlogging.StreamHandler()",
    ],
)
def test_another_way_out_is_a_fault(text: str) -> None:
    assert list(output_faults(Module.parse("orderflow.cli.commands.orders", text))) != []


def test_a_type_is_none() -> None:
    text = "if TYPE_CHECKING:\n    from rich.console import Console"
    assert list(output_faults(Module.parse("orderflow.cli.commands.orders", text))) == []
