"""Runs one command, or previews its effect."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.connection import connect
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.other_parts import OtherParts
from orderflow.cli.output import terminal
from orderflow.cli.output.records import data_of, print_outcome
from orderflow.cli.unknown_names import new_names, report_names
from orderflow.domain.model.commands import AnnounceReceipt, CancelOrder, TransferStock
from orderflow.domain.model.stock import StockKey
from orderflow.service import SystemClock
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.cli.connection import Database, DatabaseOptions, SellerOptions, WarehouseOptions
    from orderflow.domain.model.commands import (
        AdjustStock,
        BookInStock,
        Command,
        CountStock,
        LimitBackOrders,
        OrderCommand,
    )
    from orderflow.domain.model.outcome import Outcome

    StockMovement = AdjustStock | BookInStock | CountStock | LimitBackOrders | TransferStock

__all__ = [
    "ExecutionOptions",
    "OrderExecutionOptions",
    "carry_out",
    "do_to_order",
    "do_to_stock",
    "earlier_answer",
    "earlier_command",
    "key_of",
]


@attrs.frozen(kw_only=True)
class ExecutionOptions:
    """How to run a command.

    Attributes:
        at: When it happened, in ISO 8601; default: now.
        command_id: An id of your own. A command repeated with the same id changes nothing.
        dry_run: Show the effect on this order and on others, without saving.
        as_json: Print JSON.
    """

    at: datetime | None = None
    command_id: str | None = attrs.field(default=None, metadata={"metavar": "ID"})
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})

    def fields(self) -> dict[str, Any]:
        """Return the fields that every command has."""
        at = self.at if self.at is not None else SystemClock().now()
        return {"at": at, "command_id": self.command_id}

    def fields_of(self, order_id: str) -> dict[str, Any]:
        """Return the fields of a command about one of several orders: its id is of its own."""
        fields = self.fields()
        if self.command_id is not None:
            fields["command_id"] = f"{self.command_id} {order_id}"
        return fields


@attrs.frozen(kw_only=True)
class OrderExecutionOptions(ExecutionOptions):
    """How to run a command about an existing order.

    Attributes:
        expected_version: Refuse the command if the order has another version.
    """

    expected_version: int | None = None

    def fields(self) -> dict[str, Any]:
        """Return the fields that every command about an order has."""
        return {**super().fields(), "expected_version": self.expected_version}


def do_to_order(
    kind: type[OrderCommand],
    order_id: str,
    where: SellerOptions,
    how: ExecutionOptions,
    **fields: Any,  # noqa: ANN401 - of the command
) -> None:
    """Run a command about an order, and print the outcome."""

    def command(database: Database) -> OrderCommand:
        seller_id = database.seller(where.seller)
        return kind(seller_id=seller_id, order_id=order_id, **fields, **how.fields())

    carry_out(command, where, how)


def do_to_stock(
    kind: type[StockMovement],
    sku: str,
    where: WarehouseOptions,
    how: ExecutionOptions,
    **fields: Any,  # noqa: ANN401 - of the command
) -> None:
    """Run a command about a product, and print the outcome."""

    def command(database: Database) -> StockMovement:
        return kind(key=key_of(database, where, sku), **fields, **how.fields())

    carry_out(command, where, how)


def earlier_answer(
    database: Database, seller_id: str, how: ExecutionOptions
) -> tuple[Command, Outcome] | None:
    """Return the command that ran with the same id before and its outcome, if there is one.

    Whatever a command takes from the present state must be the same when it is repeated.
    """
    command_id = how.command_id
    if command_id is None:
        return None
    return database.repository.read(seller_id, lambda reading: reading.answered(command_id))


def earlier_command(database: Database, seller_id: str, how: ExecutionOptions) -> Command | None:
    """Return the command that ran with the same id before, if there is one."""
    answer = earlier_answer(database, seller_id, how)
    return None if answer is None else answer[0]


def key_of(database: Database, where: WarehouseOptions, sku: str) -> StockKey:
    """Return the stock key of a product, which may still be unknown."""
    seller_id = database.seller(where.seller, may_be_new=True)
    return StockKey(seller_id, database.warehouse(seller_id, where.warehouse), sku)


def carry_out(
    make: Callable[[Database], Command], where: DatabaseOptions, how: ExecutionOptions
) -> None:
    """Run a command or preview it, and print the outcome."""
    with connect(where) as database:
        command = make(database)
        names = new_names(database.flow, command)
        flow = database.flow
        outcome = (
            flow.seller(command.seller_id).preview(command) if how.dry_run else flow.handle(command)
        )
        report_names(names)
        _report_past_date(command)
        cancelled = outcome.order if isinstance(command, CancelOrder) else None
        parts = OtherParts.of(database, cancelled)
    if how.as_json:
        answer = {"saved": not how.dry_run, "outcome": data_of(outcome)}
        terminal.print_json(answer | (parts.row() if cancelled is not None else {}))
    else:
        print_outcome(terminal.results(), outcome)
        if parts.orders:
            terminal.results().print(f"{parts}; --all-parts cancels them too")
        if how.dry_run:
            terminal.messages().print("This is what would happen; nothing was saved.")


def _report_past_date(command: Command) -> None:
    """Report that units are announced for a moment that has passed: it may be a typing error."""
    expected_at = None
    if isinstance(command, AnnounceReceipt):
        expected_at = command.receipt.expected_at
    elif isinstance(command, TransferStock):
        expected_at = command.expected_at
    if expected_at is not None and expected_at < command.at:
        when = moment_text(expected_at, user_zone())
        terminal.messages().print(f"expected by {when}, which has passed")
