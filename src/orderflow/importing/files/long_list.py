"""A list of any length in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from orderflow.importing.files import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LongList"]

_Item = TypeVar("_Item")


class LongList(Sequence[_Item], Generic[_Item]):
    """A list that only grows. What is beyond a bound is kept in a temporary file.

    >>> words = LongList(["one", "two"], in_memory_max=2)
    >>> words.add("three")
    >>> len(words), words[-1], words[:2], list(words)
    (3, 'three', ['one', 'two'], ['one', 'two', 'three'])

    Args:
        items: The first items.
        in_memory_max: How much stays in memory. Default: 50,000 units of about 1 KB.
    """

    def __init__(self, items: Iterable[_Item] = (), *, in_memory_max: int | None = None) -> None:
        self._in_memory_max = in_memory_max or chunks.IN_MEMORY_MAX
        self._file = chunks.ChunkFile()
        self._chunks: list[chunks.Chunk] = []
        self._ends: list[int] = []
        self._last: list[_Item] = []
        self._size = 0
        for item in items:
            self.add(item)

    def add(self, item: _Item, size: int = 1) -> None:
        """Add an item that can be pickled.

        Args:
            item: The item.
            size: How much it counts towards the bound.

        Raises:
            OSError: If the temporary file cannot be written.
        """
        self._last.append(item)
        self._size += size
        if self._size >= self._in_memory_max:
            for chunk in self._file.write(self._last):
                self._ends.append(self._written + chunk.items)
                self._chunks.append(chunk)
            self._last, self._size = [], 0

    def __len__(self) -> int:
        """Return the number of items."""
        return self._written + len(self._last)

    @overload
    def __getitem__(self, index: int) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[_Item]: ...

    def __getitem__(self, index: int | slice) -> _Item | list[_Item]:
        """Return an item, or a list of some.

        Raises:
            OSError: If the temporary file cannot be read.
        """
        wanted = range(len(self))[index]
        if isinstance(wanted, int):
            return next(self._from(wanted))
        if wanted.step == 1:
            return list(islice(self._from(wanted.start), len(wanted)))
        return [next(self._from(each)) for each in wanted]

    def __iter__(self) -> Iterator[_Item]:
        """Yield all items.

        Raises:
            OSError: If the temporary file cannot be read.
        """
        return self._from(0)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same items."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(_equal, self, other))

    __hash__ = None  # type: ignore[assignment] # it grows

    def __repr__(self) -> str:
        """Show the first items."""
        more = f", and {len(self) - 3:,} more" if len(self) > 3 else ""  # noqa: PLR2004 - shown
        return f"[{', '.join(map(repr, self[:3]))}{more}]"

    @property
    def _written(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _from(self, index: int) -> Iterator[_Item]:
        """Yield the items from one on."""
        number = bisect_right(self._ends, index)
        begin = self._ends[number - 1] if number else 0
        file = self._file.items(islice(self._chunks, number, None))
        yield from islice(file, index - begin, None)
        yield from islice(self._last, max(0, index - self._written), None)


def _equal(one: Any, other: Any) -> bool:  # noqa: ANN401 - of any items
    return bool(one == other)
