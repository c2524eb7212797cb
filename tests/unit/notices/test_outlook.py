"""What may come of a short line: what is in stock instead, and when it is covered."""

from __future__ import annotations

from datetime import timedelta

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    PartialAllocation,
    Queue,
    Replacement,
    ReplacementList,
)
from orderflow.notices import InStockReplacement, Outlook, outlook_source
from orderflow.notices.outlook import describe_short_lines, expected_date
from tests.unit.shop import NOON, Shop, key, shop_with

FRIDAY, SATURDAY = NOON + timedelta(days=4), NOON + timedelta(days=5)
CUPS = ReplacementList([Replacement("CUP", "MUG"), Replacement("GLASS", "MUG", units=2)])


def outlook(
    shop: Shop, order_id: str = "A", *, catalogue: ReplacementList | None = None
) -> dict[str, Outlook]:
    source = outlook_source(catalogue, shop.flow.default_policy)
    state = shop.state()
    order = state.order(order_id)
    assert order is not None
    return dict(source(order, state, NOON))


def expect(shop: Shop, receipt_id: str, units: int, sku: str = "MUG") -> None:
    at = {"R1": FRIDAY, "R2": SATURDAY}[receipt_id]
    shop.announce(ExpectedReceipt(receipt_id, key(sku), units, at))


def test_where_nothing_is_announced_or_in_stock_nothing_is_known() -> None:
    shop = shop_with()
    shop.take("A")
    assert outlook(shop) == {"1": Outlook()}


def test_what_is_in_stock_in_sufficient_number_is_offered_in_the_order_of_the_catalogue() -> None:
    shop = shop_with(CUP=3, GLASS=9)
    shop.take("A", ("MUG", 3), ("PAN", 1))
    shop.take("B", ("MUG", 4))
    found = outlook(shop, catalogue=CUPS)
    assert found["1"].replacements == (InStockReplacement("CUP", 3), InStockReplacement("GLASS", 9))
    assert found["2"].replacements == ()
    assert outlook(shop, "B", catalogue=CUPS)["1"].replacements == (InStockReplacement("GLASS", 9),)


def test_a_line_is_expected_when_the_receipt_comes_that_reaches_it() -> None:
    shop = shop_with()
    expect(shop, "R1", 3)
    expect(shop, "R2", 3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3))
    shop.take("C", ("MUG", 1))
    dates = [outlook(shop, each)["1"].expected_at for each in "ABC"]
    assert dates == [FRIDAY, SATURDAY, None]


def test_what_needs_an_overdue_receipt_has_no_date() -> None:
    shop = shop_with()
    expect(shop, "R1", 3)
    shop.take("A", ("MUG", 3))
    state, source = shop.state(), outlook_source()
    order = state.orders["A"]
    assert source(order, state, FRIDAY) == {"1": Outlook(expected_at=FRIDAY)}
    late = FRIDAY + timedelta(minutes=1)
    assert source(order, state, late) == {"1": Outlook(overdue_since=FRIDAY)}
    assert expected_date(describe_short_lines(order, state, late, source)) is None


def test_dates_go_by_the_policy_of_the_seller() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY))
    expect(shop, "R1", 3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 3), priority=1)
    dates = [outlook(shop, each)["1"].expected_at for each in "AB"]
    assert dates == [None, FRIDAY]


def test_an_order_that_takes_nothing_before_it_is_complete_is_expected_with_its_last_line() -> None:
    shop = shop_with(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), PAN=1)
    expect(shop, "R1", 1)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    state = shop.state()
    order = state.order("A")
    assert order is not None
    short = describe_short_lines(
        order, state, NOON, outlook_source(default_policy=shop.flow.default_policy)
    )
    assert [(line.expected_at, line.is_there) for line in short] == [(FRIDAY, False), (None, True)]
    assert expected_date(short) == FRIDAY
    shop.withdraw("R1")
    state = shop.state()
    short = describe_short_lines(
        order, state, NOON, outlook_source(default_policy=shop.flow.default_policy)
    )
    assert expected_date(short) is None
