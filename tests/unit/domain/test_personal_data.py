"""What a value is without its personal data, and what a command that erases it is refused for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Address, Hold, HoldReason, Status
from orderflow.bulk import CancelOrders
from orderflow.commands import ErasePersonalData, PlaceOrder, StartBulk
from orderflow.core import State, erase
from orderflow.domain.model.filter_fields import FILTER_FIELDS, filter_field
from orderflow.domain.model.personal_data import has_personal_data
from orderflow.edits import ChangeShipTo
from orderflow.errors import ErasureRefusedError, InvalidValueError, OrderNotFoundError
from orderflow.events import OrderDespatched, OrderPlaced
from orderflow.filters import filter_of
from tests.unit.shop import ACME, NOON, Shop, fold, kinds, later, order, shop_with

if TYPE_CHECKING:
    from orderflow.events import Event

ANN = Address("Ann", "2 Mill Lane", "Leeds")


def erase_all(shop: Shop, *order_ids: str, include_open: bool = False) -> None:
    command = ErasePersonalData(
        seller_id=ACME, order_ids=order_ids, include_open=include_open, at=later(9)
    )
    shop.handle(command)


def ended_shop() -> Shop:
    shop = shop_with(MUG=2)
    shop.place(order("A", ("MUG", 3), ship_to=ANN, customer_reference="Ann"))
    shop.split("A", "B")
    shop.cancel("A", reason="Ann moved")
    shop.cancel("B")
    return shop


def test_a_value_without_personal_data_is_the_same_object() -> None:
    gone = OrderDespatched(ACME, "A", NOON)
    assert erase(gone, {"A"}) is gone
    assert not has_personal_data(gone)
    placed = OrderPlaced(NOON, order("A", ship_to=ANN))
    assert has_personal_data(placed)
    assert erase(placed, {"B"}) is placed
    assert not has_personal_data(erase(placed, {"A"}))


def bulk(where: str, *order_ids: str) -> StartBulk:
    return StartBulk(
        seller_id=ACME,
        action=CancelOrders("Ann called"),
        where=where,
        orders=tuple((each, 0) for each in order_ids),
        at=NOON,
    )


@pytest.mark.parametrize("name", [*FILTER_FIELDS, "field:Card"])
def test_a_filter_goes_with_any_order_if_erasing_changes_what_its_field_says(name: str) -> None:
    full = order(
        "A",
        ship_to=ANN,
        customer_reference="Ann",
        custom_fields={"Card": "Ann"},
        courier="DHL",
        split_from="Z",
        promised_by=NOON,
        not_before=NOON,
        status=Status.ON_HOLD,
        holds=(Hold(HoldReason.OTHER, note="Ann called"),),
    )
    values_of = filter_field(name).values_of
    before, after = ([*values_of(each, NOON, NOON)] for each in (full, erase(full, {"A"})))
    run = bulk(f"id=B and {name}=x", "B")
    erased = attrs.evolve(run, where="erased") if before != after else run
    assert erase(run, {"A"}) == erase(run, ()) == erased
    assert erase(run, {"B"}) == attrs.evolve(run, where="erased", action=CancelOrders())


@pytest.mark.parametrize(
    "where", ["'reference'!=Ann", 're"feren"ce=Ann', '"field:My ""Card"""=Ann']
)
def test_quotation_marks_hide_no_field_of_a_filter(where: str) -> None:
    assert filter_of(where).conditions
    assert erase(bulk(where, "B"), {"A"}).where == "erased"


def test_a_run_without_orders_loses_its_texts_with_any_order() -> None:
    assert erase(bulk("units=1"), {"A"}) == attrs.evolve(bulk("erased"), action=CancelOrders())


def test_an_erased_history_folds_to_the_erased_orders() -> None:
    shop = ended_shop()
    before = shop.state()
    shop.erase("B", at=later(9))
    erased: tuple[Event, ...] = tuple(shop.events())
    assert "Ann" not in repr(erased)
    assert fold(erased, State(ACME)).orders == shop.state().orders
    for order_id in "AB":
        was, now = before.orders[order_id], shop.order(order_id)
        same = attrs.evolve(
            was, ship_to=None, customer_reference=None, version=was.version + 1, erased_at=later(9)
        )
        assert now == same


