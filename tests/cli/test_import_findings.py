"""What a file says beside its rows is told: nothing ends with exit code 0 and a wrong result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.cli.files import FileShop
from tests.cli.runner import flat

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-03-01T10:00Z"
STATUS = "order_id,sku,quantity,placed_at,Status"


@pytest.fixture
def shop(tmp_path: Path) -> FileShop:
    return FileShop(tmp_path)


@pytest.mark.parametrize("option", ["--drop-orders", "--drop-rows"])
@pytest.mark.parametrize("command", ["import", "replay"])
def test_a_rule_about_a_column_that_is_not_there_is_refused(
    shop: FileShop, option: str, command: str
) -> None:
    file = shop.write(f"A,MUG,1,{TIME},storniert", header=STATUS)
    result = shop.run(command, file, option, "status=storniert")
    assert result.exit_code == 2
    expected = "there is no column 'status', which was named, did you mean 'Status'?"
    assert expected in flat(result.stderr)


def test_a_rule_that_skips_no_row_is_named(shop: FileShop) -> None:
    file = shop.write(f"A,MUG,1,{TIME},storniert", f"B,MUG,1,{TIME},ok", header=STATUS)
    options = ("--drop-orders", "Status = storniert", "--drop-rows", "Status=stornieert")
    found = shop.report(file, *options)
    assert found["notes"] == ["no row is skipped because of 'Status=stornieert'"]
    assert (found["skipped"], list(shop.orders())) == ({"Status = storniert": 1}, ["B"])


@pytest.mark.parametrize("column", ["cancelled_at", "Storno"])
def test_an_order_of_a_plain_file_with_a_time_of_cancellation_is_off(
    shop: FileShop, column: str
) -> None:
    named = () if column == "cancelled_at" else ("--cancelled-at-column", column)
    header = f"order_id,sku,quantity,placed_at,{column}"
    shop.report(shop.write(f"A,MUG,1,{TIME},", f"B,MUG,1,{TIME},{TIME}", header=header), *named)
    assert shop.orders() == {"A": "ON_BACK_ORDER"}
    later = shop.write(f"A,MUG,1,{TIME},2026-03-01T11:00Z", header=header)
    found = shop.report(later, *named, code=1)
    assert [each["order_id"] for each in found["called_off"]] == ["A"]
    shop.report(later, *named, "--on-change", "update")
    assert shop.orders() == {"A": "CANCELLED"}


def test_a_number_of_a_workbook_that_has_lost_digits_is_rejected(shop: FileShop) -> None:
    path = shop.folder / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["order_id", "sku", "quantity", "placed_at"])
        sheet.write_row(1, 0, [1, 400638133393100000000, 1, TIME])
        sheet.write_row(2, 0, [2, 4006381333931, 1, TIME])
    found = shop.report(path, code=1)
    assert [(each["row"], each["value"]) for each in found["faults"]] == [(2, "'4.006381e+20'")]
    assert list(shop.orders()) == ["2"]
    assert "orders.xlsx: orders, PLAIN, workbook, sheet Sheet1" in flat(shop.take_in(path).stdout)


def test_options_for_different_kinds_of_files_are_refused(shop: FileShop) -> None:
    file = shop.write("MUG,1", header="sku,x")
    result = shop.take_in(file, "--quantity-column", "x", "--on-hand-column", "x")
    assert result.exit_code == 2
    assert "no kind of file takes all of these options: --on-hand-column not to orders" in flat(
        result.stderr
    )


@pytest.mark.parametrize(
    "option", [("--on-change", "update"), ("--known-skus-only",)], ids=["on-change", "known-skus"]
)
def test_an_option_for_orders_is_refused_where_there_are_none(
    shop: FileShop, option: tuple[str, ...]
) -> None:
    count = shop.write("MUG,1", header="sku,on_hand", name="count.csv")
    coming = shop.write(
        "R1,MUG,1,2026-03-05", header="receipt_id,sku,quantity,expected_at", name="coming.csv"
    )
    told = f"'{option[0]}': does not apply to a file of "
    assert f"{told}stock" in flat(shop.take_in(count, *option).stderr)
    result = shop.run("import", count, coming, *option)
    assert (result.exit_code, f"{told}receipts or stock" in flat(result.stderr)) == (2, True)
    assert shop.ask("stock")["stock"] == []
    orders = shop.write(f"1,MUG,1,{TIME}", name="orders.csv")
    assert shop.run("import", count, orders, *option).exit_code == 0


@pytest.mark.parametrize("option", ["--encoding", "--delimiter"])
def test_a_workbook_has_neither_encoding_nor_delimiter(shop: FileShop, option: str) -> None:
    path = shop.folder / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["order_id", "sku", "quantity", "placed_at"])
    value = "cp1252" if option == "--encoding" else ";"
    message = f"orders.xlsx: is a workbook, without {option.replace('--', 'a ')}"
    assert message.replace("a e", "an e") in flat(shop.take_in(path, option, value).stderr)


def test_a_count_that_was_imported_before_says_if_the_stock_has_changed(shop: FileShop) -> None:
    file = shop.write("MUG,5", "POT,2", header="sku,on_hand")
    shop.report(file)
    assert shop.report(file)["notes"] == []
    shop.do("book-in", "MUG", 3, "--warehouse", "leeds")
    found = shop.report(file)
    assert (found["done"], found["unchanged"]) == (0, 2)
    (note,) = found["notes"]
    assert note.startswith("1 count of this batch was imported before")
    assert note.endswith("and the stock is another now; --batch NAME counts it again")


def test_products_that_a_count_or_a_receipt_makes_are_named(shop: FileShop) -> None:
    assert shop.report(shop.write("MUG,5", header="sku,on_hand"))["unknown_skus"] == []
    counted = shop.take_in(shop.write("MUG,6", "mug,1", header="sku,on_hand"))
    assert "new product: 'mug', row 3; did you mean 'MUG'?" in flat(counted.stderr)
    receipts = shop.write(f"R1,POT,5,{TIME}", header="receipt_id,sku,quantity,expected_at")
    assert [each["sku"] for each in shop.report(receipts)["unknown_skus"]] == ["POT"]
    refused = shop.take_in(receipts, "--known-skus-only")
    assert (refused.exit_code, "does not apply to a file of receipts" in flat(refused.stderr)) == (
        2,
        True,
    )


def test_a_delivery_that_closes_a_receipt_with_units_missing_says_so(shop: FileShop) -> None:
    for number in (1, 2):
        shop.do("announce", f"R{number}", "MUG", 5, "2026-03-09T10:00Z", "--warehouse", "leeds")
    rows = ("R1,MUG,2,no", "R2,MUG,2,yes")
    file = shop.write(*rows, header="receipt_id,sku,received,more_to_come")
    result = shop.take_in(file)
    expected = (
        "receipts closed with units missing: 1, 3 units; a column more_to_come keeps them open"
    )
    assert (result.exit_code, expected in flat(result.stderr)) == (0, True)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("sku,on_hand,warehouse_id", "MUG,5"),
        ("order_id,sku,quantity,placed_at,warehouse_id", f"A,MUG,1,{TIME}"),
        ("receipt_id,sku,quantity,expected_at,warehouse_id", f"R,MUG,1,{TIME}"),
    ],
)
def test_rows_of_another_warehouse_are_rejected(shop: FileShop, header: str, row: str) -> None:
    found = shop.report(shop.write(f"{row},york", header=header), code=1)
    assert [(each["column"], each["value"], each["reason"]) for each in found["faults"]] == [
        ("warehouse_id", "'york'", "is not the warehouse of this import, 'leeds'")
    ]
    assert shop.report(shop.write(f"{row},leeds", header=header))["done"] == 1


SHOPIFY = ",".join(
    (
        *("Name", "Financial Status", "Fulfillment Status", "Lineitem quantity"),
        *("Lineitem sku", "Created at", "Cancelled at"),
    )
)


def shopify(number: int, *, fulfilled: str = "", off: str = "", paid: str = "paid") -> str:
    return f"#{number},{paid},{fulfilled},2,MUG,2026-03-01 1{number}:00:00 +0000,{off}"


def test_orders_that_are_off_are_cancelled_although_each_gives_its_stock_to_the_next(
    shop: FileShop,
) -> None:
    shop.do("count", "MUG", 2, "--warehouse", "leeds")
    shop.report(shop.write(shopify(1), shopify(2), shopify(3), header=SHOPIFY))
    off = [shopify(number, off="2026-03-02 10:00:00 +0000") for number in (1, 2, 3)]
    file = shop.write(*off, header=SHOPIFY)
    shop.report(file, "--on-change", "update", "--all-or-nothing")
    assert set(shop.orders().values()) == {"CANCELLED"}


def test_orders_are_edited_although_each_gives_its_stock_to_the_next(shop: FileShop) -> None:
    shop.do("count", "MUG", 4, "--warehouse", "leeds")
    shop.report(shop.write(*(f"{number},MUG,4,{TIME}" for number in (1, 2, 3))))
    file = shop.write(*(f"{number},MUG,3,{TIME}" for number in (1, 2, 3)))
    found = shop.report(file, "--on-change", "update")
    assert (found["edited"], found["refused"]) == (3, [])
    assert shop.orders() == {"1": "ALLOCATED", "2": "ON_BACK_ORDER", "3": "ON_BACK_ORDER"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (shopify(1, fulfilled="fulfilled"), "already despatched"),
        (shopify(1, fulfilled="on_hold"), "kept back by the shop"),
        (shopify(1, paid="pending"), "not paid yet"),
    ],
)
def test_an_order_that_is_open_here_and_skipped_in_the_file_is_named(
    shop: FileShop, row: str, reason: str
) -> None:
    shop.report(shop.write(shopify(1), header=SHOPIFY))
    found = shop.report(shop.write(row, header=SHOPIFY), code=1)
    expected = f"it is open here (ON_BACK_ORDER), but is skipped in the file: {reason}"
    assert found["conflicting"] == [{"order_id": "#1", "reason": expected}]


def test_changed_orders_are_named_and_so_is_why_one_cannot_be_edited(shop: FileShop) -> None:
    shop.report(shop.write(f"1,MUG,1,{TIME}", f"2,MUG,1,{TIME}"))
    shop.do("cancel", 2)
    errors = flat(shop.take_in(shop.write(f"1,MUG,3,{TIME}", f"2,MUG,3,{TIME}")).stderr)
    assert "already present, but different: 1 already present, but different: 2: " in errors
    assert "--on-change update edits those that can be edited" in errors


def test_a_workbook_with_a_cell_far_away_is_refused(shop: FileShop) -> None:
    path = shop.folder / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["order_id", "sku", "quantity", "placed_at"])
        sheet.write(1_048_575, 16_383, "x")
    result = shop.take_in(path)
    assert result.exit_code == 2
    assert "has a sheet of 1,048,576 rows and 16,384 columns" in flat(result.stderr)


def test_orders_without_a_time_are_served_in_the_order_of_the_file(shop: FileShop) -> None:
    file = shop.write("#999,MUG,1", "#1000,MUG,1", header="order_id,sku,quantity")
    shop.report(file, "--placed-at", "now")
    shop.do("book-in", "MUG", 1, "--warehouse", "leeds")
    assert shop.orders() == {"#999": "ALLOCATED", "#1000": "ON_BACK_ORDER"}


def test_an_order_that_is_cancelled_here_and_one_of_the_future_are_named(shop: FileShop) -> None:
    rows = (f"1,MUG,1,{TIME}", "2,MUG,1,2062-03-01T10:00Z")
    found = shop.report(shop.write(*rows))
    assert found["notes"] == ["1 order is placed more than a day after this import: 2"]
    shop.do("cancel", 1)
    found = shop.report(shop.write(*rows), "--on-change", "update")
    assert found["notes"] == ["1 order is cancelled here, and open in the file: 1"]


def test_a_replay_rejects_two_orders_with_one_number(shop: FileShop) -> None:
    file = shop.write(f"7,MUG,5,{TIME}", "7,CUP,5,2026-03-01T12:00Z", f"8,MUG,1,{TIME}")
    for command in ("import", "replay"):
        result = shop.run(command, file)
        assert (result.exit_code, "differs from" in flat(result.stderr + result.stdout)) == (
            1,
            True,
        )


@pytest.mark.parametrize("preset", [(), ("--preset", "plain")], ids=["", "preset"])
def test_a_header_below_the_rows_that_are_searched_names_the_option(
    shop: FileShop, preset: tuple[str, ...]
) -> None:
    file = shop.write(
        *(f"note {number},a,b" for number in range(50)),
        "order_id,sku,quantity,placed_at",
        f"1,MUG,1,{TIME}",
        header="Export of the day",
    )
    told = flat(shop.take_in(file, *preset).stderr)
    assert "say how many rows stand above the header" in told
    assert "--skip-rows" in told
    assert shop.report(file, "--skip-rows", "51")["done"] == 1


def test_a_header_of_unknown_columns_is_not_looked_for_further_down(shop: FileShop) -> None:
    file = shop.write(*(f"1,{n},MUG" for n in range(60)), header="order_id,units,article")
    assert "--skip-rows" not in shop.take_in(file).stderr


def test_an_option_that_a_kind_of_file_does_not_take_is_not_proposed(shop: FileShop) -> None:
    file = shop.write("R1,MUG,1,2026-03-05", header="receipt_id,sku,units,expected_at")
    told = flat(shop.take_in(file, "--kind", "receipts").stderr)
    assert told.endswith("(--quantity-column)")
    file = shop.write(f"1,MUG,1,{TIME}", header="order_id,sku,units,placed_at")
    told = flat(shop.take_in(file, "--kind", "orders").stderr)
    assert told.endswith("(--quantity-column or --quantity)")
