"""The import of one file: read it, run its commands, and write its rejected rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO
from zoneinfo import ZoneInfo

import attrs
import typer

from orderflow.cli.connection import Database
from orderflow.cli.input_file import bytes_in, name_of
from orderflow.cli.options.import_file import FileForm, FileKind, FileLayout, kind_of
from orderflow.cli.options.user_zone import user_zone
from orderflow.cli.output import terminal
from orderflow.cli.output.import_report import ImportReport
from orderflow.domain.model.commands import CountStock
from orderflow.errors.quoting import counted
from orderflow.importing import (
    DeliveryLayout,
    FileFormat,
    ImportRun,
    OnChange,
    OrderLayout,
    ReceiptLayout,
    StockLayout,
    detect_layout,
    read_deliveries,
    read_orders,
    read_receipts,
    read_stock,
    record_id,
    write_rejects,
)
from orderflow.importing.files.long_list import LongList
from orderflow.importing.layouts.choice import part_of
from orderflow.importing.layouts.file_part import FilePart
from orderflow.service import Batches, BatchResult

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.importing import Import, ImportCommand, Progress, WrittenRejects
    from orderflow.ports import Reading

__all__ = ["FileImport", "ImportOptions"]


@attrs.frozen(kw_only=True)
class ImportOptions:
    """How to import a file.

    Attributes:
        kind: What the file contains; default: detected from its columns.
        lines: The lines of the orders, if they are in a file of their own: order id, SKU and units.
            The options for columns apply to both files; name an order id for each, with a comma.
        on_change: Skip an order that is already present, but different; or update it, and cancel it
            if the file says that it is off. Default: SKIP.
        known_skus_only: Reject orders with a product that the seller has no stock or receipt of.
        all_or_nothing: Import everything in one transaction, all files of it, or nothing at all.
        rejects: Write rejected and refused rows to this file, to correct and import again: the
            first 100,000, or 50 MB. What is not in it is reported. Of several files, or with
            --lines, a folder, in which each has a file of its name.
        batch: A name that distinguishes two files of stock, receipts or deliveries with the same
            content. The default for stock is the day.
        at: When the import happens, in ISO 8601; default: now.
        dry_run: Show the effect of the import, without saving.
        as_json: Print JSON, with the first 10,000 faults and the number of all.
    """

    kind: FileKind | None = None
    lines: Path | None = attrs.field(default=None, metadata={"metavar": "FILE"})
    on_change: OnChange | None = None
    known_skus_only: bool = attrs.field(default=False, metadata={"names": ("--known-skus-only",)})
    all_or_nothing: bool = attrs.field(default=False, metadata={"names": ("--all-or-nothing",)})
    rejects: Path | None = attrs.field(default=None, metadata={"metavar": "FILE"})
    batch: str | None = None
    at: datetime | None = None
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})

    @property
    def has_partial_options(self) -> bool:
        """Whether there is an option that does not apply to each kind of file."""
        return bool(self.batch is not None or self.known_skus_only or self.on_change)

    def check(self, kinds: Collection[FileKind]) -> None:
        """Check that the options apply to files of these kinds.

        Raises:
            BadParameter: If one does not.
        """
        if self.batch is not None and FileKind.ORDERS in kinds:
            raise typer.BadParameter("does not apply to orders", param_hint="'--batch'")
        given = {"known-skus-only": self.known_skus_only, "on-change": self.on_change is not None}
        option = next((name for name, is_given in given.items() if is_given), None)
        if option is not None and kinds and FileKind.ORDERS not in kinds:
            text = " or ".join(sorted(kind.lower() for kind in kinds))
            raise typer.BadParameter(
                f"does not apply to a file of {text}", param_hint=f"'--{option}'"
            )


@attrs.frozen(kw_only=True)
class FileImport:
    """The import of one file.

    Its rejected rows, and those of the file of its lines, are written to files of their own.
    """

    database: Database
    seller_id: str
    warehouse_id: str
    time_zone: ZoneInfo | None
    at: datetime
    source: Path | BinaryIO
    form: FileForm
    file_format: FileFormat
    layouts: dict[str, FileLayout]
    how: ImportOptions
    rejects: Path | None = None
    lines_rejects: Path | None = None
    run_of_files: ImportRun = attrs.field(factory=ImportRun)
    is_alone: bool = True

    @property
    def name(self) -> str:
        """The name of the file in messages."""
        return name_of(self.source)

    @property
    def order_layouts(self) -> dict[str, OrderLayout]:
        """The layouts that a file of orders may have, each with its lines."""
        layouts = self.layouts.items()
        return {name: layout for name, layout in layouts if isinstance(layout, OrderLayout)}

    def detect(self) -> tuple[str, FileLayout]:
        """Return the layout of the file, with its name.

        Raises:
            FileError: If the file cannot be read, or no layout fits.
        """
        layouts: Mapping[str, FileLayout] = self.layouts
        if self.how.lines is not None:
            layouts = {
                name: part_of(layout, FilePart.ORDERS)
                for name, layout in self.order_layouts.items()
            }
        return detect_layout(self.source, layouts, file_format=self.file_format, name=self.name)

    def run(self) -> ImportReport:
        """Read the file, run its commands, and write the rejected rows."""
        how = self.how
        with terminal.progress_bar(
            terminal.messages(), f"Reading {self.name}", bytes_in(self.source)
        ) as show:

            def show_rows(so_far: Progress) -> None:
                show(so_far.bytes_read, f"{so_far.rows:,} rows")

            name, layout = self.detect()
            if self.is_alone:
                self.how.check({kind_of(layout)})
            result = self._read(name, layout, show_rows)
        # now: if they cannot be written, nothing should be imported
        rejects = self._write_rejects(result)
        if how.all_or_nothing and self._is_blocked(result):
            result = attrs.evolve(result, commands=())
        done = self._carry_out(result)
        refused = {record_id(each.command): str(each.error) for each in done.refused}
        if refused:
            rejects = self._write_rejects(result, refused)
        failed = result.has_faults or bool(done.refusals) or self._is_blocked(result)
        report = ImportReport(
            kind=kind_of(layout),
            result=result,
            done=done,
            updates=how.on_change is OnChange.UPDATE,
            saved=not (how.dry_run or (how.all_or_nothing and failed)),
            rejects=rejects[0],
        )
        if result.lines is None:
            return report
        lines = attrs.evolve(report, result=result.lines, done=BatchResult(), rejects=rejects[1])
        return attrs.evolve(report, lines=lines)

    def _write_rejects(
        self, result: Import, refused: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[WrittenRejects | None, WrittenRejects | None]:
        """Write the rejected rows of the file, and those of the file of its lines."""
        of_file = of_lines = None
        if self.rejects is not None:
            of_file = write_rejects(result, self.source, self.rejects, refused=refused)
        if self.lines_rejects is not None and self.how.lines is not None and result.lines:
            lines, to = self.how.lines, self.lines_rejects
            of_lines = write_rejects(result.lines, lines, to, refused=refused)
        return of_file, of_lines

    def _is_blocked(self, result: Import) -> bool:
        """Whether an order of the file is not what it should be here, and cannot be made so."""
        updates = self.how.on_change is OnChange.UPDATE
        return bool(
            result.conflicting
            or (updates and result.unchangeable)
            or (not updates and result.called_off)
        )

    def _carry_out(self, result: Import) -> BatchResult[ImportCommand]:
        how, commands = self.how, result.commands
        with terminal.progress_bar(terminal.messages(), "Saving", len(commands)) as show:

            def show_commands(number: int) -> None:
                if number % terminal.SHOWN_EVERY == 0:
                    show(number, f"{number:,} of {len(commands):,}")

            database = self.database
            batches = Batches(database.flow, database.repository, progress=show_commands)
            if how.dry_run:
                return batches.preview(commands)
            if how.all_or_nothing:
                return batches.run_all_or_none(commands)
            return batches.run(commands)

    def _read(
        self, layout_name: str, layout: FileLayout, progress: Callable[[Progress], None]
    ) -> Import:
        how = self.how
        given: dict[str, Any] = {
            "seller_id": self.seller_id,
            "warehouse_id": self.warehouse_id,
            "at": self.at,
            "all_or_nothing": how.all_or_nothing,
            "progress": progress,
            "name": self.name,
            "file_format": self.file_format,
        }
        if not isinstance(layout, OrderLayout):
            return self._without_done(self._read_stock_of(layout, given))
        return read_orders(
            self.source,
            preset={layout_name: self.form.included(self.order_layouts[layout_name])},
            lines=how.lines,
            lines_format=self.file_format,
            time_zone=self.time_zone,
            existing=self._orders,
            parts_of=self._parts_of,
            known_skus=self._known_skus(),
            known_skus_only=how.known_skus_only,
            was_imported=self._was_done,
            history_of=self._history_of,
            run=self.run_of_files,
            on_change=how.on_change or OnChange.SKIP,
            **given,
        )

    def _read_stock_of(
        self, layout: StockLayout | ReceiptLayout | DeliveryLayout, given: dict[str, Any]
    ) -> Import:
        """Read counts, announced receipts or deliveries."""
        batch = self.how.batch
        if isinstance(layout, DeliveryLayout):
            return read_deliveries(self.source, layout=layout, batch=batch or "", **given)
        given = {**given, "known_skus": self._known_skus()}
        if isinstance(layout, ReceiptLayout):
            given["time_zone"] = self.time_zone
            return read_receipts(self.source, layout=layout, batch=batch or "", **given)
        day = f"{self.at.astimezone(user_zone()):%Y-%m-%d}"
        batch = batch if batch is not None else day
        return read_stock(self.source, layout=layout, batch=batch, **given)

    def _without_done(self, result: Import) -> Import:
        """Remove and count the commands that an earlier run has done."""
        outdated = 0

        def new(reading: Reading) -> LongList[ImportCommand]:
            nonlocal outdated
            outdated = 0
            kept: LongList[ImportCommand] = LongList()
            for each in result.commands:
                if reading.answered(str(each.command_id)) is None:
                    kept.add(each)
                elif isinstance(each, CountStock):
                    (stock,) = reading.stock(each.key.warehouse_id, (each.key.sku,)) or (None,)
                    outdated += stock is None or stock.on_hand != each.counted
            return kept

        commands = self.database.repository.read(self.seller_id, new)  # in one transaction
        unchanged = len(result.commands) - len(commands)
        notes = result.notes
        if outdated:
            counts = counted(outdated, "count of this batch was", "counts of this batch were")
            again = f"{counts} imported before, and the stock is another now"
            notes += (f"{again}; --batch NAME counts it again",)
        return attrs.evolve(result, commands=commands, unchanged=unchanged, notes=notes)

    def _orders(self, order_ids: Collection[str]) -> dict[str, Order]:
        """Return the stored ones of some orders, read in one transaction."""

        def stored(reading: Reading) -> dict[str, Order]:
            reading.prefetch(order_ids)
            return {each: order for each in order_ids if (order := reading.order(each))}

        return self.database.repository.read(self.seller_id, stored)

    def _parts_of(self, order_id: str) -> tuple[Order, ...]:
        parts = self.database.flow.seller(self.seller_id).all_parts_of(order_id)
        return tuple(each for each in parts if each.order_id != order_id)

    def _history_of(self, order_id: str) -> Iterable[Event]:
        return self.database.repository.read(
            self.seller_id, lambda reading: reading.events(order_id)
        )

    def _known_skus(self) -> frozenset[str] | None:
        """Return the products that the seller has stock or receipts of, if there are any."""
        seller = self.database.flow.seller(self.seller_id)
        keys = (*(each.key for each in seller.stock()), *(each.key for each in seller.receipts()))
        known = frozenset(key.sku for key in keys)
        return known if known or self.how.known_skus_only else None

    def _was_done(self, command_id: str) -> bool:
        return self.database.repository.read(
            self.seller_id, lambda reading: reading.answered(command_id) is not None
        )
