"""How the lines of an order gain and lose units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.order import OrderLine, with_units
from orderflow.errors import TransitionError
from orderflow.errors.quoting import counted, listed

if TYPE_CHECKING:
    from orderflow.domain.model.events import LineUnits

__all__ = ["gain_units", "lose_all_units", "lose_units", "remove_units"]


def gain_units(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    """Return the lines after some of them were allocated units.

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
            rest.append(
                OrderLine(line.line_id, line.sku, line.quantity - left, line.allocated - left)
            )
    return tuple(rest)
