"""`orderflow demo`: what people see first."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from orderflow.cli.output.tables import account
from orderflow.replay import Balance
from tests.cli.runner import flat, run, run_json

README = Path(__file__).parents[2] / "README.md"
LIFE = [
    "An order is placed",
    "The seller is notified",
    "The seller asks what is possible",
    "A short product is replaced",
    "The order is split",
    "An order waits for its day",
    "A part of another order leaves",
    "An order comes from two warehouses",
    "A waiting order moves to where the stock is",
    "Stock is on the way to the second warehouse",
    "Despatched",
    "The transfer arrives",
    "Stock is booked in",
    "Despatched",
    "Despatched",
]


@pytest.fixture(name="shop", scope="module")
def _shop() -> dict[str, Any]:
    return run_json("demo", "--orders", 700, "--seed", 1)


def test_the_life_of_an_order_on_back_order_is_shown_step_by_step(shop: dict[str, Any]) -> None:
    assert [step["title"] for step in shop["tour"]] == LIFE
    times = [step["at"] for step in shop["tour"]]
    assert times == sorted(times)


def test_the_seller_has_every_way_out(shop: dict[str, Any]) -> None:
    answers = next(step["actions"] for step in shop["tour"] if "actions" in step)
    allowed = {answer["action"] for answer in answers if answer["allowed"]}
    assert {"CANCEL", "REMOVE_LINE", "REPLACE_LINE", "SEND_STOCK", "SPLIT"} <= allowed
    assert all(answer["reason"] for answer in answers if not answer["allowed"])


def test_the_tour_is_about_one_order_and_its_parts(shop: dict[str, Any]) -> None:
    placed, replaced = (step for step in shop["tour"] if "lines" in step)
    assert placed["status"] == replaced["status"] == "ON_BACK_ORDER"
    assert sum(line["quantity"] > line["allocated"] for line in placed["lines"]) == 2
    assert sum(line["quantity"] > line["allocated"] for line in replaced["lines"]) == 1


def test_about_85_of_100_units_are_served_at_once_and_all_in_the_end(shop: dict[str, Any]) -> None:
    assert 0.8 < shop["first_attempt"]["unit_fill_rate"] < 0.9
    assert shop["back_orders"]["opened"] > 100
    assert shop["back_orders"]["still_waiting"] == 0
    assert shop["account"]["difference"] == 0
    assert shop["orders"] == 702  # with those that wait for a day, and come from two warehouses


def test_the_second_warehouse_has_a_part_an_order_and_a_transfer(left: Path) -> None:
    york = ("--warehouse", "york", "--db", left)
    orders = run_json("orders", *york)["orders"]
    assert [order["split_from"] is not None for order in orders] in ([True, False], [False, True])
    assert {order["status"] for order in orders} <= {"ALLOCATED", "DESPATCHED"}
    accounts = run_json("account", *york, "--limit", 0)["accounts"]
    moved = [each["transferred_in"] + each["on_the_way"] for each in accounts]
    assert sum(moved) == 10


def test_the_seed_makes_the_shop(shop: dict[str, Any]) -> None:
    def without_time(result: dict[str, Any]) -> dict[str, Any]:
        return {key: each for key, each in result.items() if "second" not in key}

    assert without_time(run_json("demo", "--orders", 700)) == without_time(shop)
    assert run_json("demo", "--orders", 200, "--seed", 2)["units"] != shop["units"]


def test_people_see_the_tour_and_the_summary() -> None:
    result = run("demo", "--orders", 700)
    assert result.exit_code == 0
    for title in LIFE:
        assert title in result.stdout
    printed = flat(result.stdout)
    assert "is on back order: short of" in printed
    assert "Served at first attempt" in printed
    assert "difference 0" in printed
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_a_shop_too_small_for_a_tour_says_so() -> None:
    result = run("demo", "--orders", 1, "--seed", 3)
    assert result.exit_code == 0
    assert "No order in this shop makes a good example" in flat(result.stdout)


@pytest.fixture(name="left", scope="module")
def _left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    assert run("demo", "--orders", 150, "--db", file).exit_code == 0
    return file


def test_every_command_works_on_the_saved_database(left: Path) -> None:
    found = run_json("check", "--db", left)
    assert found["violations"] == []
    assert 100 < found["orders"] < 150
    statuses = {
        order["status"] for order in run_json("orders", "--db", left, "--limit", 0)["orders"]
    }
    assert {"ON_BACK_ORDER", "ALLOCATED", "DESPATCHED"} <= statuses
    assert run_json("receipts", "--db", left)["receipts"] != []


def test_the_saved_shop_is_up_to_date(left: Path) -> None:
    orders = run_json("orders", "--db", left, "--limit", 0)["orders"]
    last = max(datetime.fromisoformat(order["placed_at"]) for order in orders)
    assert timedelta(0) < datetime.now(UTC) - last < timedelta(days=9)


def test_the_suggested_next_command_works(tmp_path: Path) -> None:
    file = tmp_path / "demo.db"
    printed = run("demo", "--orders", 150, "--db", file).stdout
    _, _, after = printed.partition("export ORDERFLOW_DB=")
    steps = re.findall(r"^    \S+ (\S.*)$", after, flags=re.MULTILINE)
    assert len(steps) == 6
    for step in steps:
        result = run(*step.split(), environment={"ORDERFLOW_DB": str(file)})
        assert result.exit_code == 0, result.stderr


def test_the_readme_says_about_how_many_orders_wait(tmp_path: Path) -> None:
    (said,) = re.findall(r"about (\d+) orders on back order", README.read_text(encoding="utf-8"))
    file = tmp_path / "demo.db"
    assert run("demo", "--db", file).exit_code == 0
    orders = run_json("orders", "--db", file, "--status", "ON_BACK_ORDER", "--limit", 0)["orders"]
    assert len(orders) == pytest.approx(int(said), rel=0.2)


def test_a_made_up_shop_causes_no_notices(left: Path) -> None:
    assert run("relay", "--db", left).stdout == ""


def test_waiting_orders_are_served_by_expected_receipts(left: Path) -> None:
    receipt = run_json("receipts", "--db", left)["receipts"][0]
    options = ("--db", left, "--receipt", receipt["receipt_id"])
    booked_in = run("book-in", receipt["sku"], receipt["quantity"], *options, "--json")
    assert json.loads(booked_in.stdout)["outcome"]["orders"] != []
    assert run_json("check", "--db", left)["violations"] == []


def test_a_file_is_not_overwritten_unless_asked_to(left: Path) -> None:
    before = left.read_bytes()
    result = run("demo", "--orders", 20, "--db", left)
    assert result.exit_code == 2
    assert "exists; --overwrite replaces it" in flat(result.stderr)
    assert left.read_bytes() == before


def test_only_a_database_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk")
    for path in (file, tmp_path):
        result = run("demo", "--orders", 20, "--db", path, "--overwrite")
        assert result.exit_code == 2
        assert "is not a database; name another file" in flat(result.stderr)
    assert file.read_text() == "milk"


def test_a_file_is_overwritten_if_asked_to(tmp_path: Path) -> None:
    file = tmp_path / "demo.db"
    for orders in (30, 20):
        assert run("demo", "--orders", orders, "--db", file, "--overwrite").exit_code == 0
    assert run_json("check", "--db", file)["orders"] <= 20


def test_units_on_the_way_are_in_the_account() -> None:
    counted = {"found": 0, "returned": 0, "despatched": 0, "lost": 0, "difference": 0}
    balance = Balance(opening=9, booked_in=0, on_hand=4, on_the_way=5, **counted)
    console = Console(width=100, file=StringIO())
    console.print(account(balance))
    printed = console.file
    assert isinstance(printed, StringIO)
    assert "on the way 5" in flat(printed.getvalue())
