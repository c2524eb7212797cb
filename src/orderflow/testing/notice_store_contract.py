"""The contract of notice stores, as tests to inherit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from orderflow.ports import NoticeStore

__all__ = ["NoticeStoreContract"]


class NoticeStoreContract(ABC):
    """Tests of a notice store. Inherit them and implement `make_notice_store`."""

    @abstractmethod
    def make_notice_store(self) -> NoticeStore:
        """Return an empty notice store."""

    def test_a_text_is_read_until_it_is_replaced_or_removed(self) -> None:
        """Each key has one text, which is the last one put."""
        notice_store = self.make_notice_store()
        assert notice_store.get("acme", "last 1") is None
        for text in ("a", "b", "", None, "c"):
            notice_store.put("acme", "last 1", text)
            assert notice_store.get("acme", "last 1") == text

    def test_keys_and_sellers_are_told_apart(self) -> None:
        """A text is found only under its own seller and key."""
        notice_store = self.make_notice_store()
        notice_store.put("acme", "last 1", "a")
        assert notice_store.get("zenith", "last 1") is None
        assert notice_store.get("acme", "last 2") is None
        notice_store.put("zenith", "last 1", "z")
        notice_store.put("acme", "last 1", None)
        assert notice_store.get("zenith", "last 1") == "z"

    def test_long_and_foreign_texts_are_kept(self) -> None:
        """Any character that an id can contain is kept unchanged."""
        notice_store = self.make_notice_store()
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            notice_store.put("acme", key, f"{key}!")
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            assert notice_store.get("acme", key) == f"{key}!"

    def test_a_text_is_replaced_only_if_nobody_else_has_replaced_it(self) -> None:
        """The text must still be the one that was read."""
        notice_store = self.make_notice_store()
        assert not notice_store.compare_and_set("acme", "last 1", "a", "b")
        assert notice_store.get("acme", "last 1") is None
        assert notice_store.compare_and_set("acme", "last 1", None, "")
        assert not notice_store.compare_and_set("acme", "last 1", None, "b")
        assert notice_store.compare_and_set("acme", "last 1", "", "b")
        assert not notice_store.compare_and_set("acme", "last 1", "", "c")
        assert notice_store.get("acme", "last 1") == "b"
        assert notice_store.compare_and_set("zenith", "last 1", None, "z")
        assert notice_store.compare_and_set("acme", "last 2", None, "b")
        assert notice_store.get("acme", "last 1") == "b"

    @pytest.mark.parametrize("old", [None, "a"])
    def test_of_several_concurrent_replacements_one_succeeds(self, old: str | None) -> None:
        """Exactly one call succeeds, and its text is stored."""
        notice_store = self.make_notice_store()
        for number in range(5):
            key, start = f"digest {number}", Barrier(4)
            notice_store.put("acme", key, old)

            def replace(worker: int, key: str = key, start: Barrier = start) -> bool:
                start.wait()
                return notice_store.compare_and_set("acme", key, old, f"by {worker}")

            with ThreadPoolExecutor(4) as pool:
                succeeded = list(pool.map(replace, range(4)))
            assert sorted(succeeded) == [False, False, False, True]
            assert notice_store.get("acme", key) == f"by {succeeded.index(True)}"

    def test_removing_a_missing_text_changes_nothing(self) -> None:
        """A text can be removed twice."""
        notice_store = self.make_notice_store()
        notice_store.put("acme", "last 1", None)
        assert notice_store.get("acme", "last 1") is None
