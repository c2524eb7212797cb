"""`orderflow account`: where the units came from, and where they are."""

from __future__ import annotations

import csv

from tests.cli.runner import run
from tests.cli.shop import Shop, shop

__all__ = ["shop"]


def test_a_transfer_that_comes_short_is_accounted_for(shop: Shop) -> None:
    shop.do("cancel", "A-1")
    transfer = ("transfer", "MUG", 4, "york", "--receipt", "T-1", "--expected-at", "2999-01-02")
    shop.do(*transfer)
    arrived = ("--receipt", "T-1", "--warehouse", "york")
    shop.do("book-in", "MUG", 2, "--rejected", 1, *arrived)
    rows = shop.run("account", "--csv", "--warehouse", "york").stdout.splitlines()
    (york,) = csv.DictReader(rows)
    assert (york["transferred_in"], york["rejected"], york["missing"]) == ("2", "1", "1")
    (leeds,) = shop.ask("account", "MUG", "--warehouse", "leeds")["accounts"]
    assert leeds == {
        "seller_id": "acme",
        "warehouse_id": "leeds",
        "sku": "MUG",
        "booked_in": 5,
        "transferred_in": 0,
        "transferred_out": 4,
        "withdrawn": 0,
        "on_the_way": 0,
        "rejected": 0,
        "missing": 0,
        "returned": 0,
        "adjusted": 0,
        "short_picked": 0,
        "despatched": 0,
        "on_hand": 1,
    }


def test_a_table_omits_columns_of_zeros(shop: Shop) -> None:
    listed = shop.do("account", "MUG")
    assert listed == "sku booked in on hand MUG 5 5"
    shop.do("count", "MUG", 4)
    assert "sku booked in adjusted on hand MUG 5 -1 4" in shop.do("account", "MUG")


def test_the_listing_has_all_sellers_and_warehouses(shop: Shop) -> None:
    shop.do("book-in", "CUP", 1, "--seller", "bolt", "--warehouse", "york")
    result = shop.run("account", "--limit", 1, "--seller", "acme")
    assert "and more: --limit 0 shows all" in result.stderr
    both = Shop(shop.db, seller="", warehouse="")
    found = both.ask("account")["accounts"]
    assert {each["seller_id"] for each in found} == {"acme", "bolt"}


def test_an_unknown_name_is_refused(shop: Shop) -> None:
    assert "there is no product 'MUGG' (did you mean 'MUG'?)" in shop.refused("account", "MUGG")
    assert "in warehouse 'yrok'; known: 'leeds'" in shop.refused("account", "--warehouse", "yrok")


def test_a_limit_that_is_no_number_names_its_option(shop: Shop) -> None:
    assert "'--limit': 'x' is not" in shop.wrong("account", "--limit", "x")


def test_every_column_of_a_wide_table_is_there(shop: Shop) -> None:
    """It was so wide that the columns of the product and the warehouse vanished."""
    shop.do("transfer", "MUG", 1, "york", "--receipt", "T-1", "--expected-at", "2999-01-02")
    shop.do("book-in", "MUG", 1, "--receipt", "T-1", "--warehouse", "york")
    lines = run("account", "MUG", "--db", shop.db).stdout.splitlines()
    assert [line.split()[:2] for line in lines[-2:]] == [["MUG", "leeds"], ["MUG", "york"]]
    assert max(map(len, lines)) <= 80
