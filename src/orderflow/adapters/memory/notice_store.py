"""The notebook in memory: the reference for all others."""

from __future__ import annotations

from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MemoryNoticeStore"]


class MemoryNoticeStore:
    """Keeps notes in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._notes: dict[tuple[str, str], str] = {}

    @property
    def notes(self) -> Mapping[tuple[str, str], str]:
        """All notes, by seller and key."""
        return MappingProxyType(self._notes)

    def note(self, seller_id: str, key: str) -> str | None:
        """Return what was noted of a seller under a key."""
        return self._notes.get((seller_id, key))

    def write(self, seller_id: str, key: str, text: str | None) -> None:
        """Note a text under a key in place of what was there, or nothing more."""
        with self._lock:
            if text is None:
                self._notes.pop((seller_id, key), None)
            else:
                self._notes[seller_id, key] = text

    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Note a text in place of the one that was read, unless another one is there by now."""
        with self._lock:
            is_there = self._notes.get((seller_id, key)) == old
            if is_there:
                self._notes[seller_id, key] = new
            return is_there
