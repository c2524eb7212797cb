"""`orderflow import`: what is imported, what is not, and what is reported."""

from __future__ import annotations

import csv
import gzip
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING, TypeVar

import pytest

from orderflow import StorageError
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.importing import findings, listed
from orderflow.service import batches
from tests.cli.files import HEADER, FileShop
from tests.cli.runner import flat, run
from tests.cli.shop import Shop
from tests.databases import postgres
from tests.importing.files import real

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from orderflow.adapters.sql import Executor

T = TypeVar("T")

WHERE = ("--seller", "acme", "--warehouse", "leeds")
SHOPIFY = real("exports/shopify_orders_sample.csv")
RETAIL = real("online_retail_ii/online_retail_II.csv.gz")
SHOPWARE = real("exports/shopware5_OrderImport.csv")


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> FileShop:
    return FileShop(tmp_path)


def row(order_id: str = "1", sku: str = "MUG", quantity: object = 1) -> str:
    return f"{order_id},{sku},{quantity},2026-03-01T10:00Z"


def stock(shop: FileShop, *rows: str, options: tuple[str, ...] = ()) -> Result:
    path = shop.write(*rows, header="sku,on_hand", name="stock.csv")
    return shop.take_in(path, "--kind", "stock", *options)


# What goes in


def test_stock_and_orders_are_imported_and_the_figures_are_for_people(shop: FileShop) -> None:
    assert stock(shop, "MUG,3").exit_code == 0
    result = shop.take_in(shop.write(row("1", quantity=2), row("2", quantity=2)))
    assert (result.exit_code, result.stderr) == (0, "")
    printed = flat(result.stdout)
    assert "orders.csv: orders, PLAIN, utf-8, delimiter ," in printed
    assert "rows read 2 orders placed 2 of these on back order 1" in printed
    assert shop.orders() == {"1": "ALLOCATED", "2": "ON_BACK_ORDER"}


def test_a_count_of_stock_says_how_many_units_it_is_up_and_down(shop: FileShop) -> None:
    stock(shop, "MUG,5", "CUP,5", "TEA,5", "POT,0")
    path = shop.write("MUG,9", "CUP,2", "TEA,4", "POT,0", header="sku,on_hand")
    report = shop.report(path, "--dry-run")
    assert (report["done"], report["counted_up"], report["counted_down"]) == (3, 4, 4)
    result = shop.take_in(path)
    assert "products counted 3 units up 4 units down 4" in flat(result.stdout)


def test_stock_below_zero_is_told_once_with_what_to_do(shop: FileShop) -> None:
    result = stock(shop, "MUG,-3", "CUP,1", "TEA,-1")
    assert result.exit_code == 1
    assert "below zero, the other system has sold units" in flat(result.stderr)
    assert "; and 1 more row" in flat(result.stderr)


def test_deliveries_are_booked_in_and_complete_back_orders(shop: FileShop) -> None:
    stock(shop, "MUG,0", "CUP,0")
    orders = shop.write("1,MUG,2,2026-03-01T10:00Z", header="order_id,sku,quantity,placed_at")
    shop.take_in(orders)
    header = "receipt_id,sku,quantity,expected_at"
    shop.take_in(shop.write("R1,MUG,5,2999-03-01T10:00Z", header=header))
    header = "ASN,sku,received,rejected,more"
    path = shop.write("R1,MUG,2,1,yes", "R2,CUP,4,0,no", header=header)
    columns = ("--receipt-id-column", "ASN", "--more-to-come-column", "more")
    rejects = shop.folder / "rejects.csv"
    result = shop.take_in(path, "--kind", "deliveries", *columns, "--rejects", str(rejects))
    assert result.exit_code == 1
    assert "deliveries booked in 1 back orders completed 1" in flat(result.stdout)
    assert "refused: R2: seller 'acme' expects no receipt 'R2'" in flat(result.stderr)
    assert rejects.read_text().splitlines()[1].startswith("R2,CUP,4,0,no,")
    again = shop.report(path, *columns, code=1)
    assert (again["kind"], again["done"], again["unchanged"]) == ("DELIVERIES", 0, 1)


def test_a_count_of_stock_says_which_orders_it_completes(shop: FileShop) -> None:
    shop.take_in(shop.write(row("1", quantity=2)))
    assert "products counted 1 units up 2 back orders completed 1" in flat(
        stock(shop, "MUG,2").stdout
    )
    assert shop.orders() == {"1": "ALLOCATED"}
    assert "back orders opened 1" in flat(stock(shop, "MUG,1").stdout)


