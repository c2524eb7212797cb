"""A sorted queue that stays fast when it is long."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow.domain.model.policy import QueuePosition

    _Entry = tuple[QueuePosition, int]

__all__ = ["SortedQueue"]

_CHUNK_LENGTH_MAX = 1_000


class SortedQueue:
    """Sorted positions in chunks, each with the smallest number of units it can use.

    Adding, removing and reading the head cost the length of a chunk, not that of the queue. A
    plain list would move every position behind the changed one. A chunk knows the least that any
    of its positions needs, so chunks in which nobody can be served are skipped quickly.
    """

    __slots__ = ("_chunks",)

    def __init__(self) -> None:
        self._chunks: list[_Chunk] = []

    def __bool__(self) -> bool:
        """Whether anyone waits."""
        return bool(self._chunks)

    def __iter__(self) -> Iterator[QueuePosition]:
        """Yield all positions in order. Do not change the queue meanwhile."""
        for chunk in self._chunks:
            for place, _ in chunk.entries:
                yield place

    def behind(self, place: QueuePosition) -> Iterator[QueuePosition]:
        """Yield the positions behind a position, in order. Do not change the queue meanwhile."""
        for chunk in self._chunks[self._chunk_of(place) :]:
            for each, _ in chunk.entries[bisect_right(chunk.entries, place, key=_place) :]:
                yield each

    def needing(self, at_most: Callable[[], int]) -> Iterator[QueuePosition]:
        """Yield the positions, in order, that need no more units than are available.

        Args:
            at_most: Returns the available units. It is called again after each position, and the
                iteration ends at 0.
        """
        units = at_most()
        for chunk in self._chunks:
            if chunk.least > units:
                continue
            for place, needed in chunk.entries:
                if needed <= units:
                    yield place
                    units = at_most()
                    if units <= 0:
                        return
            chunk.least = min(needed for _, needed in chunk.entries)

    def add(self, place: QueuePosition, needed: int = 0) -> None:
        """Insert a position in order."""
        if not self._chunks:
            self._chunks.append(_Chunk([(place, needed)]))
            return
        index = min(self._chunk_of(place), len(self._chunks) - 1)
        chunk = self._chunks[index]
        insort(chunk.entries, (place, needed))
        chunk.least = min(chunk.least, needed)
        if len(chunk.entries) > _CHUNK_LENGTH_MAX:
            middle = len(chunk.entries) // 2
            halves = [_Chunk(chunk.entries[:middle]), _Chunk(chunk.entries[middle:])]
            self._chunks[index : index + 1] = halves

    def remove(self, place: QueuePosition) -> None:
        """Remove an existing position."""
        index = self._chunk_of(place)
        entries = self._chunks[index].entries
        del entries[bisect_left(entries, place, key=_place)]
        if not entries:
            del self._chunks[index]

    def _chunk_of(self, place: QueuePosition) -> int:
        """Return the index of the first chunk that does not end before the position."""
        return bisect_left(self._chunks, place, key=_last)


class _Chunk:
    __slots__ = ("entries", "least")

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries = entries
        # A lower bound: readers raise it, but removals do not.
        self.least = min(needed for _, needed in entries)


def _place(entry: _Entry) -> QueuePosition:
    return entry[0]


def _last(chunk: _Chunk) -> QueuePosition:
    return chunk.entries[-1][0]
