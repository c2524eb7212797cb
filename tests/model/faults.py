"""Faults that the core might have: each is put in by replacing something in its modules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import attrs

from orderflow import Fulfilment, PartialAllocation, Preemption, Queue, Rationing
from orderflow.domain.allocation import (
    blocked_on,
    passed_over,
    postponing,
    preemption,
    serving,
    serving_state,
)
from orderflow.domain.allocation.serving_state import ServingState
from orderflow.domain.decisions import (
    effects_of_time,
    giving_up,
    order_commands,
    policy_change,
    run_due,
    short_orders,
    shortfall,
    splitting,
)
from orderflow.domain.model import back_order_limit, policy
from orderflow.domain.model.events import OrderPassedOver
from orderflow.domain.model.order import allocated_units
from orderflow.domain.state import waits
from orderflow.domain.state.draft import Draft
from tests.model.planting import noting, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from tests.model.planting import Faults

FAULTS: Faults = {}

_fault = noting(FAULTS)


def _wrap_places(patch: pytest.MonkeyPatch, wrapper: Callable[..., Any]) -> None:
    """Replace the place in the queue in every module that has imported it."""
    original = policy.queue_position
    for name, module in list(sys.modules.items()):
        if name.startswith("orderflow.") and vars(module).get("queue_position") is original:
            wrap(patch, module, "queue_position", wrapper)


# Queue


@_fault()
def youngest_first(patch: pytest.MonkeyPatch) -> None:
    def place(original: Any, order: Order, queue: object) -> tuple[object, ...]:  # noqa: ANN401
        *keys, _, order_id = original(order, queue)
        return (*keys, -order.placed_at.timestamp(), order_id)

    _wrap_places(patch, place)


@_fault()
def order_id_breaks_ties_backwards(patch: pytest.MonkeyPatch) -> None:
    def place(original: Any, order: Order, queue: object) -> tuple[object, ...]:  # noqa: ANN401
        *keys, order_id = original(order, queue)
        return (*keys, tuple(-ord(letter) for letter in f"{order_id}~"), order_id)

    _wrap_places(patch, place)


@_fault()
def only_changed_orders_served(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, ServingState, "take_replenished", lambda original, serving: original(serving)[:0])


@_fault()
def nothing_released_by_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(effects_of_time, "_ended_holds", lambda _draft, _limit: [])


# Days that are far


@_fault(Queue.FIRST_COME)
def far_orders_offered_stock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving_state, "postpone_far", lambda _draft, orders: orders)


@_fault(Queue.FIRST_COME)
def waiting_orders_postponed_by_a_clock_that_goes_backwards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(postponing, "_begins_to_wait", lambda _draft, _order: True)


@_fault(Queue.FIRST_COME)
def no_day_ever_near(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(effects_of_time, "postponed_to_near", lambda _draft, _limit: [])


@_fault(Queue.FIRST_COME)
def moved_days_not_followed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_commands, "follow_day", lambda _draft, _order: None)


@_fault(Queue.FIRST_COME)
def postponed_under_an_earlier_policy_for_good(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy_change, "_end_postponements", lambda _serving: None)


@_fault(Queue.FIRST_COME)
def no_order_postponed_by_a_change_of_policy(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy_change, "postpone_far", lambda _draft, orders, **_: orders)


# Rationing


@_fault(Rationing.FAIR_SHARE)
def later_first_among_equal_remainders(patch: pytest.MonkeyPatch) -> None:
    wrap(
        patch,
        serving,
        "fair_shares",
        lambda original, wanted, *rest: original(wanted[::-1], *rest)[::-1],
    )


@_fault(Rationing.FAIR_SHARE)
def share_without_its_limit(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, serving, "fair_shares", lambda original, *args: original(*args[:2]))


# Holding


@_fault(PartialAllocation.NEVER, Preemption.NEVER)  # else it preempts the same units forever
def taking_although_incomplete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving, "take_all_or_nothing", serving.take_available)


@_fault(PartialAllocation.NEVER)
def not_letting_go(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving, "deallocate_incomplete", lambda _draft, _orders: None)


@_fault(PartialAllocation.NEVER)
def watching_the_first_product(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(blocked_on, "blocking_skus", lambda _serving, order: [order.short_lines[0].sku])


@_fault(PartialAllocation.AFTER_WAITING)
def passes_counted_twice(patch: pytest.MonkeyPatch) -> None:
    def emit(original: Any, draft: Draft, event: object) -> None:  # noqa: ANN401
        original(draft, event)
        if isinstance(event, OrderPassedOver):
            original(draft, event)

    wrap(patch, Draft, "emit", emit)


@_fault(PartialAllocation.AFTER_WAITING)
def passes_never_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving, "pass_over", lambda _serving: False)


@_fault(PartialAllocation.AFTER_WAITING)
def passed_over_by_earlier_orders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(passed_over, "queue_position", lambda _order, _queue: ())


@_fault(PartialAllocation.AFTER_WAITING)
def long_waits_not_noticed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(effects_of_time, "_long_waits", lambda _draft, _since, _limit: [])


# Fulfilment


@_fault(Fulfilment.COMPLETE)
def own_split_takes_nothing_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "take", lambda _draft, order: order)


@_fault(Fulfilment.WHOLE_LINES)
def lines_divided(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "_may_leave", lambda order, _policy: allocated_units(order))


@_fault(Fulfilment.PARCELS)
def parcels_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "is_last_parcel", lambda _order, _policy: False)


@_fault(Fulfilment.SPLIT)
def sets_divided(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "_incomplete_sets", lambda _order: frozenset())


@_fault(Fulfilment.SPLIT)
def too_little_leaves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "is_worth_sending", lambda _order, _leaving, _policy: True)


# Giving up


@_fault()
def nobody_is_given_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run_due, "_to_give_up", lambda _draft, _limit: [])


@_fault()
def nobody_is_reminded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run_due, "_to_remind", lambda _draft, _limit: [])


@_fault()
def orders_have_no_time_of_their_own(patch: pytest.MonkeyPatch) -> None:
    def without_own(original: Any, order: Order, after: object) -> object:  # noqa: ANN401
        return original(attrs.evolve(order, give_up_after=None), after)

    for module in (run_due, waits):
        wrap(patch, module, "gives_up_at", without_own)


@_fault()
def given_up_all_at_once(patch: pytest.MonkeyPatch) -> None:
    """The units of one are offered to others only after all of them."""
    patch.setattr(short_orders, "serve", lambda _serving, **_: None)


@_fault(PartialAllocation.NEVER)
def given_up_without_what_it_could_have(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(giving_up, "take", lambda _draft, order: order)


# Take-back, and losing


@_fault(Preemption.URGENT)
def taken_back_from_the_earliest(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, preemption, "_later_orders", lambda original, *args: original(*args)[::-1])


@_fault(Preemption.URGENT)
def urgent_orders_do_not_see_what_comes_into_reach(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving, "preemptible_products", lambda _serving: [])


@_fault()
def the_earliest_loses(patch: pytest.MonkeyPatch) -> None:
    def first_to_last(holders: Any, *, key: Any, reverse: bool) -> Any:  # noqa: ANN401
        return sorted(holders, key=key, reverse=not reverse)

    patch.setattr(shortfall, "sorted", first_to_last, raising=False)


@_fault()
def losing_from_the_first_line(patch: pytest.MonkeyPatch) -> None:
    def backwards(order: Order) -> Order:
        return attrs.evolve(order, lines=order.lines[::-1])

    wrap(
        patch,
        shortfall,
        "last_lines_first",
        lambda original, order, *rest: original(backwards(order), *rest)[::-1],
    )


# Limits of back orders


@_fault()
def those_that_wait_already_do_not_count(patch: pytest.MonkeyPatch) -> None:
    def above(original: Any, draft: Draft, order: Order, sku: str, unhandled: set[str]) -> Any:  # noqa: ANN401
        others = {each.order_id for each in [*draft.view.back_orders(), *draft.orders.values()]}
        return original(draft, order, sku, others | unhandled)

    wrap(patch, short_orders, "_above_limit", above)


@_fault()
def those_still_to_be_handled_count(patch: pytest.MonkeyPatch) -> None:
    def above(original: Any, draft: Draft, order: Order, sku: str, _unhandled: set[str]) -> Any:  # noqa: ANN401
        return original(draft, order, sku, set())

    wrap(patch, short_orders, "_above_limit", above)


@_fault()
def a_limit_is_always_in_force(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(back_order_limit.BackOrderLimit, "is_in_force", lambda _limit, _at: True)


@_fault()
def the_first_line_loses_what_is_above_a_limit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(short_orders, "reversed", iter, raising=False)


@_fault(PartialAllocation.NEVER)
def an_order_that_may_have_no_part_loses_only_what_is_above(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(short_orders, "allows_partial", lambda _order, _policy: True)


@_fault()
def the_next_page_forgets_those_that_became_short(patch: pytest.MonkeyPatch) -> None:
    def forgetful(original: Any, serving: ServingState) -> NextPage | None:  # noqa: ANN401
        page: NextPage | None = original(serving)
        return page and attrs.evolve(page, became_short=())

    wrap(patch, ServingState, "next_page", forgetful)
