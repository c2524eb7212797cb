"""A fault in what commands of many pages need is noticed every time."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import Queue
from orderflow.core import NextPage, Passing
from orderflow.domain.model.policy import queue_position
from tests.conformance.faults import Fault, answering, is_noticed, saving, without
from tests.conformance.test_read_controls import lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow import Order, Outcome
    from orderflow.commands import Command

BACK_ORDERS = ("test_back_orders_returns_a_page",)
BEHIND = ("test_waiting_begins_behind_an_order", Queue.FIRST_COME, ["big", "wide", "late"])
BEHIND_URGENT = ("test_waiting_begins_behind_an_order", Queue.PRIORITY, ["late", "big", "wide"])
ENDED = ("test_ended_holds_returns_those_that_ended_first",)
LONG = ("test_waiting_since_before_returns_those_that_wait_longest",)
POSTPONED = ("test_postponed_returns_the_earliest_days",)
NEXT_PAGE = ("test_the_next_page_is_saved",)
SHORT = ("test_the_orders_that_became_short_are_saved",)
PASSING = ("test_the_queues_of_passed_over_orders_are_saved",)


def given_only(how_many: int) -> Fault:
    """Return a fault of a read that ignores the arguments after the first ones."""

    def read(_: object, sound: Fault, *given: object, **named: object) -> Any:  # noqa: ANN401
        del named
        return sound(*given[:how_many])

    return read


def a_page_by(key: Callable[[Order], Any], how_many: int) -> Fault:
    """Return a fault of a read that limits the orders after it has sorted them by another key."""

    def read(_: object, sound: Fault, *given: Any) -> list[Order]:  # noqa: ANN401
        limit = given[how_many] if given[how_many:] else None
        return sorted(sound(*given[:how_many]), key=key)[:limit]

    return read


def behind_its_place(_: object, sound: Fault, *given: Any) -> list[Order]:  # noqa: ANN401
    """Look for the order in the queue, where it may not be."""
    found, after = list(sound(*given[:4])), given[4] if given[4:] else None
    order_ids = [order.order_id for order in found]
    if after is None or after.order_id not in order_ids:
        return found
    return found[order_ids.index(after.order_id) + 1 :]


def behind_its_time(_: object, sound: Fault, *given: Any) -> list[Order]:  # noqa: ANN401
    """Compare the times, whatever the policy."""
    found, after = list(sound(*given[:4])), given[4] if given[4:] else None
    return [
        order
        for order in found
        if after is None
        or queue_position(order, Queue.FIRST_COME) > queue_position(after, Queue.FIRST_COME)
    ]


def from_the_first(_: object, sound: Fault, *given: Any) -> Any:  # noqa: ANN401
    """Limit the back orders, but begin with the first."""
    return sound(None, *given[1:])


def for_each_hold(_: object, sound: Fault, at: Any, limit: int | None = None) -> list[Order]:  # noqa: ANN401
    """Limit the holds, not the orders."""
    holds = [(order, hold) for order in sound(at) for hold in order.holds if hold.until <= at]
    holds.sort(key=lambda each: (each[1].until, each[0].order_id))
    return list({order.order_id: order for order, _ in holds[:limit]}.values())


def never(_: object, __: Fault) -> None:
    """Never say that there is a next page."""


def of_any_seller(work: Any, sound: Fault) -> NextPage | None:  # noqa: ANN401
    page: NextPage | None = sound() or work.repository.of("acme").next_page
    return page


def forget_the_end(command: Command, outcome: Outcome) -> tuple[Command, Outcome]:
    """Keep the next page of an outcome that has none."""
    kept.append(outcome.next_page or kept[-1])
    return command, attrs.evolve(outcome, next_page=kept[-1])


kept: list[NextPage | None] = [None]
CASES: dict[str, tuple[tuple[Any, ...], dict[str, Fault]]] = {
    "back_orders without limit": (BACK_ORDERS, {"back_orders": given_only(1)}),
    "back_orders without after": (BACK_ORDERS, {"back_orders": from_the_first}),
    "back_orders by id": (BACK_ORDERS, {"back_orders": a_page_by(attrgetter("order_id"), 1)}),
    "waiting without after": (BEHIND, {"waiting": given_only(4)}),
    "waiting behind an order of the queue": (BEHIND, {"waiting": behind_its_place}),
    "waiting behind a time": (BEHIND_URGENT, {"waiting": behind_its_time}),
    "ended_holds without limit": (ENDED, {"ended_holds": given_only(1)}),
    "ended_holds by id": (ENDED, {"ended_holds": a_page_by(attrgetter("order_id"), 1)}),
    "ended_holds, hold by hold": (ENDED, {"ended_holds": for_each_hold}),
    "postponed without limit": (POSTPONED, {"postponed": given_only(1)}),
    "postponed by id": (
        POSTPONED,
        {"postponed": a_page_by(attrgetter("order_id"), 1)},
    ),
    "waiting_since_before without limit": (LONG, {"waiting_since_before": given_only(1)}),
    "waiting_since_before by id": (
        LONG,
        {"waiting_since_before": a_page_by(attrgetter("order_id"), 1)},
    ),
    "next_page is not stored": (NEXT_PAGE, {"next_page": never}),
    "next_page of any seller": (NEXT_PAGE, {"next_page": of_any_seller}),
    "next_page that is never removed": (NEXT_PAGE, {"save": saving(forget_the_end)}),
    "unserved only with stock": (
        NEXT_PAGE,
        {
            "save": saving(
                lambda command, outcome: (
                    command,
                    attrs.evolve(outcome, unserved=outcome.unserved if outcome.stock else ()),
                )
            )
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_noticed(name: str) -> None:
    test, faults = CASES[name]
    assert is_noticed(test, faults)


@pytest.mark.parametrize(("kind", "name"), lost(NextPage, Passing))
def test_a_field_that_is_lost_is_noticed(kind: type, name: str) -> None:
    test = {"after": NEXT_PAGE, "became_short": SHORT, "runs_due": SHORT}.get(name, PASSING)
    test = PASSING if kind is Passing else test
    assert is_noticed(test, {"next_page": answering(without(kind, name))})
