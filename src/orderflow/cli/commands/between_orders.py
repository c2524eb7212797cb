"""Give units of some orders to others, outside the queue, or keep an order from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from orderflow.cli.connection import SellerOptions
from orderflow.cli.execution import (
    ExecutionOptions,
    OrderExecutionOptions,
    carry_out,
    do_to_order,
    earlier_command,
)
from orderflow.cli.options.arguments import OrderId, Repay, Sku, unit_pairs
from orderflow.cli.options.from_settings import with_options
from orderflow.domain.decisions.reallocating import reallocation_of_product
from orderflow.domain.model.arguments import require_identifier
from orderflow.domain.model.commands import PinOrder, ReallocateUnits, Reallocation, UnpinOrder
from orderflow.errors import CommandIdReusedError, ReallocationRefusedError
from orderflow.errors.quoting import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderflow.cli.connection import Database
    from orderflow.domain.model.order import Order

__all__ = ["pin", "reallocate", "unpin"]

T = TypeVar("T", int, int | None)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=ExecutionOptions)
def reallocate(
    sku: Sku,
    *,
    where: SellerOptions,
    how: ExecutionOptions,
    from_orders: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="ORDER=UNITS", help="An order that gives units. Repeat."),
    ] = None,
    to_orders: Annotated[
        list[str],
        typer.Option(
            "--to",
            metavar="ORDER[=UNITS]",
            help="An order that takes units; default: those that are left. Repeat.",
        ),
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, in your own words.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who does it.")],
    repay: Repay = False,
) -> None:
    """Give units of some orders to others, outside the queue.

    An order that gives units waits for them again. One that takes some must be on back order. If
    fewer units are given than taken, the others must be available. Several lines of the product
    give and take in their order.
    """
    given = _each_once("--from", unit_pairs("--from", from_orders or ()))
    taken = _each_once("--to", map(_taker, to_orders))
    for side, orders in (("from_orders", given), ("to_orders", taken)):
        for order_id in orders:
            require_identifier(side, order_id)
    for order_id in filter(given.__contains__, taken):
        raise typer.BadParameter(
            f"{quoted(order_id)}: name it on one side", param_hint="'--from' / '--to'"
        )

    def command(database: Database) -> ReallocateUnits:
        seller_id = database.seller(where.seller)
        seller = database.flow.seller(seller_id)
        orders = {order_id: seller.order(order_id) for order_id in {**given, **taken}}
        earlier = earlier_command(database, seller_id, how)
        if isinstance(earlier, ReallocateUnits) and _asks_for(earlier, orders, sku, given, taken):
            changes = earlier.changes
        elif earlier is not None:
            raise CommandIdReusedError(seller_id, str(how.command_id))
        else:
            changes = _changes(orders, sku, given, taken)
        return ReallocateUnits(
            seller_id=seller_id, changes=changes, note=note, by=by, repay=repay, **how.fields()
        )

    carry_out(command, where, how)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def pin(order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions) -> None:
    """Pin an order: no reallocation and no urgent order takes its units."""
    do_to_order(PinOrder, order_id, where, how)


@with_options("The database", where=SellerOptions)
@with_options("Execution", how=OrderExecutionOptions)
def unpin(order_id: OrderId, *, where: SellerOptions, how: OrderExecutionOptions) -> None:
    """Unpin an order: its units may be given to others again."""
    do_to_order(UnpinOrder, order_id, where, how)


def _taker(text: str) -> tuple[str, int | None]:
    """Read an order with a number of units or without one. An id may contain an equals sign."""
    name, equals, _ = text.rpartition("=")
    return next(unit_pairs("--to", [text])) if equals and name else (text, None)


def _each_once(hint: str, pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return orders and their units by order.

    Raises:
        BadParameter: If an order is named twice, or its units are 0.
    """
    units: dict[str, T] = {}
    for order_id, number in pairs:
        if order_id in units or number == 0:
            fault = "named twice: add up its units" if order_id in units else "0 units: omit it"
            raise typer.BadParameter(f"{quoted(order_id)}: {fault}", param_hint=f"'{hint}'")
        units[order_id] = number
    return units


def _changes(
    orders: Mapping[str, Order], sku: str, given: Mapping[str, int], taken: Mapping[str, int | None]
) -> tuple[Reallocation, ...]:
    """Return what each order gives and takes. Takers without a number share what is left.

    Raises:
        BadParameter: If nothing is left for an order.
        ReallocationRefusedError: If an order has fewer units, or is short of fewer.
    """
    left = sum(given.values()) - sum(units or 0 for units in taken.values())
    changes = [reallocation_of_product(orders[each], sku, -units) for each, units in given.items()]
    for order_id, number in taken.items():
        units, short = number, orders[order_id].short_of(sku)
        if units is None and not short:
            raise ReallocationRefusedError(
                f"order {quoted(order_id)} is not short of {quoted(sku)}; omit it",
                order_id=order_id,
                sku=sku,
            )
        if units is None:
            units = min(left, short)
            left -= units
        if units <= 0:
            raise typer.BadParameter(
                _nothing_left(orders[order_id], sku, sum(given.values())), param_hint="'--to'"
            )
        changes.append(reallocation_of_product(orders[order_id], sku, units))
    return tuple(changes)


def _nothing_left(order: Order, sku: str, given: int) -> str:
    """Say why an order that is named without a number would take nothing."""
    name = quoted(order.order_id)
    if not given:
        return (
            f"no order gives units to {name}: name one with --from, or say how many of the "
            f"available units it takes, such as {name[1:-1]}={order.short_of(sku)}"
        )
    return (
        f"nothing is left for {name}: the orders before it take all {counted(given, 'unit')} "
        f"given; give more with --from, or say how many each order takes"
    )


def _asks_for(
    earlier: ReallocateUnits,
    orders: Mapping[str, Order],
    sku: str,
    given: Mapping[str, int],
    taken: Mapping[str, int | None],
) -> bool:
    """Whether an earlier command with the same id says the same. The orders have changed since."""
    return {each.order_id for each in earlier.changes} == orders.keys() and all(
        given.get(each.order_id, 0) == each.given
        and (taken.get(each.order_id, 0) or each.taken) == each.taken
        and all(orders[each.order_id].line(line_id).sku == sku for line_id, _ in each.units)
        for each in earlier.changes
    )
