"""The result of an import: the commands to run, and a report on the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import attrs

from orderflow.domain.model.commands import (
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    CountStock,
    EditOrder,
    PlaceOrder,
)
from orderflow.domain.model.edits import Edit
from orderflow.domain.model.warehouse_commands import RequestCancellation
from orderflow.importing.faults import Fault, RejectedRow, RepeatedRow, SkippedRow
from orderflow.importing.files.encoding import EncodingGuess
from orderflow.importing.files.file_format import FileFormat
from orderflow.importing.known_skus import UnknownSku
from orderflow.importing.layouts.columns import IgnoredColumn
from orderflow.importing.layouts.layout import Layout
from orderflow.importing.listed import Listed

if TYPE_CHECKING:
    from orderflow.importing.findings import Findings
    from orderflow.importing.table import Table

__all__ = [
    "CalledOffOrder",
    "ChangedOrder",
    "ConflictingOrder",
    "Import",
    "ImportCommand",
    "record_id",
]

ImportCommand = (
    PlaceOrder
    | EditOrder
    | CancelOrder
    | RequestCancellation
    | CountStock
    | AnnounceReceipt
    | BookInStock
)
"""A command of an import."""


def record_id(command: ImportCommand) -> str:
    """Return the id by which a file names what a command is about: the `refused` of a reject."""
    match command:
        case PlaceOrder(order=order):
            return order.order_id
        case EditOrder() | CancelOrder() | RequestCancellation():
            return command.order_id
        case CountStock(key=key):
            return key.sku
        case AnnounceReceipt(receipt=receipt):
            return receipt.receipt_id
        case BookInStock():
            return str(command.receipt_id)  # a delivery in a file names its receipt


_NONE = Listed[Any]()


@attrs.frozen
class ChangedOrder:
    """A stored order that differs from the file.

    Attributes:
        order_id: The order id.
        edits: The fewest edits that turn the stored order into the order of the file.
        obstacle: Why it cannot be changed; empty if it can.
    """

    order_id: str
    edits: tuple[Edit, ...]
    obstacle: str = ""


@attrs.frozen
class CalledOffOrder:
    """A stored order that the file says is off, and that is still open here.

    Attributes:
        order_id: The order id.
        reason: What the file says.
    """

    order_id: str
    reason: str


@attrs.frozen
class ConflictingOrder:
    """An order of the file with the id of a stored order that cannot be the same.

    Attributes:
        order_id: The order id.
        reason: Why not.
    """

    order_id: str
    reason: str


@attrs.frozen(kw_only=True, eq=False)
class Import:
    """The commands of a file and a report on its rows. Nothing has been changed yet.

    Each row was read, skipped or rejected. A row that was read is a line of an order, a count, a
    receipt or a delivery.

    A file of any length takes bounded memory. Many commands are in a temporary file, which vanishes
    with them. Each other list has the first items, and its `total` counts all of them.

    Attributes:
        file: The name of the file.
        layout: The layout it was read with.
        layout_name: The name of this layout, such as that of a preset.
        file_format: The format of its text.
        guess: How its encoding was guessed; None if it is certain.
        notes: What else was found out about the file, for people.
        ignored: The columns that were not read.
        rows: The number of rows, without the header and blank rows.
        commands: The commands to run, in this order. They can be read as often as you like.
        faults: The faults, in row order.
        rejected: The rows that were not imported, in order: faulty rows, and the other rows of
            their orders.
        skipped: The skipped rows, in order.
        reasons: The number of skipped rows by reason, the most frequent first.
        new: The number of new orders.
        unchanged: The number of stored orders that equal the file, or were imported from the same
            content before.
        changed: The stored orders that differ from the file.
        unchangeable: The number of these that cannot be changed.
        called_off: The stored orders that are off in the file, and open here.
        conflicting: The orders whose ids are those of other stored orders. They are not imported.
        repeated: The rows that repeat an earlier row of their order.
        unknown_skus: The products that were not among the known ones.
        lines: What was read from the file of the lines, if there is one. It has no commands.
    """

    file: str
    layout: Layout
    layout_name: str
    file_format: FileFormat
    guess: EncodingGuess | None
    notes: tuple[str, ...]
    ignored: tuple[IgnoredColumn, ...]
    rows: int
    commands: Sequence[ImportCommand]
    faults: Listed[Fault] = _NONE
    rejected: Listed[RejectedRow] = _NONE
    skipped: Listed[SkippedRow] = _NONE
    reasons: Mapping[str, int] = MappingProxyType({})
    new: int = 0
    unchanged: int = 0
    changed: Listed[ChangedOrder] = _NONE
    unchangeable: int = 0
    called_off: Listed[CalledOffOrder] = _NONE
    conflicting: Listed[ConflictingOrder] = _NONE
    repeated: Listed[RepeatedRow] = _NONE
    unknown_skus: Listed[UnknownSku] = _NONE
    lines: Import | None = None

    @property
    def has_faults(self) -> bool:
        """Whether a row has a fault, in the file or in that of the lines."""
        return bool(self.faults or (self.lines is not None and self.lines.faults))

    @classmethod
    def of(
        cls,
        table: Table[Any],
        findings: Findings,
        **found: Any,  # noqa: ANN401 - the other fields
    ) -> Self:
        """Return the import of a table that was read to its end."""
        return cls(
            file=table.name,
            layout=table.layout,
            layout_name=table.layout_name,
            file_format=table.file_format,
            guess=table.guess,
            notes=tuple(table.notes),
            ignored=table.columns.ignored,
            rows=table.rows_read,
            faults=findings.faults.listed(),
            rejected=findings.rejected.listed(),
            skipped=findings.skipped.listed(),
            repeated=findings.repeated.listed(),
            reasons=MappingProxyType(dict(findings.reasons.most_common())),
            **found,
        )
