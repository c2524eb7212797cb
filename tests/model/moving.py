"""Moves of orders, and of parts of them, to another warehouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orderflow import Fulfilment
from tests.model.serving import divides_a_set, free_id, is_last_parcel
from tests.model.world import BEFORE_THE_WAREHOUSE, RefusedByModelError

if TYPE_CHECKING:
    from orderflow.commands import MoveOrder
    from tests.model.world import Order, World

    Units = dict[str, int]
    # How many units of each line, by its id.


def move(world: World, order: Order, command: MoveOrder) -> None:
    """Move an order, or a part of it: as many units as are short leave first."""
    if order.status not in BEFORE_THE_WAREHOUSE or order.warehouse == command.warehouse_id:
        raise RefusedByModelError
    units = _units_to_move(world, order, command)
    if all(units.get(line.line_id) == line.quantity for line in order.lines):
        _move_whole(world, order, command.warehouse_id)
        return
    part_id = command.new_order_id or free_id(world, order)
    if is_last_parcel(world, order) or world.find(part_id):
        raise RefusedByModelError
    for line in order.lines:
        line.allocated -= max(0, units.get(line.line_id, 0) - line.short)
    world.has_changed(order)
    move_part(world, order, command.warehouse_id, part_id, units)


def move_part(world: World, order: Order, warehouse: str, part_id: str, units: Units) -> Order:
    """Make an order in another warehouse of short units of an order."""
    part = replace(
        order,
        order_id=part_id,
        warehouse=warehouse,
        lines=[
            replace(line, quantity=units[line.line_id], allocated=0)
            for line in order.lines
            if line.line_id in units
        ],
        holds=dict(order.holds),
        split_from=order.order_id,
        split_count=0,
        queue_index=None,
    )
    for line in order.lines:
        line.quantity -= units.get(line.line_id, 0)
    order.lines = [line for line in order.lines if line.quantity]
    order.split_count += 1
    world.orders.append(part)
    world.has_changed(part)
    world.became_short.append(part)
    world.has_changed(order)
    return part


def _move_whole(world: World, order: Order, warehouse: str) -> None:
    order.let_go()
    order.warehouse = warehouse
    order.queue_index = None
    world.has_changed(order)
    world.became_short.append(order)


def _units_to_move(world: World, order: Order, command: MoveOrder) -> Units:
    if command.only_short:
        return _short_units(world, order)
    whole = {line.line_id: line.quantity for line in order.lines}
    if command.units is None:
        return whole
    units = dict(command.units)
    if any(wanted > whole.get(line_id, 0) for line_id, wanted in units.items()):
        raise RefusedByModelError
    whole_lines = world.policy.fulfilment is Fulfilment.WHOLE_LINES
    if whole_lines and any(wanted < whole[line_id] for line_id, wanted in units.items()):
        raise RefusedByModelError
    if divides_a_set(order, units):
        raise RefusedByModelError
    return units


def _short_units(world: World, order: Order) -> Units:
    """Return all that is short, with the rest of what may not be divided."""
    units = {}
    for line in order.lines:
        is_set_short = line.set_id and any(
            each.short for each in order.lines if each.set_id == line.set_id
        )
        if is_set_short or (world.policy.fulfilment is Fulfilment.WHOLE_LINES and line.short):
            units[line.line_id] = line.quantity
        elif line.short:
            units[line.line_id] = line.short
    if not units:
        raise RefusedByModelError
    return units
