"""The result of a run, as tables and as JSON."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
from rich.columns import Columns
from rich.padding import Padding

from orderflow.cli.input_files import LeftOut
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.problems import (
    print_faults,
    print_problems,
    print_rejects,
    print_repeated,
)
from orderflow.domain.calendar.calendar import Weekday
from orderflow.errors.quoting import counted
from orderflow.importing import WrittenRejects
from orderflow.replay import EntryKind, History, Settings, SkipReason, Summary
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table

    from orderflow.replay import ReplenishmentRule

__all__ = ["FileReplayed", "Report", "Rows", "plain"]

_SKIPPED = {
    SkipReason.NO_CUSTOMER: "cancellation without a customer",
    SkipReason.NO_SALE: "cancellation without a sale in the history",
}


@attrs.frozen(kw_only=True)
class Rows:
    """The number of rows in a file, by what happened to them.

    Attributes:
        read: All rows of the file.
        used: The lines that were replayed, by kind.
        skipped: The skipped rows, by reason.
        rejected: The rejected rows, and those of refused orders.
    """

    read: int
    used: dict[str, int]
    skipped: dict[str, int]
    rejected: int

    @classmethod
    def of(cls, histories: Sequence[History], summary: Summary | None) -> Rows:
        """Combine the counts of the files and of the replay."""
        skipped = sum((each.skipped for each in histories), Counter[str]())
        used: dict[str, int] = {}
        rejected = sum(each.rejected.total for each in histories)
        if summary is not None:
            skipped.update({_SKIPPED[each]: number for each, number in summary.skipped.items()})
            cancelled = summary.rows[EntryKind.CANCELLATION] - summary.skipped.total()
            used = {
                "order lines": summary.rows[EntryKind.SALE],
                "cancellations": cancelled,
                "write-offs": summary.rows[EntryKind.WRITE_OFF],
                "found": summary.rows[EntryKind.FOUND],
            }
            rejected += summary.rows_refused
        return cls(
            read=sum(each.rows for each in histories),
            used=used,
            skipped=dict(skipped.most_common()),
            rejected=rejected,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        return {
            "read": self.read,
            **{name.replace(" ", "_").replace("-", "_"): n for name, n in self.used.items()},
            "skipped": self.skipped,
            "rejected": self.rejected,
        }


@attrs.frozen
class FileReplayed:
    """A file that was replayed.

    Attributes:
        history: What was read from it.
        rejects: What was written to the file of rejected rows, if there is one.
    """

    history: History
    rejects: WrittenRejects | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        history = self.history
        return {
            "preset": history.layout_name,
            **attrs.asdict(history.file_format),
            "notes": list(history.notes),
            "repeated": [attrs.asdict(each) for each in history.repeated],
            "faults": [attrs.asdict(each) for each in history.faults],
            "rejects": attrs.asdict(self.rejects) if self.rejects is not None else None,
        }

    def print_problems(self, console: Console, *, with_faults: bool, of_several: bool) -> None:
        """Print what was guessed, and what was rejected; of several files, below the name."""
        history = self.history
        if of_several and (history.repeated or (with_faults and history.faults)):
            console.print(f"{history.file}:")
        if history.guess is not None:
            console.print(f"{history.file}: {history.guess}; --encoding names another")
        for note in history.notes:
            console.print(f"{history.file}: {note}")
        if with_faults:
            print_faults(console, "rejected", history.faults)
        print_rejects(console, self.rejects)
        print_repeated(console, history.repeated)


@attrs.frozen(kw_only=True)
class Report:
    """The result of a run, with its settings.

    Attributes:
        title: What was replayed.
        settings: The settings of the run.
        summary: The result; None if nothing was replayed, because of the rejected rows.
        seconds: How long the run took.
        files: The files, if there were any.
        left_out: The entries of folders that were not replayed.
    """

    title: str
    settings: Settings
    summary: Summary | None
    seconds: float
    files: tuple[FileReplayed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rows(self) -> Rows | None:
        """The rows of the files, if there were any."""
        histories = [each.history for each in self.files]
        return Rows.of(histories, self.summary) if histories else None

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.summary is not None and self.summary.balance.difference:
            return terminal.EXIT_UNBALANCED
        return terminal.EXIT_REJECTED if self.rows is not None and self.rows.rejected else 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values. What is about one of several files is in `files`."""
        summary, rows = self.summary, self.rows
        in_all = {
            "repeated": sum(each.history.repeated.total for each in self.files),
            "faults": sum(each.history.faults.total for each in self.files),
            "refused": summary.refusals if summary is not None else 0,
        }
        of_files: dict[str, Any] = {"rejects": None}
        if len(self.files) == 1:
            of_files = self.files[0].as_json()
        elif self.files:
            files = [{"file": each.history.file, **each.as_json()} for each in self.files]
            of_files = {"files": files}
        return {
            "title": self.title,
            "replayed": summary is not None,
            **of_files,
            "left_out": [attrs.asdict(each) for each in self.left_out],
            **({"rows": rows.as_json(), "in_all": in_all} if rows is not None else {}),
            "settings": attrs.asdict(self.settings, value_serializer=plain),
            **(summary.as_json() if summary is not None else {}),
            "refused": dict(summary.refused) if summary is not None else {},
            "wall_seconds": round(self.seconds, 3),
            "lines_per_second": round(self._lines / self.seconds),
        }

    def print_problems(self, console: Console) -> None:
        """Print what was guessed, rejected and refused."""
        for each in self.files:
            each.print_problems(
                console, with_faults=self.summary is not None, of_several=len(self.files) > 1
            )
        for left in self.left_out:
            console.print(f"left out: {left.file}: {left.reason}")
        if self.summary is not None:
            refused = [f"{each}: {reason}" for each, reason in self.summary.refused.items()]
            print_problems(console, "refused", refused, self.summary.refusals)

    def print(self, console: Console) -> None:
        """Print the report as tables. If nothing was replayed, the reasons are the result."""
        summary, rows = self.summary, self.rows
        if summary is None and rows is not None:
            console.print(
                f" Nothing was replayed: {rows.rejected:,} of {counted(rows.read, 'row')} "
                f"{'was' if rows.rejected == 1 else 'were'} rejected."
            )
            for each in self.files:
                if len(self.files) > 1 and each.history.faults:
                    console.print(f" {each.history.file}:")
                print_faults(console, " rejected", each.history.faults)
        if rows is not None:
            _print(console, _rows(rows))
        if summary is None:
            return
        _print(console, tables.definitions("This run", added(self.settings, summary)))
        _print(console, tables.first_attempt(summary))
        _print(
            console,
            Columns([tables.back_orders(summary), tables.waiting(summary)], padding=(0, 6)),
        )
        _print(
            console,
            Columns([tables.account(summary.balance), tables.cancelled(summary)], padding=(0, 6)),
        )
        lines = self._lines
        console.print(
            f" {counted(lines, 'line')} in {self.seconds:.1f} s: "
            f"{lines / self.seconds:,.0f} lines a second"
        )

    @property
    def _lines(self) -> int:
        if self.rows is not None:
            return self.rows.read
        return self.summary.lines.total if self.summary is not None else 0


