"""Reallocations: units change hands outside the queue, as the page says, one rule after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import Rationing, Status
from tests.model.world import BEFORE_THE_WAREHOUSE, Line, Passing, RefusedByModelError

if TYPE_CHECKING:
    from orderflow.commands import ReallocateUnits
    from tests.model.world import Order, ProductKey, World

    Changes = list[tuple[Order, dict[Line, int]]]
    # By how much the units of each line change, by order.


def reallocate(world: World, command: ReallocateUnits) -> None:
    """Let units change hands: everything fits, or nothing happens."""
    changes = _changes(world, command)
    if command.repay and world.policy.rationing is Rationing.FAIR_SHARE:
        raise RefusedByModelError
    for order, units in changes:
        if not _fits(world, order, units):
            raise RefusedByModelError
    for product in world.products():
        given, taken = _sums(changes, product)
        if given > taken or taken > given + max(0, world.available(product)):
            raise RefusedByModelError
    for _, units in changes:
        for line, change in units.items():
            line.allocated += change
    for order, units in changes:
        place, passes_over = world.place(order), not order.served_first
        if command.repay and any(change < 0 for change in units.values()):
            order.served_first = True
            order.since = order.since or world.now
        order.is_erased = False  # the note is a text that somebody typed
        world.has_changed(order)
        for line in (line for line, change in units.items() if change > 0 and passes_over):
            passing = world.passing.setdefault(order.product(line), Passing(place))
            passing.until = max(passing.until, place)


def _changes(world: World, command: ReallocateUnits) -> Changes:
    changes: Changes = []
    for each in command.changes:
        order = world.find(each.order_id)
        if order is None:
            raise RefusedByModelError
        lines = {line.line_id: line for line in order.lines}
        if any(line_id not in lines for line_id, _ in each.units):
            raise RefusedByModelError
        changes.append((order, {lines[line_id]: change for line_id, change in each.units}))
    return changes


def _fits(world: World, order: Order, units: dict[Line, int]) -> bool:
    """Whether an order has what it gives, needs what it takes, and may have it."""
    if order.pinned and any(change < 0 for change in units.values()):
        return False
    takes = any(change > 0 for change in units.values())
    needs = sum(line.short - units.get(line, 0) for line in order.lines)
    return (
        order.status in BEFORE_THE_WAREHOUSE[2:]
        and all(0 <= line.allocated + change <= line.quantity for line, change in units.items())
        and not any(
            line.sku == other.sku and change < 0 < another
            for line, change in units.items()
            for other, another in units.items()
        )
        and (not takes or order.status is Status.ON_BACK_ORDER)
        and (not takes or not needs or world.allows_partial(order))
    )


def _sums(changes: Changes, product: ProductKey) -> tuple[int, int]:
    of_product = [
        change
        for order, units in changes
        for line, change in units.items()
        if order.product(line) == product
    ]
    given = sum(-change for change in of_product if change < 0)
    return given, given + sum(of_product)


def is_undone(world: World, command: ReallocateUnits) -> bool:
    """Whether an urgent order took units at once of an order that has just taken some."""
    takers = {
        each.order_id for each in command.changes if any(change > 0 for _, change in each.units)
    }
    return any(order.order_id in takers for order in world.preempted)
