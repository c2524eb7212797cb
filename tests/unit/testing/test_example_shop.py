"""The shop of the contracts has a value other than the default in every field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow import (
    Address,
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    MemoryRepository,
    Order,
    OrderLine,
    Stock,
)
from orderflow.domain.model.order import BackOrderWait
from orderflow.testing.example_shop import ExampleShop
from orderflow.testing.saving_contract import EXAMPLE_POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator


def fields(thing: object) -> Iterator[tuple[type, str, bool]]:
    """Yield the fields of a value and of all in it, each with whether it has its default."""
    if isinstance(thing, tuple):
        for each in thing:
            yield from fields(each)
    elif attrs.has(type(thing)):
        kind: Any = type(thing)
        for field in attrs.fields(kind):
            value = getattr(thing, field.name)
            yield kind, field.name, value == field.default
            yield from fields(value)


def test_every_field_is_filled_somewhere() -> None:
    state = ExampleShop(MemoryRepository()).state
    stored = (*state.orders.values(), *state.records.values(), *state.receipts.values())
    found = set(fields((*stored, *EXAMPLE_POLICIES)))
    kinds = {kind for kind, _, _ in found}
    assert kinds >= {
        *(Order, OrderLine, Hold, BackOrderWait, Address),
        *(Stock, ExpectedReceipt, AllocationPolicy),
    }
    known = {(kind, name) for kind, name, _ in found}
    assert known - {(kind, name) for kind, name, is_default in found if not is_default} == set()


def test_a_field_with_its_default_is_noticed() -> None:
    hold = Hold(HoldReason.OTHER, note="a")
    assert list(fields((hold,))) == [
        (Hold, "reason", False),
        (Hold, "until", True),
        (Hold, "note", False),
    ]
