"""The file of some orders, and the file of their lines if these are in one of their own.

Row numbers are those of one file, so each file has findings of its own. The rows of both are joined
by the order id. An order is imported if neither of its parts is missing or has a fault. Otherwise,
the rows of both are rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orderflow.importing.faults import Fault, quote_value
from orderflow.importing.file_orders import FileOrders
from orderflow.importing.findings import Findings
from orderflow.importing.foreign_rows import ForeignRows
from orderflow.importing.layouts.choice import part_of
from orderflow.importing.layouts.file_part import FilePart
from orderflow.importing.order_rows import OrderRows
from orderflow.importing.result import Import

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager, ExitStack
    from datetime import tzinfo
    from typing import Any

    from orderflow.importing.file_orders import FileOrder
    from orderflow.importing.known_skus import KnownSkus
    from orderflow.importing.layouts.columns import Columns
    from orderflow.importing.layouts.layout import OrderLayout
    from orderflow.importing.table import Progress, Table

    Open = Callable[[Mapping[str, OrderLayout]], AbstractContextManager[Table[OrderLayout]]]

__all__ = ["OrderFile", "OrderFiles"]


class OrderFile:
    """One file.

    Attributes:
        table: Its table.
        findings: What is found in its rows.
        orders: Its rows, combined to orders.
        zone: The zone of its times without an offset.
    """

    def __init__(
        self,
        opened: ExitStack,
        table: Table[OrderLayout],
        zone: tzinfo | str | None,
        owner: tuple[str, str],
    ) -> None:
        self.table = table
        self._foreign = ForeignRows(table.header, *owner)
        self.findings = Findings()
        drops_repeated = table.layout.drop_repeated
        self.orders = FileOrders(table.columns, self.findings, drops_repeated=drops_repeated)
        opened.enter_context(self.orders)
        self._rows = OrderRows(table, zone)
        self.zone = self._rows.zone

    def read(self, progress: Callable[[Progress], None] | None) -> None:
        """Read the rows."""
        for record in self.table.rows(progress):
            row = self._rows.read(record)
            fault = self._foreign.fault(record)
            if fault is not None:
                row.faults.append(fault)
            self.orders.add(row)
        if self.table.layout.part is not FilePart.LINES:
            self._rows.note_unmet()

    def alone(self, part: FileOrder, reason: str) -> Fault:
        """Return the fault of rows whose other part is missing."""
        name = self.table.columns.name("order_id")
        return Fault(part.first_row, name, quote_value(part.order_id), reason)


class OrderFiles:
    """The file of some orders, and that of their lines if there is one.

    Attributes:
        main: The file of the orders.
        lines: The file of the lines, or None.
    """

    def __init__(self, main: OrderFile, lines: OrderFile | None) -> None:
        self.main = main
        self.lines = lines

    @classmethod
    def open(
        cls,
        opened: ExitStack,
        layouts: Mapping[str, OrderLayout],
        zone: tzinfo | str | None,
        *,
        owner: tuple[str, str],
        main: Open,
        lines: Open | None,
    ) -> Self:
        """Open the files, each with the layouts that it may have.

        Raises:
            FileError: If one cannot be read, or its columns do not fit.
        """
        if lines is None:
            return cls(OrderFile(opened, opened.enter_context(main(layouts)), zone, owner), None)
        of_main = {name: part_of(each, FilePart.ORDERS) for name, each in layouts.items()}
        table = opened.enter_context(main(of_main))
        name = table.layout_name
        of_lines = {name: part_of(layouts[name], FilePart.LINES)}
        other = opened.enter_context(lines(of_lines))
        files = (OrderFile(opened, each, zone, owner) for each in (table, other))
        return cls(*files)

    @property
    def line_columns(self) -> Columns:
        """The columns of the lines."""
        return (self.main if self.lines is None else self.lines).table.columns

    def read(self, progress: Callable[[Progress], None] | None) -> Iterator[FileOrder]:
        """Read the files, and yield the orders by their rows in the main file."""
        self.main.read(progress)
        if self.lines is None:
            return self.main.orders.orders()
        self.lines.read(progress)
        return self.main.orders.orders(self._joined(self.main, self.lines))

    def parts(self, order: FileOrder) -> Iterable[tuple[FileOrder, Findings]]:
        """Yield the parts of an order, each with the findings of its file."""
        yield order, self.main.findings
        if order.apart is not None and self.lines is not None:
            yield order.apart, self.lines.findings

    def reject(self, order: FileOrder) -> None:
        """Reject the rows of an order, because some of them have faults."""
        first, other = order.faults, self.main
        if not first and order.apart is not None and self.lines is not None:
            first, other = order.apart.faults, self.lines
        row = min(fault.row for fault in first)
        reason = f"row {row:,} of {other.table.name} has a fault, and is of the same order"
        for part, findings in self.parts(order):
            findings.reject(part.rows, part.faults, reason)

    def result(self, skus: KnownSkus, fields: dict[str, Any]) -> Import:
        """Return what was read from the files, with these other fields."""
        unknown = {"unknown_skus": skus.unknown()}
        if self.lines is None:
            fields |= unknown
        else:
            table, findings = self.lines.table, self.lines.findings
            fields["lines"] = Import.of(table, findings, commands=(), **unknown)
        return Import.of(self.main.table, self.main.findings, **fields)

    def _joined(self, main: OrderFile, lines: OrderFile) -> Iterator[FileOrder]:
        """Yield the orders by their ids, each with its lines. Reject lines without an order."""
        found = lines.orders.by_id()
        apart = next(found, None)
        for order in main.orders.by_id():
            while apart is not None and apart.order_id < order.order_id:
                _reject_alone(apart, main, lines)
                apart = next(found, None)
            if apart is not None and apart.order_id == order.order_id:
                order.apart, apart = apart, next(found, None)
            _settle(order, main, lines)
            yield order
        while apart is not None:
            _reject_alone(apart, main, lines)
            apart = next(found, None)


def _settle(order: FileOrder, main: OrderFile, lines: OrderFile) -> None:
    """Skip an order if all rows of one part are skipped; give it a fault if it has no lines."""
    if order.reason or order.faults:
        return
    apart = order.apart
    if order.is_skipped:
        order.skip(order.skipped[0].reason, is_off=bool(order.cancelled))
    elif apart is None:
        order.faults.append(main.alone(order, f"has no line in {lines.table.name}"))
    elif apart.reason:
        order.skip(apart.reason, is_off=apart.is_off)
    elif apart.is_skipped:
        order.skip(apart.skipped[0].reason, is_off=bool(apart.off_reason))


def _reject_alone(part: FileOrder, main: OrderFile, lines: OrderFile) -> None:
    """Reject lines without an order, unless all of them are skipped."""
    if part.reason:
        for row in part.rows:
            lines.findings.skip(row, part.reason)
    elif part.is_skipped:
        for skipped in part.skipped:
            lines.findings.skip(skipped.row, skipped.reason)
    else:
        part.faults.append(lines.alone(part, f"is no order of {main.table.name}"))
        lines.findings.reject(part.rows, part.faults)
