"""Orders whose lines are in a file of their own."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlow
from orderflow.edits import ChangeQuantity
from orderflow.importing import (
    PRESETS,
    CalledOffOrder,
    FileError,
    OrderLayout,
    Preset,
    SkipKind,
    SkipRule,
    write_rejects,
)
from orderflow.importing.files import chunks
from tests.importing.files import SELLER, imported, lines, orders, stream

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow.importing import Import

TIME = "2026-03-01T10:00Z"
HEADS = "order_id,placed_at,priority,ship_to_name,ship_to_street,ship_to_city,ship_to_country"
LINES = "order_id,sku,quantity"


def head(order_id: str, name: str = "Ann", time: str = TIME) -> str:
    return f"{order_id},{time},,{name},Street 1,Leeds,GB"


def read(heads: object, of_lines: object, **options: Any) -> Import:  # noqa: ANN401
    """Import two files, as texts or as rows below the usual headers."""
    first = heads if isinstance(heads, str) else "\n".join([HEADS, *heads, ""])  # type: ignore[misc]
    other = of_lines if isinstance(of_lines, str) else "\n".join([LINES, *of_lines, ""])  # type: ignore[misc]
    settings = {"name": "heads.csv", "lines": stream(other), "lines_name": "lines.csv", **options}
    return imported(first, **settings)


def of_lines(result: Import) -> Import:
    assert result.lines is not None
    return result.lines


def test_two_files_give_the_orders_of_one() -> None:
    """The orders come as in their file, and the lines of each as in theirs."""
    one = imported(
        f"{HEADS},sku,quantity\n{head('2')},MUG,1\n{head('2')},CUP,3\n{head('1', 'Bo')},MUG,2\n"
    )
    two = read([head("2"), head("1", "Bo")], ["1,MUG,2", "2,MUG,1", "2,CUP,3"])
    assert two.commands[:] == one.commands[:]
    assert list(orders(two)) == ["2", "1"]
    assert (two.rows, of_lines(two).rows, two.has_faults) == (2, 3, False)
    assert (of_lines(two).file, of_lines(two).commands) == ("lines.csv", ())


def test_an_order_without_lines_and_lines_without_an_order_are_rejected_by_name() -> None:
    result = read([head("1"), head("2")], ["1,MUG,1", "9,CUP,1", "0,CUP,2", "9,MUG,1"])
    assert list(orders(result)) == ["1"]
    assert [str(each) for each in result.faults] == [
        "row 3, order_id '2': has no line in lines.csv"
    ]
    assert [str(each) for each in of_lines(result).faults] == [
        "row 3, order_id '9': is no order of heads.csv",
        "row 4, order_id '0': is no order of heads.csv",
    ]
    assert [(each.row, each.reason[:8]) for each in of_lines(result).rejected] == [
        (3, "order_id"),
        (4, "order_id"),
        (5, "row 3 of"),
    ]


@pytest.mark.parametrize(
    ("heads", "rows", "in_heads", "in_lines"),
    [
        (
            [head("1", time="soon")],
            ["1,MUG,1", "1,CUP,1"],
            ["placed_at 'soon'"],
            ["row 2 of heads.csv has a fault, and is of the same order"] * 2,
        ),
        (
            [head("1"), head("1")],
            ["1,MUG,1", "1,CUP,x"],
            ["row 3 of lines.csv has a fault, and is of the same order"] * 2,
            ["row 3 of the same order has a fault", "quantity 'x' must"],
        ),
        ([head("1", time="")], ["1,MUG,1"], ["placed_at ''"], ["row 2 of heads.csv has"]),
    ],
    ids=["a-time", "a-quantity", "no-time"],
)
def test_a_fault_in_one_file_rejects_the_rows_of_the_order_in_both(
    heads: list[str], rows: list[str], in_heads: list[str], in_lines: list[str]
) -> None:
    result = read(heads, rows)
    assert orders(result) == {}
    for part, expected in ((result, in_heads), (of_lines(result), in_lines)):
        reasons = [each.reason for each in part.rejected]
        assert len(reasons) == len(expected)
        assert all(map(str.startswith, reasons, expected)), reasons


def test_a_line_id_that_is_there_twice_is_a_fault_of_the_lines() -> None:
    result = read([head("1")], f"{LINES},line_id\n1,MUG,1,a\n1,CUP,1,a\n")
    assert str(of_lines(result).faults[0]).startswith("row 3, line_id 'a': is the id of another")
    assert [each.reason for each in result.rejected] == [
        "row 3 of lines.csv has a fault, and is of the same order"
    ]


def test_unknown_products_are_those_of_the_lines() -> None:
    rows = ["1,mug,1", "1,CUP,1"]
    result = read([head("1")], rows, known_skus=["MUG", "CUP"])
    assert result.unknown_skus == ()
    assert [(each.sku, each.row, each.nearest) for each in of_lines(result).unknown_skus] == [
        ("mug", 2, "MUG")
    ]
    result = read([head("1")], rows, known_skus=["MUG", "CUP"], known_skus_only=True)
    assert [each.row for each in of_lines(result).faults] == [2]


OFF = SkipRule(column="state", kind=SkipKind.CANCELLED, is_one_of="off", whole_order=True)
POST = SkipRule(column="sku", kind=SkipKind.NOT_GOODS, is_one_of="POST")
ITEM = SkipRule(column="item", kind=SkipKind.CANCELLED, reason="gone", is_one_of="off")


@pytest.mark.parametrize(
    ("heads", "rows", "skipped"),
    [
        (f"{HEADS},state\n{head('1')},off\n", f"{LINES}\n1,MUG,1\n", (1, 1)),
        (f"{HEADS}\n{head('1')}\n", f"{LINES},state\n1,MUG,1,\n1,CUP,1,off\n", (1, 2)),
        (f"{HEADS}\n{head('1')}\n", f"{LINES},item\n1,MUG,1,off\n1,POST,1,\n", (1, 2)),
        (f"{HEADS},item\n{head('1')},off\n", f"{LINES}\n1,MUG,1\n", (1, 1)),
    ],
    ids=["by-the-order", "by-a-line", "by-all-lines", "by-a-row-of-the-order"],
)
def test_an_order_that_is_off_in_either_file_is_off(
    heads: str, rows: str, skipped: tuple[int, int]
) -> None:
    acme = OrderFlow(MemoryRepository()).seller(SELLER)
    for command in read([head("1")], ["1,MUG,1"]).commands:
        acme.handle(command)
    layout = attrs.evolve(PRESETS[Preset.PLAIN], skip=(OFF, POST, ITEM))
    result = read(heads, rows, preset=layout, existing={"1": acme.order("1")})
    assert [each.order_id for each in result.called_off] == ["1"]
    assert isinstance(result.called_off[0], CalledOffOrder)
    assert (len(result.skipped), len(of_lines(result).skipped)) == skipped
    assert not result.has_faults


def test_lines_without_an_order_that_are_skipped_are_no_fault() -> None:
    layout = attrs.evolve(PRESETS[Preset.PLAIN], skip=(OFF, POST))
    rows = f"{LINES},state\n1,MUG,1,\n2,POST,1,\n3,MUG,1,off\n1,POST,1,\n"
    result = read([head("1")], rows, preset=layout)
    assert lines(result) == [("1", "MUG", 1)]
    assert [each.row for each in of_lines(result).skipped] == [3, 4, 5]
    assert not result.has_faults


def test_an_order_of_postage_alone_is_no_order() -> None:
    layout = attrs.evolve(PRESETS[Preset.PLAIN], skip=(POST,))
    result = read([head("1")], ["1,POST,1"], preset=layout)
    assert (orders(result), result.has_faults, len(result.skipped)) == ({}, False, 1)


def test_the_lines_may_have_several_items_and_another_name_for_the_order() -> None:
    layout = OrderLayout(
        order_id=("Id", "Order"),
        placed_at="When",
        items="Items",
        item_pattern="{quantity}x{sku};",
        must_have=frozenset({"Id", "Order", "When", "Items"}),
    )
    result = read(f"Id,When\n1,{TIME}\n", "Order,Items\n1,2xMUG;1xCUP\n", preset=layout)
    assert lines(result) == [("1", "MUG", 2), ("2", "CUP", 1)]


def test_each_file_is_found_out_by_itself() -> None:
    rows = f"{LINES}\n1,Mütze,1\n".replace(",", ";")
    result = imported(f"{HEADS}\n{head('1')}\n", lines=stream(rows, "utf-16"))
    assert lines(result) == [("1", "Mütze", 1)]
    assert of_lines(result).file_format.encoding == "utf-16"
    assert (result.file_format.delimiter, of_lines(result).file_format.delimiter) == (",", ";")


def test_a_column_that_a_file_lacks_is_named_with_the_file() -> None:
    with pytest.raises(FileError, match=r"lines\.csv, row 1: there is no column 'quantity'"):
        read([head("1")], "order_id,sku\n1,MUG\n")
    with pytest.raises(FileError, match=r"heads\.csv, row 1: no preset fits"):
        read("order_id,name\n1,Ann\n", ["1,MUG,1"])


def test_all_or_nothing_is_of_both_files() -> None:
    rows = ["1,MUG,1", "2,MUG,x"]
    assert len(read([head("1"), head("2")], rows).commands) == 1
    result = read([head("1"), head("2")], rows, all_or_nothing=True)
    assert (len(result.commands), len(of_lines(result).faults)) == (0, 1)


def test_a_stored_order_is_compared_with_both_files() -> None:
    acme = OrderFlow(MemoryRepository()).seller(SELLER)
    for command in read([head("1")], ["1,MUG,1", "1,CUP,1"]).commands:
        acme.handle(command)
    stored = {"1": acme.order("1")}
    assert read([head("1")], ["1,MUG,1", "1,CUP,1"], existing=stored).unchanged == 1
    result = read([head("1")], ["1,MUG,1", "1,CUP,5"], existing=stored)
    assert [each.edits for each in result.changed] == [(ChangeQuantity("2", 5),)]


def test_the_rejected_rows_of_both_files_can_be_corrected(tmp_path: Path) -> None:
    first, other = tmp_path / "heads.csv", tmp_path / "lines.csv"
    first.write_text("\n".join([HEADS, head("1"), head("2"), ""]), encoding="utf-8")
    other.write_text(f"{LINES}\n2,MUG,x\n1,MUG,1\n2,CUP,1\n", encoding="utf-8")
    result = read(first.read_text("utf-8"), other.read_text("utf-8"))
    heads, rows = tmp_path / "r1.csv", tmp_path / "r2.csv"
    assert write_rejects(result, first, heads).rows == 1
    assert write_rejects(of_lines(result), other, rows).rows == 2
    again = read(heads.read_text("utf-8"), rows.read_text("utf-8").replace("MUG,x", "MUG,7"))
    assert lines(again, "2") == [("1", "MUG", 7), ("2", "CUP", 1)]


def test_files_in_any_order_are_joined_on_disk_as_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = Random(5)  # noqa: S311 - no secret
    heads = [head(str(number)) for number in range(60)]
    rows = [f"{number},P{number % 7},{1 + number}" for number in range(5, 65)] * 2
    draw.shuffle(heads)
    draw.shuffle(rows)
    in_memory = read(heads, rows)
    assert (len(orders(in_memory)), len(in_memory.faults)) == (55, 5)
    assert len(of_lines(in_memory).faults) == 5
    monkeypatch.setattr(chunks, "IN_MEMORY_MAX", 10)
    on_disk = read(heads, rows)
    assert on_disk.commands[:] == in_memory.commands[:]
    assert on_disk.faults == in_memory.faults
    assert of_lines(on_disk).rejected == of_lines(in_memory).rejected
