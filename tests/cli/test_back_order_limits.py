"""Limits of back orders, on the command line."""

from __future__ import annotations

from tests.cli.runner import flat
from tests.cli.shop import NOON, Shop, shop

__all__ = ["shop"]


def test_a_limit_is_set_listed_and_removed(shop: Shop) -> None:
    said = shop.do("limit-back-orders", "CUP", 3, "--until", "2999-01-01", "--at", NOON)
    assert "CUP: at most 3 on back order until 2999-01-01 00:00 UTC" in said
    shop.do("limit-back-orders", "TEA", 0, "--from", "2998-01-01")
    limits = shop.ask("back-order-limits")["back_order_limits"]
    assert [(each["sku"], each["units_max"]) for each in limits] == [("CUP", 3), ("TEA", 0)]
    assert limits[0]["ends_at"] == "2999-01-01T00:00:00+00:00"
    assert limits[1]["begins_at"] == "2998-01-01T00:00:00+00:00"
    assert "no limit of back orders" in shop.do("limit-back-orders", "CUP", "--remove")
    assert "CUP" not in shop.do("back-order-limits")


def test_what_is_above_the_limit_is_cancelled(shop: Shop) -> None:
    shop.do("limit-back-orders", "CUP", 3)
    shop.do("place", "B", "CUP=5")
    assert shop.lines("B") == {"1": ("CUP", 1, 0)}  # A-1 is short of 2
    assert "ShortUnitsCancelled 4 of line 1: limit" in [
        f"{each['event']} {each['details']}" for each in shop.ask("events", "B")["events"]
    ]
    assert "All orders that wait for 'CUP' may be short of at most 3 units together." in shop.do(
        "explain", "B"
    )


def test_either_units_or_the_removal_are_given(shop: Shop) -> None:
    assert "or --remove to remove the limit" in shop.wrong("limit-back-orders", "CUP")
    assert "or --remove" in shop.wrong("limit-back-orders", "CUP", 3, "--remove")
    assert "--until" in shop.wrong(
        "limit-back-orders", "CUP", 3, "--from", "2999-01-02", "--until", "2999-01-01"
    )


def test_a_limit_of_a_mistyped_product_is_noticed(shop: Shop) -> None:
    assert "new in warehouse 'leeds' of seller 'acme': MGU" in flat(
        shop.run("limit-back-orders", "MGU", 0).stderr
    )


def test_a_limit_that_has_ended_is_refused(shop: Shop) -> None:
    at = ("--at", "2026-12-01T09:00")
    refusal = shop.wrong("limit-back-orders", "MUG", 0, "--until", "2026-01-01", *at)
    assert "'--until': must be later than 2026-12-01 09:00" in refusal
    refusal = shop.wrong("limit-back-orders", "MUG", "--remove", "--until", "2027-01-01", *at)
    assert "'--remove': omit --from and --until" in refusal


def test_a_repeat_after_the_end_of_the_limit_is_answered(shop: Shop) -> None:
    limit = ("MUG", 0, "--until", "2026-03-03", "--command-id", "c-1")
    shop.do("limit-back-orders", *limit, "--at", NOON)
    before = shop.everything()
    shop.do("limit-back-orders", *limit, "--at", "2026-12-01T09:00")
    assert shop.everything() == before


def test_what_is_cancelled_is_said(shop: Shop) -> None:
    said = shop.do("place", "S-1", "CUP=9", "--short-part", "CANCEL_SHORT")
    assert "S-1 was cancelled: it is short" in said
