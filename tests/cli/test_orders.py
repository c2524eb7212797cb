"""Orders on a database: placed, listed, explained, edited, held, cancelled."""

from __future__ import annotations

import json

import pytest

from orderflow.cli import connection
from tests.cli.runner import flat, run
from tests.cli.shop import NOON, Shop, shop

__all__ = ["shop"]


def test_an_order_that_is_short_goes_on_back_order(shop: Shop) -> None:
    assert shop.status("A-1") == "ON_BACK_ORDER"
    assert shop.lines("A-1") == {"1": ("MUG", 3, 3), "2": ("CUP", 2, 0)}


def test_an_order_can_be_placed_and_allocated_later(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1", "--later")
    assert shop.status("A-2") == "NEW"
    assert "A-2 is ALLOCATED" in shop.do("allocate", "A-2")


def test_orders_are_listed_by_status_and_product(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1", "--at", "2026-03-02T13:00", "--priority", 7)

    def ids(*options: str) -> list[str]:
        return [order["order_id"] for order in shop.ask("orders", *options)["orders"]]

    assert ids() == ["A-1", "A-2"]
    assert ids("--status", "on_back_order") == ["A-1"]
    assert ids("--sku", "CUP") == ["A-1"]
    assert ids("--sku", "TEA") == []
    assert "A-2 ALLOCATED 2026-03-02 13:00 1 1 0" in shop.do("orders")


def test_a_listing_that_is_cut_says_so(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1")
    result = shop.run("orders", "--limit", 1)
    assert "A-2" not in result.stdout
    assert "and more: --limit 0 shows all" in result.stderr
    assert shop.ask("orders", "--limit", 1)["more"] is True
    assert shop.ask("orders", "--limit", 0)["more"] is False


def test_more_orders_than_a_page_are_all_listed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAGE", 2)
    for number in range(4):
        shop.do("place", f"B-{number}", "TEA=1", "--later", "--at", "2026-03-03")
    found = [order["order_id"] for order in shop.ask("orders", "--limit", 0)["orders"]]
    assert found == ["A-1", "B-0", "B-1", "B-2", "B-3"]


def test_a_listing_as_csv_has_no_formulas(shop: Shop) -> None:
    shop.do("place", "=1+1", "MUG=1", "--at", NOON)
    lines = shop.run("orders", "--csv").stdout.splitlines()
    assert lines[0] == (
        "order_id,seller_id,warehouse_id,customer_reference,status,placed_at,units,allocated,short,"
        "replaces,waiting_since,overdue_since"
    )
    assert lines[1] == "'=1+1,acme,leeds,,ALLOCATED,2026-03-02T12:00:00+00:00,1,1,0,,,"


def test_an_order_is_shown_with_all_its_data(shop: Shop) -> None:
    to = "Ann|Mill Lane 2|Leeds|LS1 4DY|GB"
    shop.do("edit", "A-1", "--ship-to", to, "--courier", "DHL", "--priority", 3)
    shop.do("edit", "A-1", "--promised-by", "2026-03-09")
    shop.do("hold", "A-1", "address", "--until", "2999-01-01", "--note", "house number?")
    shown = shop.do("show", "A-1")
    assert "A-1 is ON_HOLD, 3 of 5 units allocated (version 4)" in shown
    assert "in leeds, placed 2026-03-02 12:00 UTC" in shown
    assert "promised by 2026-03-09 00:00 UTC priority 3 courier DHL" in shown
    assert "to Ann, Mill Lane 2, Leeds, LS1 4DY, GB" in shown
    assert "held: ADDRESS until 2999-01-01 00:00 UTC: house number?" in shown


def test_the_queue_of_a_product_has_positions(shop: Shop) -> None:
    shop.do("place", "A-2", "CUP=4", "MUG=1", "--at", "2026-03-02T13:00")
    shop.do("announce", "R-1", "CUP", 5, "2026-03-09")
    queue = shop.ask("backorders", "CUP")["queue"]
    assert [(row["position"], row["order_id"], row["short"]) for row in queue] == [
        (1, "A-1", 2),
        (2, "A-2", 4),
    ]
    assert shop.ask("backorders", "MUG")["queue"] == []
    (product,) = shop.ask("backorders")["products"]
    assert (product["sku"], product["orders"], product["short"]) == ("CUP", 2, 6)
    assert (product["since"][:16], product["expected"]) == (NOON, 5)


def test_listings_say_when_an_order_is_expected(shop: Shop) -> None:
    shop.do("announce", "R-1", "CUP", 1, "2999-03-09")
    shop.do("announce", "R-2", "CUP", 1, "2999-03-10T08:00")
    shop.do("place", "A-2", "CUP=4", "--at", "2026-03-02T13:00")
    expected = {"expected_at": "2999-03-10T08:00:00+00:00", "overdue_since": None}
    unknown = {"expected_at": None, "overdue_since": None}
    for rows in (
        shop.ask("orders", "--expected")["orders"],
        shop.ask("backorders", "CUP")["queue"],
    ):
        assert [(row["order_id"], row["cover"]) for row in rows] == [
            ("A-1", expected),
            ("A-2", unknown),
        ]
    assert "A-1 ON_BACK_ORDER 2026-03-02 12:00 5 3 2 2026-03-02 2999-03-10 08:00 A-2" in shop.do(
        "orders", "--expected"
    )
    assert "CUP 2 6 2026-03-02 12:00 2 2999-03-09 00:00" in shop.do("backorders")


def test_listings_say_since_when_a_receipt_is_overdue_and_give_no_date(shop: Shop) -> None:
    shop.do("announce", "R-1", "CUP", 1, "2999-03-09")
    shop.do("announce", "R-2", "CUP", 1, "2026-03-03")
    overdue = {"expected_at": None, "overdue_since": "2026-03-03T00:00:00+00:00"}
    assert shop.ask("orders", "--expected")["orders"][0]["cover"] == overdue
    (product,) = shop.ask("backorders")["products"]
    assert product["cover"] == overdue
    assert "A-1 2026-03-02 12:00 2 0 2 0 overdue since 2026-03-03 00:00" in (
        f"{shop.do('backorders', 'CUP')}"
    )
    assert "overdue since 2026-03-03 00:00" in shop.do("backorders")
    in_utc = "overdue since 2026-03-03T00:00:00+00:00"
    assert in_utc in shop.do("orders", "--expected", "--csv")
    assert "overdue since 2026-03-03 00:00 UTC, so it has no date." in shop.do("explain", "A-1")
    shop.do("place", "A-2", "POT=1", "--at", "2026-03-02T13:00")
    listed = [each["overdue_since"] for each in shop.ask("orders")["orders"]]
    assert listed == [overdue["overdue_since"], None]
    shown = shop.do("orders")
    assert "receipt overdue" in shown
    assert "A-1 ON_BACK_ORDER 2026-03-02 12:00 5 3 2 2026-03-02 2026-03-03 00:00" in shown
    assert "receipt overdue" not in shop.do("orders", "--sku", "POT")


def test_orders_of_several_sellers_are_listed_by_moment(shop: Shop) -> None:
    shop.do("place", "B-1", "TEA=1", "--seller", "zoo", "--later", "--at", "2026-03-01")
    shop.do("place", "A-2", "TEA=1", "--later", "--at", "2026-03-03")
    shop.do("place", "B-2", "TEA=1", "--seller", "zoo", "--later", "--at", "2026-03-02T13:00")
    everybody = {"ORDERFLOW_DB": str(shop.db)}
    listed = json.loads(run("orders", "--json", environment=everybody).stdout)["orders"]
    assert [order["order_id"] for order in listed] == ["B-1", "A-1", "B-2", "A-2"]
    first = flat(run("orders", "--limit", 1, environment=everybody).stdout)
    assert "order seller status" in first
    assert "B-1 zoo NEW" in first


def test_the_queue_goes_by_the_policy(shop: Shop) -> None:
    shop.do("place", "A-2", "CUP=4", "--at", "2026-03-02T13:00", "--priority", 5)
    assert [row["order_id"] for row in shop.ask("backorders", "CUP")["queue"]] == ["A-1", "A-2"]
    other = Shop(f"{shop.db}-other")
    other.do("init", "--queue", "priority", "--partial-allocation", "never")
    other.do("place", "A-1", "MUG=3", "CUP=2", "--at", NOON)
    other.do("place", "A-2", "CUP=4", "--at", "2026-03-02T13:00", "--priority", 5)
    assert [row["order_id"] for row in other.ask("backorders", "CUP")["queue"]] == ["A-2", "A-1"]


def test_events_are_listed_in_words(shop: Shop) -> None:
    printed = shop.do("events", "A-1")
    assert "OrderPlaced 3 MUG, 2 CUP" in printed
    assert "OrderPutOnBackOrder 3 of line 1" in printed
    assert "StockBookedIn" not in printed
    assert "StockBookedIn 5 received" in shop.do("events")
    (placed, *_) = shop.ask("events", "A-1")["events"]
    assert placed["data"]["order"]["order_id"] == "A-1"


def test_every_kind_of_event_has_words(shop: Shop) -> None:
    for command in (
        "edit A-1 --quantity 1=2 --add TEA=1 --courier DHL --ship-to a|b|c|d|GB",
        "edit A-1 --replace 3=MUG --priority 2 --promised-by 2026-03-09",
        "hold A-1 fraud_risk --deallocate",
        "release-hold A-1 fraud_risk",
        "split A-1",
        "remove A-1",
        "send A-1.1",
        "request-cancellation A-1.1 --reason late",
        "reject-cancellation A-1.1 --reason packed",
        "short-pick A-1.1 1=1",
        "count MUG 4 --note again",
        "adjust MUG damage --by -1",
        "announce R-1 MUG 4 2026-03-09",
        "withdraw R-1",
    ):
        shop.run(*command.split())
    printed = [f"{row['event']} {row['details']}" for row in shop.ask("events")["events"]]
    for words in (
        "OrderEdited 2 on line 1, add 1 TEA, courier DHL, another address",
        "OrderEdited replace line 3 by MUG, priority 2, promised by 2026-03-09 00:00 UTC",
        "OrderHeld fraud risk",
        "OrderDeallocated 2 of line 1, 1 of line 3: hold",
        "HoldReleased fraud risk",
        "OrderSplit 2 of line 1, 1 of line 3 to A-1.1",
        "OrderSplitOff 2 MUG, 1 MUG",
        "CancellationRequested late",
        "CancellationRejected packed",
        "OrderShortPicked 1 of line 1",
        "StockAdjusted -1 (damage)",
        "StockAdjusted +0 (count): again",
        "ReceiptAnnounced 4 MUG at 2026-03-09 00:00 UTC",
        "ReceiptWithdrawn ",
    ):
        assert words in printed


def test_allowed_actions_are_listed_with_obstacles(shop: Shop) -> None:
    printed = shop.do("actions", "A-1")
    assert "CANCEL cancel CANCELLED" in printed
    assert "SEND_STOCK book-in ON_BACK_ORDER or ALLOCATED 2 CUP" in printed
    assert "not now: ALLOCATE, UNPIN, RELEASE_HOLD, SEND_TO_WAREHOUSE" in printed
    answers = {each["action"]: each for each in shop.ask("actions", "A-1")["actions"]}
    assert answers["SPLIT"]["units"] == {"MUG": 3}
    assert "ON_BACK_ORDER" in answers["SEND_TO_WAREHOUSE"]["reason"]
    shop.do("remove", "A-1", 1)
    assert "SPLIT: order 'A-1' was not split:" in shop.do("actions", "A-1")


def test_a_replaced_order_names_its_replacements(shop: Shop) -> None:
    assert shop.ask("show", "A-1")["replaced_by"] == []
    shop.do("cancel", "A-1")
    shop.do("place", "A-2", "MUG=1", "--replaces", "A-1", "--at", "2026-03-03")
    shop.do("place", "A-3", "MUG=1", "--replaces", "A-1", "--at", "2026-03-04")
    assert "replaced by A-2, A-3" in shop.do("show", "A-1")
    assert shop.ask("show", "A-1")["replaced_by"] == ["A-2", "A-3"]
    assert "replaces A-1" in shop.do("show", "A-2")


def test_it_explains_why_an_order_waits(shop: Shop) -> None:
    shop.do("place", "A-2", "CUP=4", "--at", "2026-03-02T13:00")
    printed = shop.do("explain", "A-2", "--at", "2026-03-03")
    assert "It is number 2 in the queue for 'CUP', behind 'A-1' (2 units)" in printed
    answer = shop.ask("explain", "A-2")
    assert answer["shortages"][0]["position"] == 2
    assert any("number 2" in sentence for sentence in answer["in_words"])


def test_several_changes_are_one_edit(shop: Shop) -> None:
    shop.do("edit", "A-1", "--quantity", "1=4", "--remove", 2, "--add", "TEA=1")
    assert shop.lines("A-1") == {"1": ("MUG", 4, 4), "3": ("TEA", 1, 0)}
    message = shop.refused("edit", "A-1", "--quantity", "1=1", "--remove", 9)
    assert message == "orderflow: order 'A-1' has no line '9'; its lines are 1 (MUG), 3 (TEA)"


def test_the_courier_can_be_left_to_the_warehouse_again(shop: Shop) -> None:
    shop.do("edit", "A-1", "--courier", "DHL")
    shop.do("edit", "A-1", "--courier", "")
    assert shop.ask("show", "A-1")["courier"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "name at least one change"),
        (["--quantity", "1"], "'--quantity': '1' is not a pair: try 1=5"),
        (["--quantity", "1=two"], "'two' is not a number of units: try 1=5"),
        (["--quantity", "1=0"], "'--quantity': quantity must be a whole number of units from 1"),
        (["--quantity", "1=-3"], "'-3' is not a number of units"),
        (["--replace", "1="], "'1=' is not a pair"),
        (
            ["--ship-to", "Ann, Leeds"],
            "has 1 of 5 parts; the form is 'NAME|STREET",
        ),
        (["--ship-to", "a|b|c|d|England"], "'--ship-to': country must be a country code"),
        (["--ship-to", "a|b|c|d|GB|Flat 3"], "'Flat 3' cannot follow the country: only company="),
        (["--ship-to", "a|b|c|d|GB|city=e"], "'city=e' cannot follow the country"),
        (["--ship-to", "a|b|c|d|GB|phone=1|phone=2"], "region=TEXT, phone=TEXT, each once"),
        (["--priority", "high"], "'--priority'"),
        (["--promised-by", "soon"], "'soon' is not a valid TIME: try 2026-03-02T09:30"),
        (["--expected-version", "x"], "'--expected-version'"),
    ],
)
def test_an_invalid_edit_is_named(shop: Shop, options: list[str], message: str) -> None:
    assert message in shop.wrong("edit", "A-1", *options)


def test_a_stale_edit_names_both_versions(shop: Shop) -> None:
    shop.do("edit", "A-1", "--priority", 1, "--expected-version", 1)
    message = shop.refused("edit", "A-1", "--priority", 2, "--expected-version", 1)
    assert (
        message
        == "orderflow: order 'A-1' is at version 2, not 1: read it again, and send a new command"
    )


def test_a_repeated_command_takes_effect_once(shop: Shop) -> None:
    first = shop.ask("edit", "A-1", "--add", "TEA=1", "--command-id", "c-1")
    events = shop.ask("events")
    second = shop.run("edit", "A-1", "--add", "TEA=1", "--command-id", "c-1", "--json")
    assert second.exit_code == 0
    assert shop.ask("events") == events
    assert f'"version": {first["outcome"]["orders"][0]["version"]}' in second.stdout
    assert "was used for another command" in shop.refused("cancel", "A-1", "--command-id", "c-1")


@pytest.mark.parametrize("command", ["place B-1 MUG=1", "split A-1", "remove A-1"])
def test_a_command_made_from_the_state_takes_effect_once(shop: Shop, command: str) -> None:
    first = shop.ask(*command.split(), "--command-id", "c-1")
    there = shop.everything()
    assert shop.ask(*command.split(), "--command-id", "c-1") == first
    assert shop.everything() == there
    other = command.replace("A-1", "B-2").replace("B-1", "B-2")
    assert shop.run(*other.split(), "--command-id", "c-1").exit_code == 1


def test_events_can_be_listed_since_a_moment(shop: Shop) -> None:
    assert [row["event"] for row in shop.ask("events", "--since", NOON)["events"]] == [
        "OrderPlaced",
        "OrderPutOnBackOrder",
    ]


def test_a_promise_is_removed(shop: Shop) -> None:
    shop.do("edit", "A-1", "--promised-by", "2026-03-09")
    shop.do("edit", "A-1", "--no-promise")
    assert shop.ask("show", "A-1")["promised_by"] is None


def test_lines_that_leave_together_are_placed_as_a_set(shop: Shop) -> None:
    shop.do("place", "A-2", "TABLE=1", "LEG=4", "MUG=1", "--set", "TABLE=a", "--set", "LEG=a")
    assert [line["set_id"] for line in shop.ask("show", "A-2")["lines"]] == ["a", "a", None]
    assert "2 LEG 4 0 4 a" in flat(shop.do("show", "A-2"))
    assert " set" not in shop.do("show", "A-1")
    assert "are a set, and leave together" in flat(shop.do("explain", "A-2"))


def test_a_set_names_products_of_the_order(shop: Shop) -> None:
    assert "no line has 'LEG'" in shop.wrong("place", "A-2", "TABLE=1", "--set", "LEG=a")
    assert "try TABLE=a" in shop.wrong("place", "A-2", "TABLE=1", "--set", "TABLE")


def test_a_product_is_in_one_set(shop: Shop) -> None:
    wrong = shop.wrong("place", "A-2", "TABLE=1", "--set", "TABLE=a", "--set", "TABLE=b")
    assert "'TABLE' is in 'a' and in 'b'; name one set" in wrong
    shop.do("place", "A-2", "TABLE=1", "--set", "TABLE=a", "--set", "TABLE=a")


def test_an_added_line_joins_a_set(shop: Shop) -> None:
    shop.do("place", "A-2", "TABLE=1", "--set", "TABLE=a")
    shop.do("edit", "A-2", "--add", "LEG=4", "--add", "MUG=1", "--set", "LEG=a")
    assert [line["set_id"] for line in shop.ask("show", "A-2")["lines"]] == ["a", "a", None]
    assert "add 4 LEG to set a, add 1 MUG" in flat(shop.do("events", "A-2"))


def test_only_an_added_line_joins_a_set(shop: Shop) -> None:
    wrong = shop.wrong("edit", "A-1", "--add", "LEG=4", "--set", "MUG=a")
    assert "no added line has 'MUG'" in wrong
    assert "no added line has 'MUG'" in shop.wrong("edit", "A-1", "--set", "MUG=a")
    assert "try TABLE=a" in shop.wrong("edit", "A-1", "--add", "LEG=4", "--set", "LEG")


def test_an_order_is_placed_with_courier_and_address(shop: Shop) -> None:
    shop.do("place", "A-2", "MUG=1", "--courier", "DHL", "--ship-to", "a|b|c|d|GB")
    order = shop.ask("show", "A-2")
    assert (order["courier"], order["ship_to"]["city"]) == ("DHL", "c")


def test_an_order_is_placed_with_the_customer_s_reference_and_custom_fields(shop: Shop) -> None:
    fields = ("--custom-field", "Sum=1+1=2", "--custom-field", "Gift=yes")
    shop.do("place", "A-2", "MUG=1", "--customer-reference", "PO-1", *fields)
    order = shop.ask("show", "A-2")
    assert order["customer_reference"] == "PO-1"
    assert order["custom_fields"] == {"Gift": "yes", "Sum": "1+1=2"}
    assert shop.ask("orders")["orders"][1]["custom_fields"] == order["custom_fields"]
    said = flat(shop.do("show", "A-2"))
    assert "customer reference PO-1 Gift: yes Sum: 1+1=2" in said
    assert "A-2 PO-1 ALLOCATED" in flat(shop.do("orders"))
    assert "customer" not in flat(shop.do("show", "A-1"))


def test_the_customer_s_reference_and_custom_fields_are_edited(shop: Shop) -> None:
    gift = ("--custom-field", "Gift=yes")
    shop.do("edit", "A-1", "--customer-reference", "PO-1", *gift, "--custom-field", "Bow=red")
    shop.do("edit", "A-1", "--customer-reference", "", "--custom-field", "Bow=")
    order = shop.ask("show", "A-1")
    assert (order["customer_reference"], order["custom_fields"]) == (None, {"Gift": "yes"})
    details = [row["details"] for row in shop.ask("events", "A-1")["events"]]
    assert details[-2:] == ["reference PO-1, Gift: yes, Bow: red", "no customer reference, no Bow"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--custom-field", "Gift"], "'--custom-field': 'Gift' is not a pair: try Gift=yes"),
        (["--custom-field", "=yes"], "'--custom-field': '=yes' is not a pair: try Gift=yes"),
        (["--custom-field", " =yes"], "'--custom-field': name must be a text of 1 to 128"),
        (["--customer-reference", " x"], "'--customer-reference': must be a text of 1 to 128"),
    ],
    ids=["no text", "no name", "blank name", "blank before a reference"],
)
def test_a_custom_field_that_makes_no_sense_is_named(
    shop: Shop, options: list[str], words: str
) -> None:
    assert words in shop.wrong("edit", "A-1", *options)


