"""Moves: an order, or a part of it, is to leave from another warehouse.

It gives back its units where it was, and waits in its turn where it is now. Its position in the
queues depends on when it was placed, so it is as if it had been placed there. Short units are moved
before allocated ones. A part is an order of its own. It begins in the status of the original one,
whose wait it continues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.splitting import (
    is_last_parcel,
    new_id,
    part_of,
    require_whole_lines,
    require_whole_sets,
)
from orderflow.domain.model.events import (
    DeallocationReason,
    OrderDeallocated,
    OrderMoved,
    OrderPartMoved,
    OrderSplitOff,
)
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.order import allocated_units, with_units
from orderflow.domain.model.policy import Fulfilment
from orderflow.errors import MoveRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.model.commands import MoveOrder
    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.draft import Draft

__all__ = ["move", "move_part"]


def move(draft: Draft, order: Order, command: MoveOrder) -> None:
    """Move an order to another warehouse, or the part of it that the command names."""
    require_action(order.order_id, order.status, Action.MOVE)
    if command.warehouse_id == order.warehouse_id:
        raise MoveRefusedError(
            order.order_id, f"it is in warehouse {order.warehouse_id!r} already; name another one"
        )
    units = _units_to_move(order, command, draft.policy)
    if sum(units.values()) == order.units:
        _deallocate(draft, order, allocated_units(order))
        draft.emit(OrderMoved(*draft.name(order), command.warehouse_id))
        return
    if is_last_parcel(order, draft.policy):
        raise MoveRefusedError(
            order.order_id,
            f"it may have {draft.policy.parcels_max} parcels, and a part would be one more; "
            f"move the whole order",
        )
    new_order_id = new_id(draft, order, command.new_order_id)
    excess = [(line, units.get(line.line_id, 0) - line.short) for line in order.lines]
    given = tuple((line.line_id, number) for line, number in excess if number > 0)
    order = _deallocate(draft, order, given)
    named = tuple(
        (each.line_id, units[each.line_id]) for each in order.lines if each.line_id in units
    )
    move_part(draft, order, command.warehouse_id, new_order_id, named)


def move_part(
    draft: Draft, order: Order, warehouse_id: str, new_order_id: str, units: LineUnits
) -> None:
    """Make an order in another warehouse of short units of this one."""
    draft.emit(OrderPartMoved(*draft.name(order), new_order_id, warehouse_id, units))
    numbers = dict(units)
    lines = [
        with_units(line, numbers[line.line_id], 0)
        for line in order.lines
        if line.line_id in numbers
    ]
    part = part_of(order, new_order_id, lines=tuple(lines), warehouse_id=warehouse_id)
    draft.emit(OrderSplitOff(draft.at, part))


def _deallocate(draft: Draft, order: Order, units: LineUnits) -> Order:
    if not units:
        return order
    event = OrderDeallocated(*draft.name(order), units, DeallocationReason.MOVED)
    return draft.emit_for(order, event)


def _units_to_move(order: Order, command: MoveOrder, policy: AllocationPolicy) -> dict[str, int]:
    """Return the units to move by line id."""
    if command.only_short:
        return _short_units(order, policy)
    if command.units is None:
        return {line.line_id: line.quantity for line in order.lines}
    for line_id, wanted in command.units:
        line = order.line(line_id)
        if wanted > line.quantity:
            raise MoveRefusedError(
                order.order_id,
                f"{counted(wanted, 'unit')} of line {line_id!r} cannot be moved, it has "
                f"{line.quantity}; name at most these",
            )
    units = dict(command.units)
    require_whole_lines(order, units, policy, MoveRefusedError)
    require_whole_sets(order, units, MoveRefusedError)
    return units


def _short_units(order: Order, policy: AllocationPolicy) -> dict[str, int]:
    """Return the short units by line id, with all units of what may not be divided."""
    short_sets = {line.set_id for line in order.short_lines} - {None}
    undivided = policy.fulfilment is Fulfilment.WHOLE_LINES
    units = {}
    for line in order.lines:
        if line.set_id in short_sets or (undivided and line.short):
            units[line.line_id] = line.quantity
        elif line.short:
            units[line.line_id] = line.short
    if not units:
        raise MoveRefusedError(
            order.order_id, "none of its units is short; move the whole order, or name units"
        )
    return units
