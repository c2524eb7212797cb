"""What is wrong with a file: the first problems of each sort one by one, the rest counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from orderflow.importing import Fault

__all__ = ["by_cause", "print_problems"]

_OPTIONS = {
    "country": "--country",
    "day_first": "--day-first or --month-first",
    "include_status": "--include-status",
    "item_pattern": "--item-pattern",
    "thousands": "--thousands",
    "time_format": "--time-format",
    "time_zone": "--time-zone",
}
"""The option of each setting that would make a value valid."""

LISTED_MAX = 10
"""At most this many problems of each sort are listed; the rest are counted."""


def by_cause(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield the faults, those of one cause once: their number, the first one, and the option."""
    causes: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        causes.setdefault((fault.column, fault.reason), []).append(fault)
    for first, *others in causes.values():
        more = f"; and {len(others):,} more rows" if others else ""
        option = f" ({_OPTIONS[first.setting]})" if first.setting in _OPTIONS else ""
        yield f"{first}{option}{more}"


def print_problems(console: Console, sort: str, texts: Sequence[str]) -> None:
    """Print problems of one sort."""
    for text in texts[:LISTED_MAX]:
        console.print(f"{sort}: {text}")
    if len(texts) > LISTED_MAX:
        console.print(f"{sort}: and {len(texts) - LISTED_MAX:,} more")
