"""A fault in one read is noticed every time by the test of that read."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import (
    Address,
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    Order,
    OrderLine,
    Queue,
    Status,
    Stock,
    StockKey,
)
from orderflow.domain.model.order import BackOrderWait
from orderflow.domain.model.policy import queue_position
from orderflow.ports import EventPage
from tests.conformance.faults import (
    Fault,
    answering,
    cut_to_seconds,
    in_another_zone,
    is_noticed,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = "test_order_returns_every_field"
PREFETCH = "test_prefetch_changes_no_answer"
STOCK = "test_stock_returns_the_existing_records"
RECEIPT = "test_receipt_returns_what_is_still_expected"
POLICY = "test_policy_is_the_last_one_saved"
SETTINGS = "test_every_setting_of_a_policy_is_saved"
WAITING = "test_waiting_returns_the_queue"
OMITTED = "test_waiting_omits_only_orders_that_cannot_be_completed"
BACK_ORDERS = "test_back_orders_returns_them_all"
BLOCKED_ON = "test_blocked_on_returns_the_product_of_the_index"
WITH_UNITS = "test_orders_with_units_returns_those_of_the_product"
EXPECTED = "test_expected_returns_the_receipts_of_the_product"
ENDED = "test_ended_holds_are_found_from_their_end_on"
LONG = "test_waiting_since_before_finds_long_waits"
ORDERS = "test_orders_lists_them_by_the_time_they_were_placed"
CHOSEN = "test_orders_can_be_limited_to_a_status_and_a_product"
PAGES = "test_orders_lists_a_page"
PARTS = "test_split_off_lists_the_parts_by_id"
ALL_STOCK = "test_all_stock_lists_records_by_key"
RECEIPTS = "test_receipts_are_listed_by_the_time_they_are_expected"
EVENTS = "test_events_are_listed_in_the_order_they_were_saved"
EVENT_PAGES = "test_events_are_listed_a_page_at_a_time"
ANSWERED = "test_answered_returns_each_command_with_its_outcome"
UNSERVED = "test_products_are_unserved_until_their_queue_is_served"

READS: dict[str, tuple[Any, ...]] = {
    "order": (ORDER,),
    "stock": (STOCK,),
    "receipt": (RECEIPT,),
    "waiting": (WAITING, Queue.FIRST_COME, ["big", "wide", "late"]),
    "back_orders": (BACK_ORDERS,),
    "blocked_on": (BLOCKED_ON,),
    "orders_with_units": (WITH_UNITS,),
    "expected": (EXPECTED,),
    "ended_holds": (ENDED,),
    "postponed": ("test_postponed_returns_the_earliest_days",),
    "waiting_since_before": (LONG,),
    "orders": (ORDERS,),
    "split_off": (PARTS,),
    "all_stock": (ALL_STOCK,),
    "receipts": (RECEIPTS,),
    "events": (EVENTS,),
    "answered": (ANSWERED,),
    "unserved": (UNSERVED,),
}
"""Each read that returns something, with its test and what that is given."""
LISTS = READS.keys() - {"order", "receipt", "blocked_on", "answered"}
SORTED = {"waiting", "expected", "orders", "split_off", "all_stock", "receipts", "events"}
TIMES = READS.keys() - {"stock", "blocked_on", "all_stock", "unserved"}


# Faults that any read may have


def returns_nothing(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    found = sound(*given, **named)
    return None if found is None or not hasattr(found, "__iter__") else ()


def sometimes(fault: Fault) -> Fault:
    def read(work: Any, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
        chosen = fault if work.dice.random() < 0.5 else _sound
        return chosen(work, sound, *given, **named)

    return read


def _sound(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    return sound(*given, **named)


def returns_backwards(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    return list(sound(*given, **named))[::-1]


def loses_the_last(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    return list(sound(*given, **named))[:-1]


def returns_twice(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    return list(sound(*given, **named)) * 2


@pytest.mark.parametrize("read", READS)
def test_a_read_that_returns_nothing_is_noticed(read: str) -> None:
    assert is_noticed(READS[read], {read: returns_nothing})


@pytest.mark.parametrize("read", sorted(READS.keys() - {"split_off", "receipts"}))
def test_a_read_that_returns_nothing_sometimes_is_noticed(read: str) -> None:
    test = (CHOSEN,) if read == "orders" else READS[read]  # called often enough
    assert is_noticed(test, {read: sometimes(returns_nothing)})


@pytest.mark.parametrize("read", sorted(LISTS))
@pytest.mark.parametrize("fault", [loses_the_last, returns_twice])
def test_a_read_that_returns_too_little_or_too_much_is_noticed(read: str, fault: Fault) -> None:
    assert is_noticed(READS[read], {read: fault})


@pytest.mark.parametrize("read", sorted(SORTED))
def test_a_read_in_another_order_is_noticed(read: str) -> None:
    assert is_noticed(READS[read], {read: returns_backwards})


@pytest.mark.parametrize("read", sorted(TIMES))
@pytest.mark.parametrize("change", [cut_to_seconds, in_another_zone])
def test_times_that_are_cut_or_not_in_utc_are_noticed(
    read: str, change: Callable[[Any], Any]
) -> None:
    assert is_noticed(READS[read], {read: answering(change)})


# Fields that are lost


def lost(*kinds: type) -> list[Any]:
    """Return the fields of classes that have a default, as parameters."""
    return [
        pytest.param(kind, field.name, id=f"{kind.__name__}.{field.name}")
        for kind in kinds
        for field in attrs.fields(kind)
        if field.default is not attrs.NOTHING
    ]


@pytest.mark.parametrize(("kind", "name"), lost(Order, OrderLine, Hold, BackOrderWait, Address))
def test_a_field_of_an_order_that_is_lost_is_noticed(kind: type, name: str) -> None:
    fault = answering(without(kind, name))
    assert is_noticed((ORDER,), {"order": fault})
    assert is_noticed((ORDERS,), {"orders": fault})


@pytest.mark.parametrize(("kind", "name"), lost(Stock))
def test_a_field_of_stock_that_is_lost_is_noticed(kind: type, name: str) -> None:
    assert is_noticed((STOCK,), {"stock": answering(without(kind, name))})
    assert is_noticed((ALL_STOCK,), {"all_stock": answering(without(kind, name))})


@pytest.mark.parametrize(("kind", "name"), lost(AllocationPolicy))
def test_a_setting_of_a_policy_that_is_lost_is_noticed(kind: type, name: str) -> None:
    assert is_noticed((SETTINGS,), {"policy": answering(without(kind, name))})


def test_an_address_that_is_sometimes_lost_is_noticed() -> None:
    fault = sometimes(answering(without(Order, "ship_to")))
    assert is_noticed((ORDER,), {"order": fault})
    assert is_noticed((CHOSEN,), {"orders": fault})


# Faults of single reads


def ignoring(*names: str) -> Fault:
    """Return a fault of a read that ignores some of its keyword arguments."""

    def read(_: object, sound: Fault, *given: object, **named: Any) -> Any:  # noqa: ANN401
        return sound(*given, **{key: each for key, each in named.items() if key not in names})

    return read


def in_any_warehouse(_: object, sound: Fault, __: str, *given: object) -> Any:  # noqa: ANN401
    return [each for warehouse_id in ("leeds", "york") for each in sound(warehouse_id, *given)]


def whatever_its_case(_: object, sound: Fault, *given: Any) -> Any:  # noqa: ANN401
    *rest, last = given
    lower = last.lower() if isinstance(last, str) else [each.upper() for each in last]
    return sound(*rest, lower)


def of_another_seller(work: Any, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
    """Find what any seller has, as a statement does that forgets the seller."""
    found = sound(*given, **named)
    others = getattr(work.repository.of("zenith"), sound.__name__)(*given, **named)
    if found is None or isinstance(found, Order | ExpectedReceipt):
        return found or others
    return [*found, *others]


def by_lines_of_any_seller(work: Any, sound: Fault, *, sku: str | None = None, **named: Any) -> Any:  # noqa: ANN401
    """Find orders by the lines of any seller with an order of the same id."""
    theirs = {each.order_id for each in work.repository.of("zenith").orders(sku=sku)}
    ours = {each.order_id for each in sound(sku=sku)}
    return [
        each for each in sound(**named) if each.order_id in (ours if sku is None else theirs | ours)
    ]


def records_without_stock(
    _: object, sound: Fault, warehouse_id: str, skus: list[str]
) -> list[Stock]:
    found = {each.key.sku: each for each in sound(warehouse_id, skus)}
    return [found.get(sku) or Stock(StockKey("acme", warehouse_id, sku)) for sku in skus]


def first_come_first_served(
    _: object, sound: Fault, warehouse_id: str, sku: str, policy: AllocationPolicy, *given: object
) -> Any:  # noqa: ANN401
    found = sound(warehouse_id, sku, policy, *given)
    return sorted(found, key=lambda order: queue_position(order, Queue.FIRST_COME))


def without_the_index(
    _: object, sound: Fault, warehouse_id: str, sku: str, policy: AllocationPolicy, *given: object
) -> Any:  # noqa: ANN401
    return sound(warehouse_id, sku, AllocationPolicy(queue=policy.queue), *given)


def with_the_index(work: Any, sound: Fault, *given: Any) -> Any:  # noqa: ANN401
    """Follow the index under a policy that does not restrict parts."""
    return [each for each in sound(*given) if work.blocked_on(each.order_id) in {None, given[1]}]


def omitting(is_omitted: Callable[[Any, Order, int], bool]) -> Fault:
    def read(work: Any, sound: Fault, *given: Any) -> list[Order]:  # noqa: ANN401
        limit = given[3]() if given[3:] and given[3] else 99
        return [each for each in sound(*given[:3]) if not is_omitted(work, each, limit)]

    return read


def is_passed_over(work: Any, order: Order, limit: int) -> bool:  # noqa: ANN401
    del work
    return order.short_of("MUG") >= limit


def needs_too_many(work: Any, order: Order, limit: int) -> bool:  # noqa: ANN401
    del work
    return order.short_of("MUG") > limit


def until(fault: Callable[[Order], bool]) -> Fault:
    """Return a fault of a read of orders, which returns only some of them."""

    def read(_: object, sound: Fault, *given: object, **named: object) -> list[Order]:
        return [each for each in sound(*given, **named) if fault(each)]

    return read


def sorted_anew(key: Callable[[Any], Any]) -> Fault:
    def read(_: object, sound: Fault, *given: object, **named: Any) -> list[Any]:  # noqa: ANN401
        return sorted(sound(*given, **named), key=key)

    return read


def page_before_choice(
    _: object,
    sound: Fault,
    order_id: str | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
    **named: Any,  # noqa: ANN401
) -> EventPage:
    """Choose events from a page of all of them."""
    page, chosen = sound(None, after=after, limit=limit), sound(order_id, **named)
    return EventPage.of(((page.last, each) for each in page if each in chosen), after)


def numbered_anew(
    _: object,
    sound: Fault,
    *given: object,
    after: int = 0,
    limit: int | None = None,
    **named: Any,  # noqa: ANN401
) -> EventPage:
    """Number the events of each listing from 1."""
    numbered = list(enumerate(sound(*given, **named), 1))[after:]
    return EventPage.of(numbered if limit is None else numbered[:limit], after)


def later_than(_: object, sound: Fault, at: Any, *limit: int) -> list[Order]:  # noqa: ANN401
    return list(sound(at - timedelta(microseconds=1), *limit))


def after_the_time(_: object, sound: Fault, *given: object, since: Any = None, **named: Any) -> Any:  # noqa: ANN401
    found = sound(*given, since=since, **named)
    return [each for each in found if since is None or each.at > since]


def answered_for_any_seller(work: Any, sound: Fault, command_id: str) -> Any:  # noqa: ANN401
    return sound(command_id) or work.repository.of("zenith").answered(command_id)


def answered_without_events(_: object, sound: Fault, command_id: str) -> Any:  # noqa: ANN401
    found = sound(command_id)
    return found and (found[0], attrs.evolve(found[1], events=()))


FIRST_COME = READS["waiting"]
URGENT_FIRST = (WAITING, Queue.PRIORITY, ["late", "big", "wide"])
CASES: dict[str, tuple[tuple[Any, ...], dict[str, Fault]]] = {
    "order, whatever the case": ((ORDER,), {"order": whatever_its_case}),
    "order of another seller": ((ORDER,), {"order": of_another_seller}),
    "prefetch that forgets": ((PREFETCH,), {"order": returns_nothing}),
    "stock in any warehouse": ((STOCK,), {"stock": in_any_warehouse}),
    "stock, whatever the case": ((STOCK,), {"stock": whatever_its_case}),
    "stock of another seller": ((STOCK,), {"stock": of_another_seller}),
    "stock that does not exist": ((STOCK,), {"stock": records_without_stock}),
    "receipt, whatever the case": ((RECEIPT,), {"receipt": whatever_its_case}),
    "waiting in any warehouse": (FIRST_COME, {"waiting": in_any_warehouse}),
    "waiting of another seller": (FIRST_COME, {"waiting": of_another_seller}),
    "waiting, always first come first served": (URGENT_FIRST, {"waiting": first_come_first_served}),
    "waiting without the index": (FIRST_COME, {"waiting": without_the_index}),
    "waiting with the index always": (FIRST_COME, {"waiting": with_the_index}),
    "waiting that omits one too many": ((OMITTED, 2), {"waiting": omitting(is_passed_over)}),
    "waiting that omits what is not blocked": ((OMITTED, 1), {"waiting": omitting(needs_too_many)}),
    "orders_with_units in any warehouse": ((WITH_UNITS,), {"orders_with_units": in_any_warehouse}),
    "orders_with_units of another seller": (
        (WITH_UNITS,),
        {"orders_with_units": of_another_seller},
    ),
    "orders_with_units of allocated orders only": (
        (WITH_UNITS,),
        {"orders_with_units": until(lambda each: each.status is Status.ALLOCATED)},
    ),
    "back_orders of one warehouse": (
        (BACK_ORDERS,),
        {"back_orders": until(lambda each: each.warehouse_id == "leeds")},
    ),
    "back_orders of another seller": ((BACK_ORDERS,), {"back_orders": of_another_seller}),
    "expected in any warehouse": ((EXPECTED,), {"expected": in_any_warehouse}),
    "expected of another seller": ((EXPECTED,), {"expected": of_another_seller}),
    "expected by id": ((EXPECTED,), {"expected": sorted_anew(attrgetter("receipt_id"))}),
    "ended_holds after their end only": ((ENDED,), {"ended_holds": later_than}),
    "ended_holds of another seller": ((ENDED,), {"ended_holds": of_another_seller}),
    "waiting_since_before, but not at the time": ((LONG,), {"waiting_since_before": later_than}),
    "waiting_since_before that allow a part": (
        (LONG,),
        {
            "waiting_since_before": lambda work, _, since, *__: [
                each for each in work.back_orders() if each.wait.since <= since
            ]
        },
    ),
    "orders by id": ((ORDERS,), {"orders": sorted_anew(attrgetter("order_id"))}),
    "orders by time, then by the end of the id": (
        (ORDERS,),
        {"orders": sorted_anew(lambda each: (each.placed_at, each.order_id[::-1]))},
    ),
    "orders without status": ((CHOSEN,), {"orders": ignoring("status")}),
    "orders without sku": ((CHOSEN,), {"orders": ignoring("sku")}),
    "orders without sku, in pages": ((PAGES,), {"orders": ignoring("sku")}),
    "orders without after": ((PAGES,), {"orders": ignoring("after")}),
    "orders without limit": ((PAGES,), {"orders": ignoring("limit")}),
    "orders by the first line": (
        (CHOSEN,),
        {
            "orders": lambda _, sound, *, sku=None, **named: [
                each for each in sound(**named) if sku in {None, each.lines[0].sku}
            ]
        },
    ),
    "orders by lines of any seller": ((CHOSEN,), {"orders": by_lines_of_any_seller}),
    "orders of another seller": ((ORDERS,), {"orders": of_another_seller}),
    "split_off of open orders": (
        (PARTS,),
        {"split_off": until(lambda each: each.lines[0].quantity > 1)},
    ),
    "all_stock by SKU": ((ALL_STOCK,), {"all_stock": sorted_anew(lambda each: each.key.sku)}),
    "all_stock without after": ((ALL_STOCK,), {"all_stock": ignoring("after")}),
    "all_stock without limit": ((ALL_STOCK,), {"all_stock": ignoring("limit")}),
    "all_stock of another seller": ((ALL_STOCK,), {"all_stock": of_another_seller}),
    "receipts by id": ((RECEIPTS,), {"receipts": sorted_anew(attrgetter("receipt_id"))}),
    "receipts of another seller": ((RECEIPTS,), {"receipts": of_another_seller}),
    "events by time": ((EVENTS,), {"events": sorted_anew(attrgetter("at"))}),
    "events of another seller": ((EVENTS,), {"events": of_another_seller}),
    "events of all orders": (
        (EVENTS,),
        {"events": lambda _, sound, __=None, **named: sound(None, **named)},
    ),
    "events without since": ((EVENTS,), {"events": ignoring("since")}),
    "events after the time": ((EVENTS,), {"events": after_the_time}),
    "events without after": ((EVENT_PAGES,), {"events": ignoring("after")}),
    "events without limit": ((EVENT_PAGES,), {"events": ignoring("limit")}),
    "events numbered anew in each listing": ((EVENT_PAGES,), {"events": numbered_anew}),
    "events of a page of all": ((EVENT_PAGES,), {"events": page_before_choice}),
    "answered, whatever the case": ((ANSWERED,), {"answered": whatever_its_case}),
    "answered for any seller": ((ANSWERED,), {"answered": answered_for_any_seller}),
    "answered without events": ((ANSWERED,), {"answered": answered_without_events}),
    "unserved of any seller": (
        (UNSERVED,),
        {"unserved": lambda work, _: work.repository.of("acme").unserved()},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_of_one_read_is_noticed(name: str) -> None:
    test, faults = CASES[name]
    assert is_noticed(test, faults)
