"""The domain does no input or output, reads no clock and depends on no order of hashes.

What a syntax tree cannot show, such as a set that hides behind a name, is left to the tests
that compare runs.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import Module, imports, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

PURE_PARTS = ("orderflow.errors", "orderflow.domain", "orderflow.notices", "orderflow.wording")

# Closed on purpose: a module comes in after somebody has looked at what it does.
PURE_MODULES = {
    "__future__",
    "abc",
    "attr",
    "attrs",
    "bisect",
    "collections",
    "collections.abc",
    "copy",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
}

IMPURE_BUILTINS = {
    "__import__": "it loads code",
    "breakpoint": "it waits for somebody",
    "eval": "it runs text",
    "exec": "it runs text",
    "hash": "it differs between runs",
    "id": "it differs between runs",
    "input": "it reads",
    "open": "it reads or writes",
    "print": "it writes",
}

CLOCKS = {"now", "today", "utcnow"}

SETS = {"frozenset", "set"}
SET_OPERATORS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)
TAKES_ORDER = {
    *("dict", "enumerate", "filter", "iter", "list", "map", "reversed", "tuple", "zip"),
    *("extend", "fromkeys", "join"),
}
LOSES_ORDER = {"all", "any", "len", "max", "min", "sorted", "sum", *SETS}


def impure_imports(module: Module) -> Iterator[str]:
    for item in imports(module):
        if item.path.split(".")[0] != "orderflow" and item.module not in PURE_MODULES:
            yield module.at(item, f"imports {item.module}, which is not known to be pure")


def impure_names(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in IMPURE_BUILTINS:
                yield module.at(node, f"uses {name}: {IMPURE_BUILTINS[name]}")
            case _:
                pass


def clock_readings(module: Module) -> Iterator[str]:
    """Calls of `….now()`, and `datetime.now` handed on without a call."""
    called = {node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    modules_of_time = {"datetime", *names_from_datetime(module)}
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=origin, attr=name) if name in CLOCKS:
                if node in called or ast.unparse(origin).split(".")[0] in modules_of_time:
                    yield module.at(node, f"reads a clock by {name}: take the time as an argument")
            case _:
                pass


def names_from_datetime(module: Module) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if "datetime" in {alias.name, getattr(node, "module", "")}
    }


def called_name(node: ast.expr) -> str:
    """Return the last name of what is called: `pop` for `waiting.pop()`."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def is_set(node: ast.expr) -> bool:
    """Whether this is, by its look, a set."""
    match node:
        case ast.BinOp(left=left, op=operator, right=right):
            sides = (left, right)
            return isinstance(operator, SET_OPERATORS) and any(
                is_set(side) or called_name(side) == "keys" for side in sides
            )
        case _:
            return isinstance(node, ast.Set | ast.SetComp) or called_name(node) in SETS


def walked(tree: ast.Module) -> Iterator[ast.expr]:
    """All that is walked through in a way that shows its order."""
    order_is_lost = {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called_name(node) in LOSES_ORDER
        for argument in node.args
    }
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=iterable):
                yield iterable
            case ast.Starred(value=iterable) | ast.YieldFrom(value=iterable):
                yield iterable
            case ast.ListComp() | ast.DictComp() | ast.GeneratorExp() if node not in order_is_lost:
                yield from (generator.iter for generator in node.generators)
            case ast.Call(args=arguments) if called_name(node) in TAKES_ORDER:
                yield from arguments
            case _:
                pass


def hash_orders(module: Module) -> Iterator[str]:
    for iterable in walked(module.tree):
        if is_set(iterable):
            yield module.at(iterable, "walks through a set: sort it first")


def pops(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="pop"), args=[], keywords=[]):
                yield module.at(node, "pop() takes any one of a set: for a list, write pop(-1)")
            case _:
                pass


def purity_faults(module: Module) -> list[str]:
    checks = (impure_imports, impure_names, clock_readings, hash_orders, pops)
    return [fault for check in checks for fault in check(module)]


def test_the_domain_is_pure() -> None:
    pure = [module for module in modules() if module.name.startswith(PURE_PARTS)]
    assert pure != []
    assert [fault for module in pure for fault in purity_faults(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import random",
        "import os.path",
        "from time import monotonic",
        "from uuid import uuid4",
        "def f():\n    import logging",
        "import cattrs",
        "print('x')",
        "open('x')",
        "sorted(things, key=id)",
        "hash('x')",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import datetime as moment\nfield(factory=moment.utcnow)",
        "import datetime\nfield(factory=datetime.datetime.now)",
        "type(order.placed_at).now()",
        "date.today()",
        "waiting.pop()",
        "for key in {a, b}: pass",
        "for key in old.keys() | new.keys(): pass",
        "tuple({line.sku for line in lines})",
        "[key for key in set(keys)]",
        "(*frozenset(keys), last)",
        "','.join(set(keys))",
        "dict.fromkeys(set(keys))",
    ],
)
def test_what_is_impure_is_a_fault(text: str) -> None:
    assert len(purity_faults(Module.parse("orderflow.domain.model.order", text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from collections.abc import Mapping",
        "from orderflow.errors import OrderFlowError",
        "from datetime import datetime\ndatetime.fromisoformat(text)",
        "decide(command, now=context.now)",
        "class Order:\n    id: str",
        "lines.pop(-1)",
        "sorted(set(keys))",
        "sorted(key.sku for key in {a, b})",
        "{key.sku for key in set(keys)}",
        "for key in sorted(old.keys() | new.keys()): pass",
        "for key in quantities.keys(): pass",
    ],
)
def test_what_is_pure_is_none(text: str) -> None:
    assert purity_faults(Module.parse("orderflow.domain.model.order", text)) == []
