"""Rule 6 where urgent orders take back: what, from whom and for whom."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderflow.domain.model.policy import queue_position
from orderflow.invariants.by_policy import FROZEN, GAINS
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
    """Hold units that were taken back to rule 6: they go from later orders to an urgent one.

    The order that gains needs them beyond what is available, and gets them at once. Those that
    lose stand behind it in the queue, by more than their order ids, and the warehouse does not
    work on them. The last of them loses first.

    Args:
        orders: The orders before the units were taken back.
        stock: The stock before they were.
        losses: The events that took units back, one after another.
        gain: The event that followed upon the last of them, if any did.
        policy: Who gets the stock.
    """
    losses, by_id = tuple(losses), {order.order_id: order for order in orders}
    lost: _Lost = {}
    for loss in losses:
        units = _units(by_id[loss.order_id], loss.units)
        lost.setdefault(loss.order_id, Counter()).update(units)
    gainer = by_id.get(gain.order_id) if isinstance(gain, GAINS) else None
    if gainer is None or not isinstance(gain, GAINS) or {loss.at for loss in losses} != {gain.at}:
        return [f"what order {order_id!r} held was taken back for nobody" for order_id in lost]
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
        yield f"units were taken back for order {gainer.order_id!r}, which is not urgent"


def _not_behind(
    gainer: Order, by_id: Mapping[str, Order], lost: _Lost, policy: AllocationPolicy
) -> Iterator[str]:
    place = queue_position(gainer, policy.queue)[:-1]  # the order id alone makes nobody later
    for loser in (by_id[order_id] for order_id in lost):
        taken_back = f"what order {loser.order_id!r} held was taken back"
        if loser.status in FROZEN:
            yield f"{taken_back}, but the warehouse works on it"
        if queue_position(loser, policy.queue)[:-1] <= place:
            yield f"{taken_back}, but it does not stand behind order {gainer.order_id!r}"


def _not_the_last(
    by_id: Mapping[str, Order], lost: _Lost, policy: AllocationPolicy
) -> Iterator[str]:
    """Look for orders behind one that lost units of a product that keep units of it."""
    for order_id, units in lost.items():
        place = queue_position(by_id[order_id], policy.queue)
        for other in by_id.values():
            if other.status in FROZEN or queue_position(other, policy.queue) <= place:
                continue
            kept = _units(other, tuple((line.line_id, line.allocated) for line in other.lines))
            kept -= lost.get(other.order_id, Counter())
            for key in units.keys() & kept.keys():
                yield (
                    f"{text_of(key)}: what order {order_id!r} held was taken back, but order "
                    f"{other.order_id!r} stands behind it and keeps {kept[key]}"
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
                f"{text_of(key)}: {count} taken back for order {gainer.order_id!r}, "
                f"which needed {max(0, needed)} of them"
            )
