"""The account of units: where they came from, and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from orderflow.cli.connection import WarehouseOptions, connect
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output.listing import Column, print_listing

if TYPE_CHECKING:
    from orderflow.domain.queries.unit_account import UnitAccount

__all__ = ["account"]

_COLUMNS = (
    Column("sku"),
    Column("seller_id", "seller", if_differs=True),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("booked_in", if_any=True),
    Column("transferred_in", "from others", if_any=True),
    Column("transferred_out", "to others", if_any=True),
    Column("withdrawn", if_any=True),
    Column("returned", if_any=True),
    Column("adjusted", if_any=True),
    Column("short_picked", if_any=True),
    Column("despatched", if_any=True),
    Column("on_hand"),
    Column("on_the_way", if_any=True),
    Column("rejected", if_any=True),
    Column("missing", if_any=True),
)


@with_options("The database", where=WarehouseOptions)
@with_options("Listing", how=ListingOptions)
def account(
    sku: Annotated[str | None, typer.Argument(metavar="SKU", help="Only this product.")] = None,
    *,
    where: WarehouseOptions,
    how: ListingOptions,
) -> None:
    """List where the units of each product came from and where they are.

    What came in, less what left, is on hand. Then follow units of transfers to this warehouse that
    are on the way, were rejected or did not arrive. A table omits columns of zeros. This reads all
    events.
    """
    with connect(where) as database:
        rows = (
            _row(each)
            for seller_id in database.sellers(where.seller)
            for each in database.flow.seller(seller_id).unit_account()
            if sku in (None, each.key.sku) and where.warehouse in (None, each.key.warehouse_id)
        )
        print_listing("accounts", _COLUMNS, database.known(rows, where, sku), how)


def _row(account_of_units: UnitAccount) -> dict[str, Any]:
    units = attrs.asdict(account_of_units)
    return {**units.pop("key"), **units, "on_hand": account_of_units.on_hand}
