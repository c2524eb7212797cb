"""`orderflow replacement_offers`: what could stand in for what an order is short of."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderflow.cli.arguments import OrderId
from orderflow.cli.database import Where, opened
from orderflow.cli.listing import Column, Listing, print_listing
from orderflow.cli.settings import takes
from orderflow.importing import read_replacements
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from orderflow.domain.queries.replacements import ReplacementOffer

__all__ = ["replacements"]

_COLUMNS = (
    Column("line_id", "line"),
    Column("sku", "instead"),
    Column("units"),
    Column("available"),
    Column("command", "do it by"),
)


@takes("The database", where=Where)
@takes("What is shown", how=Listing)
def replacements(
    order_id: OrderId,
    *,
    where: Where,
    how: Listing,
    replacements: Annotated[
        Path,
        typer.Option(
            envvar="ORDERFLOW_REPLACEMENTS",
            metavar="FILE",
            help="Which products may stand in for which: CSV, or JSON if it ends in .json.",
        ),
    ],
) -> None:
    """Suggest what could stand in for each short line of an order, and is in stock now.

    The columns of the file are `sku` and `replaces`, and if need be `units` and `per` (two singles
    for one pair), `reason`, `units_max` and `seller_id`. The best stands first.
    """
    with opened(where) as database:
        seller_id = database.seller(where.seller)
        flow = OrderFlow(
            database.repository,
            policy=database.flow.policy_of(seller_id),
            catalogue=read_replacements(replacements),
        )
        suggestions = flow.seller(seller_id).replacement_offers(order_id)
    print_listing("suggestions", _COLUMNS, (_row(order_id, each) for each in suggestions), how)


def _row(order_id: str, suggestion: ReplacementOffer) -> dict[str, Any]:
    change = suggestion.change
    command = ["orderflow", "replace", order_id, change.line_id, change.sku]
    command += ["--units", str(change.units)] if change.units != 1 else []
    command += ["--per", str(change.per)] if change.per != 1 else []
    command += ["--reason", change.reason] if change.reason else []
    return {
        "line_id": change.line_id,
        "sku": change.sku,
        "units": suggestion.units,
        "available": suggestion.available,
        "reason": change.reason,
        "shared_with": list(suggestion.shared_with),
        "command": shlex.join(command),
    }