def test_receipts_are_imported(shop: FileShop) -> None:
    path = shop.write("R-1,MUG,24,2026-03-05T08:00Z", header="receipt_id,sku,quantity,expected_at")
    assert shop.report(path, "--kind", "receipts")["done"] == 1
    (receipt,) = shop.ask("receipts")["receipts"]
    assert (receipt["receipt_id"], receipt["quantity"]) == ("R-1", 24)
    assert shop.report(path, "--kind", "receipts")["unchanged"] == 1
    assert shop.report(path, "--kind", "receipts", "--batch", "again")["done"] == 1


def test_the_same_file_is_imported_once(shop: FileShop) -> None:
    path = shop.write(row("1"), row("2"))
    assert shop.report(path)["placed"] == {"ON_BACK_ORDER": 2}
    again = shop.report(path)
    assert (again["done"], again["unchanged"], again["placed"]) == (0, 2, {})


def test_the_same_count_takes_effect_again_on_another_day(shop: FileShop) -> None:
    path = shop.write("MUG,5", header="sku,on_hand")
    count = partial(shop.report, path, "--kind", "stock", "--at")
    assert [count("2026-03-02")["done"], count("2026-03-02T23:00")["done"]] == [1, 0]
    assert (count("2026-03-03")["done"], count("2026-03-03")["unchanged"]) == (1, 1)


def test_standard_input_may_be_compressed_and_its_rejects_are_written(shop: FileShop) -> None:
    data = gzip.compress("\n".join([HEADER, row("1"), row("2", quantity="two")]).encode())
    rejects = shop.folder / "rejects.csv"
    result = run("import", "-", "--rejects", rejects, "--db", shop.db, *WHERE, stdin=data)
    assert result.exit_code == 1
    assert "standard input: orders" in flat(result.stdout)
    (rejected,) = csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())
    assert (rejected["order_id"], rejected["quantity"]) == ("2", "two")


# How a file is written


def test_options_describe_any_other_file(shop: FileShop) -> None:
    path = shop.folder / "de.csv"
    text = (
        "Nr;Artikel;Menge;Datum;Name;Zusatz;Straße;Ort;PLZ;Stand\n"
        "7;mug;1.200;01.03.2026 10:00;Ann;z. Hd. Bo;Weg 2;Köln;50667;offen\n"
        "8;mug;1;01.03.2026 10:00;Ann;;Weg 2;Köln;50667;storniert\n"
    )
    path.write_bytes(text.encode("cp1252"))
    columns = {
        "order-id": "Nr",
        "sku": "Artikel",
        "quantity": "Menge",
        "placed-at": "Datum",
        "ship-to-name": "Name,Zusatz",
        "ship-to-street": "Straße",
        "ship-to-city": "Ort",
        "ship-to-postcode": "PLZ",
    }
    named = [part for each, names in columns.items() for part in (f"--{each}-column", names)]
    form = ("--time-zone", "Europe/Berlin", "--day-first", "--thousands", ".", "--country", "de")
    found = shop.report(path, *named, *form, "--upper-sku", "--drop-orders", "Stand=storniert")
    assert (found["preset"], found["encoding"], found["delimiter"]) == ("PLAIN", "cp1252", ";")
    assert found["skipped"] == {"Stand=storniert": 1}
    order = shop.ask("show", "7")
    assert (order["lines"][0]["sku"], order["units"]) == ("MUG", 1200)
    assert order["placed_at"] == "2026-03-01T09:00:00+00:00"
    assert order["ship_to"]["name"] == "Ann z. Hd. Bo"
    assert order["ship_to"]["country"] == "DE"


@pytest.mark.parametrize("tab", ["tab", "\\t", "\t"], ids=["word", "escaped", "character"])
def test_options_set_tabs_quotes_and_time_formats(shop: FileShop, tab: str) -> None:
    path = shop.folder / "a.txt"
    path.write_text(
        'order_id\tsku\tquantity\tplaced_at\n1\t5" nail\t1\t1.3.26 9h\n', encoding="utf-8"
    )
    form = ("--delimiter", tab, "--unquoted", "--time-format", "%d.%m.%y %Hh")
    result = shop.take_in(path, *form, "--time-zone", "UTC", "--encoding", "utf-8")
    assert result.exit_code == 0
    assert "orders, PLAIN, utf-8, delimiter tab" in flat(result.stdout)
    assert shop.ask("show", "1")["lines"][0]["sku"] == '5" nail'


