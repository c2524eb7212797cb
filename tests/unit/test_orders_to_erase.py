"""The pages of orders whose personal data is no longer needed."""

from __future__ import annotations

import pytest

from orderflow.service import erasing_methods
from tests.unit.shop import Shop, later, order, shop_with


def old_shop() -> Shop:
    """Return a shop whose A to D were cancelled. E is in place of B, and waits."""
    shop = shop_with(MUG=0)
    for minute, order_id in enumerate("ABCD"):
        shop.place(order(order_id, placed_at=later(minute)), at=later(minute))
        shop.cancel(order_id, at=later(minute))
    shop.place(order("E", replaces="B", placed_at=later(9)), at=later(9))
    return shop


def pages(shop: Shop, limit: int) -> tuple[list[str], list[str]]:
    """Go through all pages; return the orders to erase and those that are skipped."""
    chosen: list[str] = []
    skipped: list[str] = []
    last: str | None = None
    for _ in range(9):
        page = shop.orders_to_erase(later(99), after=last, limit=limit)
        chosen += page.order_ids
        skipped += [order_id for order_id, _ in page.skipped]
        last = page.last
        if last is None:
            return chosen, skipped
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9])
def test_pages_of_any_size_have_each_order_once(limit: int) -> None:
    assert pages(old_shop(), limit) == (["A", "C", "D"], ["B"])


def test_parts_are_erased_together_although_another_order_is_new() -> None:
    shop = shop_with(MUG=2)
    shop.place(order("A", ("MUG", 2)), at=later(1))
    shop.split("A", units={"1": 1}, at=later(2))
    for order_id in ("A", "A.1"):
        shop.cancel(order_id, at=later(3))
    shop.place(order("new", placed_at=later(100)), at=later(100))
    assert pages(shop, 9) == (["A", "A.1"], [])


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_orders_that_are_too_many_are_skipped(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = old_shop()
    shop.cancel("E", at=later(10))
    monkeypatch.setattr(erasing_methods, "ERASED_TOGETHER_MAX", 1)
    reasons = dict(shop.orders_to_erase(later(99)).skipped)
    assert "2 orders" in reasons["B"], reasons
    assert pages(shop, limit) == (["A", "C", "D"], ["B", "E"])


def test_an_erasure_is_repeated_although_the_order_was_replaced_since() -> None:
    shop = old_shop()
    first = shop.erase("A", command_id="erase A")
    shop.place(order("F", replaces="A", placed_at=later(20)), at=later(20))
    again = shop.erase("A", command_id="erase A")
    assert [each.order_id for each in again.orders] == [each.order_id for each in first.orders]
