"""What the files of one run have in common: their orders, and the moments of these."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import datetime, timedelta

import attrs

__all__ = ["ImportRun"]

_MOMENTS_MAX = 100_000
"""How many moments are remembered. Orders of one moment stand near each other in most files."""

_MICROSECOND = timedelta(microseconds=1)
_SHIFT_MAX = timedelta(seconds=1)


@attrs.define
class ImportRun:
    """The files that one run imports, one after another: give the same one to each `read_orders`.

    An order that is in two of them has to be whole in the later one. Orders of the same moment
    are served in the order of the files and of their rows.
    """

    _files: list[tuple[str, array[int]]] = attrs.field(factory=list, init=False)
    _off: list[tuple[str, array[int]]] = attrs.field(factory=list, init=False)
    _next: dict[datetime, datetime] = attrs.field(factory=dict, init=False)

    def add_file(self, name: str, order_ids: array[int], off: array[int]) -> None:
        """Add a file that was read, with the hashes of the ids of its orders.

        Args:
            name: Its name.
            order_ids: The orders that were compared or placed.
            off: The orders that are off in it, and were not stored.
        """
        self._files.append((name, array("q", sorted(order_ids))))
        self._off.append((name, array("q", sorted(off))))

    def file_of(self, order_id: str) -> str:
        """Return the name of an earlier file that has this order; empty if there is none."""
        return _last_with(self._files, order_id)

    def file_without(self, order_id: str) -> str:
        """Return the name of an earlier file in which this order is off; empty if there is none."""
        return _last_with(self._off, order_id)

    def place(self, moment: datetime) -> datetime:
        """Return when a new order counts as placed: behind the earlier ones of this moment.

        Orders of the same moment would otherwise be served by their ids, and all orders of a day
        have the same moment in a file without times.
        """
        placed_at = self._next.pop(moment, moment)
        self._put(moment, placed_at + _MICROSECOND)
        return placed_at

    def pass_by(self, moment: datetime, placed_at: datetime) -> None:
        """Note a stored order of this moment, which counts as placed at another."""
        if timedelta() <= placed_at - moment < _SHIFT_MAX:
            behind = placed_at + _MICROSECOND
            self._put(moment, max(behind, self._next.pop(moment, behind)))

    def _put(self, moment: datetime, placed_at: datetime) -> None:
        self._next[moment] = placed_at
        if len(self._next) > _MOMENTS_MAX:
            del self._next[next(iter(self._next))]


def _last_with(files: list[tuple[str, array[int]]], order_id: str) -> str:
    wanted = hash(order_id)
    for name, order_ids in reversed(files):
        place = bisect_left(order_ids, wanted)
        if place < len(order_ids) and order_ids[place] == wanted:
            return name
    return ""
