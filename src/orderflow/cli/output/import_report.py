"""The report of an import, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.options.import_file import FileKind
from orderflow.cli.output import tables
from orderflow.cli.output.problems import by_cause, print_problems
from orderflow.cli.output.records import data_of
from orderflow.domain.model.commands import CancelOrder, EditOrder
from orderflow.domain.model.status import Status
from orderflow.domain.model.warehouse_commands import RequestCancellation
from orderflow.importing import Import, ImportCommand, record_id
from orderflow.service import BatchResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from orderflow.importing import ChangedOrder

__all__ = ["ImportReport"]

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
    """

    kind: FileKind
    result: Import
    done: BatchResult[ImportCommand]
    updates: bool
    saved: bool

    @property
    def refused(self) -> list[tuple[str, str]]:
        """The id that the file has for each refused command, and the reason."""
        return [(record_id(each.command), str(each.error)) for each in self.done.refused]

    @property
    def blocked(self) -> list[ChangedOrder]:
        """The orders that were to be edited, but cannot be."""
        return [each for each in self.result.changed if self.updates and each.obstacle]

    @property
    def is_whole(self) -> bool:
        """Whether everything in the file was imported."""
        result = self.result
        missed = result.rejected or self.done.refused or self.blocked or result.conflicting
        return not missed and (self.updates or not result.called_off)

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
            "skipped": result.reasons,
            "done": done.done.total(),
            "placed": dict(done.placed),
            "edited": done.done[EditOrder],
            "counted_up": done.counted_up,
            "counted_down": done.counted_down,
            "back_orders_completed": done.back_orders_completed,
            "back_orders_opened": done.back_orders_opened,
            "unchanged": result.unchanged,
            "changed": [_changed(each) for each in result.changed],
            "called_off": [attrs.asdict(each) for each in result.called_off],
            "conflicting": [attrs.asdict(each) for each in result.conflicting],
            "repeated": [attrs.asdict(each) for each in result.repeated],
            "unknown_skus": [attrs.asdict(each) for each in result.unknown_skus],
            "faults": [attrs.asdict(each) for each in result.faults],
            "rejected": [attrs.asdict(each) for each in result.rejected],
            "refused": [{"id": name, "reason": reason} for name, reason in self.refused],
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
        print_problems(console, "rejected", list(by_cause(result.faults)))
        print_problems(console, "refused", [f"{name}: {reason}" for name, reason in self.refused])
        blocked = [f"{each.order_id}: {each.obstacle}" for each in self.blocked]
        print_problems(console, "not changed", blocked)
        conflicting = [f"{each.order_id}: {each.reason}" for each in result.conflicting]
        print_problems(console, "not imported", conflicting)
        called_off = [f"{each.order_id}: {each.reason}" for each in result.called_off]
        print_problems(console, "off in the file", called_off)
        if called_off and not self.updates:
            _print(console, "they are open here; --on-change update cancels them")
        print_problems(console, "unknown product", [str(each) for each in result.unknown_skus])
        if result.repeated:
            row, first = result.repeated[0].row, result.repeated[0].first
            _print(
                console,
                f"rows repeated: {len(result.repeated):,}; for example, row {row:,} equals row "
                f"{first:,}; both are lines, unless --drop-repeated is given",
            )
        if result.changed and not self.updates:
            count = len(result.changed)
            _print(
                console,
                f"already present, but different: {count:,}; --on-change update edits them",
            )

    def print(self, console: Console) -> None:
        """Print the figures."""
        form, kind = self.result.file_format, self.kind.lower()
        delimiter = "tab" if form.delimiter == "\t" else form.delimiter
        how = f"{kind}, {self.result.layout_name}, {form.encoding}"
        if self.kind is not FileKind.ORDERS:
            how = f"{kind}, {form.encoding}"
        _print(console, f"{self.result.file}: {how}, delimiter {delimiter}")
        rows = [(name, f"{number:,}") for name, number in self._figures() if number]
        figures = tables.table("", "", rows=rows)
        figures.show_header = False
        console.print(figures)

    def _figures(self) -> Iterator[tuple[str, int]]:
        result, done = self.result, self.done
        placed, edited, blocked = done.placed.total(), done.done[EditOrder], len(self.blocked)
        yield "rows read", result.rows
        yield "orders placed", placed
        yield "  of these on back order", done.placed[Status.ON_BACK_ORDER]
        yield "orders edited", edited
        if self.kind is not FileKind.ORDERS:
            yield _IMPORTED[self.kind], done.done.total()
        yield "  units up", done.counted_up
        yield "  units down", done.counted_down
        yield "back orders completed", done.back_orders_completed
        yield "back orders opened", done.back_orders_opened
        yield "already present, unchanged", result.unchanged
        yield "already present, but different", len(result.changed) - edited - blocked
        yield "already present, cannot be edited", blocked
        yield "orders cancelled", done.done[CancelOrder]
        yield "cancellations requested", done.done[RequestCancellation]
        yield "off in the file, open here", 0 if self.updates else len(result.called_off)
        yield "orders of another shop or warehouse", len(result.conflicting)
        yield "rows repeated", len(result.repeated)
        yield "products unknown", len(result.unknown_skus)
        for reason, number in result.reasons.items():
            yield f"rows skipped: {reason}", number
        yield "rows rejected", len(result.rejected)
        yield f"{self.kind.lower()} refused", len(done.refused)


def _changed(changed: ChangedOrder) -> dict[str, Any]:
    edits = [{"type": type(each).__name__, **data_of(each)} for each in changed.edits]
    return {"order_id": changed.order_id, "edits": edits, "obstacle": changed.obstacle}


def _print(console: Console, text: str) -> None:
    console.print(text)
