"""The options of every bulk action: which orders, how it runs, and how its answer is printed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs
import typer

from orderflow.cli.connection import SellerOptions
from orderflow.cli.options.filter_option import check_options, filter_option
from orderflow.cli.options.listing import ListingOptions
from orderflow.domain.model.bulk_commands import BULK_ORDERS_MAX

if TYPE_CHECKING:
    from orderflow.filters import OrderFilter

__all__ = ["BulkOptions", "ChosenOrders"]


@attrs.frozen(kw_only=True)
class ChosenOrders:
    """Which orders a bulk action is for, and how it runs.

    Attributes:
        choose: Only orders that match this filter: `sku=MUG and waiting>30d`.
        every: All orders of the seller that have not left the warehouse.
        at_most: Refuse to run if more orders than this match.
        run_id: An id of your own for the run. If the run is interrupted, the same command with the
            same id goes on with the same orders, and does nothing twice.
        at: When it happened, in ISO 8601; default: now.
        dry_run: Show every order and every other one that would change, without saving.
        yes: Do not ask before anything changes.
    """

    choose: str | None = attrs.field(
        default=None, metadata={"names": ("--where",), "metavar": "FILTER"}
    )
    every: bool = attrs.field(default=False, metadata={"names": ("--all",)})
    at_most: int = attrs.field(default=BULK_ORDERS_MAX, metadata={"min": 0, "max": BULK_ORDERS_MAX})
    run_id: str | None = attrs.field(default=None, metadata={"names": ("--run",), "metavar": "ID"})
    at: datetime | None = None
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    yes: bool = attrs.field(default=False, metadata={"names": ("--yes",)})

    def filter(self) -> OrderFilter:
        """Return the filter.

        Raises:
            BadParameter: If it is not valid, or there is none, or `--all` is given beside one.
        """
        chosen = filter_option(self.choose)
        if self.every and chosen.conditions:
            raise typer.BadParameter("omit it, or --where", param_hint="'--all'")
        if not self.every and not chosen.conditions:
            raise typer.BadParameter(
                "name the orders, such as 'sku=MUG and waiting>30d'; --all means every order",
                param_hint="'--where'",
            )
        return chosen


@attrs.frozen(kw_only=True)
class BulkOptions:
    """All options of a bulk action.

    Attributes:
        which: The orders, and how the run goes.
        listing: How the answer for each order is printed.
        where: The database and the seller.
    """

    which: ChosenOrders = attrs.field(factory=ChosenOrders, metadata={"panel": "Many orders"})
    listing: ListingOptions = attrs.field(factory=ListingOptions, metadata={"panel": "Listing"})
    where: SellerOptions = attrs.field(factory=SellerOptions, metadata={"panel": "The database"})

    def filter(self) -> OrderFilter:
        """Return the filter.

        Raises:
            BadParameter: If it is not valid, there is none, or it contradicts the seller.
        """
        chosen = self.which.filter()
        check_options(chosen, seller=self.where.seller)
        return chosen
