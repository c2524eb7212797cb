"""The account of units: what it counts as what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import AdjustmentReason, ExpectedReceipt
from orderflow.core import TransitionError, UnitAccount, unit_account
from orderflow.domain.model.returns import ReturnState
from orderflow.errors import InvalidValueError
from orderflow.events import OrderDespatched, TransferWithdrawn
from tests.unit.shop import ACME, NOON, Shop, key, later

if TYPE_CHECKING:
    from orderflow import StockKey

MUGS, IN_YORK = key("MUG"), key("MUG", warehouse_id="york")


def shop_with_a_transfer(units: int = 5) -> Shop:
    """Open a shop with 9 mugs in Leeds, some of which are on the way to York."""
    shop = Shop()
    shop.book_in(MUGS, 9)
    day = NOON + timedelta(days=1)
    shop.transfer(MUGS, units, "york", receipt_id="T", expected_at=day)
    return shop


def account_of(shop: Shop, product: StockKey) -> dict[str, int]:
    """Return the account of a product, without what is 0."""
    (account,) = [each for each in shop.unit_account() if each.key == product]
    assert account.on_hand == shop.stock_of(product).on_hand
    fields = attrs.asdict(account, recurse=False)
    return {name: units for name, units in fields.items() if name != "key" and units}


def test_units_come_and_leave() -> None:
    shop = Shop()
    shop.book_in(MUGS, 9, rejected=1)
    shop.adjust(MUGS, -2, AdjustmentReason.DAMAGE)
    shop.count(MUGS, 8)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    for order_id in ("A", "B"):
        shop.send_to_warehouse(order_id)
    shop.report_short_pick("B", {"1": 1})
    shop.despatch("A")
    shop.return_units("A", ReturnState.BACK_IN_STOCK, {"1": 2})
    shop.return_units("A", ReturnState.WRITTEN_OFF, {"1": 1})
    assert account_of(shop, MUGS) == {
        "booked_in": 9,
        "adjusted": -1,
        "short_picked": 1,
        "despatched": 3,
        "returned": 2,
    }


def test_a_receipt_from_outside_that_comes_short_is_no_transfer() -> None:
    shop = Shop()
    shop.announce(ExpectedReceipt("R", MUGS, 5, later(60)))
    assert account_of(shop, MUGS) == {}
    shop.book_in(MUGS, 2, receipt_id="R", rejected=1)
    assert account_of(shop, MUGS) == {"booked_in": 2}


def test_a_transfer_is_on_the_way() -> None:
    shop = shop_with_a_transfer()
    assert account_of(shop, MUGS) == {"booked_in": 9, "transferred_out": 5}
    assert account_of(shop, IN_YORK) == {"on_the_way": 5}


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ({"received": 5}, {"transferred_in": 5}),
        ({"received": 3}, {"transferred_in": 3, "missing": 2}),
        ({"received": 3, "rejected": 1}, {"transferred_in": 3, "rejected": 1, "missing": 1}),
        ({"received": 3, "more_to_come": True}, {"transferred_in": 3, "on_the_way": 2}),
        ({"received": 7}, {"transferred_in": 5, "booked_in": 2}),
        ({"received": 4, "rejected": 3}, {"transferred_in": 4, "rejected": 1}),
        ({"received": 0}, {"missing": 5}),
    ],
)
def test_a_transfer_arrives(arrival: dict[str, Any], expected: dict[str, int]) -> None:
    shop = shop_with_a_transfer()
    shop.book_in(IN_YORK, receipt_id="T", **arrival)
    assert account_of(shop, IN_YORK) == expected


def test_the_rest_of_a_transfer_is_withdrawn() -> None:
    shop = shop_with_a_transfer()
    shop.book_in(IN_YORK, 2, receipt_id="T", more_to_come=True)
    shop.withdraw("T")
    assert account_of(shop, MUGS) == {"booked_in": 9, "transferred_out": 5, "withdrawn": 3}
    assert account_of(shop, IN_YORK) == {"transferred_in": 2}


def test_the_accounts_are_sorted_and_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_with_a_transfer()
    shop.take("A", ("MUG", 1))
    whole = shop.unit_account()
    assert [each.key for each in whole] == [MUGS, IN_YORK]
    monkeypatch.setattr("orderflow.service.read_methods._PAGE_EVENTS", 2)
    assert shop.unit_account() == whole == unit_account(shop.events())


def test_a_product_without_events_has_no_account() -> None:
    assert unit_account([]) == ()
    assert UnitAccount(key=MUGS).on_hand == 0


def test_earlier_events_must_not_be_missing() -> None:
    with pytest.raises(TransitionError, match="before it was placed"):
        unit_account([OrderDespatched(ACME, "A", NOON)])
    with pytest.raises(TransitionError, match="transfer 'T' was withdrawn before it left"):
        unit_account([TransferWithdrawn(MUGS, NOON, 1, "T")])


@pytest.mark.parametrize("events", [None, 3, ["OrderPlaced"]])
def test_only_events_have_an_account(events: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"unit_account\.events"):
        unit_account(events)
