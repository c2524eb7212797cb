"""The replay of a history into a file is the one in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.retail import main
from tests.replay.histories import write_shop

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_replays_the_first_lines_of_a_file_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write_shop(tmp_path / "shop.csv.gz")), "300"]) == 0
    said = capsys.readouterr().out
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "in memory",
        "in a file",
        "the file",
        "the check",
    ]
    assert "(300 lines, " in said
    assert " 0 violations, " in said


def test_without_the_file_it_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "nothing.csv")]) == 1
    assert "nothing.csv is not there: name a copy of Online Retail II" in capsys.readouterr().err
