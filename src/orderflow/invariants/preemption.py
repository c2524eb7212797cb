"""Rule 6 for urgent orders: which units are preempted, from which order, and for which."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderflow.domain.model.policy import queue_position
from orderflow.invariants.by_policy import FROZEN, GAINS, is_behind
from orderflow.invariants.state import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orderflow.domain.model.events import Event, LineUnits, OrderDeallocated
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import Stock, StockKey

__all__ = ["preemption_violations"]

_Lost = dict[str, Counter["StockKey"]]
"""Units by the id of the order that lost them, and by product."""


def preemption_violations(
    orders: Iterable[Order],
    stock: Iterable[Stock],
    losses: Iterable[OrderDeallocated],
    gain: Event | None,
    policy: AllocationPolicy,
) -> list[str]:
    """Return violations of rule 6: preempted units go from later orders to an urgent one.

    The urgent order needs them beyond the available units, and gets them at once. The orders that
    lose units are behind it in the queue, not by their ids alone, and the warehouse does not work
    on them. The last of them loses first.

    Args:
        orders: The orders before the preemption.
        stock: The stock before the preemption.
        losses: The events that preempted units, in order.
        gain: The event after the last of them, if there was one.
        policy: The allocation policy.
    """
    losses, by_id = tuple(losses), {order.order_id: order for order in orders}
    lost: _Lost = {}
    for loss in losses:
        units = _units(by_id[loss.order_id], loss.units)
        lost.setdefault(loss.order_id, Counter()).update(units)
    gainer = by_id.get(gain.order_id) if isinstance(gain, GAINS) else None
    if gainer is None or not isinstance(gain, GAINS) or {loss.at for loss in losses} != {gain.at}:
        return [f"units of order {order_id!r} were preempted for no order" for order_id in lost]
    available = {record.key: record.on_hand - record.allocated for record in stock}
    return [
        *_not_urgent(gainer, policy),
        *_not_behind(gainer, by_id, lost, policy),
        *_not_the_last(by_id, lost, policy),
        *_not_needed(gainer, _units(gainer, gain.units), lost, available),
    ]


def _units(order: Order, units: LineUnits) -> Counter[StockKey]:
    counted: Counter[StockKey] = Counter()
    for line_id, count in units:
        counted[key_of(order, order.line(line_id).sku)] += count
    return counted


def _not_urgent(gainer: Order, policy: AllocationPolicy) -> Iterator[str]:
    if policy.urgent_from is None or gainer.priority < policy.urgent_from:
        yield f"units were preempted for order {gainer.order_id!r}, which is not urgent"


def _not_behind(
    gainer: Order, by_id: Mapping[str, Order], lost: _Lost, policy: AllocationPolicy
) -> Iterator[str]:
    for loser in (by_id[order_id] for order_id in lost):
        preempted = f"units of order {loser.order_id!r} were preempted"
        if loser.status in FROZEN:
            yield f"{preempted}, but the warehouse works on it"
        if loser.pinned:
            yield f"{preempted}, but it is pinned"
        if not is_behind(loser, gainer, policy.queue):
            yield f"{preempted}, but it is not behind order {gainer.order_id!r}"


def _not_the_last(
    by_id: Mapping[str, Order], lost: _Lost, policy: AllocationPolicy
) -> Iterator[str]:
    """Find orders that still have units of a product that an order ahead of them lost."""
    for order_id, units in lost.items():
        place = queue_position(by_id[order_id], policy.queue)
        for other in by_id.values():
            is_safe = other.status in FROZEN or other.pinned
            if is_safe or queue_position(other, policy.queue) <= place:
                continue
            kept = _units(other, tuple((line.line_id, line.allocated) for line in other.lines))
            kept -= lost.get(other.order_id, Counter())
            for key in units.keys() & kept.keys():
                yield (
                    f"{text_of(key)}: units of order {order_id!r} were preempted, but order "
                    f"{other.order_id!r} is behind it and still has {kept[key]}"
                )


def _not_needed(
    gainer: Order, gained: Counter[StockKey], lost: _Lost, available: Mapping[StockKey, int]
) -> Iterator[str]:
    total: Counter[StockKey] = Counter()
    for units in lost.values():
        total += units
    for key, count in total.items():
        needed = gained[key] - max(0, available.get(key, 0))
        if count > needed:
            yield (
                f"{text_of(key)}: {count} preempted for order {gainer.order_id!r}, "
                f"which needed {max(0, needed)} of them"
            )
