"""The reports, and the orders that a listing chooses and sorts, as a user sees them."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.adapters.sql import Tables
from orderflow.cli import row_sorting
from tests.cli.runner import flat, run
from tests.cli.shop import Shop, shop
from tests.databases import postgres

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(days: float) -> str:
    """Return a time some days ago."""
    return (NOW - timedelta(days=days)).isoformat()


def table(shop: Shop, *arguments: object) -> list[dict[str, str]]:
    """Run a command with `--csv`, and return its rows."""
    result = shop.run(*arguments, "--csv")
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def busy(tmp_path: Path) -> Shop:
    """Return a shop with an overdue receipt, and orders that wait for it since some days."""
    made = Shop(tmp_path / "busy.db")
    made.do("init")
    made.do("book-in", "MUG", 1, "--at", ago(50))
    made.do("announce", "R-1", "MUG", 8, ago(2), "--at", ago(50))
    made.do("announce", "R-2", "CUP", 9, ago(-5), "--at", ago(50))
    _place(made, "A-1", 40, "MUG=4", "--promised-by", ago(-1), "--custom-field", "Total=9.50")
    _place(made, "A-2", 8, "CUP=2", "--promised-by", ago(-2), "--priority", 5)
    _place(made, "A-3", 2, "CUP=1", "MUG=1", "--custom-field", "Total=20")
    return made


def _place(shop: Shop, order_id: str, days: float, *options: object) -> None:
    shop.do("place", order_id, *options, "--at", ago(days))


# Reports


def test_the_backlog_is_counted_by_age_product_and_seller(busy: Shop) -> None:
    ages = {row["age"]: row for row in busy.ask("report", "backlog")["backlog"]}
    assert {age: row["orders"] for age, row in ages.items() if row["orders"]} == {
        "1 to 3 d": 1,
        "7 to 14 d": 1,
        "30 to 90 d": 1,
    }
    mugs, cups = busy.ask("report", "backlog", "--by", "PRODUCT")["backlog"]
    assert (mugs["sku"], mugs["orders"], mugs["units"]) == ("MUG", 2, 4)
    assert mugs["next_receipt"]["is_overdue"] is True
    assert (cups["sku"], cups["expected_at"], cups["orders_without_date"]) == ("CUP", ago(-5), 0)
    (whole,) = busy.ask("report", "backlog", "--by", "SELLER", "--value-field", "Total")["backlog"]
    assert (whole["value"], whole["orders_without_value"], whole["units"]) == ("29.50", 1, 7)
    assert whole["oldest_since"] == ago(40)
    bands = busy.ask("report", "backlog", "--age-bands", "5,30")["backlog"]
    assert [row["age"] for row in bands] == ["under 5 d", "5 to 30 d", "30 d and more"]


def test_a_backlog_as_csv_has_the_next_receipt_in_cells(busy: Shop) -> None:
    mugs, cups = table(busy, "report", "backlog", "--by", "PRODUCT")
    assert (mugs["next_receipt_id"], mugs["next_quantity"], mugs["next_is_overdue"]) == (
        "R-1",
        "8",
        "True",
    )
    assert cups["next_expected_at"] == ago(-5)


def test_the_backlog_as_of_a_day_is_that_of_its_end(busy: Shop) -> None:
    def orders(days: float) -> int:
        day = (NOW - timedelta(days=days)).date()
        (row,) = busy.ask("report", "backlog", "--by", "SELLER", "--as-of", day)["backlog"]
        return int(row["orders"])

    assert (orders(30), orders(8), orders(7), orders(2), orders(0)) == (1, 2, 2, 3, 3)
    assert busy.ask("report", "backlog", "--by", "SELLER", "--as-of", _day(45))["backlog"] == []
    assert "not in the past" in busy.wrong("report", "backlog", "--as-of", _day(-2))


def _day(days: float) -> str:
    return str((NOW - timedelta(days=days)).date())


def test_a_day_before_the_history_of_an_import_is_refused(shop: Shop, tmp_path: Path) -> None:
    _import(shop, tmp_path, at="2026-03-04T00:00Z")
    message = shop.wrong("report", "backlog", "--as-of", "2025-12-01")
    assert "'--as-of'" in message
    assert "no earlier than 2026-03-02" in message
    rows = shop.ask("report", "backlog", "--by", "PRODUCT")["backlog"]
    assert {row["sku"]: row["oldest_since"] for row in rows}["POT"] == "2025-11-01T00:00:00+00:00"


def _import(shop: Shop, folder: Path, at: str) -> None:
    """Import an old order."""
    file = folder / "orders.csv"
    text = "order_id,sku,quantity,placed_at\nB-1,POT,2,2025-11-01T00:00Z\n"
    file.write_text(text, encoding="utf-8")
    shop.do("import", file, "--at", at)


@pytest.mark.parametrize("bands", ["", "x", "d", "1h", "3,2", "1,,2", "0", "-1"])
def test_wrong_age_bands_are_refused(busy: Shop, bands: str) -> None:
    assert "'--age-bands'" in busy.wrong("report", "backlog", f"--age-bands={bands}")


def test_exceptions_come_with_commands_that_can_be_typed(busy: Shop) -> None:
    busy.do("book-in", "PAN", 1)
    busy.do("place", "A-9", "PAN=1", "--promised-by", ago(0.5))
    rows = {row["subject"]: row for row in busy.ask("report", "exceptions")["exceptions"]}
    assert list(rows) == ["R-1", "A-9", "A-1", "A-2"]
    assert rows["A-1"]["behind"] == "short of 3 MUG, no date is known, receipt R-1 is overdue"
    assert rows["A-2"]["behind"] == f"short of 2 CUP, expected {_day(-5)}"
    assert rows["A-9"]["behind"] == "allocated"
    assert rows["R-1"]["behind"] == "8 MUG, 2 orders wait"
    for command in ("orderflow send A-9", "orderflow cancel A-9"):
        assert command in rows["A-9"]["ways_out"]
    (whole,) = (row for row in table(busy, "report", "exceptions") if row["subject"] == "R-1")
    book_in = shlex.split(whole["ways_out"].split("; ")[0])
    assert busy.run(*book_in[1:]).exit_code == 0
    left = [row["subject"] for row in busy.ask("report", "exceptions")["exceptions"]]
    assert left == ["A-9", "A-2"]


def test_lost_stock_failed_cancellations_and_dead_messages_are_exceptions(busy: Shop) -> None:
    busy.do("book-in", "PAN", 2)
    for order_id in ("B-1", "B-2"):
        busy.do("place", order_id, "PAN=1")
        busy.do("send", order_id)
    busy.do("request-cancellation", "B-1")
    busy.do("reject-cancellation", "B-1", "--reason", "packed already")
    busy.do("count", "PAN", 1)
    rows = {row["subject"]: row for row in busy.ask("report", "exceptions")["exceptions"]}
    assert rows["B-1"]["kind"] == "CANCELLATION_FAILED"
    assert rows["B-1"]["behind"] == "packed already"
    assert rows["B-2"]["kind"] == "STOCK_LOST"
    assert rows["B-2"]["behind"].startswith("lost 1 PAN, StockAdjusted: ")
    assert [each["event"] for each in rows["B-2"]["events"]][-1] == "OrderRecalled"


def test_an_exception_of_one_of_several_sellers_names_the_seller(busy: Shop) -> None:
    busy.do("place", "Z-1", "POT=1", "--promised-by", ago(3), "--seller", "zoo")
    everybody = {"ORDERFLOW_DB": str(busy.db)}
    result = run("report", "exceptions", "--json", "--limit", 1, environment=everybody)
    listed = json.loads(result.stdout)
    (row,) = listed["exceptions"]
    assert (row["subject"], row["seller_id"], listed["more"]) == ("Z-1", "zoo", True)
    assert "orderflow cancel Z-1 --seller zoo" in row["ways_out"]


def test_low_stock_is_told_once_for_each_crossing(busy: Shop, tmp_path: Path) -> None:
    assert [row["sku"] for row in busy.ask("report", "low-stock")["low_stock"]] == ["MUG"]
    leads = tmp_path / "leads.csv"
    leads.write_text("sku,lead_days\nCUP,3\n", encoding="utf-8")
    lead = ("--lead-days", 30, "--lead-file", leads)
    low = {row["sku"]: row for row in busy.ask("report", "low-stock", *lead)["low_stock"]}
    assert (low["CUP"]["lead_days"], low["MUG"]["lead_days"]) == (3, 30)
    assert [row["sku"] for row in table(busy, "report", "low-stock", "--new-only")] == ["MUG"]
    assert table(busy, "report", "low-stock", "--new-only") == []
    limited = ("report", "low-stock", *lead, "--new-only", "--limit", 1)
    busy.do("place", "C-1", "PAN=1")
    assert len(table(busy, *limited)) == 2  # those beyond the limit would never be told
    busy.do("book-in", "MUG", 90)
    assert table(busy, "report", "low-stock", "--new-only") == []
    busy.do("count", "MUG", 0)
    assert [row["sku"] for row in table(busy, "report", "low-stock", "--new-only")] == ["MUG"]


def test_lead_times_of_unknown_products_are_counted(busy: Shop, tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    busy.do("place", "C-1", "PAN=1")  # it has no stock, but orders
    leads.write_text("sku,lead_days\nCUP,3\nPAN,3\n", encoding="utf-8")
    assert busy.run("report", "low-stock", "--lead-file", leads).stderr == ""
    names = ["CUPP", *(f"X-{number}" for number in range(6))]
    leads.write_text("sku,lead_days\nCUP,3\n" + "".join(f"{each},3\n" for each in names))
    result = busy.run("report", "low-stock", "--lead-file", leads, "--json")
    assert result.exit_code == 0
    assert flat(result.stderr) == (
        "--lead-file: 7 products have no stock or receipt here: 'CUPP' (did you mean 'CUP'?), "
        "'X-0', 'X-1', 'X-2', 'X-3' and 2 more"
    )


def test_two_processes_tell_a_crossing_once(busy: Shop) -> None:
    command = [sys.executable, "-m", "orderflow", "report", "low-stock", "--new-only", "--csv"]
    command += ["--db", str(busy.db)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        for _ in range(3)
    ]
    told = [line for each in running for line in each.communicate()[0].splitlines()[1:]]
    assert [line.split(",")[0] for line in told] == ["MUG"]
    assert [each.returncode for each in running] == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sku,lead_days\nCUP,0\n", "from 1 to 36525"),
        ("sku,lead_days\nCUP,3\nCUP,4\n", "must not be there twice"),
        ("sku,lead_days\n,3\n", "row 2"),
        ("sku,days\nCUP,3\n", "lead_days"),
        ("", "empty"),
    ],
)
def test_a_wrong_file_of_lead_times_is_refused(
    busy: Shop, tmp_path: Path, text: str, fault: str
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(text, encoding="utf-8")
    result = busy.run("report", "low-stock", "--lead-file", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert fault in " ".join(result.stderr.split())


def test_service_levels_count_misses_and_say_where_they_were(busy: Shop) -> None:
    busy.do("book-in", "MUG", 8, "--receipt", "R-1")
    busy.do("send", "A-1")
    busy.do("despatch", "A-1")
    answer = busy.ask("report", "service-levels", "--begin", ago(60), "--end", ago(-9))
    levels = [row for row in answer["levels"] if row["target"] == "CUT_OFF"]
    assert sum(row["orders"] for row in levels) == 3
    assert sum(row["missed"] for row in levels) == 3
    assert {row["on_time"] for row in answer["levels"] if row["target"] == "PROMISE"} == {1}
    miss = next(each for each in answer["misses"] if each["order_id"] == "A-1")
    assert miss["delays"][0]["skus"] == ["MUG"]
    assert [each["receipt_id"] for each in miss["delays"][0]["late_receipts"]] == ["R-1"]
    shown = busy.do("report", "service-levels", "--begin", ago(60), "--misses")
    assert "receipt R-1 late" in shown
    result = busy.run("report", "service-levels", "--begin", ago(60), "--misses", "--limit", 1)
    assert "missed: 3 of 3 orders due; listed: 1" in result.stderr
    assert "'--begin'" in busy.wrong("report", "service-levels", "--begin", ago(1), "--end", ago(2))


def test_service_levels_know_holidays(busy: Shop) -> None:
    _place(busy, "H-1", (NOW - datetime(2025, 12, 24, 18, tzinfo=UTC)) / timedelta(days=1), "POT=1")
    options = ("--begin", "2025-12-20", "--end", "2026-01-10", "--holidays", "GB-ENG")
    misses = busy.ask("report", "service-levels", *options)["misses"]
    assert [each["due_at"] for each in misses] == ["2025-12-29T16:00:00+00:00"]


@pytest.mark.parametrize("report", ["backlog", "exceptions", "low-stock", "service-levels"])
def test_a_report_of_nothing_is_empty_and_unknown_names_are_refused(
    tmp_path: Path, shop: Shop, report: str
) -> None:
    empty = Shop(tmp_path / "empty.db")
    empty.do("init")
    environment = {"ORDERFLOW_DB": str(empty.db)}
    result = run("report", report, "--csv", environment=environment)
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert "there is no seller" in shop.refused("report", report, "--seller", "acne")


def test_reports_and_crossings_are_the_same_on_postgresql() -> None:
    with postgres() as engine:
        Tables.default().metadata.drop_all(engine)
        there = Shop(engine.url.render_as_string(hide_password=False))
        there.do("init")
        there.do("announce", "R-1", "MUG", 8, ago(2), "--at", ago(50))
        _place(there, "A-1", 40, "MUG=4", "--promised-by", ago(1))
        (row,) = there.ask("report", "backlog", "--by", "SELLER", "--as-of", _day(20))["backlog"]
        assert (row["orders"], row["units"], row["oldest_since"]) == (1, 4, ago(40))
        found = [row["subject"] for row in there.ask("report", "exceptions")["exceptions"]]
        assert found == ["R-1", "A-1"]
        told = [table(there, "report", "low-stock", "--new-only") for _ in range(2)]
        assert [len(rows) for rows in told] == [1, 0]
        levels = there.ask("report", "service-levels", "--begin", ago(60))["levels"]
        assert [(row["target"], row["missed"]) for row in levels] == [
            ("CUT_OFF", 1),
            ("PROMISE", 1),
        ]


# Orders, chosen and sorted


def ids(shop: Shop, *arguments: object) -> list[str]:
    return [row["order_id"] for row in shop.ask("orders", *arguments)["orders"]]


def test_orders_are_chosen_by_a_filter(busy: Shop) -> None:
    assert ids(busy, "--where", "waiting>5d") == ["A-1", "A-2"]
    assert ids(busy, "--where", "sku=CUP and status=ON_BACK_ORDER and waiting<5d") == ["A-3"]
    assert ids(busy, "--where", "expected!=none") == ["A-2"]
    assert ids(busy, "--where", "expected=none", "--sku", "CUP") == ["A-3"]
    assert ids(busy, "--where", "status=NEW") == []
    assert "did you mean waiting?" in busy.wrong("orders", "--where", "wating>5d")


def test_an_imported_order_waits_since_its_own_time(shop: Shop, tmp_path: Path) -> None:
    _import(shop, tmp_path, at="2026-03-02T13:00Z")
    rows = {row["order_id"]: row for row in shop.ask("orders")["orders"]}
    assert rows["B-1"]["waiting_since"] == "2025-11-01T00:00:00+00:00"
    assert rows["B-1"]["wait"]["since"] == "2026-03-02T13:00:00+00:00"
    (queued,) = shop.ask("backorders", "POT")["queue"]
    assert queued["since"] == "2025-11-01T00:00:00+00:00"
    assert "2025-11-01" in shop.do("backorders", "POT")


@pytest.mark.parametrize(
    ("fields", "order_ids"),
    [
        ("waiting", ["A-3", "A-2", "A-1"]),
        ("-waiting", ["A-1", "A-2", "A-3"]),
        ("-priority,-placed", ["A-2", "A-3", "A-1"]),
        ("promised", ["A-1", "A-2", "A-3"]),
        ("-promised", ["A-2", "A-1", "A-3"]),
        ("short-units,id", ["A-2", "A-3", "A-1"]),
        ("-short-units,-id", ["A-1", "A-3", "A-2"]),
        ("value", ["A-1", "A-3", "A-2"]),
        ("-value", ["A-3", "A-1", "A-2"]),
        ("expected,-id", ["A-2", "A-3", "A-1"]),
        ("next-receipt,-id", ["A-3", "A-1", "A-2"]),
    ],
)
def test_orders_are_sorted_by_fields(busy: Shop, fields: str, order_ids: list[str]) -> None:
    options = (f"--sort={fields}", "--value-field", "Total")
    assert ids(busy, *options) == order_ids
    assert ids(busy, *options, "--limit", 2) == order_ids[:2]
    assert busy.ask("orders", *options, "--limit", 2)["more"] is True
    assert ids(busy, *options, "--limit", 0) == order_ids


def test_sorted_orders_that_are_equal_stay_in_the_order_of_their_time(busy: Shop) -> None:
    assert ids(busy, "--sort", "status") == ["A-1", "A-2", "A-3"]
    assert "value needs --value-field" in busy.wrong("orders", "--sort", "age,-value")
    assert ids(busy, "--sort=-status") == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize("fields", ["", "x", "--placed", "placed,placed", "placed,-placed", ","])
def test_a_wrong_field_to_sort_by_is_refused(busy: Shop, fields: str) -> None:
    assert "'--sort'" in busy.wrong("orders", f"--sort={fields}")


def test_too_many_orders_to_sort_are_refused(busy: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_sorting, "SORTED_MAX", 2)
    message = busy.wrong("orders", "--sort", "placed", "--limit", 0)
    assert "more than 2 orders to sort" in message
    assert "--limit" in message
    assert ids(busy, "--sort", "placed", "--limit", 1) == ["A-1"]
    assert ids(busy, "--sort", "placed", "--limit", 0, "--where", "id!=A-1") == ["A-2", "A-3"]


def test_the_value_and_the_next_receipt_are_in_the_rows(busy: Shop) -> None:
    rows: list[dict[str, Any]] = busy.ask("orders", "--expected", "--value-field", "Total")[
        "orders"
    ]
    assert [row["value"] for row in rows] == ["9.50", None, "20"]
    assert [row["next_receipt_id"] for row in rows] == ["R-1", "R-2", "R-1"]
    (first, *_) = table(busy, "orders", "--expected", "--value-field", "Total")
    assert (first["value"], first["next_receipt_at"]) == ("9.50", ago(2))


def test_products_on_back_order_are_chosen_and_sorted(busy: Shop) -> None:
    def skus(*options: str) -> list[str]:
        return [row["sku"] for row in busy.ask("backorders", *options)["products"]]

    assert skus() == ["MUG", "CUP"]
    assert skus("--sort", "sku") == ["CUP", "MUG"]
    assert skus("--sort", "next-receipt", "--limit", "1") == ["MUG"]
    assert skus("--where", "waiting<20d") == ["CUP", "MUG"]
    value = ("--value-field", "Total")
    assert skus("--sort=-value", *value) == ["MUG", "CUP"]
    rows = busy.ask("backorders", *value)["products"]
    assert [(row["value"], row["orders_without_value"]) for row in rows] == [
        ("29.50", 0),
        ("20", 1),
    ]
    assert "'--sort'" in busy.wrong("backorders", "--sort", "waitin")


def test_a_queue_is_chosen_and_sorted_and_keeps_its_positions(busy: Shop) -> None:
    queue = busy.ask("backorders", "CUP", "--sort", "waiting")["queue"]
    assert [(row["order_id"], row["position"]) for row in queue] == [("A-3", 2), ("A-2", 1)]
    queue = busy.ask("backorders", "CUP", "--where", "waiting<5d")["queue"]
    assert [(row["order_id"], row["position"]) for row in queue] == [("A-3", 2)]


@pytest.mark.parametrize(
    "command", [("report", "backlog"), ("orders",), ("backorders",), ("backorders", "MUG")]
)
def test_a_field_that_no_order_has_is_reported_with_the_fields_there_are(
    busy: Shop, command: tuple[str, ...]
) -> None:
    said = busy.run(*command, "--value-field", "Totel").stderr
    assert "none of these orders has 'Totel'; their fields: 'Total'" in flat(said)
    assert "none of these" not in busy.run(*command, "--value-field", "Total").stderr


def test_a_field_is_not_missed_where_there_are_no_orders_or_no_fields(shop: Shop) -> None:
    field = ("--value-field", "Total")
    assert shop.run("orders", "--status", "NEW", *field).stderr == ""
    assert "they have no custom fields" in shop.run("orders", *field).stderr
