"""Orders at the warehouse: send, despatch and deliver them, short picks, and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.cli.connection import SellerOptions, WarehouseOptions, connect
from orderflow.cli.execution import ExecutionOptions, OrderExecutionOptions, do_to_order
from orderflow.cli.line_names import do_to_units
from orderflow.cli.one_by_one import run_one_by_one
from orderflow.cli.options.arguments import (
    LineUnits,
    Note,
    OrderId,
    Reason,
    line_units,
    unit_pairs,
)
from orderflow.cli.options.from_settings import with_options
from orderflow.domain.model.commands import (
    AcceptCancellation,
    DeliverOrder,
    DespatchOrder,
    PickedLine,
    RejectCancellation,
    ReportShortPick,
    ReturnUnits,
    SendOrderToWarehouse,
)
from orderflow.domain.model.returns import ReturnReason, ReturnState
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Order

    Step = type[SendOrderToWarehouse | DespatchOrder | DeliverOrder]

__all__ = [
    "accept_cancellation",
    "deliver",
    "despatch",
    "reject_cancellation",
    "return_",
    "send",
    "short_pick",
]

OrderIds = Annotated[list[str] | None, typer.Argument(metavar="ORDER", help="Order ids.")]


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def send(
    order_ids: OrderIds = None,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every allocated order.")] = False,
) -> None:
    """Send allocated orders to the warehouse. From then on they cannot be edited.

    With --all, orders whose day has not come are left, and counted: see place --not-before.

    The exit code is 1 if one of them was refused; the others are sent.
    """
    _each(SendOrderToWarehouse, Status.ALLOCATED, order_ids, where, how, all_of_them=all_of_them)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def despatch(
    order_ids: OrderIds = None,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Every order that was sent to the warehouse.")
    ] = False,
    units: LineUnits = None,
    new_order_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="With --units: the id of the new order."),
    ] = None,
) -> None:
    """Mark orders as despatched, or some units of one order.

    The other units of that order stay at the warehouse as a new order. The exit code is 1 if an
    order was refused; the others are despatched.
    """
    if units:
        if order_ids is None or len(order_ids) > 1:
            raise typer.BadParameter("name one order, ORDER", param_hint="'--units'")
        rest = {"new_order_id": new_order_id}
        do_to_units(DespatchOrder, order_ids[0], where, how, line_units(units), **rest)
        return
    if new_order_id is not None:
        raise typer.BadParameter("needs --units", param_hint="'--new-order-id'")
    _each(DespatchOrder, Status.SENT_TO_WAREHOUSE, order_ids, where, how, all_of_them=all_of_them)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
def deliver(
    order_ids: OrderIds = None,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every despatched order.")] = False,
) -> None:
    """Mark orders as delivered.

    The exit code is 1 if one of them was refused; the others are delivered.
    """
    _each(DeliverOrder, Status.DESPATCHED, order_ids, where, how, all_of_them=all_of_them)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def short_pick(
    order_id: OrderId,
    found: Annotated[
        list[str], typer.Argument(metavar="LINE=FOUND", help="A line and the units found.")
    ],
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
) -> None:
    """Record units that were not found: the stock is corrected, and the order goes on back order.

    Name only the lines with missing units.
    """
    missing = tuple(
        PickedLine(line_id, units) for line_id, units in unit_pairs("LINE=FOUND", found)
    )
    do_to_order(ReportShortPick, order_id, where, how, picked=missing)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def accept_cancellation(
    order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions
) -> None:
    """Accept a request for cancellation, and cancel the order."""
    do_to_order(AcceptCancellation, order_id, where, how)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def reject_cancellation(
    order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions, reason: Reason = ""
) -> None:
    """Reject a request for cancellation: the order continues."""
    do_to_order(RejectCancellation, order_id, where, how, reason=reason)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def return_(
    order_id: OrderId,
    state: Annotated[ReturnState, typer.Argument(help="What becomes of the units.")],
    units: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINE=UNITS", help="A line and the units that came back."),
    ] = None,
    *,
    where: SellerOptions,
    how: OrderExecutionOptions,
    reason: Annotated[
        ReturnReason, typer.Option(help="Why the customer sent them back.")
    ] = ReturnReason.OTHER,
    note: Note = "",
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Every unit that has not come back yet.")
    ] = False,
) -> None:
    """Record units that a customer sent back, for a despatched order.

    Units that are back in stock are offered to the orders that wait. Units that are written off do
    not change the stock.
    """
    if bool(units) is all_of_them:
        raise typer.BadParameter(
            "name the lines or use --all, but not both", param_hint="'LINE=UNITS'"
        )
    came_back = tuple(unit_pairs("LINE=UNITS", units)) if units else None
    fields = {"state": state, "reason": reason, "note": note}
    do_to_units(ReturnUnits, order_id, where, how, came_back, **fields)


def _each(
    kind: Step,
    ready: Status,
    order_ids: list[str] | None,
    where: WarehouseOptions,
    how: ExecutionOptions,
    *,
    all_of_them: bool,
) -> None:
    """Run a step for each order; a refused one does not stop the others."""
    if bool(order_ids) is all_of_them:
        raise typer.BadParameter("name the orders or use --all, but not both", param_hint="'ORDER'")
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        found = [] if order_ids else _ready(database, seller_id, ready, where)
        early = _before_their_day(found, how) if kind is SendOrderToWarehouse else {}
        ids = order_ids or [each.order_id for each in found if each.order_id not in early]
        commands = [
            kind(seller_id=seller_id, order_id=order_id, **how.fields_of(order_id))
            for order_id in dict.fromkeys(ids)
        ]
        run_one_by_one(database, commands, how, early)


def _ready(
    database: Database, seller_id: str, status: Status, where: WarehouseOptions
) -> list[Order]:
    orders = database.orders(seller_id, status)
    here = (each for each in orders if where.warehouse in (None, each.warehouse_id))
    return list(database.known(here, where))


def _before_their_day(orders: list[Order], how: ExecutionOptions) -> dict[str, datetime]:
    """Return when each order that has to wait for its day may be sent to the warehouse."""
    at = how.fields()["at"]
    return {
        order.order_id: order.not_before
        for order in orders
        if order.not_before is not None and at < order.not_before
    }
