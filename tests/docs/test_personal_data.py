"""The page on personal data classifies every text of every type that is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs

from orderflow import Address, Order, Outcome
from orderflow.commands import Command
from orderflow.domain.model.personal_data import NESTED, PERSONAL
from orderflow.events import Event
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "how-to" / "erase-personal-data.md"


def parts(hint: Any) -> Iterator[Any]:  # noqa: ANN401 - any type hint
    yield hint
    for each in get_args(hint):
        yield from parts(each)


def stored_types() -> dict[type, dict[str, list[Any]]]:
    """Return every type that is stored, and the parts of the types of its fields."""
    found: dict[type, dict[str, list[Any]]] = {}
    unseen = [*get_args(Command), *get_args(Event), Outcome, Order]
    while unseen:
        kind = unseen.pop()
        if kind in found:
            continue
        hints = get_type_hints(kind)
        found[kind] = {each.name: [*parts(hints[each.name])] for each in attrs.fields(kind)}
        inner = (part for field in found[kind].values() for part in field)
        unseen += [part for part in inner if isinstance(part, type) and attrs.has(part)]
    return found


def table(header: str) -> list[tuple[str, str]]:
    """Return the rows of a table of the page with two columns."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text.partition(f"| field | {header} |\n| --- | --- |\n")[2].partition("\n\n")[0]
    return [tuple(cell.strip() for cell in row.split("|")[1:3]) for row in rows.splitlines()]  # type: ignore[misc] # two


def kept() -> set[str]:
    """Return the fields that stay: the name alone, or that of the type and of the field."""
    names = set[str]()
    for fields, _ in table("why it stays"):
        field, of, kinds = fields.partition(" of ")
        if of:
            names |= {f"{kind}.{field.strip('`')}" for kind in re.findall(r"`(\w+)`", kinds)}
        else:
            names |= set(re.findall(r"`(\w+)`", fields))
    return names


def test_the_page_names_every_personal_field_and_what_it_becomes() -> None:
    shown = {
        name: becomes.strip("`")
        for fields, becomes in table("becomes")
        for name in re.findall(r"`([\w.]+)`", fields)
    }
    assert shown == {
        f"{kind.__name__}.{name}": repr(value).replace("'", '"')
        for kind, fields in PERSONAL.items()
        for name, value in fields.items()
    }


def test_every_text_of_every_stored_type_is_personal_or_is_said_to_stay() -> None:
    stays = kept()
    unclassified = [
        f"{kind.__name__}.{name}"
        for kind, fields in stored_types().items()
        for name, hints in fields.items()
        if kind is not Address  # it is erased as a whole
        and (str in hints or Address in hints)
        and name not in PERSONAL.get(kind, {})
        and not {name, f"{kind.__name__}.{name}"} & stays
    ]
    assert unclassified == []


def test_every_field_with_a_type_that_has_personal_fields_is_searched() -> None:
    """A type that an order, an event or a command has a value of, is reached from there."""
    personal = {*PERSONAL, *NESTED}
    missed = [
        f"{kind.__name__}.{name}"
        for kind, fields in stored_types().items()
        for name, hints in fields.items()
        if kind is not Outcome  # `erase` goes through its events and orders one by one
        and personal.intersection(each for each in hints if isinstance(each, type))
        and name not in NESTED.get(kind, ())
    ]
    assert missed == []


def test_the_page_names_no_field_that_there_is_not() -> None:
    there = {
        known
        for kind, fields in stored_types().items()
        for name in fields
        for known in (name, f"{kind.__name__}.{name}")
    }
    assert kept() - there == set()
    assert {name for kind in PERSONAL for name in PERSONAL[kind]} <= there