def test_a_preset_may_have_a_column_of_another_name(shop: FileShop) -> None:
    path = shop.write(
        "#1,MUG,2,2026-03-01T10:00Z,", header="Name,Code,Lineitem quantity,Created at,Cancelled at"
    )
    assert shop.report(path, "--preset", "shopify", "--sku-column", "Code")["done"] == 1


def test_what_a_file_contains_follows_from_its_columns(shop: FileShop) -> None:
    stock = shop.write("MUG,7", header="sku,on_hand")
    assert shop.report(stock)["kind"] == "STOCK"
    receipts = shop.write(
        "R1,MUG,7,2026-03-05T08:00Z", header="receipt_id,sku,quantity,expected_at"
    )
    assert shop.report(receipts)["kind"] == "RECEIPTS"
    result = shop.take_in(stock, "--kind", "orders")
    assert "no preset fits" in flat(result.stderr)


def test_one_option_mends_a_preset_that_lacks_a_column(shop: FileShop) -> None:
    path = shop.write("#1,MUG,2,2026-03-01T10:00Z", header="Name,Lineitem sku,Qty,Created at")
    result = shop.take_in(path)
    assert result.exit_code == 2
    assert "the nearest is SHOPIFY, which lacks 'Lineitem quantity'" in flat(result.stderr)
    assert len(result.stderr.splitlines()) == 3
    assert "(--quantity-column or --quantity)" in flat(result.stderr)
    found = shop.report(path, "--quantity-column", "Qty")
    assert (found["preset"], found["done"]) == ("SHOPIFY", 1)


def test_a_file_may_lack_quantities_and_times(shop: FileShop) -> None:
    path = shop.write("1,MUG", "1,MUG", header="order_id,sku")
    at = ("--at", "2026-03-02T09:00Z", "--placed-at", "now")
    assert shop.report(path, "--quantity", "1", *at)["done"] == 1
    order = shop.ask("show", "1")
    assert (order["units"], order["placed_at"]) == (2, "2026-03-02T09:00:00+00:00")
    path = shop.write("2,MUG", header="order_id,sku")
    assert shop.report(path, "--quantity", "1", "--placed-at", "2026-03-01 08:00")["done"] == 1
    assert shop.ask("show", "2")["placed_at"] == "2026-03-01T08:00:00+00:00"


def test_items_are_unpacked(shop: FileShop) -> None:
    path = shop.write('1,2026-03-01T10:00Z,"MUG*2;CUP*1"', header="order_id,placed_at,Items")
    packed = ("--items-column", "Items", "--item-pattern", "{sku}*{quantity};")
    assert shop.report(path, *packed)["done"] == 1
    assert [line["quantity"] for line in shop.ask("show", "1")["lines"]] == [2, 1]


def test_each_pair_of_columns_is_a_line(shop: FileShop) -> None:
    path = shop.write(
        "1,2026-03-01T10:00Z,MUG,2,CUP,1",
        "2,2026-03-01T10:00Z,MUG,1,,",
        header="order_id,placed_at,A,a,B,b",
    )
    first = ("--sku-column", "A", "--quantity-column", "a")
    second = ("--sku-column", "B", "--quantity-column", "b")
    assert shop.report(path, *first, *second)["done"] == 2
    assert [line["sku"] for line in shop.ask("show", "1")["lines"]] == ["MUG", "CUP"]
    assert [line["sku"] for line in shop.ask("show", "2")["lines"]] == ["MUG"]


def test_several_products_in_a_row_may_have_one_quantity_for_all(shop: FileShop) -> None:
    path = shop.write("1,2026-03-01T10:00Z,MUG,CUP", header="order_id,placed_at,A,B")
    assert shop.report(path, "--sku-column", "A", "--sku-column", "B", "--quantity", "1")["done"]
    assert [line["quantity"] for line in shop.ask("show", "1")["lines"]] == [1, 1]


