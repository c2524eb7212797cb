"""One word for one thing, and modules that are named by their subject."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

VAGUE_MODULES = {"common", "handlers", "helpers", "manager", "utils"}

# What not to say, and what to say instead.
WORDS = {
    "backordered": "on back order",
    "dispatch": "despatch",
    "dispatched": "despatched",
    "outstanding": "short, or on back order",
    "reserve": "allocate (the word is kept for a hold before an order is placed)",
    "reserved": "allocated (the word is kept for a hold before an order is placed)",
    "restock": "book in",
    "ship": "despatch (an address is ship_to)",
    "shipped": "despatched",
    "suspend": "hold",
}


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that the source gives to something, with its line; uses do not count."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.ClassDef(name=name, lineno=line)
                | ast.FunctionDef(name=name, lineno=line)
                | ast.AsyncFunctionDef(name=name, lineno=line)
                | ast.arg(arg=name, lineno=line)
                | ast.alias(asname=str(name), lineno=line)
                | ast.Name(id=name, ctx=ast.Store(), lineno=line)
                | ast.Attribute(attr=name, ctx=ast.Store(), lineno=line)
                | ast.MatchAs(name=str(name), lineno=line)
            ):
                yield name, line
            case _:
                pass


def words(name: str) -> set[str]:
    """Split a name at its underscores and capitals."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", re.sub("ship_to|ShipTo", "", name))
    return {part.lower() for part in parts}


def word_faults(module: Module) -> Iterator[str]:
    for part in module.name.split("."):
        if part in VAGUE_MODULES:
            yield f"{module.name}: {part} names no subject"
    for name, line in [(module.name, 1), *names(module.tree)]:
        for word in sorted(words(name) & WORDS.keys()):
            yield f"{module.name}:{line}: {name}: say {WORDS[word]}"


def test_a_name_is_split_at_underscores_and_capitals() -> None:
    assert words("ASNReceipt_on_hand") == {"asn", "receipt", "on", "hand"}


def test_names_use_the_words_of_the_trade() -> None:
    assert [fault for module in modules() for fault in word_faults(module)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orderflow.domain.utils", ""),
        ("orderflow.helpers.stock", ""),
        ("orderflow.domain.dispatch", ""),
        ("orderflow.domain.model.order", "class OrderDispatched: pass"),
        ("orderflow.domain.model.order", "def suspend_order(): pass"),
        ("orderflow.domain.model.order", "async def restock(): pass"),
        ("orderflow.domain.model.order", "def f(units_outstanding): pass"),
        ("orderflow.domain.model.order", "class Status:\n    BACKORDERED = 1"),
        ("orderflow.domain.model.order", "class Line:\n    reserved: int = 0"),
        ("orderflow.domain.model.order", "self.dispatched = True"),
        ("orderflow.domain.model.order", "from x import allocate as reserve"),
        ("orderflow.domain.model.order", "match x:\n    case int() as shipped: pass"),
    ],
)
def test_another_word_is_a_fault(name: str, text: str) -> None:
    assert len(list(word_faults(Module.parse(name, text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ship_to = ship_to_city = 1",
        "class ChangeShipTo: pass",
        "from functools import singledispatch",
        "queue.dispatch(order)",
        "class OrderDespatched: pass",
        "relationship = 'dispatch'",
    ],
)
def test_other_names_are_none(text: str) -> None:
    assert list(word_faults(Module.parse("orderflow.domain.model.order", text))) == []
