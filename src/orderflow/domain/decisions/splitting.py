"""Splits: some allocated units of an order become an order of their own.

The new order takes these units, with their stock, and is allocated. The other units stay with the
original order, whose place in the queue does not change. No unit appears or vanishes.

At the warehouse it is the other way round: what leaves keeps the id, which is on its parcel, and
the new order takes what stays.

The fulfilment setting determines what may leave: every allocated unit, or only covered lines. It
may also limit the number of parcels. Then the last parcel must be complete. Lines of a set leave
together, once all of them are covered. An automatic split also has to be worth sending.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.allocation.serving import take
from orderflow.domain.decisions.worth_sending import is_worth_sending
from orderflow.domain.model.events import (
    LineUnits,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderSplitOff,
)
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.order import fields_of, order_of, with_units
from orderflow.domain.model.policy import Fulfilment
from orderflow.domain.model.status import Status
from orderflow.errors import (
    DespatchRefusedError,
    DuplicateOrderError,
    MoveRefusedError,
    SplitRefusedError,
)
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.commands import SplitOrder
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.draft import Draft

__all__ = [
    "is_last_parcel",
    "may_split_off",
    "new_id",
    "part_of",
    "require_whole_lines",
    "require_whole_sets",
    "split",
    "split_at_warehouse",
    "split_by_policy",
    "split_if_possible",
]

_COMPLETE = Fulfilment.COMPLETE


def split(draft: Draft, order: Order, command: SplitOrder) -> None:
    """Split off the units that an order has, or could be allocated now.

    If all its units are available now and the command names none, the order is allocated and not
    split.
    """
    require_action(order.order_id, order.status, Action.SPLIT)
    policy, units = draft.policy, command.units
    if units is None and order.status is Status.ALLOCATED:
        raise SplitRefusedError(
            order.order_id, "all its units are allocated; name those to split off"
        )
    new_order_id = new_id(draft, order, command.new_order_id)
    if is_last_parcel(order, policy):
        raise SplitRefusedError(
            order.order_id,
            f"it may have {policy.parcels_max} parcels, and "
            f"{counted(order.split_count, 'was', 'were')} split off, so the last one must be "
            f"complete",
        )
    if order.status is Status.ON_BACK_ORDER:
        order = take(draft, order)
    if units is not None:
        leaving = _chosen(order, units, policy)
    elif order.status is Status.ALLOCATED:
        return
    else:
        leaving = _may_leave(order, policy)
        if not leaving:
            raise SplitRefusedError(
                order.order_id,
                f"{_nothing_leaves(order, policy)}; wait until stock is booked in, "
                f"edit the order, or cancel it",
            )
    _split(draft, order, new_order_id, leaving)


def split_at_warehouse(
    draft: Draft, order: Order, leaving: LineUnits, new_order_id: str | None
) -> None:
    """Split off the units that stay at the warehouse while others leave it, if there are any.

    The policy has no say: whatever it allows, these units have left.
    """
    units = dict(leaving)
    for line_id, wanted in leaving:
        allocated = order.line(line_id).allocated
        if wanted > allocated:
            raise DespatchRefusedError(
                order.order_id,
                f"{counted(wanted, 'unit')} of line {line_id!r} cannot leave, it has {allocated} "
                f"at the warehouse; name at most these",
            )
    staying = tuple(
        (line.line_id, rest)
        for line in order.lines
        if (rest := line.allocated - units.get(line.line_id, 0))
    )
    if staying:
        new_order_id = new_id(draft, order, new_order_id)
        draft.emit(OrderSplitAtWarehouse(*draft.name(order), new_order_id, staying))
        part = _split_off(order, new_order_id, staying, order.status)
        draft.emit(OrderSplitOff(draft.at, part))


def split_if_possible(draft: Draft, order: Order) -> None:
    """Split off what an order on back order has, or could be allocated now, if it may leave."""
    if is_last_parcel(order, draft.policy):
        return
    order = take(draft, order)
    if order.status is Status.ON_BACK_ORDER:
        leaving = _may_leave(order, draft.policy)
        if leaving:
            _split(draft, order, _free_id(draft, order), leaving)
        else:
            deallocate_incomplete(draft, [order])


def split_by_policy(serving: ServingState) -> None:
    """Split the changed orders of which a part may leave, if the policy splits automatically."""
    draft = serving.draft
    if draft.policy.fulfilment is _COMPLETE:
        return
    for order in list({**serving.reviewed, **draft.orders}.values()):
        if order.order_id in serving.became_short or order.order_id in serving.to_give_up:
            continue  # the next page gives it up or handles its short part first
        if order.status is Status.ON_BACK_ORDER:
            leaving = may_split_off(order, draft.policy)
            if leaving and is_worth_sending(order, leaving, draft.policy):
                _split(draft, order, _free_id(draft, order), leaving)


def _split(draft: Draft, order: Order, new_order_id: str, leaving: LineUnits) -> None:
    draft.emit(OrderSplit(*draft.name(order), new_order_id, leaving))
    part = _split_off(order, new_order_id, leaving, Status.ALLOCATED)
    draft.emit(OrderSplitOff(draft.at, part))


def new_id(draft: Draft, order: Order, wanted: str | None) -> str:
    """Return the id of a new part: a free one, unless it is given."""
    new_order_id = wanted or _free_id(draft, order)
    taken = draft.find(new_order_id)
    if taken is not None:
        raise DuplicateOrderError(order.seller_id, new_order_id, taken.split_from)
    return new_order_id


def is_last_parcel(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the policy allows no further part of the order."""
    return policy.parcels_max is not None and order.split_count >= policy.parcels_max - 1