def test_all_parts_have_to_be_named() -> None:
    shop = ended_shop()
    with pytest.raises(ErasureRefusedError, match="it was split, and 1 part of it is not named"):
        erase_all(shop, "A")
    with pytest.raises(ErasureRefusedError, match="it is a part of order 'A', which is not nam"):
        erase_all(shop, "B")
    shop.place(order("C", replaces="A"))
    shop.cancel("C")
    parts = shop_with(MUG=3)
    parts.take("A", ("MUG", 3))
    for number in (1, 2):
        parts.split("A", units={"1": 1})
        parts.cancel(f"A.{number}")
    parts.cancel("A")
    with pytest.raises(ErasureRefusedError, match="it was split, and 1 part of it is not named"):
        erase_all(parts, "A", "A.1")
    with pytest.raises(ErasureRefusedError, match="and 2 parts of it are not named"):
        erase_all(parts, "A")
    with pytest.raises(ErasureRefusedError, match="it was placed in place of order 'A', which"):
        erase_all(shop, "C")
    with pytest.raises(OrderNotFoundError):
        erase_all(shop, "none")
    shop.erase("A")
    assert all(shop.order(each).erased_at for each in "ABC")


def test_an_open_order_is_refused_unless_it_is_meant() -> None:
    shop = shop_with(MUG=0)
    shop.place(order("A", ship_to=ANN))
    with pytest.raises(ErasureRefusedError) as refused:
        shop.erase("A")
    assert str(refused.value) == (
        "the personal data of order 'A' was not erased: it is ON_BACK_ORDER and still needs its "
        "address; cancel or despatch it first, or erase it with include_open"
    )
    outcome = shop.erase("A", include_open=True)
    assert kinds(outcome) == ["PersonalDataErased"]
    assert shop.order("A").ship_to is None


def test_an_order_is_erased_again_only_if_it_got_personal_data_since() -> None:
    shop = shop_with(MUG=1)
    shop.place(order("A", ("MUG", 2), ship_to=ANN))
    shop.split("A", "B")
    shop.erase("A", include_open=True)
    before = shop.state()
    for _ in range(2):
        assert shop.erase("B").events == ()  # it needs no address any more, so it is not refused
    assert shop.state() == before
    shop.edit("A", ChangeShipTo(ANN))
    with pytest.raises(
        ErasureRefusedError, match="of order 'A' was not erased: it is ON_BACK_ORDER"
    ):
        shop.erase("B")
    outcome = shop.erase("B", include_open=True)
    assert [each.order_id for each in outcome.orders] == ["A"]
    assert shop.order("A").ship_to is None


def test_an_order_that_gets_personal_data_again_is_not_erased_any_more() -> None:
    shop = shop_with(MUG=0)
    shop.place(order("A", ship_to=ANN))
    shop.hold("A", HoldReason.OTHER, note="Ann called")
    shop.erase("A", include_open=True)
    assert [hold.note for hold in shop.order("A").holds] == [""]
    shop.release_hold("A")
    assert shop.order("A").erased_at is not None
    shop.edit("A", ChangeShipTo(ANN))
    assert shop.order("A").erased_at is None
    assert shop.order("A").ship_to == ANN


def test_an_erased_order_is_not_placed() -> None:
    with pytest.raises(InvalidValueError, match="without split_from and erased_at"):
        PlaceOrder(order=order("A", erased_at=NOON), at=NOON)


def test_events_of_before_and_after_fold_alike() -> None:
    """An erasure rewrites what is stored, so a copy of the events from before must still fold."""
    shop = ended_shop()
    copied = tuple(shop.events())
    shop.erase("A", at=later(9))
    state = fold((*copied, *shop.events()[len(copied) :]), State(ACME))
    assert state.orders == shop.state().orders
