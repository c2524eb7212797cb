"""One word for one thing, and modules that are named by their subject."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

VAGUE_MODULES = {
    *("common", "handlers", "helpers", "manager", "utils"),
    *("care", "carrying", "doing", "screen", "showing"),
}

# What not to say, and what to say instead. Of several words in a row, all are meant.
WORDS = {
    "backordered": "on back order",
    "desk": "seller notices",
    "dice": "draws",
    "dispatch": "despatch",
    "dispatched": "despatched",
    "foresee": "prefetch",
    "foreseen": "prefetched",
    "habits": "seller behaviour",
    "holder": "orders with units",
    "holders": "orders with units",
    "holding": "partial allocation, or orders with units",
    "holdings": "partial allocation, or orders with units",
    "keeps": "allows partial",
    "look": "read, or find",
    "looked": "visited, or found",
    "looking": "reading",
    "looks": "reads",
    "notebook": "notice store",
    "outstanding": "short, or on back order",
    "process": "allocate, or send to the warehouse",
    "processed": "sent to the warehouse",
    "processing": "allocating",
    "prospect": "outlook",
    "prospects": "outlook",
    "put off": "defer",
    "reserve": "allocate (the word is kept for a hold before an order is placed)",
    "reserved": "allocated (the word is kept for a hold before an order is placed)",
    "restock": "book in",
    "risen": "replenished",
    "ship": "despatch (an address is ship_to)",
    "shipped": "despatched",
    "shorted": "back orders opened",
    "stand in": "replacement",
    "stand ins": "replacements",
    "story": "a noun for what it holds",
    "suggest": "offer a replacement",
    "suggestion": "replacement offer",
    "suggestions": "replacement offers",
    "suspend": "hold",
    "take back": "preempt",
    "taken back": "preempted",
    "takers": "last taker",
    "taking back": "preemption",
    "telling": "notices",
    "watched": "blocked on",
    "watching": "blocked on",
}

# A word that means one thing in these modules, and nothing elsewhere.
IN_MODULES = {
    "overdue": (
        "late, of a receipt; an order waits",
        (
            *("domain.allocation.expected_cover", "domain.model.stock", "domain.queries"),
            "domain.reports",
            *("cli", "notices", "notifier", "wording"),
        ),
    ),
}

# The word in these names is another one than the one that is banned.
NOT_MEANT = {
    "ProcessPoolExecutor": "a process of the operating system",
    "process": "a process of the operating system",
    "process_request": "a method of socketserver",
    "process_request_thread": "a method of socketserver",
}

# Old names that are still in use. Remove each one when it is renamed, and add none.
NOT_YET = set[str]()


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
    """Split a name at its underscores and capitals: into words, and words that follow another."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", re.sub("ship_to|ShipTo", "", name))
    single = [part.lower() for part in parts]
    return {*single, *(" ".join(pair) for pair in pairwise(single))}


def word_faults(module: Module) -> Iterator[str]:
    for part in module.name.split("."):
        if part in VAGUE_MODULES:
            yield f"{module.name}: {part} names no subject"
    for name, line in [(module.name.rpartition(".")[2], 1), *names(module.tree)]:
        if name in NOT_MEANT or name.startswith("test_"):  # such a name is a sentence
            continue
        for word in sorted(words(name) & WORDS.keys()):
            yield f"{module.name}:{line}: {name}: say {WORDS[word]}"
        for word in sorted(words(name) & IN_MODULES.keys()):
            meaning, rooms = IN_MODULES[word]
            if not f"{module.name}.".startswith(tuple(f"orderflow.{room}." for room in rooms)):
                yield f"{module.name}:{line}: {name}: {word} is {meaning}"


def test_a_name_is_split_at_underscores_and_capitals() -> None:
    assert words("ASNReceipt_hand") == {"asn", "receipt", "hand", "asn receipt", "receipt hand"}


def test_names_use_the_words_of_the_trade() -> None:
    faults = [fault for module in modules() for fault in word_faults(module)]
    assert [fault for fault in faults if fault.split(": ")[1].split()[0] not in NOT_YET] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orderflow.domain.utils", ""),
        ("orderflow.helpers.stock", ""),
        ("orderflow.domain.dispatch", ""),
        ("orderflow.domain.model.order", "class OrderDispatched: pass"),
        ("orderflow.domain.model.order", "def take_back(): pass"),
        ("orderflow.domain.model.order", "class StandIn: pass"),
        ("orderflow.domain.model.order", "overdue = 1"),
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
        "def take(): pass",
        "def test_it_looks_like_a_sentence(): pass",
        "relationship = 'dispatch'",
    ],
)
def test_other_names_are_none(text: str) -> None:
    assert list(word_faults(Module.parse("orderflow.domain.model.order", text))) == []
