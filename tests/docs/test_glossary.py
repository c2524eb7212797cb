"""The glossary says what the code says: its names exist, and no term has two meanings."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import NamedTuple, get_type_hints

from orderflow import AllocationPolicy, Status
from tests.architecture.source import modules
from tests.architecture.test_words import names
from tests.docs.diagrams import ROOT

PAGE = ROOT / "docs" / "explanation" / "glossary.md"
CODE = re.compile(r"`([^`]+)`")


class Entry(NamedTuple):
    """A row of a table of the page."""

    terms: tuple[str, ...]
    meaning: str
    code: tuple[str, ...]
    instead_of: tuple[str, ...]


def entries(page: str) -> list[Entry]:
    """Read the tables with four columns."""
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [
        Entry(listed(say), mean, tuple(CODE.findall(code)), listed(instead_of))
        for say, mean, code, instead_of in cells
        if say not in {"say", "---"}
    ]


def listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())


@cache
def defined() -> set[str]:
    """Return every name that src gives to something; a member also as `Class.member`."""
    found = set[str]()
    for module in modules():
        found.update(name for name, _ in names(module.tree))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                body = ast.Module(node.body, [])
                found.update(f"{node.name}.{name}" for name, _ in names(body))
    return found


ENTRIES = entries(PAGE.read_text(encoding="utf-8"))


def test_every_entry_has_a_meaning_and_names_in_the_code() -> None:
    assert len(ENTRIES) > 40
    assert [entry for entry in ENTRIES if not (entry.terms and entry.meaning and entry.code)] == []


def test_every_name_exists_in_the_code() -> None:
    known = defined()
    assert [name for entry in ENTRIES for name in entry.code if name not in known] == []


def test_a_name_that_does_not_exist_is_noticed() -> None:
    known = defined()
    assert {"Stock.on_hand", "Status.ON_HOLD", "evolve"} <= known
    assert {"Stock.on_foot", "on_foot"}.isdisjoint(known)


def test_no_term_and_no_name_has_two_entries() -> None:
    said = [term for entry in ENTRIES for term in entry.terms]
    named = [name for entry in ENTRIES for name in entry.code]
    assert [each for each in said if said.count(each) > 1] == []
    assert [each for each in named if named.count(each) > 1] == []


def test_no_term_is_one_that_another_entry_replaces() -> None:
    """A word such as *hold* has one meaning: elsewhere it is what not to say."""
    said = {term: entry for entry in ENTRIES for term in entry.terms}
    twice = {
        word
        for entry in ENTRIES
        for word in entry.instead_of
        if word in said and said[word] is not entry
    }
    assert twice == set()


def test_every_status_and_every_setting_of_the_policy_is_explained() -> None:
    named = {name for entry in ENTRIES for name in entry.code}
    statuses = {f"Status.{status.name}" for status in Status} - {
        "Status.ALLOCATED"
    }  # said of units
    assert statuses <= named
    explained = {name.partition(".")[0] for name in named}
    for name, kind in get_type_hints(AllocationPolicy).items():
        assert f"AllocationPolicy.{name}" in named or kind.__name__ in explained, name