def test_a_custom_field_that_is_given_twice_is_refused(shop: Shop) -> None:
    twice = ("--custom-field", "Gift=yes", "--custom-field", "Gift=no")
    assert "'--custom-field': must be at most 50 pairs" in shop.wrong("place", "B", "MUG=1", *twice)


def test_a_part_of_an_address_that_not_every_address_has_is_named(shop: Shop) -> None:
    named = "company=Bo & Co|street_2=Flat 3|region=Yorkshire|phone=+44 113=0"
    shop.do("edit", "A-1", "--ship-to", f"Ann|2 Mill Lane|Leeds|LS1 4DY|GB|{named}")
    to = shop.ask("show", "A-1")["ship_to"]
    assert (to["company"], to["street_2"]) == ("Bo & Co", "Flat 3")
    assert (to["region"], to["phone"]) == ("Yorkshire", "+44 113=0")
    assert (
        "to Ann, Bo & Co, 2 Mill Lane, Flat 3, Leeds, Yorkshire, LS1 4DY, GB, phone +44 113=0"
    ) in flat(shop.do("show", "A-1"))


def test_an_unknown_product_is_reported(shop: Shop) -> None:
    result = shop.run("place", "A-2", "MUG=1", "MGU=1")
    assert result.exit_code == 0
    assert result.stderr == "new in warehouse 'leeds' of seller 'acme': MGU (did you mean 'MUG'?)\n"
    assert shop.run("place", "A-3", "MUG=1").stderr == ""
    for change in (("--add", "MGU=1"), ("--replace", "1=MGU")):
        result = shop.run("edit", "A-1", *change, "--dry-run")
        assert result.stderr.startswith(
            "new in warehouse 'leeds' of seller 'acme': MGU (did you mean 'MUG'?)\n"
        )