def test_numbered_columns_and_alternatives(shop: FileShop) -> None:
    path = shop.write(
        '1,2026-03-01T10:00Z,MUG,,2,,"a, b",1',
        header='order_id,placed_at,SKU 1,ID 1,Q 1,SKU 2,"ID, 2",Q 2',
    )
    named = ("--sku-column", 'SKU {n},"ID, {n}",ID {n}', "--quantity-column", "Q {n}")
    assert shop.report(path, *named)["done"] == 1
    assert [line["sku"] for line in shop.ask("show", "1")["lines"]] == ["MUG", "a, b"]


@pytest.mark.parametrize(
    ("options", "skipped"),
    [
        (("--drop-rows", "Type=gift"), {"Type=gift": 1}),
        (("--drop-rows", "Type!=goods"), {"Type!=goods": 2}),
        (("--drop-rows", "Type^=Gif"), {"Type^=Gif": 1}),
        (("--drop-rows", "Type="), {"Type=": 1}),
        (("--drop-rows", "Type!="), {"Type!=": 2}),
        (("--drop-orders", "Type=GIFT"), {"Type=GIFT": 2}),
        (("--drop-rows", "Type=gift", "--drop-orders", "Type="), {"Type=gift": 1, "Type=": 1}),
    ],
)
def test_rows_and_orders_are_dropped_by_conditions(
    shop: FileShop, options: tuple[str, ...], skipped: dict[str, int]
) -> None:
    path = shop.write(
        f"{row('1')},goods", f"{row('1')},gift", f"{row('2')},", header=f"{HEADER},Type"
    )
    assert shop.report(path, *options)["skipped"] == skipped


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "stock", "--preset", "shopify"), "--preset"),
        (("--kind", "stock", "--day-first"), "--day-first"),
        (("--kind", "stock", "--keep-column", "n"), "'--keep-column': does not apply to"),
        (("--keep-column", "skus"), "'skus', which was named, did you mean 'sku'?"),
        (("--keep-column", "sku,sku"), "'--keep-column': must be at most 50 columns, each once"),
        (("--on-hand-column", "n"), "there is no column 'n' (on_hand)"),
        (("--kind", "orders", "--on-hand-column", "n"), "'--on-hand-column': does not apply to"),
        (("--kind", "stock", "--item-pattern", "{sku}"), "'--item-pattern': does not apply to"),
        (("--items-column", "sku"), "--item-pattern"),
        (("--item-pattern", "x"), "--item-pattern"),
        (("--quantity", "0"), "quantity"),
        (("--placed-at", "soon"), "'--placed-at': must be now, or a time like"),
        (("--batch", "today"), "--batch"),
        (("--sheet", "Orders"), "orders.csv: is no workbook, so it has no sheets (--sheet)"),
        (("--drop-rows", "Status"), "'--drop-rows': 'Status' is not a condition"),
        (("--drop-orders", "=x"), "'--drop-orders': '=x' is not a condition"),
        (("--sku-column", "A,"), "'--sku-column': 'A,' is not a list of columns"),
        (("--sku-column", 'A,"'), "'--sku-column': 'A,\"' is not a list of columns"),
        (
            ("--sku-column", "A", "--sku-column", "B"),
            "'--quantity-column': is needed once for each of the 2 --sku-column, or --quantity",
        ),
        (("--sku-column", "sku,none"), "there is no column 'none', which was named"),
        (("--thousands", "x"), "a comma, a point"),
        (("--preset", "corner shop"), "'corner shop' is not one of"),
        (("--encoding", "none-such"), "none-such"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(
    shop: FileShop, options: tuple[str, ...], words: str
) -> None:
    result = shop.take_in(shop.write(row()), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in flat(result.stderr)


def test_a_whole_file_can_be_at_fault(shop: FileShop) -> None:
    result = shop.take_in(
        shop.write("1,MUG,1", header="order_id,skuu,quantity"), "--preset", "plain"
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no column 'sku' (sku), did you mean 'skuu'?" in flat(result.stderr)
    assert "No such file" in flat(shop.take_in(shop.folder / "none.csv").stderr)


def test_the_seller_of_an_empty_database_must_be_named(shop: FileShop) -> None:
    result = run("import", shop.write(row()), "--db", shop.db)
    assert result.exit_code == 2
    assert "name a seller: there is none yet" in flat(result.stderr)


# What does not go in


def test_causes_are_listed_one_by_one_up_to_ten(shop: FileShop) -> None:
    path = shop.write(*(row(str(number), quantity="two") for number in range(12)), row("good"))
    result = shop.take_in(path)
    assert result.exit_code == 1
    printed = [line for line in result.stderr.splitlines() if line.startswith("rejected: ")]
    assert "\n".join(printed) == (
        "rejected: row 2, quantity 'two': must be a whole number from 1 to 1000000000000, "
        "in the digits 0 to 9; and 11 more rows"
    )
    assert "rows rejected 12" in flat(result.stdout)
    assert shop.orders() == {"good": "ON_BACK_ORDER"}


def test_what_is_not_listed_is_said(shop: FileShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "LISTED_MAX", 5)
    monkeypatch.setattr(findings, "REJECTED_MAX", 15)
    path = shop.write(*(row(str(number), quantity="two") for number in range(22)), row("good"))
    result = shop.take_in(path, "--rejects", shop.folder / "rejects.csv")
    said = flat(result.stderr)
    assert "and 4 more rows rejected: 22 faults in all; the first 5 are counted here" in said
    assert "the file of rejected rows has the first 15, up to row 16; 7 later ones" in said
    assert "rows rejected 22" in flat(result.stdout)
    found = shop.report(path, "--rejects", shop.folder / "rejects.csv", code=1)
    assert (len(found["faults"]), len(found["rejected"])) == (5, 15)
    assert (found["in_all"]["faults"], found["in_all"]["rejected"]) == (22, 22)
    assert found["rejects"] == {"rows": 15, "omitted": 7, "last_row": 16}


def test_json_has_every_fault_and_standard_error_nothing(shop: FileShop) -> None:
    path = shop.write(*(f"{number},=MUG,x,never" for number in range(12)))
    result = shop.take_in(path, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    faults = json.loads(result.stdout)["faults"]
    assert len(faults) == 24
    assert faults[0] == {
        "row": 2,
        "column": "quantity",
        "value": "'x'",
        "reason": "must be a whole number from 1 to 1000000000000, in the digits 0 to 9",
        "setting": "",
    }


def test_the_column_that_was_probably_meant_is_named(shop: FileShop) -> None:
    path = shop.write(f"{row()},3", header=f"{HEADER},priorty")
    assert "column 'priorty'; did you mean 'priority'?" in flat(shop.take_in(path).stderr)


def test_corrected_rejects_are_imported(shop: FileShop) -> None:
    rejects = shop.folder / "rejects.csv"
    path = shop.write(row("1"), row("2", sku="=MUG", quantity="two"), row("2", sku="CUP"))
    assert shop.take_in(path, "--rejects", rejects).exit_code == 1
    text = rejects.read_text(encoding="utf-8")
    assert "2,'=MUG,two," in text
    rejects.write_text(text.replace("two", "2"), encoding="utf-8")
    assert shop.report(rejects, "--rejects", shop.folder / "none.csv")["done"] == 1
    lines = shop.ask("show", "2")["lines"]
    assert [(each["sku"], each["quantity"]) for each in lines] == [("=MUG", 2), ("CUP", 1)]


def test_nothing_is_imported_if_the_rejects_cannot_be_written(shop: FileShop) -> None:
    path = shop.write(row())
    for rejects in (path, shop.folder / "none" / "rejects.csv"):
        assert shop.take_in(path, "--rejects", rejects).exit_code == 2
    assert shop.orders() == {}


def refused_part(shop: FileShop) -> Path:
    """Return a file whose first order is refused when its command runs.

    The policy splits the first order. The new order gets the id of the second order in the file.
    """
    assert shop.run("change-policy", "acme", "--fulfilment", "SPLIT").exit_code == 0
    stock(shop, "MUG,1")
    return shop.write(row("A", quantity=2), row("A.1", sku="CUP"), row("C", sku="CUP"))


def test_a_refused_order_is_reported_and_the_others_are_imported(shop: FileShop) -> None:
    rejects = shop.folder / "rejects.csv"
    result = shop.take_in(refused_part(shop), "--rejects", rejects)
    assert result.exit_code == 1
    assert "refused: A.1: seller 'acme' already has an order 'A.1'" in flat(result.stderr)
    assert "orders refused 1" in flat(result.stdout)
    assert set(shop.orders()) == {"A", "A.1", "C"}
    (rejected,) = csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())
    assert rejected["order_id"] == "A.1"
    assert "split off from order 'A'" in rejected["rejected_because"]


def test_refused_orders_that_are_not_listed_are_counted(
    shop: FileShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "REFUSED_MAX", 0)
    result = shop.take_in(refused_part(shop), "--rejects", shop.folder / "rejects.csv")
    assert "refused: and 1 more" in result.stderr
    assert "the file of rejected rows has none of the last 1 of these" in result.stderr
    assert (result.exit_code, "orders refused 1" in flat(result.stdout)) == (1, True)


def test_all_or_nothing_undoes_everything_if_one_order_is_refused(shop: FileShop) -> None:
    path = refused_part(shop)
    found = shop.report(path, "--all-or-nothing", code=1)
    assert (found["saved"], found["done"], found["placed"]) == (False, 0, {})
    assert [each["id"] for each in found["refused"]] == ["A.1"]
    assert shop.orders() == {}
    assert "Nothing was saved" in flat(shop.take_in(path, "--all-or-nothing").stderr)


def test_all_or_nothing_imports_nothing_of_a_file_with_a_fault(shop: FileShop) -> None:
    found = shop.report(shop.write(row("1"), row("2", quantity="x")), "--all-or-nothing", code=1)
    assert (found["saved"], found["done"], len(found["faults"])) == (False, 0, 1)
    assert shop.orders() == {}
    assert shop.report(shop.write(row("1"), row("2")), "--all-or-nothing")["saved"] is True
    assert len(shop.orders()) == 2


def test_a_dry_run_reports_everything_and_saves_nothing(shop: FileShop) -> None:
    path = refused_part(shop)
    result = shop.take_in(path, "--dry-run")
    assert result.exit_code == 1
    assert "orders placed 2 of these on back order 2" in flat(result.stdout)
    assert "nothing was saved" in result.stderr
    assert shop.orders() == {}


# What is already present


def test_a_changed_order_is_edited_only_with_the_option(shop: FileShop) -> None:
    shop.take_in(shop.write(row("1", quantity=2)))
    path = shop.write(row("1", quantity=5))
    result = shop.take_in(path)
    assert result.exit_code == 0
    assert "already present, but different: 1 --on-change update edits" in flat(result.stderr)
    assert shop.ask("show", "1")["units"] == 2

    found = shop.report(path, "--on-change", "update")
    assert found["edited"] == 1
    assert found["changed"] == [
        {
            "order_id": "1",
            "edits": [{"type": "ChangeQuantity", "line_id": "1", "quantity": 5}],
            "obstacle": "",
        }
    ]
    assert shop.ask("show", "1")["units"] == 5
    assert shop.report(path, "--on-change", "update")["unchanged"] == 1


def test_an_order_that_can_no_longer_be_edited_is_reported(shop: FileShop) -> None:
    stock(shop, "MUG,5")
    shop.take_in(shop.write(row("1")))
    shop.run("send", "1")
    result = shop.take_in(shop.write(row("1", quantity=2)), "--on-change", "update")
    assert result.exit_code == 1
    assert "not changed: 1: it is SENT_TO_WAREHOUSE and cannot be edited any more" in flat(
        result.stderr
    )
    assert "already present, cannot be edited 1" in flat(result.stdout)


def test_all_or_nothing_imports_nothing_if_an_order_cannot_be_edited(
    shop: FileShop,
) -> None:
    stock(shop, "MUG,5")
    shop.take_in(shop.write(row("1")))
    shop.run("send", "1")
    path = shop.write(row("1", quantity=2), row("2"))
    found = shop.report(path, "--on-change", "update", "--all-or-nothing", code=1)
    assert (found["saved"], found["done"]) == (False, 0)
    assert set(shop.orders()) == {"1"}


def test_columns_are_kept_with_the_order_as_custom_fields(shop: FileShop) -> None:
    keep = ("--keep-column", "Gift", "--keep-column", '"Sales, by channel"')
    header = f'{HEADER},Gift,"Sales, by channel",PO number'
    options = (*keep, "--customer-reference-column", "PO number")
    shop.take_in(shop.write(f"{row('1')},yes,fair,PO-1", header=header), *options)
    order = shop.ask("show", "1")
    assert order["customer_reference"] == "PO-1"
    assert order["custom_fields"] == {"Gift": "yes", "Sales, by channel": "fair"}
    path = shop.write(f"{row('1')},no,,PO-2", header=header)
    (changed,) = shop.report(path, *options, "--on-change", "update")["changed"]
    assert changed["edits"] == [
        {"type": "ChangeCustomerReference", "customer_reference": "PO-2"},
        {"type": "ChangeCustomField", "name": "Gift", "text": "no"},
    ]
    assert shop.ask("show", "1")["custom_fields"]["Gift"] == "no"
    assert shop.report(path, *options)["unchanged"] == 1


def test_rows_of_an_order_that_differ_in_a_kept_column_are_rejected(shop: FileShop) -> None:
    path = shop.write(f"{row('1')},yes", f"{row('1', 'CUP')},no", header=f"{HEADER},Gift")
    result = shop.take_in(path, "--keep-column", "Gift")
    assert result.exit_code == 1
    assert "row 3, Gift 'no': differs from 'yes' in an earlier row" in flat(result.stderr)


def test_changes_of_address_and_promise_are_plain_values(shop: FileShop) -> None:
    header = f"{HEADER},promised_by,ship_to_name,ship_to_street,ship_to_city,ship_to_country"
    shop.take_in(shop.write(row("1")))
    path = shop.write(f"{row('1')},2026-03-09T10:00Z,Ann,Mill Lane 2,Leeds,GB", header=header)
    (changed,) = shop.report(path)["changed"]
    to, promise = changed["edits"]
    assert (to["type"], to["ship_to"]["city"]) == ("ChangeShipTo", "Leeds")
    assert promise == {"type": "ChangePromise", "promised_by": "2026-03-09T10:00:00+00:00"}


def test_a_file_is_imported_into_postgresql(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, *(row(str(number)) for number in range(300))]))
    with postgres() as engine:
        shop = Shop(engine.url.render_as_string(hide_password=False))
        assert shop.ask("import", path)["placed"] == {"ON_BACK_ORDER": 300}
        again = shop.ask("import", path, "--all-or-nothing")
        assert (again["done"], again["unchanged"]) == (0, 300)


def test_orders_of_another_seller_are_not_seen(shop: FileShop) -> None:
    path = shop.write(row("1"))
    shop.take_in(path)
    assert shop.report(path, "--seller", "zenith")["placed"] == {"ON_BACK_ORDER": 1}


# As a process


def command(shop: FileShop, *options: object) -> list[str]:
    arguments = ("import", *options, *WHERE, "--db", shop.db)
    return [sys.executable, "-m", "orderflow", *map(str, arguments)]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
def test_a_stopped_import_continues_when_it_is_run_again(shop: FileShop) -> None:
    path = shop.write(*(row(str(number)) for number in range(4_000)))
    with (
        subprocess.Popen(  # noqa: S603 - this package
            command(shop, path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        closing(sqlite3.connect(shop.db)) as database,
    ):
        while not database.execute("SELECT count(*) FROM orderflow_orders").fetchone()[0]:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, b"")
    assert messages == (
        b"new seller 'acme'\n"
        b"orderflow: stopped by Ctrl-C; what was imported so far is saved; "
        b"import the file again to do the rest\n"
    )
    there = len(shop.orders())
    assert 0 < there < 4_000
    again = shop.report(path)
    assert (again["unchanged"], again["done"]) == (there, 4_000 - there)
    assert len(shop.orders()) == 4_000


def test_a_database_that_fails_midway_says_what_is_saved(
    shop: FileShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.write(*(row(str(number)) for number in range(450)))
    write, batches = OwnTransactions.write, count(1)

    def fail_the_second(transactions: OwnTransactions, task: Callable[[Executor], T]) -> T:
        if next(batches) == 2:
            raise StorageError("the disk is full")
        return write(transactions, task)

    monkeypatch.setattr(OwnTransactions, "write", fail_the_second)
    result = shop.take_in(path)
    assert result.exit_code == 2
    assert "the disk is full; the first 200 commands are saved" in flat(result.stderr)
    assert len(shop.orders()) == 200


@pytest.mark.skipif(os.name != "posix", reason="a terminal is a pair of files on POSIX")
def test_a_terminal_shows_the_progress(shop: FileShop) -> None:
    path = shop.write(*(row(str(number)) for number in range(1_500)))
    own, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(  # noqa: S603 - this package
        command(shop, path, "--json"),
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=environment,
    ) as process:
        os.close(terminal)
        shown = _all_of(own)
        output, _ = process.communicate(timeout=60)
    os.close(own)
    assert json.loads(output)["done"] == 1_500
    assert "Saving" in shown
    assert "of 1,500" in shown


def _all_of(terminal: int) -> str:
    """Read what was written to a terminal until the other side has gone."""
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4_096)
        except OSError:  # so Linux says that nobody writes any more
            data = b""
        if not data:
            return shown.decode()
        shown += data


# Real exports


@pytest.mark.skipif(SHOPIFY is None, reason="the exports are not in ../shared/data")
def test_a_real_export_of_shopify_is_imported(shop: FileShop) -> None:
    found = shop.report(SHOPIFY)
    assert (found["preset"], found["rows"], found["done"]) == ("SHOPIFY", 249, 127)
    assert shop.report(SHOPIFY)["unchanged"] == 127


@pytest.mark.skipif(SHOPWARE is None, reason="the exports are not in ../shared/data")
def test_a_real_export_of_shopware_is_imported(shop: FileShop) -> None:
    found = shop.report(SHOPWARE, "--time-zone", "Europe/Berlin")
    assert (found["preset"], found["rows"], found["done"]) == ("SHOPWARE_5", 17, 2)


@pytest.mark.skipif(RETAIL is None, reason="Online Retail II is not in ../shared/data")
def test_the_beginning_of_online_retail_is_imported(shop: FileShop) -> None:
    assert RETAIL is not None
    with gzip.open(RETAIL, "rb") as file:
        data = b"".join(islice(file, 1_001))
    result = run("import", "-", "--db", shop.db, *WHERE, "--json", stdin=data)
    found = json.loads(result.stdout)
    assert (found["preset"], found["rows"]) == ("ONLINE_RETAIL_II", 1_000)
    assert found["skipped"]["cancellation without an order number"] > 0
    assert len(shop.orders()) == found["done"] > 0


def test_what_is_off_in_the_file_fails_until_it_is_off_here(shop: FileShop) -> None:
    header = "Name,Lineitem sku,Lineitem quantity,Created at,Cancelled at"
    shop.take_in(shop.write("#1,MUG,2,2026-03-01T10:00Z,", header=header))
    path = shop.write("#1,MUG,2,2026-03-01T10:00Z,2026-03-02T10:00Z", header=header)
    result = shop.take_in(path)
    assert result.exit_code == 1
    assert "off in the file: #1: cancelled or refunded" in flat(result.stderr)
    assert "--on-change update cancels them" in flat(result.stderr)
    assert shop.take_in(path, "--on-change", "update").exit_code == 0
    assert shop.ask("show", "#1")["status"] == "CANCELLED"
    assert shop.take_in(path).exit_code == 0


def test_one_cause_is_told_once_with_its_option(shop: FileShop) -> None:
    path = shop.write("1,MUG,1,02/03/2026", "2,MUG,1,03/03/2026", "3,MUG,x,03/03/2026")
    result = shop.take_in(path, "--time-zone", "UTC")
    told = flat(result.stderr)
    assert told.count("must be a date like 2026-03-02") == 1
    assert "(--day-first or --month-first); and 2 more rows" in told
    assert shop.report(path, "--time-zone", "UTC", "--day-first", code=1)["done"] == 2


def test_two_shops_of_one_seller_are_kept_apart(shop: FileShop) -> None:
    shop.take_in(shop.write("1,MUG,1,2026-03-01T10:00Z"))
    path = shop.write("1,CUP,1,2026-03-01T17:00Z")
    result = shop.take_in(path, "--on-change", "update")
    assert result.exit_code == 1
    assert "not imported: 1: it was placed at 2026-03-01 10:00 UTC" in flat(result.stderr)
    assert shop.report(path, "--order-prefix", "UK-")["done"] == 1


def test_unknown_products_and_repeated_rows_are_told(shop: FileShop) -> None:
    shop.take_in(shop.write("MUG,5", header="sku,on_hand"))
    path = shop.write("1,mug,1,2026-03-01T10:00Z", "1,mug,1,2026-03-01T10:00Z")
    refused = shop.take_in(path, "--known-skus-only")
    assert refused.exit_code == 1
    assert "is not a known product; did you mean 'MUG'?" in flat(refused.stderr)
    result = shop.take_in(path)
    assert result.exit_code == 0
    assert "unknown product: 'mug', row 2; did you mean 'MUG'?" in flat(result.stderr)
    assert "row 3 equals row 2" in flat(result.stderr)
    assert "rows repeated 1" in flat(result.stdout)
