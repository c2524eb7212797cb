"""A sorted queue that stays fast when it is long."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.policy import Place

__all__ = ["SortedQueue"]

_CHUNK_LENGTH_MAX = 1_000


class SortedQueue:
    """Places in their order, kept in chunks.

    Adding to, removing from and reading the head cost the length of a chunk and not that of the
    queue; a plain list moves every place behind the one that comes or goes.
    """

    __slots__ = ("_chunks",)

    def __init__(self) -> None:
        self._chunks: list[list[Place]] = []

    def __iter__(self) -> Iterator[Place]:
        """Yield the places in order. The queue may not change meanwhile."""
        for chunk in self._chunks:
            yield from chunk

    def __bool__(self) -> bool:
        """Whether anyone waits."""
        return bool(self._chunks)

    def add(self, place: Place) -> None:
        """Put a place where it belongs."""
        if not self._chunks:
            self._chunks.append([place])
            return
        index = min(self._chunk_of(place), len(self._chunks) - 1)
        chunk = self._chunks[index]
        insort(chunk, place)
        if len(chunk) > _CHUNK_LENGTH_MAX:
            middle = len(chunk) // 2
            self._chunks[index : index + 1] = [chunk[:middle], chunk[middle:]]

    def remove(self, place: Place) -> None:
        """Take out a place that is there."""
        index = self._chunk_of(place)
        chunk = self._chunks[index]
        del chunk[bisect_left(chunk, place)]
        if not chunk:
            del self._chunks[index]

    def _chunk_of(self, place: Place) -> int:
        """Return the number of the first chunk that does not end before the place."""
        return bisect_left(self._chunks, place, key=_last)


def _last(chunk: list[Place]) -> Place:
    return chunk[-1]
