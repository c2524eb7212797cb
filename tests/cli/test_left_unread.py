"""What a later release wrote is left for it: the rest is done, and the command says so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat, run

if TYPE_CHECKING:
    from pathlib import Path

SELLERS = ("bad", "good", "other")
WAY_OUT = "upgrade this process"
EVENT = "UPDATE orderflow_events SET event = replace(event, '\"version\":1', '\"version\":2')"
ORDER = "UPDATE orderflow_orders SET short_part = 'ANEW'"


@pytest.fixture
def shop(tmp_path: Path) -> FileShop:
    """Three sellers, each with a cancelled order A-1, and A-2, which waits. `bad` has B-1 too."""
    shop = FileShop(tmp_path)
    for seller in SELLERS:
        of = ("--seller", seller, "--ship-to", "Ann Secret|2 Mill Lane|Leeds|LS1|GB")
        for order_id in ("A-1", "A-2", *(["B-1"] if seller == "bad" else [])):
            shop.do("place", order_id, "MUG=1", *of, "--at", "2026-03-01T09:00")
        for order_id in ("A-1", *(["B-1"] if seller == "bad" else [])):
            shop.do("cancel", order_id, "--seller", seller, "--at", "2026-03-01T10:00")
    return shop


def change(shop: FileShop, statement: str, order_id: str) -> None:
    """Change the rows of an order of the seller `bad` as a later release would."""
    with closing(sqlite3.connect(shop.db)) as connection, connection:
        connection.execute(f"{statement} WHERE seller_id = 'bad' AND order_id = ?", (order_id,))


def in_outbox(shop: FileShop) -> list[tuple[str, str, int]]:
    """Return seller, subject and attempts of each message."""
    with closing(sqlite3.connect(shop.db)) as connection:
        return connection.execute(
            "SELECT DISTINCT seller_id, subject, attempts FROM orderflow_outbox"
        ).fetchall()


@pytest.fixture
def settings(shop: FileShop) -> Path:
    path = shop.folder / "notify.json"
    path.write_text(json.dumps({"default": {"logs": ["desk"]}}))
    return path


def test_the_relay_hands_the_rest_on(shop: FileShop) -> None:
    change(shop, EVENT, "A-1")
    first = shop.run("relay", "--limit", 1_000)
    assert first.exit_code == 2
    handed_on = [json.loads(line) for line in first.stdout.splitlines()]
    expected = {(seller, "A-2") for seller in SELLERS} | {("good", "A-1"), ("bad", "B-1")}
    assert {(each["seller_id"], each["subject"]) for each in handed_on} >= expected
    assert "'bad:1' about 'A-1'" in first.stderr
    for again in (shop.run("relay"), shop.run("relay", "--limit", 3)):
        assert (again.exit_code, again.stdout) == (2, "")
        assert "'bad:1' about 'A-1'" in again.stderr
        assert WAY_OUT in flat(again.stderr)
    assert in_outbox(shop) == [("bad", "A-1", 0)]


@pytest.mark.parametrize("command", [("notify",), ("work", "--once")], ids=["notify", "work"])
@pytest.mark.parametrize("statement", [EVENT, ORDER], ids=["event", "order"])
def test_notices_of_the_others_are_sent(
    shop: FileShop, settings: Path, command: tuple[str, ...], statement: str
) -> None:
    change(shop, statement, "A-2")
    result = shop.run(*command, "--settings", settings)
    assert result.exit_code == 2
    said = flat(result.stderr)
    assert "seller good: Order A-2 is on back order" in said
    assert "about 'A-2'" in said
    assert WAY_OUT in said
    assert in_outbox(shop) == [("bad", "A-2", 0)]


def test_a_dry_run_names_the_messages_that_it_cannot_show(shop: FileShop, settings: Path) -> None:
    change(shop, EVENT, "A-2")
    result = shop.run("notify", "--settings", settings, "--dry-run")
    assert result.exit_code == 2
    assert "about 'A-2'" in result.stderr


def test_digests_of_the_others_are_sent(shop: FileShop) -> None:
    path = shop.folder / "daily.json"
    path.write_text(
        json.dumps({"default": {"logs": ["desk"], "kinds": {"ON_BACK_ORDER": "DAILY"}}})
    )
    change(shop, ORDER, "A-2")
    result = shop.run("digest", "--settings", path, "--at", "2026-03-02T09:00")
    assert (result.exit_code, result.stdout) == (2, "digests sent: 2\n")
    assert "an order 'A-2' of 'bad'" in flat(result.stderr)


def test_what_is_due_is_done_for_the_others(shop: FileShop) -> None:
    for seller in SELLERS:
        until = ("--seller", seller, "--until", "2026-03-03T09:00", "--at", "2026-03-02T09:00")
        shop.do("hold", "A-2", "other", *until)
    change(shop, ORDER, "A-2")
    result = run("run-due", "--db", shop.db, "--at", "2026-03-04T09:00", "--json")
    assert result.exit_code == 2
    assert {row["seller_id"] for row in json.loads(result.stdout)["events"]} == {"good", "other"}
    assert "seller 'bad'" in flat(result.stderr)
    assert WAY_OUT in flat(result.stderr)


@pytest.mark.parametrize("statement", [EVENT, ORDER], ids=["event", "order"])
@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]], ids=["erase", "dry-run"])
def test_the_other_orders_are_erased(shop: FileShop, statement: str, dry_run: list[str]) -> None:
    change(shop, statement, "A-1")
    result = run("erase", "--db", shop.db, "--older-than", "30d", "--json", *dry_run)
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert [(each["seller_id"], each["order_id"]) for each in answer["erased"]] == [
        ("bad", "B-1"),
        ("good", "A-1"),
        ("other", "A-1"),
    ]
    assert [each["order_id"] for each in answer["left"]] == ["A-1"]
    assert "order 'A-1' of seller 'bad'" in flat(result.stderr)
    assert WAY_OUT in flat(result.stderr)


@pytest.mark.parametrize("statement", [EVENT, ORDER], ids=["event", "order"])
def test_the_other_orders_that_are_named_are_erased(shop: FileShop, statement: str) -> None:
    change(shop, statement, "A-1")
    result = shop.run("erase", "A-1", "B-1", "--seller", "bad", "--json")
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert [each["order_id"] for each in answer["erased"]] == ["B-1"]
    assert [each["order_id"] for each in answer["left"]] == ["A-1"]


def test_a_seller_whose_first_event_cannot_be_read_is_known(shop: FileShop) -> None:
    change(shop, EVENT, "A-1")
    assert shop.run("show", "A-2", "--seller", "bad").exit_code == 0
