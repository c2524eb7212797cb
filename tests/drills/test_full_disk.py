"""The disk is full in the middle of a command: it is done with more room, and not half before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drills.full_disk import fill_files, fill_pages

if TYPE_CHECKING:
    from pathlib import Path


def test_no_file_may_grow_beyond_a_size(tmp_path: Path) -> None:
    figures = fill_files(tmp_path, step_bytes=30_000)
    assert figures.faults == ()
    assert figures.sizes > 2 * figures.commands


def test_the_database_may_have_no_more_pages(tmp_path: Path) -> None:
    figures = fill_pages(tmp_path)
    assert figures.faults == ()
    assert figures.sizes > 10
    assert figures.messages == ("the database reported an error: database or disk is full",)
