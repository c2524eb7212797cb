"""The types: immutable all the way down, hashable, and able to say what follows from them."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import (
    Address,
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    Queue,
    Status,
    Stock,
    StockKey,
)
from orderflow.commands import CancelOrder, PlaceOrder
from orderflow.core import State, decide
from orderflow.domain.model.policy import queue_position
from orderflow.edits import ChangeQuantity
from orderflow.errors import InvalidValueError, LineNotFoundError
from orderflow.events import OrderCancelled, OrderPlaced, StockBookedIn
from orderflow.testing.strategies import orders, policies, receipts, stock_records
from tests.unit.shop import NOON, about, key, later, order

PLAIN = (str, int, bool, type(None))
SAMPLES = [
    key(),
    Stock(key(), 2, 1),
    ExpectedReceipt("R1", key(), 1, NOON),
    OrderLine("1", "MUG", 2, 1),
    Hold(HoldReason.OTHER, NOON, "later"),
    Address("Ann", "1 High Street", "Leeds"),
    order(
        *("A", ("MUG", 1)),
        ship_to=Address("Ann", "1 High Street", "Leeds"),
        customer_reference="PO-1",
        custom_fields={"Gift": "yes", "Bow": "red"},
    ),
    AllocationPolicy(),
    ChangeQuantity("1", 2),
    CancelOrder(**about()),
    PlaceOrder(at=NOON, order=order("A")),
    OrderPlaced(NOON, order("A")),
    OrderCancelled("acme", "A", NOON, "by mistake"),
    StockBookedIn(key(), NOON, 1, 0),
    decide(PlaceOrder(at=NOON, order=order("A")), State("acme")),
]


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_no_field_can_be_set_or_deleted(value: attrs.AttrsInstance) -> None:
    for field in attrs.fields(type(value)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field.name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(value, field.name)


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_an_equal_value_has_the_same_hash(value: object) -> None:
    copied = copy.deepcopy(value)
    assert copied == value
    assert hash(copied) == hash(value)
    assert len({copied, value}) == 1


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_a_value_survives_being_pickled(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - made in the line itself


def assert_immutable(value: object) -> None:
    """Fail where a list, a dictionary or a set hides somewhere within."""
    if isinstance(value, tuple | frozenset):
        for item in value:
            assert_immutable(item)
        return
    kind = type(value)
    if attrs.has(kind):
        for field in attrs.fields(kind):
            assert_immutable(getattr(value, field.name))
    else:
        assert isinstance(value, PLAIN) or kind.__module__ == "datetime", value


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_nothing_within_a_value_can_be_changed(value: object) -> None:
    assert_immutable(value)


@given(st.one_of(orders(), stock_records(), receipts(), policies()))
def test_whatever_is_drawn_is_immutable_and_hashable(value: object) -> None:
    assert_immutable(value)
    hash(value)


def test_a_stock_record_says_what_is_available() -> None:
    assert Stock(key(), on_hand=5, allocated=3).available == 2


def test_a_line_says_what_it_is_short_of() -> None:
    assert OrderLine("1", "MUG", 5, 2).short == 3


def test_an_order_adds_its_lines_up() -> None:
    waiting = order(
        "A",
        status=Status.ON_BACK_ORDER,
        lines=(OrderLine("1", "MUG", 5, 2), OrderLine("2", "PAN", 1, 1)),
    )
    assert (waiting.units, waiting.allocated, waiting.short) == (6, 3, 3)
    assert [line.line_id for line in waiting.short_lines] == ["1"]


def test_a_line_is_found_by_its_id() -> None:
    assert order("A", ("MUG", 1), ("PAN", 2)).line("2").sku == "PAN"


def test_a_line_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LineNotFoundError, match=r"order 'A' has no line '7'; its lines are 1, 2"):
        order("A", ("MUG", 1), ("PAN", 2)).line("7")


def test_stock_keys_are_ordered_by_seller_warehouse_and_product() -> None:
    keys = [StockKey("b", "a", "a"), StockKey("a", "b", "a"), StockKey("a", "a", "b")]
    assert sorted(keys) == keys[::-1]


# Places in the queue


def in_order(queue: Queue, *waiting: Order) -> list[str]:
    return [each.order_id for each in sorted(waiting, key=lambda each: queue_position(each, queue))]


def test_first_come_is_first_served() -> None:
    late, early = order("1", placed_at=later(5), priority=9), order("2", placed_at=later(1))
    assert in_order(Queue.FIRST_COME, late, early) == ["2", "1"]


def test_a_higher_priority_comes_first_then_the_older_order() -> None:
    low = order("1", placed_at=later(0), priority=-1)
    old = order("2", placed_at=later(1))
    young = order("3", placed_at=later(2))
    high = order("4", placed_at=later(3), priority=5)
    assert in_order(Queue.PRIORITY, low, young, old, high) == ["4", "2", "3", "1"]


def test_an_earlier_promise_comes_first_and_no_promise_last() -> None:
    never = order("1", placed_at=later(0))
    friday = order("2", placed_at=later(2), promised_by=NOON + timedelta(days=4))
    saturday = order("3", placed_at=later(1), promised_by=NOON + timedelta(days=5))
    also_friday = order("4", placed_at=later(1), promised_by=NOON + timedelta(days=4))
    assert in_order(Queue.PROMISED_DATE, never, saturday, friday, also_friday) == [
        "4",
        "2",
        "3",
        "1",
    ]


@pytest.mark.parametrize("queue", Queue)
def test_the_order_id_breaks_every_tie(queue: Queue) -> None:
    assert in_order(queue, order("B"), order("A"), order("C")) == ["A", "B", "C"]


def test_places_are_totally_ordered_in_the_hour_that_the_clock_shows_twice() -> None:
    leeds = ZoneInfo("Europe/London")
    first = order("1", placed_at=datetime(2025, 10, 26, 1, 30, tzinfo=leeds, fold=0))
    middle = order("2", placed_at=datetime(2025, 10, 26, 0, 50, tzinfo=UTC))
    last = order("3", placed_at=datetime(2025, 10, 26, 1, 10, tzinfo=leeds, fold=1))
    for queue in Queue:
        for drawn in permutations([first, middle, last]):
            assert in_order(queue, *drawn) == ["1", "2", "3"]


def test_a_moment_that_utc_cannot_tell_is_refused() -> None:
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    with pytest.raises(InvalidValueError, match="placed_at must be a datetime with a time zone"):
        order("1", placed_at=last)
