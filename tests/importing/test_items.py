"""Rows with several items, and fields with several columns."""

from __future__ import annotations

import pytest

from orderflow.importing import FileError, ItemColumns, OrderLayout
from tests.importing.files import imported, lines, reasons

NUMBERED = OrderLayout(
    order_id="Order", sku="SKU #{n}", quantity="Qty #{n}", line_id="Line #{n}", placed_at="Date"
)
HEADER = "Order,Date,SKU #1,Qty #1,SKU #2,Qty #2,SKU #3,Qty #3"
DAY = "2026-03-01T10:00Z"


def test_numbered_columns_are_items_as_far_as_they_are_filled() -> None:
    result = imported(f"{HEADER}\n1,{DAY},MUG,2,CUP,1,,\n2,{DAY},MUG,1,,,,\n", preset=NUMBERED)
    assert result.faults == ()
    assert lines(result, "1") == [("1", "MUG", 2), ("2", "CUP", 1)]
    assert lines(result, "2") == [("1", "MUG", 1)]
    assert result.ignored == ()


def test_an_item_with_half_of_its_cells_is_a_fault_that_names_its_column() -> None:
    result = imported(f"{HEADER}\n1,{DAY},MUG,2,,1,CUP,x\n", preset=NUMBERED)
    assert reasons(result) == [(2, "SKU #2", "''"), (2, "Qty #3", "'x'")]


def test_a_numbered_column_without_its_partner_is_missing() -> None:
    with pytest.raises(FileError, match="no column 'Qty #2'"):
        imported(f"Order,Date,SKU #1,Qty #1,SKU #2\n1,{DAY},MUG,2,CUP\n", preset=NUMBERED)
    with pytest.raises(FileError, match="no column 'SKU #1'"):
        imported(f"Order,Date\n1,{DAY}\n", preset=NUMBERED)


def test_more_items_are_named_one_by_one() -> None:
    layout = OrderLayout(
        order_id="Order",
        sku="First",
        quantity="Units",
        placed_at="Date",
        more_items=(ItemColumns(sku="Second", quantity="More"),),
    )
    result = imported(f"Order,Date,First,Units,Second,More\n1,{DAY},MUG,2,CUP,1\n", preset=layout)
    assert lines(result) == [("1", "MUG", 2), ("2", "CUP", 1)]


def test_the_first_filled_column_of_several_is_read_row_by_row() -> None:
    layout = OrderLayout(
        order_id="Order", sku=("SKU", "Listing ID"), quantity="Units", placed_at="Date"
    )
    text = f"Order,Date,Listing ID,SKU,Units\n1,{DAY},77,MUG,1\n1,{DAY},78,,2\n1,{DAY},\t,,2\n"
    result = imported(text, preset=layout)
    assert reasons(result) == [(4, "SKU", "''")]
    result = imported(text.replace("\t", "79"), preset=layout)
    assert lines(result) == [("1", "MUG", 1), ("2", "78", 2), ("3", "79", 2)]
