"""Sort more items than fit into memory.

Items are sorted in memory up to a bound. Beyond it, sorted runs go to a temporary file, and reading
merges them. The file has no name and vanishes with the sorter.
"""

from __future__ import annotations

import pickle
from heapq import merge
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Generic, Self, TypeVar
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["IN_MEMORY_MAX", "Sorter"]

IN_MEMORY_MAX = 200_000
"""How much is sorted in memory, in the units of the sizes that are given to a sorter."""

_CHUNK_ITEMS = 200
"""How many items of a run are read at once."""

_Item = TypeVar("_Item")
_Run = list[int]
"""Where in the file the chunks of a run begin."""


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
        in_memory_max: How much stays in memory.
    """

    def __init__(self, key: Callable[[_Item], Any], *, in_memory_max: int = IN_MEMORY_MAX) -> None:
        self._key = key
        self._in_memory_max = in_memory_max
        self._items: list[_Item] = []
        self._size = 0
        self._runs: list[_Run] = []
        self._file: IO[bytes] | None = None

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
            self._write_run()

    def __iter__(self) -> Iterator[_Item]:
        """Yield all items in order.

        Raises:
            OSError: If the temporary file cannot be read.
        """
        self._items.sort(key=self._key)
        return merge(*map(self._read_run, self._runs), self._items, key=self._key)

    def close(self) -> None:
        """Forget the items, and remove the temporary file."""
        self._items, self._runs, self._size = [], [], 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write_run(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - `close` closes it, or the next line
            finalize(self, self._file.close)
        self._items.sort(key=self._key)
        run: _Run = []
        for begin in range(0, len(self._items), _CHUNK_ITEMS):
            run.append(self._file.tell())
            pickle.dump(self._items[begin : begin + _CHUNK_ITEMS], self._file, protocol=5)
        self._runs.append(run)
        self._items, self._size = [], 0

    def _read_run(self, run: _Run) -> Iterator[_Item]:
        file = self._file
        for begin in run:
            if file is None or file.closed:
                return
            file.seek(begin)
            yield from pickle.load(file)  # noqa: S301 - nobody else can write this file
