"""The faults of a history, and the rows that they reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.importing.faults import by_row
from orderflow.importing.result import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.importing.faults import Fault

__all__ = ["Rejections"]

_FAULTS_MAX = 10_000
_REJECTED_MAX = 100_000
"""What is kept; all else is only counted."""


class Rejections:
    """Collects faults and rejected rows.

    Attributes:
        faults_found: The number of faults.
        rows_rejected: The number of rejected rows.
    """

    def __init__(self) -> None:
        self.faults_found = 0
        self.rows_rejected = 0
        self._faults: list[Fault] = []
        self._rejected: list[RejectedRow] = []

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that were kept, in row order."""
        return tuple(sorted(self._faults, key=lambda fault: fault.row))

    @property
    def rejected(self) -> tuple[RejectedRow, ...]:
        """The rejected rows that were kept, in row order, each with its reason."""
        return tuple(sorted(self._rejected, key=lambda each: each.row))

    def add(self, rows: Sequence[int], faults: Sequence[Fault]) -> None:
        """Reject the rows of an order, because some of them have faults."""
        self.faults_found += len(faults)
        self.rows_rejected += len(rows)
        self._faults += faults[: _FAULTS_MAX - len(self._faults)]
        reasons = by_row(faults)
        other = f"row {min(reasons):,} of the same order has a fault"
        free = _REJECTED_MAX - len(self._rejected)
        self._rejected += (RejectedRow(row, reasons.get(row, other)) for row in rows[:free])
