"""Columns and rows that an import does not read are named, and rows of others are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-03-01T10:00Z"
ORDERS = "order_id,sku,quantity,placed_at"
NUMBERED = ("--sku-column", "SKU {n}", "--quantity-column", "Qty {n}")


@pytest.fixture
def shop(tmp_path: Path) -> FileShop:
    return FileShop(tmp_path)


@pytest.mark.parametrize("numbers", [(1, 10, 2), (1, 2, 4), (0, 1)], ids=str)
def test_numbered_columns_may_have_gaps(shop: FileShop, numbers: tuple[int, ...]) -> None:
    pairs = "".join(f",SKU {number},Qty {number}" for number in numbers)
    cells = "".join(f",P{number},1" for number in numbers)
    shop.report(shop.write(f"A,{TIME}{cells}", header=f"order_id,placed_at{pairs}"), *NUMBERED)
    assert shop.ask("show", "A")["units"] == len(numbers)


@pytest.mark.parametrize(
    ("header", "cells", "note"),
    [
        (f"{ORDERS},sku 2,quantity 2", "PEN,1", "not read: sku 2; if it has further products"),
        (f"{ORDERS},Order Status", "Shipped", "--drop-orders 'Order Status=cancelled'"),
        (f"{ORDERS},canceled_at", TIME, "--drop-orders 'canceled_at=cancelled'"),
        (f"{ORDERS},received", "1", "give --kind deliveries"),
        (
            f"{ORDERS},Order ID",
            "B",
            "not read: Order ID; another column of nearly this name is read",
        ),
        (f"{ORDERS},Lager", "york", "not read: Lager; if it names other warehouses or sellers"),
    ],
    ids=["further product", "status", "cancelled", "received", "alike", "warehouse"],
)
def test_a_column_is_named_that_may_say_more(
    shop: FileShop, header: str, cells: str, note: str
) -> None:
    (said,) = shop.report(shop.write(f"A,MUG,1,{TIME},{cells}", header=header))["notes"]
    assert note in said


@pytest.mark.parametrize("column", ["seller_id", "Seller-ID", "warehouse_id", "Warehouse ID"])
def test_rows_of_others_are_rejected(shop: FileShop, column: str) -> None:
    file = shop.write(f"A,MUG,1,{TIME},zeta", header=f"{ORDERS},{column}")
    (fault,) = shop.report(file, code=1)["faults"]
    assert (fault["column"], "of this import" in fault["reason"]) == (column, True)
    assert shop.orders() == {}


@pytest.mark.parametrize("nothing", ["NULL", "-", "false", "No", "0", "n/a"])
def test_what_stands_for_nothing_cancels_nothing(shop: FileShop, nothing: str) -> None:
    file = shop.write(f"A,MUG,1,{TIME},{nothing}", header=f"{ORDERS},cancelled_at")
    shop.report(file)
    assert list(shop.orders()) == ["A"]


def test_an_order_of_another_shop_is_not_called_off(shop: FileShop) -> None:
    shop.report(shop.write(f"A,MUG,1,{TIME}", header=ORDERS))
    header = f"{ORDERS},cancelled_at"
    other = shop.write(f"A,PEN,3,2026-03-09T10:00Z,{TIME}", header=header)
    (conflict,) = shop.report(other, "--on-change", "update", code=1)["conflicting"]
    assert "if it is of another shop" in conflict["reason"]
    same = shop.write(f"A,MUG,1,{TIME},{TIME}", header=header)
    (conflict,) = shop.report(same, "--warehouse", "york", code=1)["conflicting"]
    assert conflict["reason"] == "it leaves from warehouse 'leeds'"
    assert shop.orders() == {"A": "ON_BACK_ORDER"}


@pytest.mark.parametrize("first", ["live", "off"])
def test_an_order_that_is_off_takes_none_of_another_shop_with_it(
    shop: FileShop, first: str
) -> None:
    rows = [f"2,MUG,1,{TIME},", f"2,CUP,5,2026-03-05T10:00Z,{TIME}"]
    rows = rows if first == "live" else rows[::-1]
    found = shop.report(shop.write(*rows, header=f"{ORDERS},cancelled_at"), code=1)
    (fault,) = found["faults"]
    assert (fault["column"], "differs from" in fault["reason"]) == ("placed_at", True)
    assert (found["skipped"], shop.orders()) == ({}, {})


def test_an_order_that_an_earlier_file_has_as_off_is_not_placed(shop: FileShop) -> None:
    new = shop.write(f"A,MUG,1,{TIME},{TIME}", header=f"{ORDERS},cancelled_at", name="tue.csv")
    old = shop.write(f"A,MUG,1,{TIME}", f"B,MUG,1,{TIME}", header=ORDERS, name="mon.csv")
    result = shop.run("import", new, old, "--on-change", "update")
    assert (result.exit_code, "it is off in " in flat(result.stderr)) == (1, True)
    assert list(shop.orders()) == ["B"]


def test_a_part_is_not_called_off_under_its_own_id(shop: FileShop) -> None:
    shop.do("book-in", "MUG", 4, "--warehouse", "leeds")
    shop.report(shop.write(f"A,MUG,4,{TIME}", header=ORDERS))
    shop.do("split", "A", "--units", "1=1")
    own = shop.write(f"A.1,PEN,3,{TIME},{TIME}", header=f"{ORDERS},cancelled_at")
    (conflict,) = shop.report(own, "--on-change", "update", code=1)["conflicting"]
    assert "was given to a part" in conflict["reason"]
    assert shop.orders() == {"A": "ALLOCATED", "A.1": "ALLOCATED"}


def test_a_table_begins_where_two_of_its_names_stand_again(shop: FileShop) -> None:
    header = "Bestellung,Artikel,Menge,Datum"
    file = shop.write(
        f"A,MUG,1,{TIME}", "Retoure,Artikel,Menge,Datum", f"R,MUG,1,{TIME}", header=header
    )
    columns = zip(("order-id", "sku", "quantity", "placed-at"), header.split(","), strict=True)
    options = [each for field, name in columns for each in (f"--{field}-column", name)]
    assert "another table begins here" in flat(shop.take_in(file, *options).stderr)
    assert shop.orders() == {}


def test_a_receipt_is_overdue_when_its_day_has_passed(shop: FileShop) -> None:
    file = shop.write("R,MUG,5,2026-03-09", header="receipt_id,sku,quantity,expected_at")
    shop.report(file, "--time-zone", "Europe/London")
    (receipt,) = shop.ask("receipts")["receipts"]
    assert receipt["expected_at"].startswith("2026-03-09T23:59")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (rb"{\rtf1 a}", "is a text document (.rtf)"),
        (b"a.csv".ljust(257, b"\0") + b"ustar\x0000", "is a tar archive"),
    ],
    ids=["rtf", "tar"],
)
def test_a_file_of_another_kind_is_called_by_its_name(
    shop: FileShop, data: bytes, said: str
) -> None:
    path = shop.folder / "orders.csv"
    path.write_bytes(data)
    assert said in flat(shop.take_in(path).stderr)


def test_files_beside_a_database_are_left_out_of_a_folder(shop: FileShop) -> None:
    folder = shop.folder / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(f"{ORDERS}\nA,MUG,1,{TIME}\n", encoding="utf-8")
    for end in ("-wal", "-shm", "-journal"):
        (folder / f"shop.db{end}").write_bytes(b"\x37\x7f\x06\x82" * 8)
    shop.report(folder)
    assert list(shop.orders()) == ["A"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--skip-rows", "-1", "Invalid value for '--skip-rows': must be 0 or more"),
        ("--delimiter", "ab", "Invalid value for '--delimiter': must be one character"),
        ("--rejects", "-", "Invalid value for '--rejects': must be a file, not standard output"),
        ("--items-column", "Items", "Invalid value for '--item-pattern': must be a pattern"),
    ],
    ids=["rows", "delimiter", "rejects", "items"],
)
def test_an_option_that_cannot_be_is_named(
    shop: FileShop, option: str, value: str, said: str
) -> None:
    file = shop.write(f"A,{TIME},MUG", header="order_id,placed_at,Items")
    result = shop.take_in(file, option, value)
    assert (result.exit_code, said in flat(result.stderr)) == (2, True), result.stderr


def test_zeros_that_a_spreadsheet_is_told_to_keep_are_kept(shop: FileShop) -> None:
    shop.report(shop.write(f'"=""0012""",MUG,1,{TIME}', header=ORDERS))
    assert list(shop.orders()) == ["0012"]


