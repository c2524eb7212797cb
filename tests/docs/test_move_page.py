"""A shop moves in as its page says: its files and commands, in an empty folder."""

from __future__ import annotations

import csv
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
COMMANDS = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)


def say(folder: Path, command: str, environment: dict[str, str]) -> str:
    program, *arguments = shlex.split(command)
    assert program == "orderflow"
    with chdir(folder):
        done = run(*arguments, environment=environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(name="answers", scope="module")
def _answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Carry the page out, and return what each command says."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILE.findall(PAGE):
        (folder / name).write_text(text, encoding="utf-8")
    export, *commands = COMMANDS
    environment = dict(each.split("=") for each in export.removeprefix("export ").split())
    return {command: say(folder, command, environment) for command in commands}


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
