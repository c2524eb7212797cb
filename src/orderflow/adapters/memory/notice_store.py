"""The notice store in memory: the reference for all others."""

from __future__ import annotations

from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MemoryNoticeStore"]


class MemoryNoticeStore:
    """Keeps texts in this process: an `orderflow.ports.NoticeStore`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[tuple[str, str], str] = {}

    @property
    def entries(self) -> Mapping[tuple[str, str], str]:
        """A copy of all texts, by seller id and key."""
        with self._lock:
            return MappingProxyType(dict(self._entries))

    def get(self, seller_id: str, key: str) -> str | None:
        """Return a seller's text under a key, or `None` if there is none."""
        return self._entries.get((seller_id, key))

    def put(self, seller_id: str, key: str, text: str | None) -> None:
        """Replace a seller's text under a key; `None` removes it."""
        with self._lock:
            if text is None:
                self._entries.pop((seller_id, key), None)
            else:
                self._entries[seller_id, key] = text

    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Replace a seller's text under a key if it is still `old`; report whether it was."""
        with self._lock:
            is_unchanged = self._entries.get((seller_id, key)) == old
            if is_unchanged:
                self._entries[seller_id, key] = new
            return is_unchanged
