"""Every public name says what it is."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

import orderflow
from tests.architecture.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPLAINS_ITSELF = {"__version__"}


def definitions(module: Module) -> Iterator[tuple[str, bool]]:
    """Yield every class and function at the top of the module, and whether it has a docstring."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, ast.get_docstring(node) is not None


def values(module: Module) -> Iterator[tuple[str, bool]]:
    """Yield every value at the top of the module, and whether a text follows that says its use."""
    for node, after in pairwise([*module.tree.body, ast.Pass()]):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                match after:
                    case ast.Expr(value=ast.Constant(value=str())):
                        yield name, True
                    case _:
                        yield name, False
            case _:
                pass


def undocumented(module: Module) -> list[str]:
    """Name what has no docstring: the module, its public classes and functions."""
    missing = [name for name, said in definitions(module) if not said and name[0] != "_"]
    if ast.get_docstring(module.tree) is None:
        missing.append("the module itself")
    return [f"{module.name}: {name}" for name in missing]


def documented(module: Module) -> set[str]:
    return {name for name, said in [*definitions(module), *values(module)] if said}


def test_every_public_function_and_class_has_a_docstring() -> None:
    assert [fault for module in modules() for fault in undocumented(module)] == []


def test_every_name_that_the_package_shows_has_a_docstring() -> None:
    said = set[str]().union(*(documented(module) for module in modules()))
    assert set(orderflow.__all__) - said - EXPLAINS_ITSELF == set()


def test_a_missing_docstring_is_a_fault() -> None:
    text = "class A: pass\ndef b(): pass\nasync def c(): pass\ndef _d(): pass"
    assert len(undocumented(Module.parse("orderflow.ports", text))) == 4


def test_a_value_is_documented_by_the_text_after_it() -> None:
    text = "A = 1\n'''The first.'''\nB: int = 2\n'''The second.'''\nC = 3\nD = 4"
    assert documented(Module.parse("orderflow.ports", text)) == {"A", "B"}
