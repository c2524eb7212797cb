"""Orders over several warehouses, moves between them, and transfers of stock."""

from __future__ import annotations

import pytest

from tests.cli.runner import flat
from tests.cli.shop import Shop, shop

__all__ = ["shop"]

BOTH = ("--from", "leeds", "--from", "york")
TRANSFER = ("transfer", "MUG", 2, "york", "--receipt", "T-1", "--expected-at", "2999-01-02")


@pytest.fixture
def two(shop: Shop) -> Shop:
    """A shop with 2 MUG available in leeds, where A-1 has 3; 4 MUG and 3 CUP in york."""
    shop.do("book-in", "MUG", 4, "--warehouse", "york")
    shop.do("book-in", "CUP", 3, "--warehouse", "york")
    return shop


# Sourcing


def test_an_order_is_placed_over_several_warehouses(two: Shop) -> None:
    placed = two.do("place", "B-1", "MUG=7", "CUP=1", *BOTH)
    assert "B-1 is ON_BACK_ORDER, 2 of 3 units allocated" in placed
    assert "moved: 4 of line 1, 1 of line 2 to B-1.1 in york" in placed
    assert "New orders: 1" in placed
    assert two.lines("B-1") == {"1": ("MUG", 3, 2)}
    assert two.lines("B-1.1") == {"1": ("MUG", 4, 4), "2": ("CUP", 1, 1)}
    assert two.ask("show", "B-1.1")["other_parts"][0]["order_id"] == "B-1"
    assert "in york, placed" in two.do("show", "B-1.1")
    told = two.do("events", "B-1")
    assert "B-1 OrderPartMoved 4 of line 1, 1 of line 2 to B-1.1 in york" in told


def test_the_rest_waits_where_the_options_say(two: Shop) -> None:
    two.do("place", "B-1", "MUG=7", *BOTH, "--waits-at", "york")
    assert two.ask("show", "B-1")["warehouse_id"] == "york"
    assert two.lines("B-1") == {"1": ("MUG", 5, 4)}


def test_an_order_may_be_undivided(two: Shop) -> None:
    two.do("place", "B-1", "MUG=4", "CUP=1", *BOTH, "--divide", "NEVER")
    assert (two.ask("show", "B-1")["warehouse_id"], two.status("B-1")) == ("york", "ALLOCATED")


def test_a_preview_places_nothing(two: Shop) -> None:
    before = two.everything()
    assert "New orders: 1" in two.do("place", "B-1", "MUG=6", *BOTH, "--dry-run")
    outcome = two.ask("place", "B-1", "MUG=6", *BOTH, "--dry-run")["outcome"]
    assert [each["order_id"] for each in outcome["orders"]] == ["B-1", "B-1.1"]
    assert two.everything() == before


def test_a_repeated_command_changes_nothing(two: Shop) -> None:
    arguments = ("B-1", "MUG=6", *BOTH, "--command-id", "c1")
    first = two.ask("place", *arguments)
    before = two.everything()
    assert two.ask("place", *arguments) == first
    assert two.everything() == before


def test_the_plan_is_shown_and_nothing_is_saved(two: Shop) -> None:
    before = two.everything()
    printed = two.do("source", "MUG=7", "CUP=1", *BOTH)
    assert "leeds 1 MUG 3 1 york 1 MUG 4 0 york 2 CUP 1 0" in printed
    assert "2 parts; 1 unit waits in leeds" in printed
    plan = two.ask("source", "MUG=7", "CUP=1", *BOTH)["plan"]
    assert plan["parts"] == [
        {"warehouse_id": "leeds", "units": [["1", 3]], "waiting": [["1", 1]]},
        {"warehouse_id": "york", "units": [["1", 4], ["2", 1]], "waiting": []},
    ]
    assert two.everything() == before


@pytest.mark.parametrize(
    ("options", "warehouses", "said"),
    [
        ("", ["leeds", "york"], "2 parts; nothing waits"),
        ("--prefer MOST_AVAILABLE", ["york"], "1 part; nothing waits"),
        ("--prefer fewest_parcels", ["york"], "1 part; nothing waits; cost 1"),
        (
            "--prefer CHEAPEST --cost leeds=100+1 --cost york=900",
            ["york"],
            "1 part; nothing waits; cost 900",
        ),
        ("--set MUG=a --set CUP=a", ["york"], "1 part; nothing waits"),
    ],
)
def test_the_warehouses_are_preferred_as_the_options_say(
    two: Shop, options: str, warehouses: list[str], said: str
) -> None:
    arguments = ("MUG=4", "CUP=1", *BOTH, *options.split())
    parts = two.ask("source", *arguments)["plan"]["parts"]
    assert sorted(part["warehouse_id"] for part in parts) == warehouses
    assert said in two.do("source", *arguments)


