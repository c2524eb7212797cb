"""All that can happen by hand between three orders: units change hands, and orders are pinned.

The orders want the same product. Whatever one has, another may take, with or without repayment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import AdjustmentReason, Status
from orderflow.commands import (
    AdjustStock,
    BookInStock,
    CancelOrder,
    Command,
    PinOrder,
    PlaceOrder,
    ReallocateUnits,
    Reallocation,
    SendOrderToWarehouse,
    SplitOrder,
    UnpinOrder,
)
from tests.unit.shop import ACME, NOON, about, key, later, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow import Order
    from orderflow.core import State

__all__ = ["by_hand"]

ON_HAND_MAX = 3
WANTED = (
    order("A", ("MUG", 2), placed_at=later(1)),
    order("B", ("MUG", 1), placed_at=later(2), priority=2),
    order("C", ("MUG", 2), placed_at=later(3), priority=2),
)


def by_hand(state: State) -> Iterator[Command]:
    """Yield the commands, but for those that would only make the world larger."""
    record = state.records.get(("leeds", "MUG"))
    on_hand = record.on_hand if record is not None else 0
    if on_hand < ON_HAND_MAX:
        yield BookInStock(at=NOON, key=key(), received=1)
    if on_hand:
        yield AdjustStock(at=NOON, key=key(), change=-1, reason=AdjustmentReason.LOSS)
    missing = [each for each in WANTED if state.order(each.order_id) is None]
    for wanted in missing[:1]:
        yield PlaceOrder(at=NOON, order=wanted)
    for each in state.orders.values():
        yield CancelOrder(**about(each.order_id))
        yield (UnpinOrder if each.pinned else PinOrder)(**about(each.order_id))
        yield SplitOrder(**about(each.order_id))
        yield SendOrderToWarehouse(**about(each.order_id))
    yield from _reallocations(tuple(state.orders.values()))


def _reallocations(orders: tuple[Order, ...]) -> Iterator[Command]:
    for giver in orders:
        for taker in orders:
            if taker is giver or not giver.allocated or taker.status is not Status.ON_BACK_ORDER:
                continue
            for units in {1, min(giver.allocated, taker.short)}:
                for repay in (False, True):
                    yield ReallocateUnits(
                        at=NOON,
                        seller_id=ACME,
                        changes=(
                            Reallocation(giver.order_id, None, (("1", -units),)),
                            Reallocation(taker.order_id, None, (("1", units),)),
                        ),
                        note="for a fair",
                        by="Ann",
                        repay=repay,
                    )
