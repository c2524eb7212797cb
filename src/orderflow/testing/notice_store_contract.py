"""What every notebook has to keep, as tests that a host inherits: see `NoticeStoreContract`."""

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
    """Tests of a notebook: inherit them, and say how one is made."""

    @abstractmethod
    def make_notice_store(self) -> NoticeStore:
        """Make a notebook with nothing in it."""

    def test_what_was_noted_is_read_until_it_is_replaced_or_taken_out(self) -> None:
        """There is one note under a key: the last one."""
        notebook = self.make_notice_store()
        assert notebook.note("acme", "told 1") is None
        for text in ("a", "b", "", None, "c"):
            notebook.write("acme", "told 1", text)
            assert notebook.note("acme", "told 1") == text

    def test_keys_and_sellers_are_told_apart(self) -> None:
        """A note is found under its own seller and key only."""
        notebook = self.make_notice_store()
        notebook.write("acme", "told 1", "a")
        assert notebook.note("zenith", "told 1") is None
        assert notebook.note("acme", "told 2") is None
        notebook.write("zenith", "told 1", "z")
        notebook.write("acme", "told 1", None)
        assert notebook.note("zenith", "told 1") == "z"

    def test_long_and_foreign_texts_are_kept(self) -> None:
        """Whatever an id may hold is kept as it is."""
        notebook = self.make_notice_store()
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            notebook.write("acme", key, f"{key}!")
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            assert notebook.note("acme", key) == f"{key}!"

    def test_a_note_is_exchanged_for_another_if_nobody_else_has_done_so(self) -> None:
        """What is there has to be what was read."""
        notebook = self.make_notice_store()
        assert not notebook.exchange("acme", "told 1", "a", "b")
        assert notebook.note("acme", "told 1") is None
        assert notebook.exchange("acme", "told 1", None, "")
        assert not notebook.exchange("acme", "told 1", None, "b")
        assert notebook.exchange("acme", "told 1", "", "b")
        assert not notebook.exchange("acme", "told 1", "", "c")
        assert notebook.note("acme", "told 1") == "b"
        assert notebook.exchange("zenith", "told 1", None, "z")
        assert notebook.exchange("acme", "told 2", None, "b")
        assert notebook.note("acme", "told 1") == "b"

    @pytest.mark.parametrize("old", [None, "a"])
    def test_of_several_that_exchange_a_note_at_once_one_succeeds(self, old: str | None) -> None:
        """Nobody else is told to have succeeded, and what the one has noted is there."""
        notebook = self.make_notice_store()
        for number in range(5):
            key, start = f"digest {number}", Barrier(4)
            notebook.write("acme", key, old)

            def exchange(worker: int, key: str = key, start: Barrier = start) -> bool:
                start.wait()
                return notebook.exchange("acme", key, old, f"by {worker}")

            with ThreadPoolExecutor(4) as pool:
                succeeded = list(pool.map(exchange, range(4)))
            assert sorted(succeeded) == [False, False, False, True]
            assert notebook.note("acme", key) == f"by {succeeded.index(True)}"

    def test_to_take_out_what_is_not_there_changes_nothing(self) -> None:
        """It may be taken out twice."""
        notebook = self.make_notice_store()
        notebook.write("acme", "told 1", None)
        assert notebook.note("acme", "told 1") is None
