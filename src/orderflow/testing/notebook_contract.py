"""What every notebook has to keep, as tests that a host inherits: see `NotebookContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderflow.ports import Notebook

__all__ = ["NotebookContract"]


class NotebookContract(ABC):
    """Tests of a notebook: inherit them, and say how one is made."""

    @abstractmethod
    def make_notebook(self) -> Notebook:
        """Make a notebook with nothing in it."""

    def test_what_was_noted_is_read_until_it_is_replaced_or_taken_out(self) -> None:
        """There is one note under a key: the last one."""
        notebook = self.make_notebook()
        assert notebook.note("acme", "told 1") is None
        for text in ("a", "b", "", None, "c"):
            notebook.write("acme", "told 1", text)
            assert notebook.note("acme", "told 1") == text

    def test_keys_and_sellers_are_told_apart(self) -> None:
        """A note is found under its own seller and key only."""
        notebook = self.make_notebook()
        notebook.write("acme", "told 1", "a")
        assert notebook.note("zenith", "told 1") is None
        assert notebook.note("acme", "told 2") is None
        notebook.write("zenith", "told 1", "z")
        notebook.write("acme", "told 1", None)
        assert notebook.note("zenith", "told 1") == "z"

    def test_long_and_foreign_texts_are_kept(self) -> None:
        """Whatever an id may hold is kept as it is."""
        notebook = self.make_notebook()
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            notebook.write("acme", key, f"{key}!")
        for key in ("x" * 200, "Größe 日本 '%_\\", "A", "a"):
            assert notebook.note("acme", key) == f"{key}!"

    def test_to_take_out_what_is_not_there_changes_nothing(self) -> None:
        """It may be taken out twice."""
        notebook = self.make_notebook()
        notebook.write("acme", "told 1", None)
        assert notebook.note("acme", "told 1") is None