def test_units_that_are_not_read_are_named(shop: FileShop) -> None:
    file = shop.write(f"A,MUG,2,{TIME}", header="order_id,sku,qty,placed_at")
    (note,) = shop.report(file, "--quantity", "1")["notes"]
    assert note == "not read: qty; the units of a line are set for all rows instead"


def test_lines_that_an_edit_may_name_are_told_with_their_products(shop: FileShop) -> None:
    shop.report(shop.write(f"A,MUG,2,{TIME}", header=ORDERS))
    assert "its lines are 1 (MUG)" in shop.refused("remove", "A", "mug")


@pytest.mark.parametrize("name", ["qty", "Qty", "Menge", "Anzahl"])
def test_a_column_under_another_word_is_proposed(shop: FileShop, name: str) -> None:
    file = shop.write(f"A,MUG,1,{TIME}", header=f"order_id,sku,{name},placed_at")
    said = flat(shop.take_in(file).stderr)
    assert f"name the columns of quantity ('{name}'?)" in said, said


@pytest.mark.parametrize("name", ["José X", "Zoë Ball", "Café 24 \u2013 bar"])
def test_one_short_name_is_no_sample_of_an_encoding(shop: FileShop, name: str) -> None:
    path = shop.folder / "orders.csv"
    path.write_bytes(f"{ORDERS},ship_to_name\nA,MUG,1,{TIME},{name}\n".encode("cp1252"))
    result = shop.take_in(path)
    assert (result.exit_code, "--encoding" in flat(result.stderr)) == (2, True)
    assert shop.orders() == {}


@pytest.mark.parametrize("name", ["Ann\u2019s", "the \u201cbest\u201d", "tea \u2013 5 €"])
def test_marks_of_a_word_processor_tell_the_encoding(shop: FileShop, name: str) -> None:
    path = shop.folder / "orders.csv"
    text = f"order_id;sku;quantity;placed_at;customer_reference\nA;MUG;1;{TIME};{name}\n"
    path.write_bytes(text.encode("cp1252"))
    shop.report(path)
    assert shop.ask("show", "A")["customer_reference"] == name