def test_an_invalid_id_is_named(shop: Shop) -> None:
    assert "'ORDER': must be a text" in shop.wrong("show", "b\udcffd")


def test_a_listing_has_one_form(shop: Shop) -> None:
    assert "'--csv': must be omitted with --json" in shop.wrong("orders", "--json", "--csv")


def test_orders_are_listed_with_or_without_their_warehouse(shop: Shop) -> None:
    other = Shop(shop.db, warehouse="york")
    other.do("book-in", "MUG", 1)
    other.do("place", "Y-1", "MUG=1", "--at", "2026-03-03")
    assert "Y-1 york ALLOCATED" in flat(run("orders", "--db", shop.db).stdout)
    assert [order["order_id"] for order in other.ask("orders")["orders"]] == ["Y-1"]
    assert shop.ask("send", "--all")["orders"] == []
    assert other.ask("send", "--all")["orders"][0]["status"] == "SENT_TO_WAREHOUSE"


def test_an_order_on_hold_waits_until_it_is_released(shop: Shop) -> None:
    shop.do("hold", "A-1")
    assert shop.status("A-1") == "ON_HOLD"
    shop.do("release-hold", "A-1")
    assert shop.status("A-1") == "ON_BACK_ORDER"


def test_holds_that_have_ended_are_released_by_a_scheduler(shop: Shop) -> None:
    shop.do("hold", "A-1", "--at", "2026-03-02T13:00", "--until", "2026-03-03")
    other = Shop(shop.db, seller="toys")
    other.do("place", "T-1", "MUG=1")
    other.do("hold", "T-1", "--at", "2026-03-02T13:00", "--until", "2026-03-03")

    def released(at: str) -> list[str]:
        result = run("run-due", "--at", at, "--db", shop.db, "--json")
        return [event["subject"] for event in json.loads(result.stdout)["events"]]

    assert released("2026-03-02T14:00") == []
    assert released("2026-03-03T00:00") == ["A-1", "T-1"]
    assert shop.status("A-1") == "ON_BACK_ORDER"


