"""What an import came to, for people and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from rich.text import Text

from orderflow.cli import tables
from orderflow.cli.carrying import Carried
from orderflow.cli.layouts import Kind
from orderflow.cli.showing import data_of
from orderflow.domain.model.status import Status
from orderflow.importing import PRESETS, Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from orderflow.importing import ChangedOrder

__all__ = ["Imported"]

TOLD_MAX = 10
"""So many of each sort are told one by one, and then only counted."""


@attrs.frozen(kw_only=True)
class Imported:
    """What an import came to.

    Attributes:
        kind: What the file holds.
        result: What was read.
        carried: What became of it.
        updates: Whether orders were to be edited that the file has otherwise.
        saved: Whether what could go in was saved.
    """

    kind: Kind
    result: Import
    carried: Carried
    updates: bool
    saved: bool

    @property
    def blocked(self) -> list[ChangedOrder]:
        """The orders that were to be edited and cannot be."""
        return [each for each in self.result.changed if self.updates and each.obstacle]

    @property
    def is_whole(self) -> bool:
        """Whether all of the file went in."""
        return not (self.result.rejected or self.carried.refused or self.blocked)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        result, carried = self.result, self.carried
        return {
            "saved": self.saved,
            "file": result.file,
            "kind": self.kind,
            "preset": self._preset,
            **result.form._asdict(),
            "ignored_columns": [attrs.asdict(each) for each in result.ignored],
            "rows": result.rows,
            "passed_over": result.reasons,
            "done": carried.done,
            "placed": dict(carried.placed),
            "edited": carried.edited,
            "completed": carried.completed,
            "back_orders_opened": carried.back_orders_opened,
            "unchanged": result.unchanged,
            "changed": [_changed(each) for each in result.changed],
            "faults": [attrs.asdict(each) for each in result.faults],
            "rejected": [attrs.asdict(each) for each in result.rejected],
            "refused": [attrs.asdict(each) for each in carried.refused],
        }

    def tell(self, console: Console) -> None:
        """Tell what did not go in, the first ones of each sort one by one."""
        result = self.result
        for column in result.ignored:
            if column.nearest is not None:
                _print(console, f"not read: column {column.name!r}; is it {column.nearest!r}?")
        _tell(console, "rejected", [str(each) for each in result.faults])
        _tell(console, "refused", [f"{each.name}: {each.reason}" for each in self.carried.refused])
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
        result, carried = self.result, self.carried
        placed, edited, blocked = sum(carried.placed.values()), carried.edited, len(self.blocked)
        yield "rows read", result.rows
        yield "orders placed", placed
        yield "  of these on back order", carried.placed[Status.ON_BACK_ORDER]
        yield "orders edited", edited
        yield f"{self.kind} taken in", carried.done - placed - edited
        yield "orders off back order by that", carried.completed
        yield "orders on back order by that", carried.back_orders_opened
        yield "there already, and unchanged", result.unchanged
        yield "there already, and left as they are", len(result.changed) - edited - blocked
        yield "there already, and cannot be edited", blocked
        for reason, number in result.reasons.items():
            yield f"rows passed over: {reason}", number
        yield "rows rejected", len(result.rejected)
        yield f"{self.kind} refused", len(carried.refused)

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