def test_several_units_wait(two: Shop) -> None:
    printed = two.do("source", "CUP=9", *BOTH, "--divide", "IF_COVERED")
    assert "1 part; 9 units wait in leeds" in printed


def test_an_estimate_names_its_bound(two: Shop) -> None:
    """With more than eight warehouses, the cost is an estimate."""
    names = [f"w{number}" for number in range(12)]
    for number, name in enumerate(names):
        two.do("book-in", "MUG", 3 + 5 * (number % 3), "--warehouse", name)
    over = [text for name in names for text in ("--from", name)]
    costs = [
        text
        for number, name in enumerate(names)
        for text in ("--cost", f"{name}={100 + 37 * (number % 5)}+{number % 4}")
    ]
    plan = two.ask("source", "MUG=40", *over, *costs, "--prefer", "CHEAPEST")["plan"]
    assert plan["cost_min"] < plan["cost"]
    printed = two.do("source", "MUG=40", *over, *costs, "--prefer", "CHEAPEST")
    assert f"cost {plan['cost']:,}, at least {plan['cost_min']:,}" in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--from leeds --from leeds", "'--from': must be warehouses that differ"),
        (f"--from {'w' * 129}", "'--from': must be a text of 1 to 128"),
        ("--from leeds --prefer best", "'--prefer': 'best' is not one of RANKED"),
        ("--from leeds --divide some", "'--divide': 'some' is not one of ALWAYS"),
        ("--from leeds --waits-at hull", "'--waits-at': must be one of the warehouses"),
        ("--from leeds --cost leeds", "'--cost': 'leeds' is not a pair: try leeds=500+20"),
        ("--from leeds --cost leeds=x", "'--cost': 'x' is not a cost: try leeds=500+20"),
        ("--from leeds --cost leeds=5", "'--cost': must be one for each warehouse with CHEAPEST"),
        ("--from leeds --prefer CHEAPEST", "'--cost': must be one for each warehouse"),
        (
            "--from leeds --prefer CHEAPEST --cost leeds=9999999999999",
            "'--cost': 9999999999999 of leeds must be a whole number",
        ),
        ("--prefer MOST_AVAILABLE", "'--prefer': name the warehouses with --from"),
        ("--divide NEVER", "'--divide': name the warehouses with --from"),
        ("--waits-at leeds", "'--waits-at': name the warehouses with --from"),
        ("--cost leeds=1", "'--cost': name the warehouses with --from"),
    ],
)
def test_options_that_make_no_sense_are_named(two: Shop, options: str, message: str) -> None:
    for command in (
        ("place", "B-1", "MUG=1"),
        ("source", "MUG=1"),
        ("promise", "MUG=1"),
        ("available-to-promise", "MUG", "2999-01-01"),
    ):
        assert message in two.wrong(*command, *options.split())


def test_a_plan_needs_a_warehouse(two: Shop) -> None:
    assert "'--from': name at least one warehouse" in two.wrong("source", "MUG=1")


def test_a_mistyped_warehouse_is_noticed(two: Shop) -> None:
    message = two.refused("source", "MUG=1", "--from", "leeds", "--from", "yrok")
    assert "in warehouse 'yrok' (did you mean 'york'?)" in message
    for command in (("promise", "MUG=1"), ("available-to-promise", "MUG", "2999-01-01")):
        message = two.refused(*command, "--from", "hull")
        assert "in warehouse 'hull'; known: 'leeds', 'york'" in message
    result = two.run("place", "B-1", "MUG=1", "--from", "leeds", "--from", "yrok")
    assert result.exit_code == 0
    assert flat(result.stderr) == "new warehouse 'yrok' (did you mean 'york'?) of seller 'acme'"


# In place of a cancelled order