def may_split_off(order: Order, policy: AllocationPolicy) -> LineUnits:
    """Return the units of a short order that may leave as a part, however few."""
    return () if is_last_parcel(order, policy) else _may_leave(order, policy)


def _may_leave(order: Order, policy: AllocationPolicy) -> LineUnits:
    incomplete = _incomplete_sets(order)
    divides = policy.fulfilment is not Fulfilment.WHOLE_LINES
    return tuple(
        [
            (line.line_id, line.allocated)
            for line in order.lines
            if line.allocated
            and line.set_id not in incomplete
            and (divides or line.allocated == line.quantity)
        ]
    )


def _incomplete_sets(order: Order) -> set[str | None]:
    """Return the sets of lines of which one line or more is short."""
    return {line.set_id for line in order.short_lines} - {None}


def _chosen(order: Order, units: LineUnits, policy: AllocationPolicy) -> LineUnits:
    """Return the units that a command names, in the order of the lines."""
    named = dict(units)
    for line_id, wanted in units:
        line = order.line(line_id)
        if wanted > line.allocated:
            raise SplitRefusedError(
                order.order_id,
                f"{counted(wanted, 'unit')} of line {line_id!r} cannot be split off, it has "
                f"{line.allocated} allocated; name at most these",
            )
    require_whole_lines(order, named, policy, SplitRefusedError)
    require_whole_sets(order, named, SplitRefusedError)
    if sum(named.values()) == order.units:
        raise SplitRefusedError(
            order.order_id, "no unit would be left of it; name fewer, or send the whole order"
        )
    return tuple(
        [(line.line_id, named[line.line_id]) for line in order.lines if line.line_id in named]
    )


def require_whole_lines(
    order: Order,
    named: dict[str, int],
    policy: AllocationPolicy,
    refusal: type[SplitRefusedError | MoveRefusedError],
) -> None:
    """Refuse units that divide a line, if the policy divides none."""
    for line_id, wanted in named.items():
        line = order.line(line_id)
        if policy.fulfilment is Fulfilment.WHOLE_LINES and wanted < line.quantity:
            raise refusal(
                order.order_id,
                f"line {line_id!r} has {counted(line.quantity, 'unit')}, and lines are never "
                f"divided; name all of them, or none",
            )


def require_whole_sets(
    order: Order,
    named: dict[str, int],
    refusal: type[SplitRefusedError | MoveRefusedError],
) -> None:
    """Refuse units that divide a set of lines."""
    divided = {line.set_id for line in order.lines if line.line_id in named} - {None}
    for line in order.lines:
        if line.set_id in divided and named.get(line.line_id) != line.quantity:
            raise refusal(
                order.order_id,
                f"the lines of set {line.set_id!r} leave together; name all "
                f"{counted(line.quantity, 'unit')} of line {line.line_id!r}, or no line of the set",
            )


def _nothing_leaves(order: Order, policy: AllocationPolicy) -> str:
    if order.allocated and _incomplete_sets(order):
        return "none of its sets is covered, and sets are never divided"
    if policy.fulfilment is Fulfilment.WHOLE_LINES:
        return "none of its lines is covered, and lines are never divided"
    return "none of its units is allocated"


def _split_off(order: Order, new_order_id: str, leaving: LineUnits, status: Status) -> Order:
    units = dict(leaving)
    lines = [
        with_units(line, units[line.line_id], units[line.line_id])
        for line in order.lines
        if line.line_id in units
    ]
    return part_of(order, new_order_id, lines=tuple(lines), status=status, wait=None)


def part_of(order: Order, new_order_id: str, **fields: object) -> Order:
    """Return a new order with some units of another one, and with these fields."""
    of_part = fields_of(order)
    of_part.update(order_id=new_order_id, split_from=order.order_id, split_count=0, version=0)
    of_part.update(fields)
    return order_of(of_part)


def _free_id(draft: Draft, order: Order) -> str:
    """Return an id that is free, by the pattern of the policy.

    After N earlier splits, the numbers N + 1, N + 2, N + 4, N + 8, … are tried. So few orders are
    read, even if the seller has given a million orders such ids.
    """
    numbers = (order.split_count + 2**doublings for doublings in count())
    ids = (draft.policy.split_id(order.order_id, number) for number in numbers)
    return next(order_id for order_id in ids if draft.find(order_id) is None)
