"""Splits: the allocated units of a short order become an order of their own.

The new order takes these units, with their stock, and is allocated. The other units stay with the
original order, whose place in the queue does not change. No unit appears or vanishes.

The fulfilment setting determines what may leave: every allocated unit, or only covered lines. It
may also limit the number of parcels. Then the last parcel must be complete.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from orderflow.domain.allocation.serving import take
from orderflow.domain.model.events import (
    LineUnits,
    OrderSplit,
    OrderSplitOff,
)
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.order import allocated_units, fields_of, order_of, with_units
from orderflow.domain.model.policy import Fulfilment
from orderflow.domain.model.status import Status
from orderflow.errors import DuplicateOrderError, SplitRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.commands import SplitOrder
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.draft import Draft

__all__ = ["split", "split_by_policy"]

_COMPLETE = Fulfilment.COMPLETE


def split(draft: Draft, order: Order, command: SplitOrder) -> None:
    """Split off the units that an order has, or could be allocated now.

    If all its units are available now, the order is allocated and not split.
    """
    require_action(order.order_id, order.status, Action.SPLIT)
    new_order_id = command.new_order_id or _free_id(draft, order)
    taken = draft.find(new_order_id)
    if taken is not None:
        raise DuplicateOrderError(order.seller_id, new_order_id, taken.split_from)
    if _only_last_parcel_left(order, draft.policy):
        raise SplitRefusedError(
            order.order_id,
            f"it may have {draft.policy.parcels_max} parcels, and "
            f"{counted(order.split_count, 'was', 'were')} split off, so the last one must be "
            f"complete",
        )
    order = take(draft, order)
    if order.status is Status.ALLOCATED:
        return
    leaving = _may_leave(order, draft.policy)
    if not leaving:
        raise SplitRefusedError(
            order.order_id,
            f"{_nothing_leaves(draft.policy)}; wait until stock is booked in, "
            f"edit the order, or cancel it",
        )
    _split(draft, order, new_order_id, leaving)


def split_by_policy(serving: ServingState) -> None:
    """Split the changed orders of which a part may leave, if the policy splits automatically."""
    draft = serving.draft
    if draft.policy.fulfilment is _COMPLETE:
        return
    for order in list({**serving.reviewed, **draft.orders}.values()):
        if order.status is Status.ON_BACK_ORDER and not _only_last_parcel_left(order, draft.policy):
            leaving = _may_leave(order, draft.policy)
            if leaving:
                _split(draft, order, _free_id(draft, order), leaving)


def _split(draft: Draft, order: Order, new_order_id: str, leaving: LineUnits) -> None:
    draft.emit(OrderSplit(*draft.name(order), new_order_id, leaving))
    draft.emit(OrderSplitOff(draft.at, _split_off(order, new_order_id, leaving)))


def _only_last_parcel_left(order: Order, policy: AllocationPolicy) -> bool:
    return policy.parcels_max is not None and order.split_count >= policy.parcels_max - 1


def _may_leave(order: Order, policy: AllocationPolicy) -> LineUnits:
    if policy.fulfilment is Fulfilment.WHOLE_LINES:
        return tuple((line.line_id, line.quantity) for line in order.lines if not line.short)
    return allocated_units(order)


def _nothing_leaves(policy: AllocationPolicy) -> str:
    if policy.fulfilment is Fulfilment.WHOLE_LINES:
        return "none of its lines is covered, and lines are never divided"
    return "none of its units is allocated"


def _split_off(order: Order, new_order_id: str, leaving: LineUnits) -> Order:
    units = dict(leaving)
    lines = [
        with_units(line, units[line.line_id], units[line.line_id])
        for line in order.lines
        if line.line_id in units
    ]
    fields = fields_of(order)
    fields.update(
        order_id=new_order_id,
        lines=tuple(lines),
        status=Status.ALLOCATED,
        split_from=order.order_id,
        split_count=0,
        wait=None,
        version=0,
    )
    return order_of(fields)


def _free_id(draft: Draft, order: Order) -> str:
    """Return an id that is free, by the pattern of the policy.

    After N earlier splits, the numbers N + 1, N + 2, N + 4, N + 8, … are tried. So few orders are
    read, even if the seller has given a million orders such ids.
    """
    numbers = (order.split_count + 2**doublings for doublings in count())
    ids = (draft.policy.split_id(order.order_id, number) for number in numbers)
    return next(order_id for order_id in ids if draft.find(order_id) is None)
