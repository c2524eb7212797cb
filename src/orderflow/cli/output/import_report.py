"""What an import came to, for people and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from rich.text import Text

from orderflow.cli.options.import_file import Kind
from orderflow.cli.output import tables
from orderflow.cli.output.records import data_of
from orderflow.domain.model.commands import EditOrder
from orderflow.domain.model.status import Status
from orderflow.importing import PRESETS, Import, ImportCommand, record_id
from orderflow.service import BatchResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from orderflow.importing import ChangedOrder

__all__ = ["ImportReport"]

TOLD_MAX = 10
"""So many of each sort are told one by one, and then only counted."""


@attrs.frozen(kw_only=True)
class ImportReport:
    """What an import came to.

    Attributes:
        kind: What the file holds.
        result: What was read.
        done: What its commands did.
        updates: Whether orders were to be edited that the file has otherwise.
        saved: Whether what could go in was saved.
    """

    kind: Kind
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
        """The orders that were to be edited and cannot be."""
        return [each for each in self.result.changed if self.updates and each.obstacle]

    @property
    def is_whole(self) -> bool:
        """Whether all of the file went in."""
        return not (self.result.rejected or self.done.refused or self.blocked)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        result, done = self.result, self.done
        return {
            "saved": self.saved,
            "file": result.file,
            "kind": self.kind,
            "preset": self._preset,
            **result.form._asdict(),
            "ignored_columns": [attrs.asdict(each) for each in result.ignored],
            "rows": result.rows,
            "passed_over": result.reasons,
            "done": done.done.total(),
            "placed": dict(done.placed),
            "edited": done.done[EditOrder],
            "back_orders_completed": done.back_orders_completed,
            "back_orders_opened": done.back_orders_opened,
            "unchanged": result.unchanged,
            "changed": [_changed(each) for each in result.changed],
            "faults": [attrs.asdict(each) for each in result.faults],
            "rejected": [attrs.asdict(each) for each in result.rejected],
            "refused": [{"id": name, "reason": reason} for name, reason in self.refused],
        }

    def tell(self, console: Console) -> None:
        """Tell what did not go in, the first ones of each sort one by one."""
        result = self.result
        for column in result.ignored:
            if column.nearest is not None:
                _print(console, f"not read: column {column.name!r}; is it {column.nearest!r}?")
        _tell(console, "rejected", [str(each) for each in result.faults])
        _tell(console, "refused", [f"{name}: {reason}" for name, reason in self.refused])
        blocked = [f"{each.order_id}: {each.obstacle}" for each in self.blocked]
        _tell(console, "not changed", blocked)
        if result.changed and not self.updates:
            count = len(result.changed)
            _print(
                console,
                f"there already, and otherwise: {count:,}; --on-change update edits them",
            )

    def print(self, console: Console) -> None:
        """Print the figures."""
        form = self.result.form
        delimiter = "tab" if form.delimiter == "\t" else form.delimiter
        how = f"{self.kind}, {self._preset or 'columns as given'}, {form.encoding}"
        if self.kind is not Kind.ORDERS:
            how = f"{self.kind}, {form.encoding}"
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
        yield f"{self.kind} taken in", done.done.total() - placed - edited
        yield "orders off back order by that", done.back_orders_completed
        yield "orders on back order by that", done.back_orders_opened
        yield "there already, and unchanged", result.unchanged
        yield "there already, and left as they are", len(result.changed) - edited - blocked
        yield "there already, and cannot be edited", blocked
        for reason, number in result.reasons.items():
            yield f"rows passed over: {reason}", number
        yield "rows rejected", len(result.rejected)
        yield f"{self.kind} refused", len(done.refused)

    @property
    def _preset(self) -> str | None:
        return next((name for name, each in PRESETS.items() if each == self.result.layout), None)


def _changed(changed: ChangedOrder) -> dict[str, Any]:
    changes = [{"type": type(each).__name__, **data_of(each)} for each in changed.edits]
    return {"order_id": changed.order_id, "changes": changes, "obstacle": changed.obstacle}


def _tell(console: Console, what: str, texts: list[str]) -> None:
    for text in texts[:TOLD_MAX]:
        _print(console, f"{what}: {text}")
    if len(texts) > TOLD_MAX:
        _print(console, f"{what}: and {len(texts) - TOLD_MAX:,} more")


def _print(console: Console, text: str) -> None:
    console.print(Text(text))
