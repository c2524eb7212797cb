"""The `repr` of a value says what it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import OrderLine, Stock
from orderflow.core import State
from tests.codec.things import CLASSES, things
from tests.unit.shop import ACME, key, order

UNREADABLE = re.compile(r"mappingproxy| at 0x|<function|<lambda>")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=settings().max_examples // 10)
def test_every_value_shows_its_type_and_its_fields(kind: type, data: st.DataObject) -> None:
    shown = repr(data.draw(things(kind)))
    assert shown.startswith(f"{kind.__name__}(")
    assert not UNREADABLE.search(shown)


def test_a_state_shows_what_is_in_it() -> None:
    shown = repr(State.of(ACME, [order("A")], [Stock(key(), 5)]))
    assert shown.startswith("State(seller_id='acme', orders={'A': Order(order_id='A', seller_id")
    assert "records={('leeds', 'MUG'): Stock(key=StockKey(" in shown
    assert not UNREADABLE.search(shown)


def test_a_line_shows_its_numbers() -> None:
    shown = "OrderLine(line_id='1', sku='MUG', quantity=5, allocated=2, set_id=None)"
    assert repr(OrderLine("1", "MUG", 5, 2)) == shown
