"""What is found in the rows of a file beside its contents: rows that are skipped or rejected.

Only the first of each sort are listed, and all are counted, so that no file takes more memory.
"""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

from orderflow.errors.quoting import counted
from orderflow.importing.faults import Fault, RejectedRow, RepeatedRow, SkippedRow
from orderflow.importing.listed import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["REJECTED_MAX", "Findings"]

REJECTED_MAX = 100_000
"""How many rejected rows are listed, and written to a file of rejected rows."""

_REASON_CHARACTERS_MAX = 400
_ROW = attrgetter("row")


class Findings:
    """Collects skipped, repeated and rejected rows, and faults.

    Attributes:
        reasons: The number of skipped rows by reason.
        skipped: The skipped rows.
        repeated: The rows that repeat an earlier one.
        faults: The faults.
        rejected: The rejected rows.
    """

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.skipped = Listing[SkippedRow](_ROW)
        self.repeated = Listing[RepeatedRow](_ROW)
        self.faults = Listing[Fault](_ROW)
        self.rejected = Listing[RejectedRow](_ROW, REJECTED_MAX)

    def skip(self, row: int, reason: str) -> None:
        """Skip a row."""
        self.reasons[reason] += 1
        self.skipped.add(SkippedRow(row, reason))

    def reject(self, rows: Iterable[int], faults: Sequence[Fault], other: str = "") -> None:
        """Reject rows that belong together, because of faults in them, or for another reason."""
        by_row: dict[int, list[Fault]] = {}
        for fault in faults:
            by_row.setdefault(fault.row, []).append(fault)
        other = of_same_order(min(by_row)) if by_row else other
        for row in rows:
            self.reject_row(row, by_row.get(row, ()), other)

    def reject_row(self, row: int, faults: Sequence[Fault], other: str = "") -> None:
        """Reject a row because of its faults; if it has none, for another reason."""
        for fault in faults:
            self.faults.add(fault)
        self.rejected.add(RejectedRow(row, _joined(faults) or other))


def of_same_order(row: int) -> str:
    """Return why a row without a fault is rejected: this row has one."""
    return f"row {row:,} of the same order has a fault"


def _joined(faults: Sequence[Fault]) -> str:
    """Return the faults of one row as one text; of many faults, the first."""
    text = ""
    for number, fault in enumerate(faults):
        if len(text) > _REASON_CHARACTERS_MAX:
            return f"{text}; and {counted(len(faults) - number, 'more fault')}"
        place = f"{fault.column} {fault.value} " if fault.column else ""
        text += f"{'; ' if text else ''}{place}{fault.reason}"
    return text
