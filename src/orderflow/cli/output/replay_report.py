"""The result of a run, as tables and as JSON."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
from rich.columns import Columns
from rich.padding import Padding

from orderflow.cli.output import tables, terminal
from orderflow.domain.calendar.calendar import Weekday
from orderflow.replay import EntryKind, Settings, SkipReason, Summary

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from orderflow.replay import HistoryReader, ReplenishmentRule

__all__ = ["Report", "Rows"]

_SKIPPED = {
    SkipReason.NOT_GOODS: "not goods (postage, fees, vouchers)",
    SkipReason.ACCOUNTING: "accounting adjustment",
    SkipReason.NO_CUSTOMER: "cancellation without a customer",
    SkipReason.NO_SALE: "cancellation without a sale in the history",
}


@attrs.frozen(kw_only=True)
class Rows:
    """The number of rows in a file, by what happened to them."""

    used: dict[str, int]
    skipped: dict[SkipReason, int]
    rejected: int

    @classmethod
    def of(cls, history: HistoryReader, summary: Summary) -> Rows:
        """Combine the counts of the reader and of the replay."""
        skipped = history.tally.skipped + summary.skipped
        used = {
            "order lines": summary.rows[EntryKind.SALE],
            "cancellations": summary.rows[EntryKind.CANCELLATION] - summary.skipped.total(),
            "write-offs": summary.rows[EntryKind.WRITE_OFF],
            "found": summary.rows[EntryKind.FOUND],
        }
        return cls(
            used=used,
            skipped={skip: skipped[skip] for skip in SkipReason},
            rejected=history.rejects.count,
        )

    @property
    def read(self) -> int:
        """All rows of the file."""
        return sum(self.used.values()) + sum(self.skipped.values()) + self.rejected

    def as_json(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        return {
            "read": self.read,
            **{name.replace(" ", "_").replace("-", "_"): n for name, n in self.used.items()},
            "skipped": {skip.lower(): n for skip, n in self.skipped.items()},
            "rejected": self.rejected,
        }


@attrs.frozen(kw_only=True)
class Report:
    """The result of a run, with its settings.

    Attributes:
        title: What was replayed.
        settings: The settings of the run.
        summary: The result.
        seconds: How long the run took.
        rows: The rows of the file, if there was one.
    """

    title: str
    settings: Settings
    summary: Summary
    seconds: float
    rows: Rows | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.summary.balance.difference:
            return terminal.EXIT_UNBALANCED
        return terminal.EXIT_REJECTED if self.rows is not None and self.rows.rejected else 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        lines = self.rows.read if self.rows is not None else self.summary.lines.total
        return {
            "title": self.title,
            **({"rows": self.rows.as_json()} if self.rows is not None else {}),
            "settings": attrs.asdict(self.settings, value_serializer=_plain),
            **self.summary.as_json(),
            "wall_seconds": round(self.seconds, 3),
            "lines_per_second": round(lines / self.seconds),
        }

    def print(self, console: Console) -> None:
        """Print the report as tables."""
        summary = self.summary
        if self.rows is not None:
            _print(console, _rows(self.rows))
        _print(
            console,
            tables.definitions("This run", added(self.settings, summary)),
        )
        _print(console, tables.first_attempt(summary))
        _print(
            console,
            Columns([tables.back_orders(summary), tables.waiting(summary)], padding=(0, 6)),
        )
        _print(
            console,
            Columns([tables.account(summary.balance), tables.cancelled(summary)], padding=(0, 6)),
        )
        lines = self.rows.read if self.rows is not None else summary.lines.total
        console.print(
            f" {lines:,} lines in {self.seconds:.1f} s: {lines / self.seconds:,.0f} lines a second"
        )


def added(settings: Settings, summary: Summary) -> dict[str, str]:
    """Describe what a run added to the history."""
    rule, calendar, counts = settings.rule, settings.calendar, summary.added
    behaviour = settings.behaviour
    policy = attrs.asdict(settings.policy, filter=lambda _, value: value is not None)
    days = ", ".join(day for day in Weekday if day in calendar.working_days)
    patience = behaviour.patience
    seller = [
        "splits orders that can leave in part" if behaviour.split else "does not split",
        f"cancels after {tables.duration(patience.total_seconds())}" if patience else "waits",
        "puts returns back into stock"
        if behaviour.returns_to_stock
        else "puts no returns into stock",
    ]
    return {
        "policy": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in policy.items()),
        "stock added": (
            f"{counts.opening_units:,} units of {counts.products:,} products, each counted when "
            f"first seen"
        ),
        "receipts added": (
            f"{counts.receipts_booked_in:,} with {counts.units_booked_in:,} units; ordered "
            f"{_level(rule)}; lead time {rule.lead_days_min} to {rule.lead_days_max} days "
            f"(seed {rule.seed})"
        ),
        "warehouse added": (
            f"despatched on {counts.cut_offs:,} days, at {calendar.cut_off:%H:%M} "
            f"{calendar.time_zone} on {days}; receipts are booked in at {settings.books_in:%H:%M}"
        ),
        "seller": "; ".join(seller),
    }


def _level(rule: ReplenishmentRule) -> str:
    often = "every day" if rule.review_days == 1 else f"every {rule.review_days} days"
    least = f"{rule.level_units:,} units of each product"
    if rule.cover_days:
        recent = f"{rule.cover_days} days of the demand of the last {rule.recent_days} days"
        return f"{often}, up to {recent} or {least}, whichever is more"
    return f"{often}, up to {least}" if rule.level_units else f"{often}, what back orders need"


def _rows(rows: Rows) -> Table:
    drawn = tables.table("Rows read", "")
    for name, count in rows.used.items():
        if count:
            drawn.add_row(name, f"{count:,}")
    for skip, count in rows.skipped.items():
        if count:
            drawn.add_row(f"skipped: {_SKIPPED[skip]}", f"{count:,}", style="dim")
    drawn.add_row("rejected", f"{rows.rejected:,}", style="red" if rows.rejected else "dim")
    drawn.add_row("total", f"{rows.read:,}")
    return drawn


def _print(console: Console, drawn: RenderableType) -> None:
    console.print(Padding(drawn, (0, 0, 1, 1), expand=False))


def _plain(_instance: object, _attribute: object, value: object) -> object:
    """Convert a setting for JSON."""
    match value:
        case timedelta():
            return value.total_seconds()
        case frozenset():
            return sorted(value)
        case time() | ZoneInfo():
            return str(value)
        case _:
            return value