def test_a_hold_for_an_unknown_reason_is_refused(shop: Shop) -> None:
    assert "'REASON'" in shop.wrong("hold", "A-1", "bored")
    assert "later end" in shop.refused("hold", "A-1", "--until", "2020-01-01")


def test_an_order_is_cancelled_and_gives_its_stock_back(shop: Shop) -> None:
    shop.do("cancel", "A-1", "--reason", "changed their mind")
    assert shop.status("A-1") == "CANCELLED"
    assert shop.ask("stock", "MUG")["stock"][0]["available"] == 5


def test_a_missing_order_is_named(shop: Shop) -> None:
    for command in ("show", "cancel", "explain", "actions", "events", "remove", "split"):
        assert "seller 'acme' has no order 'Z'" in shop.refused(command, "Z")


def test_an_invalid_line_is_named(shop: Shop) -> None:
    assert "'MUG' is not a pair" in shop.wrong("place", "A-2", "MUG")
    assert "'SKU=UNITS': quantity must be" in shop.wrong("place", "A-2", "MUG=0")
    assert "already has an order 'A-1'" in shop.refused("place", "A-1", "MUG=1")


@pytest.mark.parametrize(
    ("sets", "removes"),
    [
        (("--not-before", "2027-01-01"), "--no-not-before"),
        (("--give-up-after", "3"), "--no-give-up-after"),
        (("--short-part", "HOLD"), "--no-short-part"),
        (("--promised-by", "2027-01-01"), "--no-promise"),
    ],
)
def test_an_edit_that_sets_and_removes_a_value_is_refused(
    shop: Shop, sets: tuple[str, str], removes: str
) -> None:
    assert f"'{removes}': omit it" in shop.wrong("edit", "A-1", *sets, removes)
