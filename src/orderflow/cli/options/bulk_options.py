"""The options of every bulk action: which orders, how it runs, and whether it asks first."""

from __future__ import annotations

from datetime import datetime

import attrs
import typer

from orderflow.cli.options.user_zone import user_zone
from orderflow.domain.model.bulk_commands import BULK_ORDERS_MAX
from orderflow.errors import InvalidValueError
from orderflow.filters import OrderFilter, filter_of

__all__ = ["BulkOptions", "filter_option"]


@attrs.frozen(kw_only=True)
class BulkOptions:
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


def filter_option(text: str | None) -> OrderFilter:
    """Return the filter of `--where`; one that matches every order if there is none.

    Raises:
        BadParameter: If the text is not a filter.
    """
    if text is None:
        return OrderFilter()
    try:
        return filter_of(text, user_zone())
    except InvalidValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--where'") from error
