"""Rows with several items, and fields with several columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderflow import InvalidValueError
from orderflow.importing import PRESETS, FileError, ItemColumns, OrderLayout, Preset
from tests.importing.files import AT, imported, lines, orders, plain, reasons

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


def test_items_of_a_row_may_be_a_set() -> None:
    layout = attrs.evolve(NUMBERED, set_id="Set #{n}")
    header = "Order,Date,SKU #1,Qty #1,Set #1,SKU #2,Qty #2,Set #2,SKU #3,Qty #3"
    result = imported(f"{header}\n1,{DAY},MUG,2,a,CUP,1,a,PAN,1\n", preset=layout)
    assert [line.set_id for line in orders(result)["1"].lines] == ["a", "a", None]


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


PACKED = OrderLayout(
    order_id="Order", items="Items", item_pattern="sku:{sku}|qty:{quantity};", placed_at="Date"
)


def packed(cell: str, layout: OrderLayout = PACKED) -> list[tuple[str, str, int]]:
    return lines(imported(f'Order;Date;Items\n1;{DAY};"{cell}"\n', preset=layout))


def test_items_are_unpacked_from_one_cell() -> None:
    assert packed("sku:MUG|qty:2;sku:A B|qty:1 200;") == [("1", "MUG", 2), ("2", "A B", 1200)]
    many = "".join(f"sku:S{number}|qty:1;" for number in range(300))
    assert len(packed(many)) == 300


def test_items_may_have_no_quantity_and_parts_that_are_not_read() -> None:
    layout = attrs.evolve(PACKED, item_pattern="{any} ({sku})\n", quantity_default=1)
    assert packed("A mug (MUG)\n Two cups (CUP)", layout) == [("1", "MUG", 1), ("2", "CUP", 1)]
    without = attrs.evolve(layout, quantity_default=None)
    result = imported(f'Order;Date;Items\n1;{DAY};"A mug (MUG)"\n', preset=without)
    assert reasons(result) == [(2, "Items", "''")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", "''"),
        ("sku:MUG;", "'sku:MUG;'"),
        ("sku:MUG|qty:two;", "'two'"),
        ("sku:1E+05|qty:1;", "'1E+05'"),
        ("sku:MUG|qty:1;x", "'sku:MUG|qty:1;x'"),
        (f"sku:{'M' * 1000}|qty:1;", f"'sku:{'M' * 54}…"),
    ],
)
def test_items_that_do_not_fit_the_pattern_are_faults(cell: str, value: str) -> None:
    result = imported(f'Order;Date;Items\n1;{DAY};"{cell}"\n', preset=PACKED)
    assert [(row, column, text[:60]) for row, column, text in reasons(result)] == [
        (2, "Items", value[:60])
    ]


@pytest.mark.parametrize("pattern", ["{quantity}", "{sku}{sku}", "{quantity}{quantity}{sku}", ""])
def test_a_pattern_needs_a_product(pattern: str) -> None:
    with pytest.raises(InvalidValueError, match="item_pattern"):
        attrs.evolve(PACKED, item_pattern=pattern)
    with pytest.raises(InvalidValueError, match=r"OrderLayout\.items"):
        attrs.evolve(NUMBERED, item_pattern="{sku}")


def test_what_a_file_lacks_can_be_given_for_all_of_its_rows() -> None:
    layout = OrderLayout(order_id="id", sku="sku", quantity_default=1, placed_at_default=AT)
    result = imported("id,sku\n1,MUG\n1,MUG\n2,CUP\n", preset=layout)
    assert lines(result, "1") == [("1", "MUG", 1), ("2", "MUG", 1)]
    placed = [order.placed_at for order in orders(result).values()]
    assert placed == [AT, AT + timedelta(microseconds=1)]  # they are served in this order
    given = attrs.evolve(PRESETS[Preset.PLAIN], quantity_default=5, placed_at_default=AT)
    result = plain("1,MUG,,", "1,CUP,2,", "2,MUG,,2026-03-01T10:00Z", preset=given)
    assert lines(result, "1") == [("1", "MUG", 5), ("2", "CUP", 2)]
    assert [order.placed_at == AT for order in orders(result).values()] == [True, False]


def test_items_need_no_quantity_if_all_of_them_have_the_same() -> None:
    text = f"Order,Date,SKU #1,SKU #2\n1,{DAY},MUG,CUP\n2,{DAY},MUG,\n"
    result = imported(text, preset=attrs.evolve(NUMBERED, quantity_default=3))
    assert lines(result, "1") == [("1", "MUG", 3), ("2", "CUP", 3)]
    assert lines(result, "2") == [("1", "MUG", 3)]
    second = (ItemColumns(sku="SKU #2"),)
    layout = attrs.evolve(NUMBERED, sku="SKU #1", quantity_default=1, more_items=second)
    assert lines(imported(text, preset=layout), "1") == [("1", "MUG", 1), ("2", "CUP", 1)]
    with pytest.raises(InvalidValueError, match="more_items must be items that each have"):
        attrs.evolve(NUMBERED, more_items=second)


@pytest.mark.parametrize("value", [0, 10**13, "1", True, 1.0])
def test_a_default_quantity_is_a_number_of_units(value: Any) -> None:  # noqa: ANN401 - of no type that is allowed
    with pytest.raises(InvalidValueError, match="quantity_default"):
        attrs.evolve(NUMBERED, quantity_default=value)


@pytest.mark.parametrize("field", ["order_id", "sku", "quantity", "placed_at"])
def test_a_layout_needs_its_columns(field: str) -> None:
    change: dict[str, Any] = {field: ()}
    with pytest.raises(InvalidValueError, match=f"OrderLayout.{field}"):
        attrs.evolve(NUMBERED, **change)
