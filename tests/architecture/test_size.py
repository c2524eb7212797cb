"""No function and no file grows beyond what can be read at one go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.architecture.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 400


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines from the first statement to the last; the docstring is free."""
    body = function.body[ast.get_docstring(function) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def size_faults(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield f"{module.name}: {lines} lines are more than {FILE_LINES_MAX}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = body_lines(node)
            if lines > FUNCTION_LINES_MAX:
                yield module.at(node, f"{node.name}: {lines} lines, not {FUNCTION_LINES_MAX}")


def test_functions_and_files_are_short() -> None:
    assert [fault for module in modules() for fault in size_faults(module)] == []


def faults_of(text: str) -> list[str]:
    return list(size_faults(Module.parse("orderflow.domain.model.order", text)))


def test_a_long_function_is_a_fault_even_in_a_class() -> None:
    method = "class Order:\n  async def f(self):\n    '''Say.'''\n" + "    x = 1\n" * 40
    assert faults_of(method) == []
    assert len(faults_of(method + "    x = 1\n")) == 1


def test_a_docstring_may_be_long() -> None:
    assert faults_of("def f():\n  '''Say." + "\n" * 80 + "  '''\n") == []


def test_a_long_file_is_a_fault() -> None:
    assert faults_of("x = 1\n" * 400) == []
    assert len(faults_of("x = 1\n" * 401)) == 1
