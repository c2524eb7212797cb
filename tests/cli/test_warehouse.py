"""The warehouse on a database: send, despatch, deliver, and what goes wrong in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from orderflow import OrderFlow, StorageError
from orderflow.commands import SendOrderToWarehouse
from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from orderflow import Outcome
    from orderflow.commands import Command

__all__ = ["shop"]


@pytest.fixture(name="sent")
def _sent(shop: Shop) -> Shop:
    shop.do("remove", "A-1")
    shop.do("send", "A-1")
    return shop


def test_an_order_goes_its_way(sent: Shop) -> None:
    assert sent.status("A-1") == "SENT_TO_WAREHOUSE"
    assert "A-1 DESPATCHED" in sent.do("despatch", "A-1")
    assert "A-1 DELIVERED" in sent.do("deliver", "A-1")
    assert sent.ask("stock", "MUG")["stock"][0]["on_hand"] == 2


def test_a_part_of_an_order_leaves_and_the_rest_stays(shop: Shop) -> None:
    shop.do("book-in", "MUG", "9")
    shop.do("place", "B", "MUG=6")
    shop.do("send", "B")
    assert shop.do("despatch", "B", "--units", "1=4", "--dry-run")
    done = shop.ask("despatch", "B", "--units", "1=4", "--new-order-id", "B-rest")["outcome"]
    assert [order["order_id"] for order in done["orders"]] == ["B", "B-rest"]
    assert (shop.status("B"), shop.status("B-rest")) == ("DESPATCHED", "SENT_TO_WAREHOUSE")
    assert "2 of line 1 to B-rest" in shop.do("events", "B")


@pytest.mark.parametrize(
    ("arguments", "demand"),
    [
        (("--all", "--units", "1=1"), "name one order, ORDER"),
        (("A-1", "A-2", "--units", "1=1"), "name one order, ORDER"),
        (("A-1", "--new-order-id", "B"), "needs --units"),
        (("A-1", "--units", "1=0"), "omit the line"),
        (("A-1", "--units", "MUG"), "try 1=5"),
    ],
    ids=["all", "two orders", "no units", "nothing", "no pair"],
)
def test_units_to_despatch_are_of_one_order(
    shop: Shop, arguments: tuple[str, ...], demand: str
) -> None:
    result = shop.run("despatch", *arguments)
    assert (result.exit_code, demand in flat(result.stderr)) == (2, True), result.stderr


def test_all_ready_orders_are_sent_together(shop: Shop) -> None:
    shop.do("remove", "A-1")
    shop.do("place", "A-2", "MUG=1")
    assert "A-1 SENT_TO_WAREHOUSE" in shop.do("send", "--all", "--dry-run")
    assert shop.status("A-1") == "ALLOCATED"
    for step in ("send", "despatch", "deliver"):
        rows = shop.ask(step, "--all")["orders"]
        assert [row["order_id"] for row in rows] == ["A-1", "A-2"]
    assert shop.status("A-2") == "DELIVERED"
    assert shop.ask("send", "--all")["orders"] == []


def test_orders_that_wait_for_their_day_are_left_and_counted(shop: Shop) -> None:
    shop.do("remove", "A-1")
    shop.do("place", "A-2", "MUG=1", "--not-before", "2999-12-24")
    shop.do("place", "A-3", "MUG=1", "--not-before", "2026-03-02")
    assert "not before 2999-12-24 00:00 UTC" in shop.do("show", "A-2")
    said = shop.run("send", "--all", "--dry-run")
    assert "1 order waits for its day and may be sent from 2999-12-24 00:00 UTC on" in said.stderr
    sent = shop.ask("send", "--all")
    assert [row["order_id"] for row in sent["orders"]] == ["A-1", "A-3"]
    assert sent["waiting_for_their_day"] == [
        {"order_id": "A-2", "not_before": "2999-12-24T00:00:00+00:00"}
    ]
    assert "must not leave before 2999-12-24" in shop.run("send", "A-2").stdout
    shop.do("edit", "A-2", "--no-not-before")
    assert "at any time" in shop.do("events", "A-2")
    shop.do("edit", "A-2", "--not-before", "2026-03-02T09:30")
    assert "not before 2026-03-02 09:30 UTC" in shop.do("events", "A-2")
    assert "A-2 SENT_TO_WAREHOUSE" in shop.do("send", "--all")


def test_a_refused_order_does_not_stop_the_others(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1")
    result = shop.run("send", "A-1", "A-2", "Z", "--command-id", "c", "--json")
    rows = json.loads(result.stdout)["orders"]
    assert result.exit_code == 1
    assert [row["status"] for row in rows] == [None, "SENT_TO_WAREHOUSE", None]
    assert "ON_BACK_ORDER: cannot send" in rows[0]["refused"]
    assert "has no order 'Z'" in rows[2]["refused"]
    again = shop.run("send", "A-2", "--command-id", "c")
    assert "A-2 SENT_TO_WAREHOUSE" in flat(again.stdout)  # as it was answered before


def test_an_invalid_id_stops_all_of_them(shop: Shop) -> None:
    shop.do("remove", "A-1")
    assert "Invalid value for 'ORDER': must be" in shop.wrong("send", "A-1", "")


def test_finished_steps_are_reported_after_a_failure(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.do("remove", "A-1")
    shop.do("place", "A-2", "MUG=1")
    handle = OrderFlow.handle

    def lose_the_server(flow: OrderFlow, command: Command) -> Outcome:
        if isinstance(command, SendOrderToWarehouse) and command.order_id == "A-2":
            raise StorageError("the server is gone")
        return handle(flow, command)

    monkeypatch.setattr(OrderFlow, "handle", lose_the_server)
    result = shop.run("send", "A-1", "A-2")
    assert result.exit_code == 2
    assert "A-1 SENT_TO_WAREHOUSE" in flat(result.stdout)
    assert "A-2" not in result.stdout
    assert "the server is gone" in result.stderr


def test_an_order_that_is_named_twice_is_sent_once(shop: Shop) -> None:
    shop.do("remove", "A-1")
    assert len(shop.ask("send", "A-1", "A-1")["orders"]) == 1


def test_orders_are_named_or_all_are_meant(shop: Shop) -> None:
    assert "name the orders or use --all, but not both" in shop.wrong("send")
    assert "name the orders or use --all, but not both" in shop.wrong("send", "A-1", "--all")


def test_a_cancellation_is_accepted_or_rejected(sent: Shop) -> None:
    sent.do("request-cancellation", "A-1")
    sent.do("reject-cancellation", "A-1", "--reason", "packed already")
    assert sent.status("A-1") == "SENT_TO_WAREHOUSE"
    sent.do("request-cancellation", "A-1")
    sent.do("accept-cancellation", "A-1")
    assert sent.status("A-1") == "CANCELLED"
    assert "no action is allowed" in sent.refused("accept-cancellation", "A-1")


def test_units_come_back_into_stock_or_are_written_off(sent: Shop) -> None:
    sent.do("despatch", "A-1")
    on_hand = sent.ask("stock", "MUG")["stock"][0]["on_hand"]
    sent.do("return", "A-1", "back_in_stock", "1=2", "--reason", "unwanted")
    assert sent.ask("stock", "MUG")["stock"][0]["on_hand"] == on_hand + 2
    sent.do("return", "A-1", "WRITTEN_OFF", "--all", "--note", "broken")
    assert sent.ask("stock", "MUG")["stock"][0]["on_hand"] == on_hand + 2
    assert sent.ask("show", "A-1")["returned"] == [["1", 3]]
    assert "3 of line 1 came back" in sent.do("show", "A-1")
    events = [(each["event"], each["details"]) for each in sent.ask("events", "A-1")["events"]]
    assert events[-2:] == [
        ("UnitsReturned", "2 of line 1: back in stock, unwanted"),
        ("UnitsReturned", "1 of line 1: written off, other: broken"),
    ]
    assert "all its units have come back" in sent.refused("return", "A-1", "WRITTEN_OFF", "--all")


def test_a_return_names_lines_and_a_state(sent: Shop) -> None:
    sent.do("despatch", "A-1")
    either = "'LINE=UNITS': name the lines or use --all, but not both"
    assert either in sent.wrong("return", "A-1", "WRITTEN_OFF")
    assert either in sent.wrong("return", "A-1", "WRITTEN_OFF", "1=1", "--all")
    assert "'x' is not a number of units" in sent.wrong("return", "A-1", "WRITTEN_OFF", "1=x")
    assert "'LINE=UNITS': must be" in sent.wrong("return", "A-1", "WRITTEN_OFF", "1=0")
    assert "'LINE=UNITS': must be" in sent.wrong("return", "A-1", "WRITTEN_OFF", "1=1", "1=2")
    assert "is not one of BACK_IN_STOCK, WRITTEN_OFF" in sent.wrong("return", "A-1", "SOLD", "1=1")
    assert "4 units of line '1' cannot come back" in sent.refused(
        "return", "A-1", "WRITTEN_OFF", "1=4"
    )
    assert sent.ask("show", "A-1")["returned"] == []


def test_a_short_pick_corrects_the_stock_and_the_order_waits_again(sent: Shop) -> None:
    sent.do("adjust", "MUG", "loss", "--by", -2)
    printed = sent.do("short-pick", "A-1", "1=2")
    assert "A-1 is ON_BACK_ORDER, 2 of 3 units allocated" in printed
    assert sent.ask("stock", "MUG")["stock"][0]["on_hand"] == 2
    assert "'x' is not a number of units" in sent.wrong("short-pick", "A-1", "1=x")


def test_units_are_named_by_their_product(shop: Shop) -> None:
    shop.do("book-in", "PAN", 9)
    shop.do("place", "P-1", "PAN=4")
    assert "P-1.1" in shop.do("split", "P-1", "--units", "PAN=1", "--command-id", "once")
    assert "P-1.1" in shop.do("split", "P-1", "--units", "PAN=1", "--command-id", "once")
    assert shop.lines("P-1")["1"][1] == 3
    shop.do("send", "P-1")
    shop.do("despatch", "P-1", "--units", "PAN=2")
    assert shop.lines("P-1")["1"][1] == 2
    shop.do("return", "P-1", "BACK_IN_STOCK", "PAN=1")
    assert "no line 'TIN'" in shop.refused("return", "P-1", "BACK_IN_STOCK", "TIN=1")
