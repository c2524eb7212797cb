"""Pages: what one transaction does of a command that changes many orders.

The rules are those of "Pages" in `docs/explanation/who-gets-the-stock.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import Fulfilment, HoldReason, ShortPart, Status
from tests.model.serving import (
    defer,
    grown_since,
    handle_short,
    has_waited_long_enough,
    leave,
    pass_over,
    serve_all_queues,
    was_passed_over_often_enough,
    watch,
)
from tests.model.world import Page, by_placing

if TYPE_CHECKING:
    from datetime import datetime

    from tests.model.world import Order, World


def next_page(world: World, now: datetime) -> None:
    """Do what the page before left to do."""
    page, is_time_done = world.page, True
    world.begin(now)
    if page is None:
        is_time_done = apply_effects_of_time(world)
        if is_time_done:
            serve_all_queues(world)
            handle_short(world)
    elif page.step in ("SERVE", "PASS OVER"):
        world.passing = page.passing
        _serve_or_pass_over(world, page)
        handle_short(world)
    else:
        world.passes_count = False
        _go_on_with_policy(world, page)
        handle_short(world)
    if world.runs_due and is_time_done:
        run_due(world)
    end_page(world)


def end_page(world: World) -> None:
    """Split what may leave, and note what is left to the next page."""
    if world.page is None and world.passes_count:
        leave(world)
        if world.passing and (world.is_passing or world.deferred):
            step = "PASS OVER" if world.is_passing else "SERVE"
            world.page = Page(step, passing=world.passing)
    elif world.page is None and world.deferred:
        world.page = Page("OFFER")
    elif world.page is None:
        leave(world)
    watch(world)


def _serve_or_pass_over(world: World, page: Page) -> None:
    world.begin_to_serve()
    if page.step == "SERVE":
        serve_all_queues(world)
        return
    world.is_passing = world.deferred = True
    for order in pass_over(world):
        defer(world, order)


# Time


def run_due(world: World) -> None:
    """Remind and give up a page of those whose time has come, unless others are to be served."""
    world.runs_due = True
    if world.serves_further() or world.became_short:
        return
    at_most, before = world.orders_max, world.policy.remind_before
    due = _by_moment(world, [order for order in world.orders if world.is_to_give_up(order)])
    soon = [] if before is None else _by_moment(world, _to_remind(world, world.now + before))
    for order in soon[:at_most]:
        order.reminded = True
        world.has_changed(order)
    world.became_short += due[:at_most]
    world.begin_to_serve()
    handle_short(world)
    is_more = at_most is not None and max(len(due), len(soon)) > at_most
    world.runs_due = is_more or bool(world.became_short)


def _to_remind(world: World, until: datetime) -> list[Order]:
    return [
        order
        for order in world.orders
        if not order.reminded
        and (moment := world.gives_up_at(order)) is not None
        and world.now < moment <= until
    ]


def _by_moment(world: World, orders: list[Order]) -> list[Order]:
    return sorted(orders, key=lambda order: (world.gives_up_at(order), order.order_id))


def apply_effects_of_time(world: World) -> bool:
    """Apply what is due; if that is more than a page, leave the rest and serve nobody."""
    world.hold_ended = []
    due = [*_with_ended_holds(world), *_with_near_days(world), *_with_long_waits(world)]
    some = due[: world.orders_max]
    for order in some:
        if order.status is Status.ON_HOLD:
            ended = _ended_holds(world, order)
            release(world, order, ended)
            world.hold_ended += [(order, reason) for reason in ended]
        elif order.status is Status.POSTPONED:
            let_wait(world, order)
        else:
            _begin_to_keep(world, order)
    if len(some) < len(due):
        before = world.all_available()
        for order in list(world.changed):
            world.postpone_if_far(order)
            if order.waits():
                defer(world, order)
        world.deferred_products += grown_since(world, before)
        world.deferred = True
    return len(some) == len(due)


def _with_ended_holds(world: World) -> list[Order]:
    ended = [
        (min(until for until in order.holds.values() if until), order.order_id, order)
        for order in world.orders
        if _ended_holds(world, order)
    ]
    return [order for _, _, order in sorted(ended, key=lambda each: each[:2])]


def _ended_holds(world: World, order: Order) -> list[HoldReason]:
    return [reason for reason, until in order.holds.items() if until and until <= world.now]


def _with_near_days(world: World) -> list[Order]:
    """Return the postponed orders whose day is near, the first day first."""
    near = [
        (order.not_before, order.order_id, order)
        for order in world.postponed_before
        if not world.is_far(order)
    ]
    return [order for _, _, order in sorted(near, key=lambda each: each[:2])]


def _with_long_waits(world: World) -> list[Order]:
    long = [order for order in world.orders if has_waited_long_enough(world, order)]
    return sorted(long, key=lambda order: (order.since, order.order_id))


def release(world: World, order: Order, reasons: list[HoldReason]) -> None:
    """Release some holds of an order; it waits if there is no other."""
    for reason in reasons:
        del order.holds[reason]
    if HoldReason.SHORT in reasons and order.short_part in (None, ShortPart.HOLD):
        order.short_part = ShortPart.WAIT
    world.has_changed(order)
    if not order.holds:
        let_wait(world, order)


def let_wait(world: World, order: Order) -> None:
    """Put an order on back order, until it is served."""
    order.status = Status.ON_BACK_ORDER
    world.has_changed(order)
    world.became_short.append(order)
    if has_waited_long_enough(world, order):
        _begin_to_keep(world, order)


def _begin_to_keep(world: World, order: Order) -> None:
    order.allows_partial = True
    world.has_changed(order)


# A change of policy


def _go_on_with_policy(world: World, page: Page) -> None:
    if page.step == "REVIEW":
        review(world, page.after)
        world.page = world.page or Page("OFFER")
    elif page.step == "OFFER":
        serve_all_queues(world)
        if world.deferred:
            world.page = Page("OFFER")
        elif world.policy.fulfilment is not Fulfilment.COMPLETE:
            world.page = Page("SPLIT")
    else:
        world.reviewed = _read(world, page)
        leave(world)


def review(world: World, after: Order | None) -> None:
    """Let those on back order begin to keep, or give up what they may not have."""
    if after is None and not _end_postponements(world):
        world.page = Page("REVIEW")
        return
    world.stay_in_queue = []
    read = _read(world, Page("REVIEW", after))
    for order in [*read, *(each for each in world.changed if each.waits())]:
        world.postpone_if_far(order)
        if has_waited_long_enough(world, order) or was_passed_over_often_enough(world, order):
            _begin_to_keep(world, order)
        if order.holds_units() and not world.allows_partial(order):
            order.let_go()
            world.has_changed(order)
        world.reviewed.append(order)


def _end_postponements(world: World) -> bool:
    """Let the postponed whose day is near now wait; say whether these were all."""
    near = _with_near_days(world)[: world.orders_max]
    for order in [*near, *world.changed]:
        if order.status is Status.POSTPONED and not world.is_far(order):
            let_wait(world, order)
    return len(near) != world.orders_max


def _read(world: World, page: Page) -> list[Order]:
    """Return the next orders on back order, by when they were placed; the rest is left."""
    after = None if page.after is None else by_placing(page.after)
    waiting = world.back_orders_before
    read = [each for each in waiting if after is None or by_placing(each) > after]
    read = read[: world.orders_max]
    if len(read) == world.orders_max:
        world.page = Page(page.step, read[-1])
    return [order for order in read if order.waits()]
