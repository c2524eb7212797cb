"""Random reallocations: an order that waits takes units of others, or of what is available."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from orderflow.commands import Command, ReallocateUnits, Reallocation
from tests.model.world import BEFORE_THE_WAREHOUSE

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.model.world import Line, Order, World

    Changes = defaultdict[str, defaultdict[str, int]]
    # By how much the units of each line change, by order and line id.


def reallocate(world: World, random: Random, at: datetime) -> Command | None:
    """Let an order that waits take all that it can get, or some; rarely what does not fit."""
    takers = [order for order in world.orders if order.waits()]
    if not takers:
        return None
    taker = random.choice(takers)
    changes: Changes = defaultdict(lambda: defaultdict(int))
    available = world.all_available()
    for line in taker.lines:
        wanted = line.short if random.randrange(3) else random.randint(0, line.short)
        wanted = _collect(world, (taker, line), wanted, random, changes)
        from_stock = min(wanted, available[taker.product(line)])
        available[taker.product(line)] -= from_stock
        changes[taker.order_id][line.line_id] += from_stock
    if not random.randrange(12):  # does not fit
        changed = changes[random.choice(list(changes))]
        changed[random.choice(taker.lines).line_id] += random.choice([-1, 1])
    return _command(changes, at, repay=random.randrange(2) == 0)


def _collect(
    world: World, to: tuple[Order, Line], wanted: int, random: Random, changes: Changes
) -> int:
    """Let others give units of a product, in any order; return how many are still wanted."""
    taker, line = to
    for giver in random.sample(world.orders, len(world.orders)):
        if (
            giver is taker
            or (giver.pinned and random.randrange(9))
            or giver.status not in BEFORE_THE_WAREHOUSE
        ):
            continue
        for each in giver.lines_of(taker.product(line)):
            units = min(wanted, each.allocated + changes[giver.order_id][each.line_id])
            changes[giver.order_id][each.line_id] -= units
            changes[taker.order_id][line.line_id] += units
            wanted -= units
    return wanted


def _command(changes: Changes, at: datetime, *, repay: bool) -> Command | None:
    reallocations = tuple(
        Reallocation(order_id, None, units)
        for order_id, lines in changes.items()
        if (units := tuple((line_id, change) for line_id, change in lines.items() if change))
    )
    if not reallocations:
        return None
    return ReallocateUnits(
        at=at,
        seller_id="acme",
        changes=reallocations,
        note="the customer is waiting",
        by="Ann",
        repay=repay,
    )