def added(settings: Settings, summary: Summary) -> dict[str, str]:
    """Describe what a run added to the history."""
    rule, calendar, counts = settings.rule, settings.calendar, summary.added
    behaviour = settings.behaviour
    policy = attrs.asdict(settings.policy, filter=lambda _, value: value is not None)
    days = ", ".join(day for day in Weekday if day in calendar.working_days)
    patience = behaviour.patience
    seller = [
        "splits orders that can leave in part" if behaviour.split else "does not split",
        f"cancels after {duration(patience.total_seconds())}" if patience else "waits",
        "puts returns back into stock"
        if behaviour.returns_to_stock
        else "puts no returns into stock",
        *_rebalanced(settings, summary),
    ]
    return {
        "policy": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in policy.items()),
        "stock added": (
            f"{counted(counts.opening_units, 'unit')} of {counted(counts.products, 'product')}, "
            f"each counted when first seen"
        ),
        "receipts added": (
            f"{counts.receipts_booked_in:,} with {counted(counts.units_booked_in, 'unit')}; "
            f"ordered {_level(rule)}; "
            f"lead time {rule.lead_days_min} to {counted(rule.lead_days_max, 'day')} "
            f"(seed {rule.seed})"
        ),
        "warehouse added": (
            f"despatched on {counted(counts.cut_offs, 'day')}, at {calendar.cut_off:%H:%M} "
            f"{calendar.time_zone} on {days}; receipts are booked in at {settings.books_in:%H:%M}"
        ),
        "seller": "; ".join(seller),
    }


def _rebalanced(settings: Settings, summary: Summary) -> Iterator[str]:
    if settings.rebalance_days is not None:
        counts = summary.added
        yield (
            f"rebalances every {counted(settings.rebalance_days, 'day')}: "
            f"{counted(counts.rebalances, 'plan')} moved {counted(counts.units_moved, 'unit')}, "
            f"and orders gave {counted(counts.orders_that_gave, 'time')}"
        )


def _level(rule: ReplenishmentRule) -> str:
    often = "every day" if rule.review_days == 1 else f"every {rule.review_days} days"
    least = f"{counted(rule.level_units, 'unit')} of each product"
    if rule.cover_days:
        last = f"the last {counted(rule.recent_days, 'day')}"
        recent = f"{counted(rule.cover_days, 'day')} of the demand of {last}"
        return f"{often}, up to {recent} or {least}, whichever is more"
    return f"{often}, up to {least}" if rule.level_units else f"{often}, what back orders need"


def _rows(rows: Rows) -> Table:
    drawn = tables.table("Rows read", "")
    for name, count in rows.used.items():
        if count:
            drawn.add_row(name, f"{count:,}")
    for skip, count in rows.skipped.items():
        if count:
            drawn.add_row(f"skipped: {skip}", f"{count:,}", style="dim")
    drawn.add_row("rejected", f"{rows.rejected:,}", style="red" if rows.rejected else "dim")
    drawn.add_row("total", f"{rows.read:,}")
    return drawn


def _print(console: Console, drawn: RenderableType) -> None:
    console.print(Padding(drawn, (0, 0, 1, 1), expand=False))


def plain(_instance: object, _attribute: object, value: object) -> object:
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
