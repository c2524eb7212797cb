"""What an event changed, found in the history of its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.edits import ChangeCourier
from orderflow.events import OrderEdited
from orderflow.notices import changes
from orderflow.notices.changes import OrderChanges
from tests.unit.shop import ACME, later, shop_with

if TYPE_CHECKING:
    import pytest

    from orderflow.events import Event
    from tests.unit.shop import Shop


def couriers(
    found: OrderChanges, shop: Shop, *events: Event
) -> list[tuple[str | None, ...] | None]:
    """Return the couriers before and after each of these events of an order."""
    told = []
    with shop.repository.unit_of_work(ACME) as context:
        for event in events:
            assert isinstance(event, OrderEdited)
            change = found.of(event, context)
            told.append(change and tuple(order.courier for order in change))
    return told


def edited(shop: Shop, order_id: str, *names: str) -> list[Event]:
    shop.take(order_id, ("MUG", 1))
    return [
        event
        for number, name in enumerate(names, 10)
        for event in shop.edit(order_id, ChangeCourier(name), at=later(number)).events
    ]


def test_events_are_found_in_any_order_and_again() -> None:
    shop = shop_with(MUG=0)
    first, second, third = edited(shop, "A", "DPD", "UPS", "GLS")
    found = couriers(OrderChanges(), shop, first, third, second, second, third)
    assert found == [(None, "DPD"), ("UPS", "GLS"), *[("DPD", "UPS")] * 2, ("UPS", "GLS")]


def test_an_event_that_did_not_happen_is_not_found() -> None:
    shop = shop_with(MUG=0)
    (event,) = edited(shop, "A", "DPD")
    foreign = OrderEdited(ACME, "A", later(99), (ChangeCourier("UPS"),))
    unknown = OrderEdited(ACME, "B", later(99), (ChangeCourier("UPS"),))
    assert couriers(OrderChanges(), shop, foreign, unknown, event) == [None, None, (None, "DPD")]


def test_later_events_are_read_when_they_have_happened() -> None:
    shop, found = shop_with(MUG=0), OrderChanges()
    (first,) = edited(shop, "A", "DPD")
    assert couriers(found, shop, first) == [(None, "DPD")]
    (second,) = shop.edit("A", ChangeCourier("UPS")).events
    assert couriers(found, shop, second) == [("DPD", "UPS")]


def test_a_history_that_was_rolled_back_is_read_again() -> None:
    found, before, after = OrderChanges(), shop_with(MUG=0), shop_with(MUG=0)
    gone = edited(before, "A", "DPD", "UPS")
    assert couriers(found, before, *gone) == [(None, "DPD"), ("DPD", "UPS")]
    kept = edited(after, "A", "GLS", "VAN", "BIKE")
    assert couriers(found, after, kept[-1]) == [("VAN", "BIKE")]
    assert couriers(found, shop_with(MUG=0), kept[-1]) == [None]


def test_a_fold_that_was_dropped_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HISTORIES_MAX", 1)
    shop, found = shop_with(MUG=0), OrderChanges()
    of_a, of_b = edited(shop, "A", "DPD"), edited(shop, "B", "UPS")
    assert couriers(found, shop, *of_a, *of_b, *of_a) == [
        (None, "DPD"),
        (None, "UPS"),
        (None, "DPD"),
    ]