def test_an_order_replaces_a_cancelled_one(two: Shop) -> None:
    refusal = two.refused("place", "A-2", "MUG=1", "--replaces", "A-1")
    assert "which is ON_BACK_ORDER; cancel that one first" in refusal
    two.do("cancel", "A-1")
    two.do("place", "A-2", "MUG=1", "--replaces", "A-1")
    assert "replaces A-1" in two.do("show", "A-2")
    assert "1 MUG in place of A-1" in two.do("events", "A-2")
    assert "order status placed (UTC) units allocated short replaces" in two.do("orders")
    assert two.ask("show", "A-2")["replaces"] == "A-1"
    assert "'--replaces': must be" in two.wrong("place", "A-3", "MUG=1", "--replaces", "")


# Moves


def test_an_order_is_moved(two: Shop) -> None:
    moved = two.do("move", "A-1", "york")
    assert "A-1 is ALLOCATED" in moved
    assert "A-1 moved to york" in moved
    assert two.ask("show", "A-1")["warehouse_id"] == "york"
    assert "OrderMoved to york" in two.do("events", "A-1")


def test_a_part_of_an_order_is_moved(two: Shop) -> None:
    moved = two.do("move", "A-1", "york", "--only-short", "--new-order-id", "A-9")
    assert "moved: 2 of line 2 to A-9 in york" in moved
    assert (two.status("A-1"), two.status("A-9")) == ("ALLOCATED", "ALLOCATED")
    two.do("move", "A-1", "york", "--units", "MUG=1")
    assert two.lines("A-1.2") == {"1": ("MUG", 1, 1)}


def test_a_repeated_move_changes_nothing(two: Shop) -> None:
    """The line that is named by its product has left with the first one."""
    arguments = ("A-1", "york", "--units", "CUP=2", "--command-id", "m1")
    first = two.ask("move", *arguments)
    before = two.everything()
    assert two.ask("move", *arguments) == first
    assert two.everything() == before


def test_a_preview_moves_nothing(two: Shop) -> None:
    before = two.everything()
    assert "A-1 moved to york" in two.do("move", "A-1", "york", "--dry-run")
    assert two.ask("move", "A-1", "york", "--dry-run")["saved"] is False
    assert two.everything() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--units 1=x", "'--units': 'x' is not a number of units"),
        ("--units 1=0", "'--units': 0 units of line '1'"),
        ("--units 1=1 --only-short", "'--units': must be units of one line or more; omitted for"),
        ("--new-order-id A-9", "'--new-order-id': must be omitted if the whole order is moved"),
    ],
)
def test_a_move_that_makes_no_sense_names_its_option(two: Shop, options: str, message: str) -> None:
    assert message in two.wrong("move", "A-1", "york", *options.split())


def test_an_invalid_warehouse_is_named(two: Shop) -> None:
    assert "'WAREHOUSE': must be a text" in two.wrong("move", "A-1", "")
    assert "'TO_WAREHOUSE': must be a text" in two.wrong(*TRANSFER[:3], "", *TRANSFER[4:])


def test_a_move_may_be_refused(two: Shop) -> None:
    assert "it is in warehouse 'leeds' already" in two.refused("move", "A-1", "leeds")
    assert "7 units of line '1' cannot be moved" in (
        two.refused("move", "A-1", "york", "--units", "MUG=7")
    )
    stale = two.refused("move", "A-1", "york", "--expected-version", 9)
    assert "order 'A-1' is at version 1, not 9" in stale
    assert two.ask("show", "A-1")["warehouse_id"] == "leeds"


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--only-short",)])
def test_a_move_to_an_unknown_warehouse_is_refused(two: Shop, more: tuple[str, ...]) -> None:
    said = two.refused("move", "A-1", "yrok", *more)
    assert "no stock or receipt in warehouse 'yrok' (did you mean 'york'?); count or" in said
    assert "'hull'; known: 'leeds', 'york'; count or" in two.refused("move", "A-1", "hull", *more)


def test_an_order_can_be_moved_to_a_new_warehouse_once_stock_is_counted_there(two: Shop) -> None:
    two.do("count", "MUG", 0, "--warehouse", "hull")
    two.do("move", "A-1", "hull")
    assert two.ask("show", "A-1")["warehouse_id"] == "hull"


def test_a_move_is_an_action(two: Shop) -> None:
    assert "MOVE move ON_BACK_ORDER or ALLOCATED" in two.do("actions", "A-1")


# Transfers


