"""Stock on a database: booked in, counted, corrected, expected."""

from __future__ import annotations

from tests.cli.shop import Shop, shop

__all__ = ["shop"]


def test_stock_is_listed(shop: Shop) -> None:
    assert "MUG 5 3 2" in shop.do("stock")
    (mug,) = shop.ask("stock", "MUG")["stock"]
    assert (mug["on_hand"], mug["allocated"], mug["available"]) == (5, 3, 2)
    none_available = shop.ask("stock", "--none-available")["stock"]
    assert [row["sku"] for row in none_available] == ["TEA"]


def test_what_was_rejected_does_not_go_into_stock(shop: Shop) -> None:
    shop.do("announce", "R-1", "MUG", 10, "2026-03-09")
    options = ("--receipt", "R-1", "--rejected", 1)
    printed = shop.do("book-in", "MUG", 4, *options, "--more-to-come")
    assert "MUG: 4 of 10 received, 1 rejected, 5 still to come, receipt R-1" in printed
    assert shop.ask("stock", "MUG")["stock"][0]["on_hand"] == 9
    (receipt,) = shop.ask("receipts")["receipts"]
    assert (receipt["receipt_id"], receipt["quantity"]) == ("R-1", 5)
    assert receipt["is_overdue"] is True
    assert "R-1 MUG 5 2026-03-09 00:00 yes" in shop.do("receipts", "--sku", "MUG")
    printed = shop.do("book-in", "MUG", 4, "--receipt", "R-1")
    assert "4 of 5 received, 1 short" in printed
    assert "receipt R-1 is closed; --more-to-come keeps it open" in printed


def test_a_receipt_is_closed_when_all_has_come_even_if_more_was_said_to_come(shop: Shop) -> None:
    shop.do("announce", "R-1", "MUG", 10, "2026-03-09")
    printed = shop.do("book-in", "MUG", 10, "--receipt", "R-1", "--more-to-come")
    assert "MUG: 10 received, all has come, receipt R-1" in printed
    assert "receipt R-1 is closed" in printed
    assert "--more-to-come" not in printed


def test_a_receipt_is_announced_again_and_withdrawn(shop: Shop) -> None:
    shop.do("announce", "R-1", "MUG", 10, "2026-03-09")
    shop.do("announce", "R-1", "MUG", 12, "2026-03-10T08:00+01:00")
    (receipt,) = shop.ask("receipts")["receipts"]
    assert (receipt["quantity"], receipt["expected_at"]) == (12, "2026-03-10T07:00:00+00:00")
    assert "receipt R-1 is closed" in shop.do("withdraw", "R-1")
    assert "expects no receipt 'R-1'" in shop.refused("withdraw", "R-1")


def test_a_count_corrects_the_stock_and_deallocates_missing_units(shop: Shop) -> None:
    assert "A-1 ON_BACK_ORDER" in shop.do("count", "MUG", 1, "--note", "shelf 3")
    assert shop.lines("A-1")["1"] == ("MUG", 3, 1)


def test_an_adjustment_adds_or_removes_units(shop: Shop) -> None:
    shop.do("adjust", "MUG", "found", "--by", 2)
    shop.do("adjust", "MUG", "damage", "--by", "-1")
    assert shop.ask("stock", "MUG")["stock"][0]["on_hand"] == 6
    assert "cannot be removed" in shop.refused("adjust", "MUG", "--by", -7)


def test_an_invalid_value_is_named(shop: Shop) -> None:
    assert "'UNITS'" in shop.wrong("book-in", "MUG", "many")
    assert "'UNITS': must be 1 or more" in shop.wrong("book-in", "MUG", 0)
    assert "'soon' is not a valid TIME" in shop.wrong("announce", "R-1", "MUG", 5, "soon")
    assert "'SKU': must be a text" in shop.wrong("count", " ", 1)
    assert "expects no receipt 'R-9'" in shop.refused("book-in", "MUG", 1, "--receipt", "R-9")
    assert "'REASON'" in shop.wrong("adjust", "MUG", "stolen", "--by", -1)
