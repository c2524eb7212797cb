"""`orderflow import`: orders, stock and expected receipts from CSV."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import attrs
import typer

from orderflow.cli import screen
from orderflow.cli.carrying import Carrying
from orderflow.cli.database import Database, WhereStock, opened
from orderflow.cli.imported import Imported
from orderflow.cli.layouts import ColumnNames, FileForm, Kind, layout_of
from orderflow.cli.settings import takes
from orderflow.importing import (
    OrderLayout,
    ReceiptLayout,
    StockLayout,
    read_orders,
    read_receipts,
    read_stock,
    write_rejects,
)
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow.cli.carrying import Carried
    from orderflow.domain.model.order import Order
    from orderflow.importing import Import, Progress

__all__ = ["import_"]

STANDARD_INPUT = "-"


class OnChange(StrEnum):
    """What to do about an order that is there already, and otherwise."""

    SKIP = "skip"
    UPDATE = "update"


@attrs.frozen(kw_only=True)
class HowImport:
    """How it is imported.

    Attributes:
        kind: What the file holds.
        on_change: Leave an order as it is that is there already and otherwise, or edit it.
        all_or_nothing: Nothing goes in unless everything does: all of it is one transaction.
        rejects: Write the rows that were rejected or refused here, to mend and import.
        batch: What tells two files of stock apart that counted the same, such as the day, which
            it is if left out; or two files of receipts.
        at: The moment of the import, as in ISO 8601, in UTC unless it has an offset; now, if left
            out.
        dry_run: Show what it would come to, and save nothing.
        as_json: Print JSON, with every fault.
    """

    kind: Kind = Kind.ORDERS
    on_change: OnChange = OnChange.SKIP
    all_or_nothing: bool = attrs.field(default=False, metadata={"names": ("--all-or-nothing",)})
    rejects: Path | None = attrs.field(default=None, metadata={"metavar": "FILE"})
    batch: str | None = None
    at: datetime | None = None
    dry_run: bool = attrs.field(default=False, metadata={"names": ("--dry-run",)})
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})


@takes("The database", where=WhereStock)
@takes("Its columns, in place of those of the preset", columns=ColumnNames)
@takes("The file", form=FileForm)
@takes("How it is imported", how=HowImport)
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV, plain or gzip; - is standard input.")
    ],
    *,
    where: WhereStock,
    how: HowImport,
    form: FileForm,
    columns: ColumnNames,
) -> None:
    """Import orders, stock or expected receipts from CSV.

    Every row that cannot be taken is told, and the others go in. The same file may be imported
    again: what went in before does so no second time. So may a file whose import was stopped.

    It ends with 0 if all of the file went in or is there already; with 1 if rows were rejected or
    orders refused; with 2 if it could not run, or not to its end.
    """
    if how.batch is not None and how.kind is Kind.ORDERS:
        raise typer.BadParameter("orders need none; leave it out", param_hint="'--batch'")
    stays = "nothing was saved"
    if not (how.all_or_nothing or how.dry_run):
        stays = "what went in so far stays; import the file again, and the rest follows"
    with (
        screen.clean_end(screen.messages(), interrupted=stays),
        opened(where) as database,
        _rereadable(file) as source,
    ):
        seller_id = database.seller(where.seller)
        imported = _File(
            database=database,
            seller_id=seller_id,
            warehouse_id=database.warehouse(seller_id, where.warehouse),
            at=how.at if how.at is not None else SystemClock().now(),
            source=source,
            form=form,
            layout=layout_of(how.kind, form, columns),
            how=how,
        ).imported()
    if how.as_json:
        screen.print_json(imported.as_json())
    else:
        imported.print(screen.results())
    _end(imported, how)


def _end(imported: Imported, how: HowImport) -> None:
    console = screen.messages()
    if not how.as_json:
        imported.tell(console)
    if how.dry_run:
        console.print("This is what would happen; nothing was saved.")
    elif how.all_or_nothing and not imported.saved:
        console.print("Nothing was saved, for not all of it could go in.")
    if not imported.is_whole:
        raise typer.Exit(screen.EXIT_REJECTED)


@contextmanager
def _rereadable(file: str) -> Iterator[Path | BinaryIO]:
    """Give the file; what comes by standard input is kept, for rejected rows are read twice."""
    if file != STANDARD_INPUT:
        yield Path(file)
        return
    with TemporaryFile() as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        yield kept


@attrs.frozen(kw_only=True)
class _File:
    """One file on its way in."""

    database: Database
    seller_id: str
    warehouse_id: str
    at: datetime
    source: Path | BinaryIO
    form: FileForm
    layout: OrderLayout | StockLayout | ReceiptLayout | None
    how: HowImport

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return str(self.source) if isinstance(self.source, Path) else "standard input"

    def imported(self) -> Imported:
        """Read it, carry it out, and write down what was rejected."""
        how = self.how
        with screen.progress_bar(
            screen.messages(), f"Reading {self.name}", self._bytes_total()
        ) as show:

            def tell(so_far: Progress) -> None:
                show(so_far.bytes_read, f"{so_far.rows:,} rows")

            result = self._read(tell)
        if how.rejects is not None:  # now, for if it cannot be written nothing should go in
            write_rejects(result, self.source, how.rejects)
        if how.all_or_nothing and self._is_blocked(result):
            result = attrs.evolve(result, commands=())
        carried = self._carried(result)
        refused = {each.name: each.reason for each in carried.refused}
        if how.rejects is not None and refused:
            write_rejects(result, self.source, how.rejects, refused=refused)
        failed = bool(result.faults or refused) or self._is_blocked(result)
        return Imported(
            kind=how.kind,
            result=result,
            carried=carried,
            updates=how.on_change is OnChange.UPDATE,
            saved=not (how.dry_run or (how.all_or_nothing and failed)),
        )

    def _is_blocked(self, result: Import) -> bool:
        """Whether an order cannot be edited that was to be."""
        return self.how.on_change is OnChange.UPDATE and any(
            each.obstacle for each in result.changed
        )

    def _carried(self, result: Import) -> Carried:
        how, commands = self.how, result.commands
        with screen.progress_bar(screen.messages(), "Carrying out", len(commands)) as show:

            def tell(number: int) -> None:
                if number % screen.SHOWN_EVERY == 0:
                    show(number, f"{number:,} of {len(commands):,}")

            carrying = Carrying(self.database, tell)
            if how.dry_run or how.all_or_nothing:
                return carrying.as_one(commands, keep=not how.dry_run)
            return carrying.in_batches(commands)

    def _read(self, tell: Callable[[Progress], None]) -> Import:
        how, layout = self.how, self.layout
        given: dict[str, Any] = {
            "seller_id": self.seller_id,
            "warehouse_id": self.warehouse_id,
            "at": self.at,
            "all_or_nothing": how.all_or_nothing,
            "progress": tell,
            "name": self.name,
            "encoding": self.form.encoding,
            "delimiter": self.form.between_cells,
        }
        zone = self.form.time_zone
        if isinstance(layout, StockLayout):
            batch = how.batch if how.batch is not None else f"{self.at:%Y-%m-%d}"
            result = read_stock(self.source, layout=layout, batch=batch, **given)
            return self._without_repeated(result)
        if isinstance(layout, ReceiptLayout):
            result = read_receipts(
                self.source, layout=layout, batch=how.batch or "", time_zone=zone, **given
            )
            return self._without_repeated(result)
        return read_orders(
            self.source,
            preset=layout,
            time_zone=zone,
            existing=self._order,
            was_imported=self._was_done,
            on_change=how.on_change.value,
            **given,
        )

    def _without_repeated(self, result: Import) -> Import:
        """Leave out what an earlier run has done, so that it is told apart."""
        commands = [each for each in result.commands if not self._was_done(str(each.command_id))]
        unchanged = len(result.commands) - len(commands)
        return attrs.evolve(result, commands=tuple(commands), unchanged=unchanged)

    def _order(self, order_id: str) -> Order | None:
        return self.database.repository.read(
            self.seller_id, lambda reading: reading.order(order_id)
        )

    def _was_done(self, command_id: str) -> bool:
        return self.database.repository.read(
            self.seller_id, lambda reading: reading.answered(command_id) is not None
        )

    def _bytes_total(self) -> int | None:
        try:
            return self.source.stat().st_size if isinstance(self.source, Path) else None
        except OSError:
            return None  # the reading says what is wrong with it
