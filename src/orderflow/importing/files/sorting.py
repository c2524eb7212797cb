"""Sort more items than fit into memory.

Items are sorted in memory up to a bound. Beyond it, sorted runs go to a temporary file, and reading
merges them. Many short runs are merged into a long one, so that reading never has many chunks in
memory at once.
"""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from orderflow.importing.files import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["RUNS_MAX", "Sorter"]

RUNS_MAX = 100
"""This many runs of one level are merged into a run of the next one."""

_Item = TypeVar("_Item")
_Run = list[chunks.Chunk]
"""The chunks of sorted items."""


class Sorter(Generic[_Item]):
    """Items in the order of their keys; those with equal keys as they were added.

    It can be read as often as you like, once everything was added.

    >>> with Sorter(key=len, in_memory_max=2) as words:
    ...     for word in ("three", "one", "four", "six"):
    ...         words.add(word)
    ...     print(*words)
    one six four three

    Args:
        key: Returns what to sort an item by.
        in_memory_max: How much stays in memory. Default: 50,000 units of about 1 KB.
    """

    def __init__(self, key: Callable[[_Item], Any], *, in_memory_max: int | None = None) -> None:
        self._key = key
        self._in_memory_max = in_memory_max or chunks.IN_MEMORY_MAX
        self._items: list[_Item] = []
        self._size = 0
        self._levels: list[list[_Run]] = []
        self._file = chunks.ChunkFile()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def add(self, item: _Item, size: int = 1) -> None:
        """Add an item that can be pickled.

        Args:
            item: The item.
            size: How much it counts towards the bound.

        Raises:
            OSError: If the temporary file cannot be written.
        """
        self._items.append(item)
        self._size += size
        if self._size >= self._in_memory_max:
            self._items.sort(key=self._key)
            self._write_run(self._items, 0)
            self._items, self._size = [], 0

    def __iter__(self) -> Iterator[_Item]:
        """Yield all items in order.

        Raises:
            OSError: If the temporary file cannot be read.
        """
        self._items.sort(key=self._key)
        older = (run for level in reversed(self._levels) for run in level)
        return self._merge(older, self._items)

    def close(self) -> None:
        """Forget the items, and remove the temporary file."""
        self._items, self._levels, self._size = [], [], 0
        self._file.close()

    def _write_run(self, items: Iterable[_Item], level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(list(self._file.write(items)))
        if len(runs) == RUNS_MAX:
            self._write_run(self._merge(runs), level + 1)
            runs.clear()

    def _merge(self, runs: Iterable[_Run], *sorted_items: list[_Item]) -> Iterator[_Item]:
        return merge(*map(self._file.items, runs), *sorted_items, key=self._key)
