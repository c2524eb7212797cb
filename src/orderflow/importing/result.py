"""What an import comes to: commands to carry out, and everything that is to be told about it."""

from __future__ import annotations

from collections import Counter

import attrs

from orderflow.domain.model.commands import AnnounceReceipt, CountStock, EditOrder, PlaceOrder
from orderflow.domain.model.edits import Edit
from orderflow.importing.columns import IgnoredColumn
from orderflow.importing.faults import Fault, PassedOver
from orderflow.importing.layout import Layout
from orderflow.importing.table import Form

__all__ = ["Changed", "Import", "ImportCommand", "Rejected", "record_id"]

ImportCommand = PlaceOrder | EditOrder | CountStock | AnnounceReceipt
"""What an import asks for."""


def record_id(command: ImportCommand) -> str:
    """Return the id by which a file names what a command is about: the `refused` of a reject."""
    match command:
        case PlaceOrder(order=order):
            return order.order_id
        case EditOrder(order_id=order_id):
            return order_id
        case CountStock(key=key):
            return key.sku
        case AnnounceReceipt(receipt=receipt):
            return receipt.receipt_id


@attrs.frozen
class Rejected:
    """A row that was not imported: it is at fault, or another row of its order is."""

    row: int
    reason: str


@attrs.frozen
class Changed:
    """An order that is there already, and of which the file says something else.

    Attributes:
        order_id: The order.
        changes: The fewest changes that make of it what the file says.
        obstacle: Why it cannot be changed, if it cannot.
    """

    order_id: str
    changes: tuple[Edit, ...]
    obstacle: str = ""


@attrs.frozen(kw_only=True)
class Import:
    """What a file comes to. Nothing has been done yet: the commands are to be carried out.

    Every row is one of three: it is a line of an order that was read (or a count, or a receipt), it
    was passed over, or it was rejected.

    Attributes:
        file: What the file is called.
        layout: The layout that it was read by.
        form: In which encoding, and with which delimiter.
        ignored: The columns that were not read.
        rows: How many rows it has, without the header and blank ones.
        commands: What to carry out, in this order.
        faults: Everything that is wrong with its rows, in the order of the rows.
        rejected: The rows that were not imported, in order: those at fault, and the others of
            their orders.
        passed_over: The rows that are no order to be sent, in order.
        new: How many of its orders are new.
        unchanged: How many are there already as the file has them, or were imported so before.
        changed: The orders that are there already, and otherwise.
    """

    file: str
    layout: Layout
    form: Form
    ignored: tuple[IgnoredColumn, ...]
    rows: int
    commands: tuple[ImportCommand, ...]
    faults: tuple[Fault, ...]
    rejected: tuple[Rejected, ...]
    passed_over: tuple[PassedOver, ...] = ()
    new: int = 0
    unchanged: int = 0
    changed: tuple[Changed, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were passed over, by the reason, the most frequent first."""
        return dict(Counter(each.reason for each in self.passed_over).most_common())
