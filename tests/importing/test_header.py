"""The header is found where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.importing import PRESETS, FileError, Preset, header, read_stock
from orderflow.importing.header import ROWS_ABOVE_MAX
from orderflow.importing.layouts import columns
from tests.importing.files import AT, HEADER, imported, lines, reasons, row, stream

if TYPE_CHECKING:
    from orderflow.importing.layouts.layout import Layout

BOTH = {
    name: attrs.evolve(PRESETS[name], placed_at_default=AT, skip=())
    for name in (Preset.PLAIN, Preset.ETSY)
}
TITLE = 'Orders of March 2026\n"made by, somebody"\n\n,,,\n'


def test_rows_above_the_header_are_skipped() -> None:
    result = imported(f"{TITLE}{HEADER}\n{row()}\n")
    assert lines(result) == [("1", "MUG", 1)]
    assert (result.rows, result.file_format.skip_rows) == (1, 4)


def test_the_number_of_rows_above_it_can_be_named() -> None:
    text = f"{HEADER}\n{row('1')}\n{HEADER}\n{row('2')}\n"
    assert lines(imported(text, skip_rows=2), "2") == [("1", "MUG", 1)]
    with pytest.raises(FileError, match=r"row 2: no preset fits"):
        imported(text, skip_rows=1)
    with pytest.raises(FileError, match="is empty"):
        imported(text, skip_rows=9)


def test_a_header_far_below_is_not_searched() -> None:
    above = "a report\n" * ROWS_ABOVE_MAX
    assert lines(imported(f"{above}{HEADER}\n{row()}\n")) == [("1", "MUG", 1)]
    with pytest.raises(FileError, match="no preset fits"):
        imported(f"a report\n{above}{HEADER}\n{row()}\n")


@pytest.mark.parametrize(
    ("header", "nearest", "what_to_do"),
    [
        (
            "Order,SKU,Qty,Placed",
            "PLAIN, which lacks 'order_id' (order_id), 'quantity' (quantity), 'placed_at' ",
            "name the columns of order_id ('Order'?), quantity ('Qty'?), placed_at ('Placed'?)",
        ),
        (
            "Order ID,Order Date,SKU,Qty",
            "PLAIN, which lacks 'quantity' (quantity), 'placed_at' (placed_at)",
            "name the columns of quantity ('Qty'?), placed_at ('Order Date'?)",
        ),
        (
            "Order Number,Order Date,SKU,Quantity",
            "WOOCOMMERCE_ADVANCED, which lacks 'Order Status'",
            "export it with that column, or name another of its columns",
        ),
        (
            "Name,Created at,Lineitem sku,Quantity",
            "SHOPIFY, which lacks 'Lineitem quantity' (quantity)",
            "name the columns of quantity ('Quantity'?)",
        ),
    ],
    ids=["other-names", "usual-names", "one-column-less", "one-other-name"],
)
def test_what_no_preset_fits_is_told_in_three_lines(
    header: str, nearest: str, what_to_do: str
) -> None:
    with pytest.raises(FileError) as failure:
        imported(f"{header}\n")
    first, second, third = failure.value.lines
    assert first.startswith("a.csv, row 1: no preset fits the columns ")
    assert second.startswith(f"the nearest is {nearest}")
    assert third == what_to_do


def test_without_any_known_column_no_preset_is_called_the_nearest() -> None:
    with pytest.raises(FileError) as failure:
        imported("Order,Date,Article,Qty\n")
    _, what_to_do = failure.value.lines
    assert what_to_do == (
        "name the columns of order_id ('Order'?), sku ('Article'?), quantity ('Qty'?), "
        "placed_at ('Date'?)"
    )


@pytest.mark.parametrize(
    "names", ["Order_ID,SKU,Quantity,Placed_At", "order id,Sku,QUANTITY,Placed-at"]
)
def test_the_plain_names_may_be_written_in_other_ways(names: str) -> None:
    text = f"{names}\n{row(quantity='x')}\n{row('2')}\n"
    result = imported(text)
    assert lines(result, "2") == [("1", "MUG", 1)]
    assert reasons(result) == [(2, names.split(",")[2], "'x'")]
    counted = stream("SKU,On Hand\nMUG,5\n")
    assert len(read_stock(counted, seller_id="acme", warehouse_id="leeds", at=AT).commands) == 1


def test_a_name_that_is_written_as_in_the_layout_comes_first() -> None:
    text = f"{HEADER},SKU\n{row()},CUP\n"
    assert lines(imported(text)) == [("1", "MUG", 1)]
    etsy = "Order ID,SKU,Quantity,Sale Date,Order Date"
    found = imported(f"{etsy}\n1,MUG,1,2026-03-01T10:00Z,\n", preset=BOTH)
    assert found.layout_name == "ETSY"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_that_of_the_header_not_of_what_stands_above(delimiter: str) -> None:
    text = f"{HEADER}\n{row()}\n".replace(",", delimiter)
    result = imported(f"made on 1, 2, 3, 4, 5 and 6 March, 7, 8\n{text}")
    assert lines(result) == [("1", "MUG", 1)]


def test_a_repeated_header_is_skipped_and_counted() -> None:
    result = imported(f"{HEADER}\n{row('1')}\n{HEADER}\n{row('2')}\n")
    assert sorted(result.reasons.items()) == [("repeats the header", 1)]
    assert (result.new, result.faults) == (2, ())


@pytest.mark.parametrize(
    "other",
    [
        "sku,on_hand,note,",
        "Name,Created at,Lineitem sku,Lineitem quantity",
        "order_id,sku,placed_at,quantity",
    ],
)
def test_another_table_in_the_file_is_refused(other: str) -> None:
    with pytest.raises(FileError, match=r"a\.csv, row 4: another table begins here"):
        imported(f"{HEADER}\n{row()}\n\n{other}\nMUG,5,,\n")


@pytest.mark.parametrize(
    "footer",
    [
        *("Total,,37,", ",Sum:,37,", ",,37,", "GESAMT,,,"),
        *("2 records", "1,204 rows exported".replace(",", " "), "Total orders: 2", "# end"),
        *("Total orders: 2,,,", "--- End of report ---", "Number of lines = 3"),
    ],
)
def test_totals_below_the_orders_are_skipped(footer: str) -> None:
    result = imported(f"{HEADER}\n{row()}\n{footer}\n")
    assert (result.new, result.faults, len(result.skipped)) == (1, (), 1)


@pytest.mark.parametrize("cut", ["#10", "1001", "1", "end-7", "2 mugs", "order 7", '"2 records'])
def test_a_last_row_that_was_cut_short_is_no_footer(cut: str) -> None:
    result = imported(f"{HEADER}\n{row()}\n{cut}")
    assert [(fault.row, fault.column) for fault in result.faults] == [(3, "")]


def test_a_row_with_half_of_what_it_needs_is_no_total() -> None:
    result = imported(f"{HEADER}\n{row()}\n7,,37,\n,MUG,1,2026-03-01T10:00Z\n")
    assert [fault[:2] for fault in reasons(result)] == [
        (3, "sku"),
        (3, "placed_at"),
        (4, "order_id"),
    ]


def test_totals_below_a_count_are_skipped() -> None:
    result = read_stock(
        stream("sku,on_hand\nMUG,5\nTotal,5\n"), seller_id="acme", warehouse_id="leeds", at=AT
    )
    assert (len(result.commands), result.reasons) == (1, {"a total": 1})


def test_only_rows_that_may_be_the_header_are_compared_with_all_layouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[str, ...]] = []

    def is_complete(layout: Layout, names: tuple[str, ...]) -> bool:
        compared.append(names)
        return columns.is_complete(layout, names)

    monkeypatch.setattr(header, "is_complete", is_complete)
    above = [f"Export, {number}" for number in range(30)]
    result = imported("\n".join([*above, "order_id,sku,quantity,placed_at", row(), ""]))
    assert result.new == 1
    delimiters, presets = 4, len(PRESETS)
    assert len(compared) <= (delimiters + 1) * presets + delimiters * 51
