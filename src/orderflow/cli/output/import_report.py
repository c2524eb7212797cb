"""The report of an import, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.options.import_file import FileKind
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.problems import (
    print_faults,
    print_problems,
    print_rejects,
    print_repeated,
)
from orderflow.cli.output.records import data_of
from orderflow.domain.model.commands import CancelOrder, EditOrder
from orderflow.domain.model.status import Status
from orderflow.domain.model.warehouse_commands import RequestCancellation
from orderflow.errors.quoting import counted
from orderflow.importing import Import, ImportCommand, WrittenRejects, record_id
from orderflow.importing.layouts.file_part import FilePart
from orderflow.service import BatchResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from orderflow.importing import (
        CalledOffOrder,
        ChangedOrder,
        ConflictingOrder,
        Listed,
    )

__all__ = ["ImportReport"]

_LISTED = (
    *("changed", "called_off", "conflicting", "repeated", "unknown_skus"),
    *("faults", "rejected"),
)
"""The lists that have only their first items, if there are very many."""

_IMPORTED = {
    FileKind.STOCK: "products counted",
    FileKind.RECEIPTS: "receipts announced",
    FileKind.DELIVERIES: "deliveries booked in",
}


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import did.

    Attributes:
        kind: What the file contains.
        result: What was read from the file.
        done: What the commands did.
        updates: Whether orders that differ in the file were to be edited.
        saved: Whether the changes were saved.
        rejects: What was written to the file of rejected rows, if there is one.
        lines: What was read from the file of the lines, if there is one.
    """

    kind: FileKind
    result: Import
    done: BatchResult[ImportCommand]
    updates: bool
    saved: bool
    rejects: WrittenRejects | None = None
    lines: ImportReport | None = None

    @property
    def refused(self) -> list[tuple[str, str]]:
        """The id that the file has for each refused command, and the reason."""
        return [(record_id(each.command), str(each.error)) for each in self.done.refused]

    @property
    def unchanged(self) -> int:
        """The number of records that were here before, or came from another import meanwhile."""
        return self.result.unchanged + self.done.repeated

    @property
    def different(self) -> int:
        """The number of orders that differ here, and were left as they are."""
        return self.result.changed.total - self.done.done[EditOrder]

    @property
    def conflicting(self) -> int:
        """The number of orders that cannot be right here, or are open although they are off."""
        off = 0 if self.updates else self.result.called_off.total
        return self.result.conflicting.total + off

    @property
    def blocked(self) -> int:
        """The number of orders that were to be edited, but cannot be."""
        return self.result.unchangeable if self.updates else 0

    @property
    def is_whole(self) -> bool:
        """Whether everything in the file was imported."""
        result = self.result
        missed = result.rejected or self.done.refusals or self.blocked or result.conflicting
        is_whole = not missed and (self.updates or not result.called_off)
        return is_whole and (self.lines is None or self.lines.is_whole)

    @property
    def exit_code(self) -> int:
        """The exit code of the import."""
        return 0 if self.is_whole else terminal.EXIT_REJECTED

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        result, done = self.result, self.done
        return {
            "saved": self.saved,
            "file": result.file,
            "kind": self.kind,
            "preset": self.result.layout_name,
            **attrs.asdict(result.file_format),
            "quoted": result.layout.quoted,
            "guess": attrs.asdict(result.guess) if result.guess is not None else None,
            "notes": list(result.notes),
            "ignored_columns": [attrs.asdict(each) for each in result.ignored],
            "rows": result.rows,
            "skipped": dict(result.reasons),
            "done": done.done.total(),
            "placed": dict(done.placed),
            "edited": done.done[EditOrder],
            "counted_up": done.counted_up,
            "counted_down": done.counted_down,
            "receipts_short": done.receipts_short,
            "units_short": done.units_short,
            "back_orders_completed": done.back_orders_completed,
            "back_orders_opened": done.back_orders_opened,
            "short_orders_cancelled": done.short_orders_cancelled,
            "short_units_cancelled": done.short_units_cancelled,
            "unchanged": self.unchanged,
            "changed": [_changed(each) for each in result.changed],
            "called_off": [attrs.asdict(each) for each in result.called_off],
            "conflicting": [attrs.asdict(each) for each in result.conflicting],
            "repeated": [attrs.asdict(each) for each in result.repeated],
            "unknown_skus": [attrs.asdict(each) for each in result.unknown_skus],
            "faults": [attrs.asdict(each) for each in result.faults],
            "rejected": [attrs.asdict(each) for each in result.rejected],
            "refused": [{"id": name, "reason": reason} for name, reason in self.refused],
            "in_all": {
                **{name: getattr(result, name).total for name in _LISTED},
                "refused": done.refusals,
            },
            "rejects": attrs.asdict(self.rejects) if self.rejects is not None else None,
            "lines": self.lines.as_json() if self.lines is not None else None,
        }

    def print_problems(self, console: Console) -> None:
        """Print what was not imported, the first of each sort one by one."""
        result = self.result
        if result.guess is not None:
            _print(console, f"{result.file}: {result.guess}; --encoding names another")
        for note in result.notes:
            _print(console, f"{result.file}: {note}")
        for column in result.ignored:
            if column.nearest is not None:
                _print(console, f"ignored column {column.name!r}; did you mean {column.nearest!r}?")
        print_faults(console, "rejected", result.faults)
        print_rejects(console, self.rejects)
        refused = [f"{name}: {reason}" for name, reason in self.refused]
        print_problems(console, "refused", refused, self.done.refusals)
        unlisted = self.done.refusals - len(refused)
        if unlisted and self.rejects is not None:
            _print(console, f"the file of rejected rows has none of the last {unlisted:,} of these")
        blocked = [f"{each.order_id}: {each.obstacle}" for each in result.changed if each.obstacle]
        print_problems(console, "not changed", blocked if self.updates else [], self.blocked)
        _print_orders(console, "not imported", result.conflicting)
        if any("order prefix" in each.reason for each in result.conflicting):
            _print(console, "--order-prefix UK- keeps the orders of another shop apart")
        _print_orders(console, "off in the file", result.called_off)
        if result.called_off and not self.updates:
            _print(console, "they are open here; --on-change update cancels them")
        unknown = list(map(str, result.unknown_skus))
        sort = "unknown product" if self.kind is FileKind.ORDERS else "new product"
        print_problems(console, sort, unknown, result.unknown_skus.total)
        if self.done.receipts_short:
            _print(
                console,
                f"receipts closed with units missing: {self.done.receipts_short:,}, "
                f"{counted(self.done.units_short, 'unit')}; a column more_to_come keeps them open",
            )
        self._print_differences(console)
        if self.lines is not None:
            self.lines.print_problems_of_file(console)

    def _print_differences(self, console: Console) -> None:
        """Print the rows that are repeated, and the orders that differ from the stored ones."""
        result = self.result
        print_repeated(console, result.repeated)
        if result.changed and not self.updates:
            names = [f"{each.order_id}{_why_not(each)}" for each in result.changed]
            print_problems(console, "already present, but different", names, result.changed.total)
            _print(console, "--on-change update edits those that can be edited")

    def print_problems_of_file(self, console: Console) -> None:
        """Print the problems, if there are any, below the name of the file."""
        with console.capture() as captured:
            self.print_problems(console)
        if captured.get():
            _print(console, f"{self.result.file}:")
            self.print_problems(console)

    def print(self, console: Console) -> None:
        """Print the figures."""
        form, kind = self.result.file_format, self.kind.lower()
        if getattr(self.result.layout, "part", None) is FilePart.LINES:
            kind = "their lines"
        how = kind if self.kind is not FileKind.ORDERS else f"{kind}, {self.result.layout_name}"
        delimiter = "tab" if form.delimiter == "\t" else form.delimiter
        text = f"{form.encoding}, delimiter {delimiter}"
        text = f"workbook, sheet {form.sheet}" if form.sheet else text
        _print(console, f"{self.result.file}: {how}, {text}")
        rows = [("rows read", f"{self.result.rows:,}")]
        rows += [(name, f"{number:,}") for name, number in self._figures() if number]
        figures = tables.table("", "", rows=rows)
        figures.show_header = False
        console.print(figures)
        if self.lines is not None:
            self.lines.print(console)

    def _figures(self) -> Iterator[tuple[str, int]]:
        result, done = self.result, self.done
        placed = done.placed.total()
        yield "orders placed", placed
        yield "  of these on back order", done.placed[Status.ON_BACK_ORDER]
        yield "  of these postponed", done.placed[Status.POSTPONED]
        yield "orders edited", done.done[EditOrder]
        if self.kind is not FileKind.ORDERS:
            yield _IMPORTED[self.kind], done.done.total()
        yield "  units up", done.counted_up
        yield "  units down", done.counted_down
        yield "back orders completed", done.back_orders_completed
        yield "back orders opened", done.back_orders_opened
        yield "orders cancelled as short", done.short_orders_cancelled
        yield "short units cancelled", done.short_units_cancelled
        yield "already present, unchanged", self.unchanged
        yield "already present, but different", self.different - self.blocked
        yield "already present, cannot be edited", self.blocked
        yield "orders cancelled", done.done[CancelOrder]
        yield "cancellations requested", done.done[RequestCancellation]
        yield "off in the file, open here", 0 if self.updates else result.called_off.total
        yield "orders in conflict", result.conflicting.total
        yield "rows repeated", result.repeated.total
        yield "products unknown", result.unknown_skus.total
        for reason, number in result.reasons.items():
            yield f"rows skipped: {reason}", number
        yield "rows rejected", result.rejected.total
        yield f"{self.kind.lower()} refused", done.refusals


def _changed(changed: ChangedOrder) -> dict[str, Any]:
    edits = [{"type": type(each).__name__, **data_of(each)} for each in changed.edits]
    return {"order_id": changed.order_id, "edits": edits, "obstacle": changed.obstacle}


def _print_orders(
    console: Console, sort: str, orders: Listed[ConflictingOrder] | Listed[CalledOffOrder]
) -> None:
    print_problems(
        console, sort, [f"{each.order_id}: {each.reason}" for each in orders], orders.total
    )


def _why_not(order: ChangedOrder) -> str:
    return f": {order.obstacle}" if order.obstacle else ""


def _print(console: Console, text: str) -> None:
    console.print(text)
