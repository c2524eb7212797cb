"""Returns: units that left with an order come back from the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.stock_commands import check_on_hand
from orderflow.domain.model.events import UnitsReturned
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.order import units_by_sku, units_out
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.stock import StockKey
from orderflow.errors import ReturnRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.model.commands import ReturnUnits
    from orderflow.domain.model.events import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = ["require_units_out", "return_units"]


def return_units(draft: Draft, order: Order, command: ReturnUnits) -> None:
    """Record units that came back, and put them into stock unless they are written off."""
    require_action(order.order_id, order.status, Action.RETURN_UNITS)
    out = require_units_out(order)
    units = tuple(out.items()) if command.units is None else _named(order, command.units, out)
    if command.state is ReturnState.BACK_IN_STOCK:
        for sku, count in units_by_sku(order, units).items():
            check_on_hand(draft, StockKey(order.seller_id, order.warehouse_id, sku), count)
    draft.emit(
        UnitsReturned(*draft.name(order), units, command.state, command.reason, command.note)
    )


def require_units_out(order: Order) -> dict[str, int]:
    """Return the units of each line that can come back.

    Raises:
        ReturnRefusedError: If there are none.
    """
    out = units_out(order)
    if not out:
        raise ReturnRefusedError(order.order_id, "all its units have come back already")
    return out


def _named(order: Order, units: LineUnits, out: dict[str, int]) -> LineUnits:
    """Return the units that a command names, in the order of the lines."""
    named = dict(units)
    for line_id, count in units:
        sent, left = order.line(line_id).quantity, out.get(line_id, 0)
        if count > left:
            raise ReturnRefusedError(
                order.order_id,
                f"{counted(count, 'unit')} of line {line_id!r} cannot come back: {sent} left the "
                f"warehouse, and {counted(sent - left, 'has', 'have')} come back already",
            )
    line_ids = [line.line_id for line in order.lines if line.line_id in named]
    return tuple([(line_id, named[line_id]) for line_id in line_ids])
