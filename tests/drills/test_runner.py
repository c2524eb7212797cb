"""The command line of the drills."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drills.__main__ import main
from tests.drills.drill import Drill, Drilled
from tests.drills.registry import DRILLS

if TYPE_CHECKING:
    import pytest

    from tests.drills.drill import Progress


def drill(name: str, *found: str) -> Drill:
    def run(size: int, _seed: int, progress: Progress) -> Drilled:
        progress(size, size)
        return Drilled(size, 2 * size, found, {"kills": size})

    return Drill(name, "SQLite", run, full=1_000, quick=5)


def test_it_ends_well_where_nothing_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.drills.__main__.DRILLS", (drill("one"), drill("other", "a fault")))
    assert main(["--only", "one on SQLite"]) == 0
    assert "| one | SQLite | 1,000 | 2,000 | 0 | 0 | 1,000 kills |" in capsys.readouterr().out


def test_it_ends_badly_where_something_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.drills.__main__.DRILLS", (drill("other", "a fault"),))
    assert main(["--quick", "--json", str(tmp_path / "drills.json")]) == 1
    assert "a fault" in capsys.readouterr().err
    (kept,) = json.loads((tmp_path / "drills.json").read_text())
    assert (kept["runs"], kept["found"]) == (5, ["a fault"])


def test_a_name_that_no_drill_has_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "earthquake"]) == 1
    assert "no drill has 'earthquake' in its name" in capsys.readouterr().err


def test_each_drill_has_a_name_of_its_own() -> None:
    names = [(each.name, each.database) for each in DRILLS]
    assert len(names) == len(set(names))


def test_the_page_about_what_survives_has_a_row_for_each_drill_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/what-survives.md").read_text("utf-8")
    _, _, figures = page.partition("### Figures")
    interleavings, others = re.findall(r"(?:^\|.*\n)+", figures, re.MULTILINE)
    rows = [("interleaving: " + name, "PostgreSQL") for name, *_ in cells(interleavings)]
    rows += [(name, database) for name, database, *_ in cells(others)]
    assert sorted(rows) == sorted((each.name, each.database) for each in DRILLS)


def cells(table: str) -> list[list[str]]:
    """Return the cells of the rows of a table, without its head."""
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]


def test_a_drill_that_breaks_off_has_found_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_size: int, _seed: int, _progress: Progress) -> Drilled:
        raise OSError("no server")

    broken = Drill("broken", "SQLite", run, full=1, quick=1)
    monkeypatch.setattr("tests.drills.__main__.DRILLS", (broken, drill("one")))
    assert main([]) == 1
    assert "OSError('no server')" in capsys.readouterr().err
