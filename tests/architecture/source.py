"""The source of the package, parsed: what every architecture test reads."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src"


class Module(NamedTuple):
    """One module: its dotted name, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, name: str, text: str) -> Module:
        return cls(name, text, ast.parse(text))

    def at(self, node: ast.stmt | ast.expr | Import, fault: str) -> str:
        """Name the place of a fault."""
        return f"{self.name}:{node.lineno}: {fault}"


class Import(NamedTuple):
    """One imported thing: `from module import name`, or `import module` without a name."""

    lineno: int
    module: str
    name: str = ""

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}".rstrip(".")


@cache
def modules() -> list[Module]:
    """All modules of the package, in the order of their names."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found.append(Module.parse(name, path.read_text(encoding="utf-8")))
    assert found, f"there is no source in {SOURCE}"
    return found


def imports(module: Module) -> Iterator[Import]:
    """All imports, wherever they stand: within functions and for the type checker too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                yield Import(node.lineno, origin, alias.name)
