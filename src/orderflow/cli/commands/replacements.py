"""`orderflow replacements`: products that could replace the short lines of an order."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.connection import SellerOptions, connect
from orderflow.cli.options.arguments import OrderId
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output.listing import Column, print_listing
from orderflow.importing import read_replacements
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from orderflow.domain.queries.replacements import ReplacementOffer

__all__ = ["replacements"]

_COLUMNS = (
    Column("line_id", "line"),
    Column("sku", "replacement"),
    Column("units"),
    Column("available"),
    Column("command", "command"),
)


@with_options("The database", where=SellerOptions)
@with_options("Listing", how=ListingOptions)
def replacements(
    order_id: OrderId,
    *,
    where: SellerOptions,
    how: ListingOptions,
    replacements: Annotated[
        Path,
        typer.Option(
            envvar="ORDERFLOW_REPLACEMENTS",
            metavar="FILE",
            help="Which products can replace which: a CSV file, or JSON if it ends in .json.",
        ),
    ],
) -> None:
    """List products in stock that could replace the short lines of an order, the best first.

    The file has the columns `sku` and `replaces`. Optional are `units` and `per` (two singles for
    one pair), `reason`, `units_max` and `seller_id`.
    """
    with connect(where) as database:
        seller_id = database.seller(where.seller)
        flow = OrderFlow(
            database.repository,
            default_policy=database.flow.default_policy,
            catalogue=read_replacements(replacements),
        )
        offers = flow.seller(seller_id).replacement_offers(order_id)
    print_listing("replacements", _COLUMNS, (_row(order_id, each) for each in offers), how)


def _row(order_id: str, offer: ReplacementOffer) -> dict[str, Any]:
    change = offer.edit
    command = ["orderflow", "replace", order_id, change.line_id, change.sku]
    command += ["--units", str(change.units)] if change.units != 1 else []
    command += ["--per", str(change.per)] if change.per != 1 else []
    command += ["--reason", change.reason] if change.reason else []
    return {
        "line_id": change.line_id,
        "sku": change.sku,
        "units": offer.units,
        "available": offer.available,
        "reason": change.reason,
        "shared_with": list(offer.shared_with),
        "further_lines": offer.further_lines,
        "command": shlex.join(command),
    }