def test_stock_is_transferred_and_booked_in(two: Shop) -> None:
    sent = two.do(*TRANSFER)
    assert "MUG: 2 from leeds to york, receipt T-1" in sent
    assert "T-1 MUG 2 2999-01-02 00:00 leeds" in sent
    listed = two.do("receipts", "--warehouse", "york")
    assert "receipt sku units expected (UTC) from overdue T-1 MUG 2 2999-01-02 00:00 leeds" in (
        listed
    )
    assert "MUG StockTransferred 2 from leeds to york, receipt T-1" in two.do("events")
    arrived = two.do("book-in", "MUG", 1, "--receipt", "T-1", "--warehouse", "york")
    assert "MUG: 1 of 2 received, 1 short, receipt T-1 from leeds" in arrived
    assert "receipt T-1 is closed; --more-to-come keeps it open" in arrived


def test_a_receipt_names_the_warehouse_that_books_in(two: Shop) -> None:
    two.do(*TRANSFER, "--warehouse", "leeds")
    anywhere = Shop(two.db, warehouse="")
    arrived = ("MUG", 2, "--receipt", "T-1", "--command-id", "b1")
    first = anywhere.ask("book-in", *arrived)
    assert first["outcome"]["stock"][0]["key"]["warehouse_id"] == "york"
    assert anywhere.ask("book-in", *arrived) == first
    message = anywhere.wrong("book-in", "MUG", 2, "--receipt", "T-9")
    assert "'--warehouse': name a warehouse: there are 2 (leeds, york)" in message


def test_a_transfer_may_be_late(two: Shop) -> None:
    two.do(*TRANSFER)
    anywhere = Shop(two.db, warehouse="")
    late = ("announce", "T-1", "MUG", 2, "2999-01-05", "--command-id", "a1")
    first = anywhere.ask(*late)
    assert anywhere.ask(*late) == first
    (receipt,) = two.ask("receipts", "--warehouse", "york")["receipts"]
    assert (receipt["expected_at"][:10], receipt["from_warehouse_id"]) == ("2999-01-05", "leeds")
    message = anywhere.refused("announce", "T-1", "MUG", 3, "2999-01-05")
    assert "is a transfer of 2, and only its date can change" in message


def test_receipts_from_outside_have_no_origin(two: Shop) -> None:
    two.do("announce", "R-1", "MUG", 4, "2999-01-02")
    assert "from" not in two.do("receipts")
    assert two.ask("receipts")["receipts"][0]["from_warehouse_id"] is None


def test_only_available_units_are_transferred_unless_asked_for(two: Shop) -> None:
    more = ("transfer", "MUG", 3, *TRANSFER[3:])
    assert "3 units cannot be transferred: 5 on hand in warehouse 'leeds', of which 3 are" in (
        two.refused(*more)
    )
    sent = two.do(*more, "--take-allocated")
    assert "Other orders that changed: 1" in sent
    assert two.lines("A-1")["1"] == ("MUG", 3, 2)


def test_a_withdrawn_transfer_is_on_hand_again(two: Shop) -> None:
    two.do(*TRANSFER)
    before = two.everything()
    assert "MUG: 2 back in leeds, receipt T-1" in two.do("withdraw", "T-1", "--dry-run")
    assert two.everything() == before
    said = two.do("withdraw", "T-1")
    assert "MUG: 2 back in leeds, receipt T-1" in said
    assert "receipt T-1 is closed" in said
    assert "MUG TransferWithdrawn 2 back in leeds, receipt T-1" in two.do("events")


def test_a_repeated_transfer_changes_nothing(two: Shop) -> None:
    first = two.ask(*TRANSFER, "--command-id", "t1")
    before = two.everything()
    assert two.ask(*TRANSFER, "--command-id", "t1") == first
    assert two.everything() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("MUG 0 york --receipt T --expected-at 2999-01-02", "'UNITS': '0' is not"),
        ("MUG 1 leeds --receipt T --expected-at 2999-01-02", "'TO_WAREHOUSE': must be another"),
        ("MUG 1 york --receipt T --expected-at soon", "'--expected-at': 'soon' is not a valid"),
        ("MUG 1 york --expected-at 2999-01-02", "'--receipt'"),
        ("MUG 1 york --receipt T", "'--expected-at'"),
        (f"MUG 1 york --receipt {'r' * 129} --expected-at 2999-01-02", "'--receipt': must be"),
    ],
)
def test_a_transfer_that_makes_no_sense_names_its_option(
    two: Shop, arguments: str, message: str
) -> None:
    assert message in two.wrong("transfer", *arguments.split())


