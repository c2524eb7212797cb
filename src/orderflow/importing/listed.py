"""The first items of a list that may be very long, and how many there are in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from orderflow.importing.files import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["LISTED_MAX", "Listed", "Listing"]

LISTED_MAX = 10_000
"""How many items of one sort are listed, such as faults. All are counted."""

_SLACK = 1.25
"""A listing is cut when it is this many times as long as it may be."""

_Item = TypeVar("_Item")


class Listed(tuple[_Item, ...]):  # noqa: SLOT001 - a tuple cannot have them
    """The first items of a list, as a tuple.

    >>> refused = Listed(["A-1", "A-2"], total=12_347)
    >>> refused, len(refused), refused.total, refused.more
    (('A-1', 'A-2'), 2, 12347, 12345)

    Attributes:
        total: The number of all items.
    """

    total: int

    def __new__(cls, items: Iterable[_Item] = (), total: int | None = None) -> Self:
        """List items; if no total is given, these are all."""
        made = super().__new__(cls, items)
        made.total = len(made) if total is None else total
        return made

    @property
    def more(self) -> int:
        """The number of items that are not listed."""
        return self.total - len(self)


class Listing(Generic[_Item]):
    """Counts items, and keeps the first of them.

    Args:
        first: Returns what the items are sorted by. If None, they stay as they were added.
        listed_max: How many are kept. Default: 10,000.
    """

    def __init__(
        self, first: Callable[[_Item], Any] | None = None, listed_max: int | None = None
    ) -> None:
        self._first = first
        self._max = LISTED_MAX if listed_max is None else listed_max
        self._items: list[_Item] = []
        self._total = self._size = 0

    def add(self, item: _Item, size: int = 0) -> None:
        """Add an item.

        Args:
            item: The item.
            size: How much it counts towards the bound of memory, if it is large.
        """
        self._total += 1
        if self._size >= chunks.IN_MEMORY_MAX:
            return
        self._size += size
        self._items.append(item)
        if len(self._items) > self._max * _SLACK:
            self._cut()

    def listed(self) -> Listed[_Item]:
        """Return the first items."""
        self._cut()
        return Listed(self._items, self._total)

    def _cut(self) -> None:
        if self._first is not None:
            self._items.sort(key=self._first)
        del self._items[self._max :]
