"""Events and edits are written for people."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime

from portal import words

from orderflow.edits import AddLine, ChangeCourier, ChangeQuantity, RemoveLine, ReplaceLine
from orderflow.events import DeallocationReason, OrderDeallocated, OrderPassedOver

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_examples() -> None:
    result = doctest.testmod(words)
    assert result.attempted >= 4
    assert result.failed == 0


def test_edits_are_named_by_product_as_long_as_the_line_is_there() -> None:
    edits = (
        RemoveLine("1"),
        RemoveLine("2"),
        AddLine("CUP", 1_200),
        ReplaceLine("1", "CUP"),
        ChangeQuantity("1", 3),
        ChangeCourier("Royal Mail"),
    )
    assert [words.edit_in_words(each, {"1": "MUG"}) for each in edits] == [
        "Removed: MUG",
        "Removed: line 2",
        "Added: 1,200 CUP",
        "Line 1 is now CUP",
        "Quantity of MUG: 3",
        "Change courier",
    ]


def test_a_sentence_names_the_first_products() -> None:
    units = tuple((str(number), number) for number in range(1, 8))
    event = OrderDeallocated("acme", "A", NOON, units, DeallocationReason.COUNT)
    skus = {"1": "MUG", "2": "CUP"}
    assert words.sentence(event, skus) == (
        "Gives back 1 MUG, 2 CUP, 3 of line 3, 4 of line 4, 5 of line 5 and 2 more"
    )
    assert words.sentence(OrderPassedOver("acme", "A", NOON), skus) == "Order passed over"