def test_a_transfer_to_an_unknown_warehouse_names_the_known_ones(two: Shop) -> None:
    result = two.run(*TRANSFER[:3], "hull", *TRANSFER[4:])
    assert result.exit_code == 0
    assert "new in warehouse 'hull' (known: 'leeds', 'york') of seller 'acme': MUG" in (
        flat(result.stderr)
    )


# Promises


def test_what_several_warehouses_can_promise(two: Shop) -> None:
    two.do("announce", "R-1", "MUG", 10, "2999-01-02", "--warehouse", "york")
    for by, units in (("2999-01-01", 6), ("2999-01-02", 16)):
        asked = ("available-to-promise", "MUG", by, *BOTH)
        assert two.ask(*asked)["units"] == units
    promised = two.do("promise", "MUG=8", "CUP=1", *BOTH)
    assert "All of it by 2999-01-02 00:00 UTC, from:" in promised
    assert two.do("promise", "MUG=6", "CUP=1", *BOTH) == "Everything is available now."
    assert "No promise" in two.do("promise", "MUG=17", *BOTH)


def test_an_unknown_product_is_refused_wherever_it_was_asked_for(two: Shop) -> None:
    assert "there is no product 'MUGG'" in two.refused("promise", "MUGG=1", *BOTH)
    asked = ("available-to-promise", "MUGG", "2999-01-01", *BOTH)
    assert "there is no product 'MUGG'" in two.refused(*asked)


# What is wrong, in the words of the options


@pytest.mark.parametrize(
    ("sku", "units", "message"),
    [
        ("MUG", 3, "transfer at most 2, or at most 5 with --take-allocated"),
        ("MUG", 9, "5 on hand in warehouse 'leeds'"),
        ("CUP", 1, "0 on hand in warehouse 'leeds'; book units in first"),
    ],
)
def test_a_transfer_of_too_many_units_names_what_is_there_and_the_option(
    two: Shop, sku: str, units: int, message: str
) -> None:
    told = two.refused("transfer", sku, units, *TRANSFER[3:])
    assert message in told
    assert "take_allocated" not in told


def test_a_transfer_of_allocated_units_alone_names_the_option(two: Shop) -> None:
    two.do("adjust", "MUG", "LOSS", "--by", -2)
    told = two.refused(*TRANSFER)
    assert "transfer at most 3 with --take-allocated" in told


def test_a_cost_that_is_too_high_names_the_warehouse(two: Shop) -> None:
    costs = ("--cost", "leeds=5", "--cost", "york=999999999999999999")
    told = two.wrong("source", "MUG=1", *BOTH, "--prefer", "CHEAPEST", *costs)
    assert "of york must be" in told


def test_too_many_warehouses_are_counted_as_an_option(two: Shop) -> None:
    told = two.wrong("source", "MUG=1", *("--from", "leeds") * 101)
    assert "given 1 to 100 times" in told


def test_a_plan_follows_the_options_of_the_order(two: Shop) -> None:
    lines = ("MUG=4", "CUP=1", *BOTH)
    assert two.ask("source", *lines)["skus"] == {"1": "MUG", "2": "CUP"}
    assert "0 units" not in two.do("source", *lines, "--not-before", "2999-01-02")
    assert "nothing waits" in two.do("source", *lines, "--short-part", "HOLD")


@pytest.mark.parametrize(
    "command",
    [("source", "MUGX=1", *BOTH), ("what-if", "--warehouse", "york", "--add", "MUGX=1@2999-01-02")],
    ids=["source", "what-if"],
)
def test_a_question_about_a_new_product_says_that_it_is_new(
    two: Shop, command: tuple[str, ...]
) -> None:
    assert "MUGX (did you mean 'MUG'?)" in flat(two.run(*command).stderr)


def test_a_date_that_has_passed_is_reported(two: Shop) -> None:
    *transfer, _ = TRANSFER
    announce = ("announce", "R-8", "CUP", 1)
    for command in (transfer, announce):
        assert "which has passed" in two.run(*command, "2001-01-02").stderr
    assert "which has passed" not in two.run(*announce, "2999-01-02").stderr


@pytest.mark.parametrize("command", [("withdraw", "R-9"), ("receipts", "R-9")], ids=str)
def test_a_closed_receipt_is_not_to_be_announced(two: Shop, command: tuple[str, ...]) -> None:
    told = two.refused(*command)
    assert "is closed; list the receipts" in told
    assert "announce it first" not in told
