"""Bulk actions: the same change to every order that a filter names."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import typer

from orderflow.bulk import (
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    PinOrders,
    ReleaseHolds,
    SplitOrders,
    UnpinOrders,
)
from orderflow.cli.bulk_run import run_bulk_action
from orderflow.cli.options.arguments import Note, Reason
from orderflow.cli.options.bulk_options import BulkOptions
from orderflow.cli.options.forms import moment_argument, moment_option
from orderflow.cli.options.from_settings import with_options
from orderflow.domain.model.chosen_lines import RemoveShortLines, ReplaceProduct
from orderflow.domain.model.edits import ChangeCourier, ChangePriority, ChangePromise
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.errors.quoting import quoted

__all__ = [
    "cancel",
    "courier",
    "hold",
    "move",
    "pin",
    "priority",
    "promise",
    "release_hold",
    "remove_short",
    "replace",
    "split",
    "unpin",
]

_RATIO = re.compile(r"([1-9][0-9]{0,11}):([1-9][0-9]{0,11})")


def _ratio(text: str) -> tuple[int, int]:
    found = _RATIO.fullmatch(text)
    if found is None:
        raise typer.BadParameter(
            f"{quoted(text)} is not NEW:OLD: try 2:1 for two of BY in place of one SKU",
            param_hint="'--ratio'",
        )
    return int(found[1]), int(found[2])


@with_options("", options=BulkOptions)
def cancel(
    *,
    options: BulkOptions,
    reason: Reason = "",
) -> None:
    """Cancel every order that the filter names, unless it was sent to the warehouse."""
    run_bulk_action(CancelOrders(reason), "Cancel", options)


@with_options("", options=BulkOptions)
def remove_short(*, options: BulkOptions) -> None:
    """Remove every short line from every order that the filter names."""
    action = EditOrders((RemoveShortLines(),))
    run_bulk_action(action, "Remove the short lines of", options)


@with_options("", options=BulkOptions)
def replace(
    sku: Annotated[str, typer.Argument(metavar="SKU", help="SKU of the product to replace.")],
    by: Annotated[str, typer.Argument(metavar="BY", help="SKU of the replacement.")],
    *,
    options: BulkOptions,
    ratio: Annotated[
        str,
        typer.Option(
            metavar="NEW:OLD", help="Units of BY for units of SKU: 2:1 gives two for one."
        ),
    ] = "1:1",
    reason: Reason = "",
) -> None:
    """Replace a product on every line of every order that the filter names."""
    units, per = _ratio(ratio)
    edit = ReplaceProduct(sku, by, units=units, per=per, reason=reason)
    title = f"Replace {sku} by {by} in"
    run_bulk_action(EditOrders((edit,)), title, options)


@with_options("", options=BulkOptions)
def split(*, options: BulkOptions) -> None:
    """Split the allocated units off every back order that the filter names."""
    run_bulk_action(SplitOrders(), "Split", options)


@with_options("", options=BulkOptions)
def hold(
    why: Annotated[
        HoldReason, typer.Argument(metavar="REASON", case_sensitive=False, help="The reason.")
    ] = HoldReason.OTHER,
    *,
    options: BulkOptions,
    until: Annotated[
        datetime | None, moment_option("When the hold ends; default: when it is released.")
    ] = None,
    note: Note = "",
    deallocate: Annotated[
        bool, typer.Option("--deallocate", help="Give back the units allocated to the orders.")
    ] = False,
) -> None:
    """Put every order that the filter names on hold."""
    action = HoldOrders(Hold(why, until, note), deallocate)
    run_bulk_action(action, "Hold", options)


@with_options("", options=BulkOptions)
def release_hold(
    why: Annotated[
        HoldReason | None,
        typer.Argument(
            metavar="REASON", case_sensitive=False, help="Release only this reason; default: all."
        ),
    ] = None,
    *,
    options: BulkOptions,
) -> None:
    """Release every order that the filter names from one hold, or from all."""
    run_bulk_action(ReleaseHolds(why), "Release", options)


@with_options("", options=BulkOptions)
def pin(*, options: BulkOptions) -> None:
    """Pin every order that the filter names: no reallocation or urgent order takes its units."""
    run_bulk_action(PinOrders(), "Pin", options)


@with_options("", options=BulkOptions)
def unpin(*, options: BulkOptions) -> None:
    """Unpin every order that the filter names: its units may be given to others again."""
    run_bulk_action(UnpinOrders(), "Unpin", options)


@with_options("", options=BulkOptions)
def priority(
    priority: Annotated[int, typer.Argument(metavar="PRIORITY", help="A higher one comes first.")],
    *,
    options: BulkOptions,
) -> None:
    """Change the priority of every order that the filter names."""
    action = EditOrders((ChangePriority(priority),))
    run_bulk_action(action, "Change the priority of", options)


@with_options("", options=BulkOptions)
def promise(
    promised_by: Annotated[datetime | None, moment_argument("The promised date.")] = None,
    *,
    options: BulkOptions,
    no_promise: Annotated[bool, typer.Option("--no-promise", help="Remove the promise.")] = False,
) -> None:
    """Change or remove the promised date of every order that the filter names."""
    if (promised_by is None) is not no_promise:
        raise typer.BadParameter("give a time, or --no-promise", param_hint="'TIME'")
    action = EditOrders((ChangePromise(promised_by),))
    run_bulk_action(action, "Change the promise of", options)


@with_options("", options=BulkOptions)
def courier(
    courier: Annotated[
        str,
        typer.Argument(
            metavar="COURIER", help="The courier; an empty text leaves it to the warehouse."
        ),
    ],
    *,
    options: BulkOptions,
) -> None:
    """Change the courier of every order that the filter names."""
    action = EditOrders((ChangeCourier(courier or None),))
    run_bulk_action(action, "Change the courier of", options)


@with_options("", options=BulkOptions)
def move(
    warehouse_id: Annotated[
        str, typer.Argument(metavar="WAREHOUSE", help="The warehouse that is to send them.")
    ],
    *,
    options: BulkOptions,
    only_short: Annotated[
        bool, typer.Option("--only-short", help="Only the units that they are short of.")
    ] = False,
) -> None:
    """Move every order that the filter names to another warehouse, or what is short of each."""
    action = MoveOrders(warehouse_id, only_short)
    run_bulk_action(action, f"Move to {warehouse_id}", options)
