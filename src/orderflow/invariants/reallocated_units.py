"""Rule 6 for reallocations: who may give units, who may take them, and that all given are taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderReallocated
from orderflow.domain.model.status import Status
from orderflow.errors.quoting import counted
from orderflow.invariants.by_policy import allows_a_part
from orderflow.invariants.state import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import StockKey
    from orderflow.domain.state.state import State

__all__ = ["reallocation_violations"]

_MAY_GIVE = {Status.ON_HOLD, Status.ON_BACK_ORDER, Status.ALLOCATED}


def reallocation_violations(
    states: Sequence[State], events: Sequence[Event], default_policy: AllocationPolicy
) -> list[str]:
    """Return reallocations that gave or took units against the rules.

    Args:
        states: The state before the first event, and after each event.
        events: The events, oldest first.
        default_policy: The allocation policy until the first event that changes it.
    """
    found: list[str] = []
    passed: Counter[StockKey] = Counter()
    for event, before, after in zip(events, states, states[1:], strict=False):
        if not isinstance(event, OrderReallocated):
            found += _not_taken(passed)
            passed.clear()
            continue
        order = before.orders[event.order_id]
        policy = before.policy or default_policy
        found += _given_or_taken_wrongly(order, event, after.orders[event.order_id], policy)
        for line_id, change in event.units:
            passed[key_of(order, order.line(line_id).sku)] -= change
    return [*found, *_not_taken(passed)]


def _given_or_taken_wrongly(
    before: Order, event: OrderReallocated, after: Order, policy: AllocationPolicy
) -> Iterator[str]:
    name = f"reallocation of order {event.order_id!r}"
    takes = [change > 0 for _, change in event.units]
    if before.status not in _MAY_GIVE:
        yield f"{name}: it is {before.status}"
    if before.pinned and not all(takes):
        yield f"{name}: it is pinned, and gave units"
    if any(takes) and not all(takes):
        yield f"{name}: one event both gave and took units"
    wait = after.wait
    if event.served_first and (any(takes) or wait is None or not wait.served_first):
        yield f"{name}: it is to be served first, but did not give units or does not wait"
    if not any(takes):
        return
    if before.status is not Status.ON_BACK_ORDER:
        yield f"{name}: it took units while it was {before.status}"
    short = sum(line.quantity - line.allocated for line in after.lines)
    if short and not allows_a_part(before, policy):
        yield f"{name}: it may not have a part, but is still short of {counted(short, 'unit')}"


def _not_taken(passed: Mapping[StockKey, int]) -> Iterator[str]:
    """Find units that some orders gave in one go and no order took."""
    for key, units in passed.items():
        if units > 0:
            yield f"{text_of(key)}: {counted(units, 'unit')} given by orders, but taken by none"
