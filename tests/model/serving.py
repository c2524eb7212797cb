"""Who is visited, and with what result: the page, rule by rule."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from orderflow import Fulfilment, GiveUp, HoldReason, Rationing, ShortPart, Status
from tests.model.world import Line, Order, Passing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.model.world import ProductKey, World

    Turns = list[tuple[Order, ProductKey | None]]
    # Who is still to be looked at: as long as any is left of the product, or in any case.


def serve(world: World, before: dict[ProductKey, int], also: Sequence[Order] = ()) -> None:
    """Serve the waiting orders, given what was available before the change."""
    world.begin_to_serve()
    _serve(world, before, also)


def _serve(world: World, before: dict[ProductKey, int], also: Sequence[Order] = ()) -> None:
    for order in [*world.changed, *world.reviewed]:
        world.postpone_if_far(order)
    grown = grown_since(world, before)
    if world.policy.rationing is Rationing.FAIR_SHARE:
        _share_out(world, grown)
        return
    changed = [*world.visited, *world.changed, *world.reviewed, *also]
    turns: Turns = [(order, None) for order in changed]
    turns += [(order, None) for order in _urgent_orders_that_reach_more(world)]
    turns += _queues_of(world, grown)
    _serve_in_turn(world, turns)


def serve_all_queues(world: World) -> None:
    """Serve the queues of all products, as the next page does."""
    serve(world, {}, also=[order for order in world.orders if world.is_urgent(order)])


def _serve_in_turn(world: World, turns: Turns) -> None:
    while turns:
        _look_at_one_after_another(world, turns)
        if world.has_repaid:
            world.has_repaid = False
            turns = [(order, None) for order in _urgent_orders_that_reach_more(world)]
        else:
            turns = [(order, None) for order in pass_over(world)]


def watch(world: World) -> None:
    """Let the orders that were looked at, and may not have a part, watch what is in their way."""
    for order in [*world.visited, *world.changed, *world.passed_over, *world.reviewed]:
        in_the_way = _in_the_way(world, order)
        if not order.waits() or world.allows_partial(order) or not in_the_way:
            order.queue_index = None
        elif order.queue_index not in in_the_way:
            order.queue_index = in_the_way[0]


def grown_since(world: World, before: dict[ProductKey, int]) -> list[ProductKey]:
    available = world.all_available()
    return [each for each, units in available.items() if units > before.get(each, 0)]


# Who is looked at


def _look_at_one_after_another(world: World, turns: Turns) -> None:
    while turns:
        order = world.in_turn([each for each, _ in turns])[0]
        reasons = [product for each, product in turns if each is order]
        turns = [(each, product) for each, product in turns if each is not order]
        if order.waits() and any(_is_left(world, product) for product in reasons):
            turns += _look_at(world, order)


def _look_at(world: World, order: Order) -> Turns:
    """Look at an order; return who is to be looked at because of that."""
    before = world.all_available()
    if world.is_full() and _can_gain(world, order):
        losers = defer(world, order)
    else:
        losers = _serve_one(world, order)
        world.visited.append(order)
    for loser in losers:
        world.postpone_if_far(loser)
    turns: Turns = [(loser, None) for loser in losers]
    grown = grown_since(world, before)
    if grown:
        turns += _queues_of(world, grown)
        turns += [(each, None) for each in [*world.visited, *world.changed]]
    return turns


def _urgent_orders_that_reach_more(world: World) -> list[Order]:
    held = [
        product
        for order in world.changed
        if not (order.is_frozen() or order.pinned)
        for product in order.products()
        if order.holds_of(product)
    ]
    return [
        order
        for order in world.orders
        if world.is_urgent(order) and any(world.is_in_queue(order, product) for product in held)
    ]


def _queues_of(world: World, products: list[ProductKey]) -> Turns:
    return [
        (order, product)
        for product in products
        for order in world.orders
        if world.is_in_queue(order, product)
    ]


def _is_left(world: World, product: ProductKey | None) -> bool:
    return product is None or world.available(product) > 0


# Taking


def _in_the_way(world: World, order: Order) -> list[ProductKey]:
    """Return the products of which the order is short of more than it can get."""
    return [
        product
        for product in order.products()
        if order.short_of(product) > world.available(product) + in_reach(world, order, product)
    ]


def _can_gain(world: World, order: Order) -> bool:
    """Whether it would take units, or be blocked on another product."""
    if world.allows_partial(order):
        short = [product for product in order.products() if order.short_of(product)]
        return any(world.available(each) + in_reach(world, order, each) > 0 for each in short)
    return world.moves(order) or not _in_the_way(world, order)


def defer(world: World, order: Order) -> list[Order]:
    """Leave an order to the next page, without a part that it may not have."""
    world.deferred = True
    world.deferred_products += [each for each in order.products() if order.short_of(each)]
    if order.holds_units() and not world.allows_partial(order):
        order.let_go()
        world.has_changed(order)
    return []


def _serve_one(world: World, order: Order) -> list[Order]:
    """Give an order what it takes; return those that lose units to it."""
    losers: list[Order] = []
    if world.allows_partial(order) or not _in_the_way(world, order):
        losers = _take_back(world, order)
        place, passes_over = world.place(order), not order.served_first
        taken = take(world, order)
        world.has_repaid |= bool(taken) and not passes_over
        for product in taken:
            if passes_over:
                passing = world.passing.setdefault(product, Passing(place))
                passing.until = max(passing.until, place)
        return losers
    if world.moves(order) and order not in world.visited:
        world.moving.append(order)
    if order.holds_units():
        order.let_go()
        world.has_changed(order)
    return losers


def take(world: World, order: Order) -> list[ProductKey]:
    """Take what is available, line by line; return of which products."""
    taken = []
    for line in order.lines:
        units = min(line.short, world.available(order.product(line)))
        if units:
            line.allocated += units
            taken.append(order.product(line))
            world.has_changed(order)
    return taken


# Keeping


def pass_over(world: World) -> list[Order]:
    """Count who was passed over; return those who begin to keep units because of it."""
    beginners: list[Order] = []
    passes_max = world.policy.passes_max
    if passes_max is None or not world.passes_count or (world.deferred and not world.is_passing):
        return beginners
    for product, passing in sorted(world.passing.items()):
        queue = [order for order, of in world.queued_before if of == product]
        for order in world.in_turn(queue):
            if not passing.covers(world.place(order)) or order.allows_partial:
                continue
            if order in world.changed or order in world.passed_over:
                continue
            if world.is_full():
                world.is_passing = True
                return beginners
            world.passed_over.append(order)
            passing.after = world.place(order)
            order.passed_over += 1
            if order.passed_over >= passes_max:
                order.allows_partial = True
                beginners.append(order)
        passing.after = passing.until
    world.is_passing = False
    return beginners


def has_waited_long_enough(world: World, order: Order) -> bool:
    """Whether an order on back order does not keep yet, and has been there for long enough."""
    wait_max = world.policy.wait_max or world.policy.split_wait_min
    if not order.waits() or order.allows_partial or wait_max is None or order.since is None:
        return False
    return world.now - order.since >= wait_max


def was_passed_over_often_enough(world: World, order: Order) -> bool:
    """Whether an order on back order does not keep yet, and was passed over often enough."""
    passes_max = world.policy.passes_max
    if not order.waits() or order.allows_partial or passes_max is None:
        return False
    return order.passed_over >= passes_max


# Take-back


def in_reach(world: World, order: Order, product: ProductKey) -> int:
    """Return how many units of the product an urgent order may take from others."""
    return sum(other.holds_of(product) for other in _may_lose(world, order, product))


def _may_lose(world: World, order: Order, product: ProductKey) -> list[Order]:
    """Return the orders that an urgent one may take units of the product from."""
    if not world.is_urgent(order):
        return []
    return [
        other
        for other in world.in_turn(world.orders)
        if world.is_later(other, order)
        and not (other.is_frozen() or other.pinned)
        and other.holds_of(product)
    ]


def _take_back(world: World, order: Order) -> list[Order]:
    """Take units back, one after another; return the orders that lose them."""
    losers = []
    for product in order.products():
        while order.short_of(product) > world.available(product):
            if not in_reach(world, order, product):
                break
            loser = _may_lose(world, order, product)[-1]
            loser.give_one_back(product)
            world.has_changed(loser)
            world.became_short.append(loser)
            world.preempted.append(loser)
            losers.append(loser)
    return losers


# Fair share


def _share_out(world: World, grown: list[ProductKey]) -> None:
    changed = [order for order in [*world.changed, *world.reviewed] if order.waits()]
    for product in world.products():
        if product in grown or any(order.short_of(product) for order in changed):
            while _share_out_once(world, product):
                pass


def _share_out_once(world: World, product: ProductKey) -> bool:
    """Give every order its share in one round; say whether there may be a further one."""
    waiting = world.in_turn([each for each in world.orders if world.is_in_queue(each, product)])
    wanted = [order.short_of(product) for order in waiting]
    if world.policy.share_max is not None:
        wanted = [min(units, world.policy.share_max) for units in wanted]
    available = world.available(product)
    if not available or not waiting:
        return False
    for order, units in zip(waiting, shares(available, wanted), strict=True):
        _give(world, order, product, units)
    return True


def shares(available: int, wanted: list[int]) -> list[int]:
    """Divide what is available among those who want it, the earlier place first."""
    if available >= sum(wanted):
        return wanted
    parts = [available * each // sum(wanted) for each in wanted]
    remainders = [available * each % sum(wanted) for each in wanted]
    for _ in range(available - sum(parts)):
        largest = remainders.index(max(remainders))
        parts[largest] += 1
        remainders[largest] = -1
    return parts


def _give(world: World, order: Order, product: ProductKey, units: int) -> None:
    for line in order.lines_of(product):
        part = min(line.short, units)
        if part:
            line.allocated += part
            units -= part
            world.has_changed(order)


# The short part


def handle_short(world: World) -> None:
    """Cancel or hold those that have become short and do not wait, one after another."""
    while True:
        short = sorted(_not_to_wait(world), key=lambda order: _turn(world, order))
        world.became_short = short
        if not short or world.serves_further():
            return
        first = short[0]
        if world.is_full() and first not in [*world.changed, *world.passed_over]:
            return
        world.became_short = short[1:]
        before = world.all_available()
        _handle_short(world, first)
        _serve(world, before)


def _turn(world: World, order: Order) -> tuple[Any, ...]:
    """Whose moment to be given up has come comes first, the first moment first."""
    if world.runs_due and world.is_to_give_up(order):
        return (0, world.gives_up_at(order), order.order_id)
    return (1, *world.place(order))


def _not_to_wait(world: World) -> list[Order]:
    return [
        order
        for order in dict.fromkeys(world.became_short)
        if order.waits()
        and (world.short_part(order) is not ShortPart.WAIT or world.limits or world.runs_due)
    ]


def _handle_short(world: World, order: Order) -> None:
    short_part = world.short_part(order)
    if world.runs_due and world.is_to_give_up(order):
        _give_up(world, order)
    elif short_part is ShortPart.WAIT:
        above = _above_limits(world, order)
        if not above:
            return
        if world.allows_partial(order):
            _cancel_units(order, above)
        else:
            _cancel_short(world, order)
    elif short_part is ShortPart.CANCEL_SHORT:
        _cancel_short(world, order)
    elif short_part is ShortPart.CANCEL_ORDER:
        _cancel_order(order)
    else:
        order.holds[HoldReason.SHORT] = None
        order.status = Status.ON_HOLD
    world.has_changed(order)


def _give_up(world: World, order: Order) -> None:
    """Do to an order that has waited too long what the policy says."""
    order.given_up = True
    how = world.policy.give_up
    if how is GiveUp.CANCEL_ORDER:
        _cancel_order(order)
    elif how is GiveUp.CANCEL_SHORT:
        _cancel_short(world, order)
    elif how is GiveUp.SPLIT:
        _split_what_may_leave(world, order)


def _split_what_may_leave(world: World, order: Order) -> None:
    if is_last_parcel(world, order):
        return
    take(world, order)
    going = leaving(world, order)
    if not order.is_short():
        return
    if going:
        split_off(world, order, free_id(world, order), going)
    elif not world.allows_partial(order):
        order.let_go()


def _above_limits(world: World, order: Order) -> dict[ProductKey, float]:
    """Return how many units of each product are too many, with those that wait before."""
    before = [each for each in world.orders if each.waits() and each not in world.became_short]
    above = {
        product: min(
            sum(each.short_of(product) for each in before) - world.limit(product),
            order.short_of(product),
        )
        for product in order.products()
    }
    return {product: units for product, units in above.items() if units > 0}


def _cancel_units(order: Order, above: dict[ProductKey, float]) -> None:
    lost: dict[Line, int] = {}
    for product, units in above.items():
        left = int(units)
        for line in reversed(order.lines_of(product)):
            lost[line] = min(line.short, left)
            left -= lost[line]
    if all(lost.get(line, 0) == line.quantity for line in order.lines):
        _cancel_order(order)
        return
    for line, units in lost.items():
        line.quantity -= units
    order.lines = [line for line in order.lines if line.quantity]


def _cancel_short(world: World, order: Order) -> None:
    take(world, order)
    if order.holds_units():
        for line in order.lines:
            line.quantity = line.allocated
        order.lines = [line for line in order.lines if line.quantity]
    else:
        _cancel_order(order)


def _cancel_order(order: Order) -> None:
    order.let_go()
    order.status = Status.CANCELLED


# Leaving


def leave(world: World) -> None:
    """Split those by themselves that the command has changed and that are on back order."""
    if world.policy.fulfilment is Fulfilment.COMPLETE:
        return
    for order in list(dict.fromkeys([*world.reviewed, *world.changed])):
        if (
            order not in _not_to_wait(world)
            and order.waits()
            and leaving(world, order)
            and _is_enough(world, order)
        ):
            split_off(world, order, free_id(world, order), leaving(world, order))


def leaving(world: World, order: Order) -> list[tuple[Line, int]]:
    """Return what may leave of a short order: lines, and how many units of each."""
    lines = [line for line in order.lines if not _waits_for_its_set(order, line)]
    if world.policy.fulfilment is Fulfilment.WHOLE_LINES:
        return [(line, line.quantity) for line in lines if not line.short]
    if is_last_parcel(world, order):
        return []
    return [(line, line.allocated) for line in lines if line.allocated]


def is_last_parcel(world: World, order: Order) -> bool:
    """Whether nothing may be split off any more."""
    parcels_max = world.policy.parcels_max
    return parcels_max is not None and order.split_count >= parcels_max - 1


def divides_a_set(order: Order, units: dict[str, int]) -> bool:
    sets = {line.set_id for line in order.lines if line.set_id and line.line_id in units}
    return any(
        line.quantity != units.get(line.line_id) for line in order.lines if line.set_id in sets
    )


def _waits_for_its_set(order: Order, line: Line) -> bool:
    """Whether a line of the set is short, be it this one or another."""
    return any(each.short and each.set_id == line.set_id for each in order.lines if each.set_id)


def _is_enough(world: World, order: Order) -> bool:
    """Whether what may leave is worth sending."""
    policy, units = world.policy, sum(count for _, count in leaving(world, order))
    wanted = sum(line.quantity for line in order.lines)
    reached = []
    if policy.split_units_min:
        reached.append(units >= policy.split_units_min)
    if policy.split_percent_min:
        reached.append(units * 100 >= wanted * policy.split_percent_min)
    if policy.split_wait_min:
        reached.append(order.allows_partial)
    return any(reached) or not reached


def free_id(world: World, order: Order) -> str:
    for doublings in count():
        order_id = f"{order.order_id}.{order.split_count + 2**doublings}"
        if world.find(order_id) is None:
            return order_id
    raise AssertionError


def chosen(world: World, order: Order, units: dict[str, int]) -> list[tuple[Line, int]]:
    """Return what is named of an order, if it may leave; otherwise nothing."""
    lines = {line.line_id: line for line in order.lines}
    policy = world.policy
    if (
        any(
            lines[each].allocated < wanted if each in lines else True
            for each, wanted in units.items()
        )
        or sum(units.values()) == sum(line.quantity for line in order.lines)
        or is_last_parcel(world, order)
        or (
            policy.fulfilment is Fulfilment.WHOLE_LINES
            and any(lines[each].quantity > wanted for each, wanted in units.items())
        )
        or divides_a_set(order, units)
    ):
        return []
    return [(line, units[line.line_id]) for line in order.lines if line.line_id in units]


def split_off(
    world: World,
    order: Order,
    order_id: str,
    going: list[tuple[Line, int]],
    status: Status = Status.ALLOCATED,
) -> None:
    """Make an order of its own of some units."""
    parcel = Order(
        order_id=order_id,
        warehouse=order.warehouse,
        lines=[],
        placed_at=order.placed_at,
        priority=order.priority,
        promised_by=order.promised_by,
        status=status,
        not_before=order.not_before,
        split_from=order.order_id,
        short_part=order.short_part,
        give_up_after=order.give_up_after,
        replaces=order.replaces,
        pinned=order.pinned,
        is_erased=order.is_erased,
    )
    for line, units in going:
        parcel.lines.append(Line(line.line_id, line.sku, units, units, set_id=line.set_id))
        line.quantity -= units
        line.allocated -= units
    order.lines = [line for line in order.lines if line.quantity]
    order.split_count += 1
    world.orders.append(parcel)
    world.has_changed(parcel)
    world.has_changed(order)


# Losing


def lose(world: World, product: ProductKey) -> None:
    """Let orders give units back until what is allocated is on hand."""
    while world.available(product) < 0:
        partial_allocation = [order for order in world.orders if order.holds_of(product)]
        unfrozen = [order for order in partial_allocation if not order.is_frozen()]
        loser = world.in_turn(unfrozen or partial_allocation)[-1]
        loser.give_one_back(product)
        world.has_changed(loser)
        world.became_short.append(loser)
