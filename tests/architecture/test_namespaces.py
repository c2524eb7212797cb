"""Every public name is in one namespace, and the first of them is small enough to read."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from enum import EnumType
from pkgutil import iter_modules
from pydoc import TextDoc, plain

import pytest

import orderflow
from orderflow import adapters
from orderflow.domain.model.terms import Term

FACES = [
    "",
    ".bulk",
    ".calendar",
    ".commands",
    ".core",
    ".edits",
    ".events",
    ".filters",
    ".planning",
    ".reports",
    ".sourcing",
]
SUBJECTS = [
    ".checking",
    ".codec",
    ".frames",
    ".importing",
    ".invariants",
    ".laboratory",
    ".notices",
    ".notifier",
    ".ports",
    ".problems",
    ".telemetry",
    ".replay",
    ".schemas",
    ".testing.strategies",
    ".worker",
]
NAMES_MAX = 60


def namespaces() -> list[str]:
    """Name the modules that a program imports from; all others are rooms behind them."""
    rooms = (f".adapters.{each.name}" for each in iter_modules(adapters.__path__))
    return [f"orderflow{each}" for each in (*FACES, *SUBJECTS, *rooms)]


def test_every_public_name_is_in_one_namespace() -> None:
    where = defaultdict(list)
    for name in namespaces():
        for each in importlib.import_module(name).__all__:
            where[each].append(name)
    assert {name: found for name, found in where.items() if len(found) > 1} == {}


def test_the_first_namespace_is_small() -> None:
    assert len(orderflow.__all__) <= NAMES_MAX


@pytest.mark.parametrize("face", FACES)
def test_a_face_shows_all_that_it_imports(face: str) -> None:
    module = importlib.import_module(f"orderflow{face}")
    shown = {name for name, _ in inspect.getmembers(module, _is_shown) if name[0] != "_"}
    assert shown <= set(module.__all__)


def _is_shown(thing: object) -> bool:
    return inspect.isclass(thing) or inspect.isfunction(thing)


@pytest.mark.parametrize(
    "name", [name for name in orderflow.__all__ if isinstance(getattr(orderflow, name), EnumType)]
)
def test_the_help_of_an_enumeration_is_about_its_values(name: str) -> None:
    kind = getattr(orderflow, name)
    text = plain(TextDoc().document(kind, name))
    assert all(value in text for value in kind.__members__)
    assert "builtins.str:" not in text


def test_every_value_of_an_enumeration_is_its_name() -> None:
    for name in (*namespaces(), "orderflow.checking", "orderflow.replay", "orderflow.cli.app"):
        importlib.import_module(name)
    kinds = Term.__subclasses__()
    assert len(kinds) > 15
    assert [str(value) for kind in kinds for value in kind if value.value != value.name] == []
