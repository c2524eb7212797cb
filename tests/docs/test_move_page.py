"""A shop moves in as its page says: its files and commands, in an empty folder."""

from __future__ import annotations

import csv
import json
import re
import shlex
from contextlib import chdir
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import run
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "how-to" / "move-a-shop-in.md").read_text(encoding="utf-8")
FILE = re.compile(
    r"^```\{code-block\} text\n:caption: (\S+)\n\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
MOVE, NIGHT = (
    re.findall(r"^\$ (.*)$", part, re.MULTILINE) for part in PAGE.split("## Both side by side")
)


def say(folder: Path, command: str, environment: dict[str, str]) -> str:
    program, *arguments = shlex.split(command)
    assert program == "orderflow"
    with chdir(folder):
        done = run(*arguments, environment=environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(name="all_answers", scope="module")
def _all_answers(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, str], dict[str, str]]:
    """Carry the page out, and return what each command says on the first day and in the night."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILE.findall(PAGE):
        (folder / name).write_text(text, encoding="utf-8")
    export, *commands = MOVE
    environment = dict(each.split("=") for each in export.removeprefix("export ").split())
    first_day, night = (
        {command: say(folder, command, environment) for command in part}
        for part in (commands, NIGHT)
    )
    return first_day, night


@pytest.fixture(name="answers", scope="module")
def _answers(all_answers: tuple[dict[str, str], dict[str, str]]) -> dict[str, str]:
    return all_answers[0]


@pytest.fixture(name="night", scope="module")
def _night(all_answers: tuple[dict[str, str], dict[str, str]]) -> dict[str, str]:
    return all_answers[1]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_oldest_orders_are_served_and_those_at_the_warehouse_keep_their_units(
    answers: dict[str, str],
) -> None:
    orders = rows(answers["orderflow orders --csv"])
    assert {each["order_id"]: each["status"] for each in orders} == {
        "1001": "ALLOCATED",
        "1002": "ON_BACK_ORDER",
        "1003": "ON_BACK_ORDER",
        "1004": "SENT_TO_WAREHOUSE",
    }


def test_nothing_is_lost_on_the_way(answers: dict[str, str]) -> None:
    assert "no violations" in answers["orderflow check"]
    files = dict(FILE.findall(PAGE))
    counted = {each["sku"]: each["on_hand"] for each in rows(files["stock.csv"])}
    stock = rows(answers["orderflow stock --csv"])
    assert {each["sku"]: each["on_hand"] for each in stock} == counted
    moved = [*rows(files["at-the-warehouse.csv"]), *rows(files["open-orders.csv"])]
    orders = rows(answers["orderflow orders --csv"])
    assert {each["order_id"] for each in orders} == {each["order_id"] for each in moved}


def test_the_wait_is_counted_from_when_the_order_was_placed(answers: dict[str, str]) -> None:
    waiting = [each for each in rows(answers["orderflow orders --csv"]) if each["waiting_since"]]
    assert [each["waiting_since"][:10] for each in waiting] == ["2026-02-02", "2026-02-10"]


def test_a_command_shows_what_each_product_is_short_of(answers: dict[str, str]) -> None:
    table = answers["orderflow report backlog --by PRODUCT"]
    short = {line.split()[0]: line.split()[2] for line in table.splitlines() if "2026-02" in line}
    assert short == {"MUG": "2", "CUP": "1"}


def test_after_a_night_the_orders_and_the_stock_are_those_of_the_old_system(
    night: dict[str, str],
) -> None:
    assert "no violations" in night["orderflow check"]
    counted = rows(dict(FILE.findall(PAGE))["tonight.csv"])
    stock = {each["sku"]: each["on_hand"] for each in rows(night["orderflow stock --csv"])}
    assert stock == {each["sku"]: each["on_hand"] for each in counted} == {"MUG": "8", "CUP": "0"}
    (counting,) = (said for command, said in night.items() if "import" in command)
    assert "products counted  2" in counting
    assert "units up" not in counting
    assert "units down" not in counting
    orders = json.loads(night["orderflow orders --json"])["orders"]
    assert {each["order_id"]: each["status"] for each in orders} == {
        "1001": "DESPATCHED",
        "1002": "DESPATCHED",
        "1003": "CANCELLED",
        "1004": "DESPATCHED",
    }
    assert all(each["lines"] and "ship_to" in each for each in orders)
