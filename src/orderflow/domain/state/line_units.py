"""How the lines of an order gain and lose units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.order import OrderLine, units_out, with_units
from orderflow.errors import TransitionError
from orderflow.errors.quoting import counted, listed

if TYPE_CHECKING:
    from orderflow.domain.model.events import LineChanges, LineUnits
    from orderflow.domain.model.order import Order

__all__ = [
    "add_returned",
    "cancel_units",
    "gain_units",
    "lose_all_units",
    "lose_units",
    "remove_units",
]


def gain_units(lines: tuple[OrderLine, ...], units: LineChanges) -> tuple[OrderLine, ...]:
    """Return the lines after some of them were allocated units, or gave some back.

    Raises:
        TransitionError: If a line is missing, or its units would be out of bounds.
    """
    gains = dict(units)
    gained = []
    for line in lines:
        allocated = line.allocated + gains.pop(line.line_id, 0)
        if not 0 <= allocated <= line.quantity:
            raise TransitionError(
                f"line {line.line_id!r} cannot have {counted(allocated, 'unit')} allocated of "
                f"{line.quantity}"
            )
        if allocated != line.allocated:
            line = with_units(line, line.quantity, allocated)  # noqa: PLW2901 - as it is now
        gained.append(line)
    if gains:
        raise TransitionError(f"there are no lines {listed(gains)} to gain or lose units")
    return tuple(gained)


def cancel_units(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    """Return the lines after short units of some of them were cancelled.

    Raises:
        TransitionError: If a line is missing, or is not short of as many units.
    """
    cancelled = dict(units)
    rest = []
    for line in lines:
        fewer = cancelled.pop(line.line_id, 0)
        if fewer > line.short:
            raise TransitionError(
                f"line {line.line_id!r} is short of {line.short} units, not of {fewer}"
            )
        if fewer < line.quantity:
            rest.append(with_units(line, line.quantity - fewer, line.allocated) if fewer else line)
    if cancelled:
        raise TransitionError(f"there are no lines {listed(cancelled)} with units to cancel")
    return tuple(rest)


def lose_units(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    """Return the lines after some of them gave back units."""
    return gain_units(lines, tuple([(line_id, -lost) for line_id, lost in units]))


def lose_all_units(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Return the lines after all of them gave back their units."""
    return tuple([with_units(line, line.quantity, 0) if line.allocated else line for line in lines])


def remove_units(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    """Return the lines without allocated units that were split off."""
    leaving = dict(units)
    rest = []
    for line in lines:
        left = leaving.get(line.line_id, 0)
        if not left:
            rest.append(line)
        elif left < line.quantity:
            rest.append(with_units(line, line.quantity - left, line.allocated - left))
    return tuple(rest)


def add_returned(order: Order, units: LineUnits) -> LineUnits:
    """Return the returned units of an order after more have come back.

    Raises:
        TransitionError: If more units of a line would come back than are out.
    """
    out, returned = units_out(order), dict(order.returned)
    for line_id, count in units:
        if not 0 < count <= out.get(line_id, 0):
            raise TransitionError(
                f"{count} units of line {line_id!r} of order {order.order_id!r} cannot come back: "
                f"{out.get(line_id, 0)} are out"
            )
        returned[line_id] = returned.get(line_id, 0) + count
    line_ids = [line.line_id for line in order.lines if line.line_id in returned]
    return tuple([(line_id, returned[line_id]) for line_id in line_ids])
