"""Carrying out one command, or showing what it would come to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from rich.text import Text

from orderflow.cli import screen
from orderflow.cli.database import opened
from orderflow.cli.showing import data_of, print_outcome
from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CountStock,
    PlaceOrder,
)
from orderflow.domain.model.stock import StockKey
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.cli.database import Database, Where, WhereStock
    from orderflow.domain.model.commands import Command, OrderCommand

    StockMovement = AdjustStock | BookInStock | CountStock

__all__ = [
    "How",
    "HowOrder",
    "carried_out",
    "carry_out",
    "do_to_order",
    "do_to_stock",
    "key_of",
]


@attrs.frozen(kw_only=True)
class How:
    """How a command is carried out.

    Attributes:
        at: When it happened, as in ISO 8601, in UTC unless it has an offset; now, if left out.
        command_id: An id of your own: sent again with the same one, it is done only once.
        dry_run: Show what it would come to, for this order and for others, and save nothing.
        as_json: Print JSON.
    """

    at: datetime | None = None
    command_id: str | None = attrs.field(default=None, metadata={"metavar": "ID"})
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})

    def fields(self) -> dict[str, Any]:
        """Return what every command carries."""
        at = self.at if self.at is not None else SystemClock().now()
        return {"at": at, "command_id": self.command_id}


@attrs.frozen(kw_only=True)
class HowOrder(How):
    """How a command about an order that is there is carried out.

    Attributes:
        expected_version: Refuse it if the order has another version by now.
    """

    expected_version: int | None = None

    def fields(self) -> dict[str, Any]:
        """Return what every command about an order carries."""
        return {**super().fields(), "expected_version": self.expected_version}


def do_to_order(
    kind: type[OrderCommand],
    order_id: str,
    where: Where,
    how: HowOrder,
    **fields: Any,  # noqa: ANN401 - of the command
) -> None:
    """Carry out a command about an order, and print what it came to."""

    def command(database: Database) -> OrderCommand:
        seller_id = database.seller(where.seller)
        return kind(seller_id=seller_id, order_id=order_id, **fields, **how.fields())

    carry_out(command, where, how)


def do_to_stock(
    kind: type[StockMovement],
    sku: str,
    where: WhereStock,
    how: How,
    **fields: Any,  # noqa: ANN401 - of the command
) -> None:
    """Carry out a command about a product, and print what it came to."""

    def command(database: Database) -> StockMovement:
        return kind(key=key_of(database, where, sku), **fields, **how.fields())

    carry_out(command, where, how)


def carried_out(database: Database, seller_id: str, how: How) -> Command | None:
    """Return the command that had the id of this one before, if there was one.

    What a command takes from the present state, it took from another one then.
    """
    command_id = how.command_id
    if command_id is None:
        return None
    answered = database.repository.read(seller_id, lambda reading: reading.answered(command_id))
    return answered[0] if answered is not None else None


def key_of(database: Database, where: WhereStock, sku: str) -> StockKey:
    """Return the stock key of a product."""
    seller_id = database.seller(where.seller)
    return StockKey(seller_id, database.warehouse(seller_id, where.warehouse), sku)


def carry_out(make: Callable[[Database], Command], where: Where, how: How) -> None:
    """Carry out a command, or preview it, and print what it came to."""
    with opened(where) as database:
        command = make(database)
        _tell_new(database, command)
        seller = database.flow.seller(command.seller_id)
        outcome = seller.preview(command) if how.dry_run else seller.handle(command)
    if how.as_json:
        screen.print_json({"saved": not how.dry_run, "outcome": data_of(outcome)})
    else:
        print_outcome(screen.results(), outcome)
        if how.dry_run:
            screen.messages().print("This is what would happen; nothing was saved.")


def _tell_new(database: Database, command: Command) -> None:
    """Tell of products that nothing is known of where they are named: a slip may be the cause."""
    match command:
        case PlaceOrder(order=order):
            keys = [StockKey(order.seller_id, order.warehouse_id, each.sku) for each in order.lines]
        case BookInStock(key=key) | CountStock(key=key) | AdjustStock(key=key):
            keys = [key]
        case AnnounceReceipt(receipt=receipt):
            keys = [receipt.key]
        case _:
            return
    seller_id, warehouse_id = keys[0].seller_id, keys[0].warehouse_id
    skus = tuple({key.sku: None for key in keys})
    known = database.repository.read(seller_id, lambda view: view.stock(warehouse_id, skus))
    new = [sku for sku in skus if sku not in {record.key.sku for record in known}]
    if new:
        said = f"new in warehouse {warehouse_id!r} of seller {seller_id!r}: {', '.join(new)}"
        screen.messages().print(Text(said))
