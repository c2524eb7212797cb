"""Place an order, or show from which warehouses it would be sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from orderflow.cli.connection import SellerOptions, WarehouseOptions, connect
from orderflow.cli.execution import ExecutionOptions, carry_out, earlier_command
from orderflow.cli.options.arguments import (
    AsJson,
    ShipTo,
    address,
    custom_field_pairs,
    set_ids,
    unit_pairs,
)
from orderflow.cli.options.forms import moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.sourcing_options import SourcingOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column
from orderflow.cli.output.records import data_of, print_table
from orderflow.cli.unknown_names import check_warehouses, new_names, report_names
from orderflow.domain.model.commands import PlaceOrder
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.short_part import ShortPart
from orderflow.errors.quoting import counted
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.cli.connection import Database
    from orderflow.domain.allocation.sourcing import SourcingPlan

__all__ = ["place", "source"]

Lines = Annotated[
    list[str], typer.Argument(metavar="SKU=UNITS", help="A product and the number of units.")
]
NotBefore = Annotated[
    datetime | None, moment_option("Do not send it to the warehouse before this time.")
]
ShortPartOption = Annotated[
    ShortPart | None,
    typer.Option(
        case_sensitive=False,
        help="What happens if the order becomes short; default: as the policy says.",
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SKU=SET",
        help="Lines of one set leave together, such as --set TABLE=a --set LEG=a.",
    ),
]

_PLAN_COLUMNS = (
    Column("warehouse_id", "warehouse"),
    Column("line_id", "line"),
    Column("sku"),
    Column("units"),
    Column("waiting"),
)


@with_options("The database", where=WarehouseOptions)
@with_options("Execution", how=ExecutionOptions)
@with_options("Several warehouses", over=SourcingOptions)
def place(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Order id.")],
    lines: Lines,
    *,
    where: WarehouseOptions,
    how: ExecutionOptions,
    over: SourcingOptions,
    priority: Annotated[int, typer.Option(help="The priority; a higher one comes first.")] = 0,
    promised_by: Annotated[datetime | None, moment_option("The promised date.")] = None,
    not_before: NotBefore = None,
    give_up_after: Annotated[
        timedelta | None,
        typer.Option(help="How long it may be on back order; default: as the policy says."),
    ] = None,
    courier: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The courier service.")
    ] = None,
    ship_to: ShipTo = None,
    customer_reference: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="The customer's own name for the order, such as PO-4711."
        ),
    ] = None,
    custom_fields: Annotated[
        list[str] | None,
        typer.Option(
            "--custom-field", metavar="NAME=TEXT", help="A text that is kept with the order."
        ),
    ] = None,
    short_part: ShortPartOption = None,
    sets: Sets = None,
    replaces: Annotated[
        str | None,
        typer.Option(metavar="ORDER", help="The cancelled order in place of which it is placed."),
    ] = None,
    later: Annotated[
        bool, typer.Option("--later", help="Leave it NEW; orderflow allocate continues.")
    ] = False,
) -> None:
    """Place an order: it is allocated, or goes on back order.

    With --from, it is placed over several warehouses. It becomes one order for each warehouse that
    sends a part of it. See orderflow source.
    """
    sourcing = over.policy()

    def command(database: Database) -> PlaceOrder:
        seller_id = database.seller(where.seller, may_be_new=True)
        fields = how.fields()
        before = earlier_command(database, seller_id, how)
        order = Order(
            order_id=order_id,
            seller_id=seller_id,
            warehouse_id="" if sourcing else database.warehouse(seller_id, where.warehouse),
            lines=tuple(_lines(lines, sets)),
            placed_at=before.order.placed_at if isinstance(before, PlaceOrder) else fields["at"],
            courier=courier,
            ship_to=address("--ship-to", ship_to) if ship_to is not None else None,
            customer_reference=customer_reference,
            custom_fields=tuple(custom_field_pairs(custom_fields or ())),
            priority=priority,
            promised_by=promised_by,
            short_part=short_part,
            not_before=not_before,
            give_up_after=give_up_after,
            replaces=replaces,
        )
        return PlaceOrder(order=order, allocate=not later, sourcing=sourcing, **fields)

    carry_out(command, where, how)


@with_options("The database", where=SellerOptions)
@with_options("Several warehouses", over=SourcingOptions)
def source(
    lines: Lines,
    *,
    where: SellerOptions,
    over: SourcingOptions,
    priority: Annotated[int, typer.Option(help="The priority of the new order.")] = 0,
    promised_by: Annotated[
        datetime | None, moment_option("The promised date of the new order.")
    ] = None,
    not_before: NotBefore = None,
    short_part: ShortPartOption = None,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Show which warehouses would send which units of a new order. It is not placed.

    The first warehouse gets the order, and the others get parts of it.
    """
    policy = over.required_policy()
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        check_warehouses(database.flow, seller_id, policy.warehouses)
        order = Order(
            order_id=uuid4().hex,
            seller_id=seller_id,
            lines=tuple(_lines(lines, sets)),
            placed_at=SystemClock().now(),
            priority=priority,
            promised_by=promised_by,
            short_part=short_part,
            not_before=not_before,
        )
        placing = PlaceOrder(order=order, at=order.placed_at, sourcing=policy)
        plan = database.flow.seller(seller_id).source(order, sourcing=policy, at=order.placed_at)
        report_names(new_names(database.flow, placing))
    if as_json:
        terminal.print_json(
            {"plan": data_of(plan), "skus": {line.line_id: line.sku for line in order.lines}}
        )
        return
    print_table(terminal.results(), _PLAN_COLUMNS, _rows(order, plan))
    terminal.results().print(_summary(plan))


def _lines(texts: list[str], sets: list[str] | None) -> Iterator[OrderLine]:
    named = list(unit_pairs("SKU=UNITS", texts))
    in_sets = set_ids(sets or (), "line", {sku for sku, _ in named})
    for number, (sku, units) in enumerate(named, 1):
        yield OrderLine(str(number), sku, units, set_id=in_sets.get(sku))


def _rows(order: Order, plan: SourcingPlan) -> Iterator[dict[str, Any]]:
    for part in plan.parts:
        waiting = dict(part.waiting)
        for line_id, units in part.units:
            yield {
                "warehouse_id": part.warehouse_id,
                "line_id": line_id,
                "sku": order.line(line_id).sku,
                "units": units,
                "waiting": waiting.get(line_id, 0),
            }


def _summary(plan: SourcingPlan) -> str:
    """Say how many parts there are, what waits, and what all of it costs."""
    waiting = sum(units for part in plan.parts for _, units in part.waiting)
    verb = "waits" if waiting == 1 else "wait"
    where = plan.parts[0].warehouse_id
    rest = f"{counted(waiting, 'unit')} {verb} in {where}" if waiting else "nothing waits"
    said = [counted(len(plan.parts), "part"), rest]
    if plan.cost is not None:
        estimate = f", at least {plan.cost_min:,}" if plan.cost_min != plan.cost else ""
        said.append(f"cost {plan.cost:,}{estimate}")
    return "; ".join(said)
