"""What is wrong with a file: the first problems of each sort one by one, the rest counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from orderflow.importing import Fault, Listed, RepeatedRow, WrittenRejects

__all__ = ["print_faults", "print_problems", "print_rejects", "print_repeated"]

_OPTIONS = {
    "country": "--country",
    "day_first": "--day-first or --month-first",
    "encoding": "--encoding",
    "include_status": "--include-status",
    "item_pattern": "--item-pattern",
    "thousands": "--thousands",
    "time_format": "--time-format",
    "time_zone": "--time-zone",
}
"""The option of each setting that would make a value valid."""

LISTED_MAX = 10
"""At most this many problems of each sort are listed; the rest are counted."""


def print_faults(console: Console, sort: str, faults: Listed[Fault]) -> None:
    """Print faults, those of one cause once: their number, the first one, and the option."""
    print_problems(console, sort, list(_by_cause(faults)))
    if faults.more:
        console.print(
            f"{sort}: {faults.total:,} faults in all; the first {len(faults):,} are counted here"
        )


def print_problems(
    console: Console, sort: str, texts: Sequence[str], total: int | None = None
) -> None:
    """Print problems of one sort. If these are not all of them, the total says how many are."""
    shown = texts[:LISTED_MAX]
    more = (len(texts) if total is None else total) - len(shown)
    for text in shown:
        console.print(f"{sort}: {text}")
    if more:
        console.print(f"{sort}: and {more:,} more")


def print_rejects(console: Console, rejects: WrittenRejects | None) -> None:
    """Print which rows are not in a file of rejected rows, because of its limit."""
    if rejects is not None and rejects.omitted:
        later = counted(rejects.omitted, "later one is", "later ones are")
        console.print(
            f"the file of rejected rows has the first {rejects.rows:,}, up to row "
            f"{rejects.last_row or 0:,}; {later} not in it"
        )


def print_repeated(console: Console, repeated: Listed[RepeatedRow]) -> None:
    """Print how many rows repeat an earlier row of their order, and the first one."""
    if repeated:
        row, first = repeated[0].row, repeated[0].first
        console.print(
            f"rows repeated: {repeated.total:,}; for example, row {row:,} equals row {first:,}; "
            f"both are lines, unless --drop-repeated is given"
        )


def _by_cause(faults: Iterable[Fault]) -> Iterator[str]:
    causes: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        causes.setdefault((fault.column, fault.reason), []).append(fault)
    for first, *others in causes.values():
        more = f"; and {counted(len(others), 'more row')}" if others else ""
        option = f" ({_OPTIONS[first.setting]})" if first.setting in _OPTIONS else ""
        yield f"{first}{option}{more}"
