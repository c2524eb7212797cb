"""Lines of an order that are named by their id, or by their product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import typer

from orderflow.cli.execution import carry_out, earlier_answer
from orderflow.domain.model.commands import EditOrder
from orderflow.domain.model.edits import ChangeQuantity, RemoveLine, ReplaceLine
from orderflow.domain.state.order_before import order_before
from orderflow.errors import LineNotFoundError
from orderflow.errors.quoting import listed, quoted

if TYPE_CHECKING:
    from orderflow.cli.connection import Database, SellerOptions
    from orderflow.cli.execution import ExecutionOptions, OrderExecutionOptions
    from orderflow.domain.model.chosen_lines import RequestedEdit
    from orderflow.domain.model.commands import MoveOrder, OrderCommand, SplitOrder
    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.warehouse_commands import DespatchOrder, ReturnUnits

__all__ = ["do_to_units", "edit_order"]


def edit_order(
    order_id: str,
    where: SellerOptions,
    how: OrderExecutionOptions,
    *edits: RequestedEdit,
) -> None:
    """Edit an order, and print the outcome. A line may be named by its SKU."""

    def command(database: Database) -> EditOrder:
        seller_id = database.seller(where.seller)
        order = _order_before(database, seller_id, order_id, how)
        named = tuple(_with_line_id(order, each) for each in edits)
        return EditOrder(seller_id=seller_id, order_id=order_id, edits=named, **how.fields())

    carry_out(command, where, how)


def do_to_units(
    kind: type[SplitOrder | MoveOrder | DespatchOrder | ReturnUnits],
    order_id: str,
    where: SellerOptions,
    how: ExecutionOptions,
    units: LineUnits | None,
    **fields: Any,  # noqa: ANN401 - of the command
) -> None:
    """Run a command about some units of an order. A line may be named by its SKU."""

    def command(database: Database) -> OrderCommand:
        seller_id = database.seller(where.seller)
        named = units
        if units is not None:
            order = _order_before(database, seller_id, order_id, how)
            named = tuple((_line_id(order, name), count) for name, count in units)
        given = {**fields, **how.fields()}
        return kind(seller_id=seller_id, order_id=order_id, units=named, **given)

    carry_out(command, where, how)


def _order_before(
    database: Database, seller_id: str, order_id: str, how: ExecutionOptions
) -> Order:
    """Return the order, as it was before an earlier command with the same command id."""
    seller = database.flow.seller(seller_id)
    earlier = earlier_answer(database, seller_id, how)
    before = earlier and order_before(order_id, earlier[1], seller.events(order_id))
    return before or seller.order(order_id)


def _with_line_id(order: Order, edit: RequestedEdit) -> RequestedEdit:
    if not isinstance(edit, ChangeQuantity | RemoveLine | ReplaceLine):
        return edit
    return attrs.evolve(edit, line_id=_line_id(order, edit.line_id))


def _line_id(order: Order, name: str) -> str:
    """Return the id of a line that is named by its id or its SKU.

    Raises:
        LineNotFoundError: If no line has the name.
        BadParameter: If several lines have this SKU.
    """
    found = [line.line_id for line in order.lines if line.sku == name]
    if any(line.line_id == name for line in order.lines):
        return name
    if not found:
        lines = tuple(f"{line.line_id} ({line.sku})" for line in order.lines)
        raise LineNotFoundError(order.order_id, name, lines)
    if len(found) > 1:
        raise typer.BadParameter(
            f"order {quoted(order.order_id)} has {quoted(name)} on lines {listed(found)}; name one",
            param_hint="'LINE'",
        )
    return found[0]
