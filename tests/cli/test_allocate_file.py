"""`orderflow allocate-file`: files in, a file and a summary out, whatever package does the work."""

from __future__ import annotations

import csv
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from orderflow.cli.commands.allocate_file import Engine
from tests.cli.runner import flat, run, run_json

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

ENGINES = [each.lower() for each in Engine]
LINES = """\
order_id,line_id,sku,quantity,placed_at,priority,note
A,1,MUG,5,2026-03-02T09:30:00Z,0,"a, ""b"", c"
A,2,CUP,1,2026-03-02T09:30:00Z,0,
007,1,MUG,3,2026-03-02 10:31+01:00,5,NA
C,1,HAT,2,2026-03-02T11:00:00.25+0000,0,"two
lines"
"""
STOCK = "sku,on_hand\nMUG,8\nCUP,0\n"
WAITS, SERVED = "ON_BACK_ORDER", "ALLOCATED"
ALWAYS = [("5", WAITS), ("0", WAITS), ("3", SERVED), ("0", WAITS)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lines.csv").write_text(f"\ufeff{LINES}", encoding="utf-8")
    (tmp_path / "stock.csv").write_text(STOCK, encoding="utf-8")
    return tmp_path


def allocate(
    folder: Path, *options: object, lines: str = "lines.csv", out: str = "out.csv"
) -> Result:
    """Allocate the files of a folder."""
    return run("allocate-file", folder / lines, folder / "stock.csv", "-o", folder / out, *options)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_package_writes_the_lines_as_they_came(folder: Path, engine: str) -> None:
    result = allocate(folder, "--engine", engine)
    assert result.exit_code == 0, result.stderr
    found = rows(folder / "out.csv")
    before = list(csv.DictReader(LINES.splitlines(keepends=True)))
    assert [(row.pop("allocated"), row.pop("status")) for row in found] == ALWAYS
    assert found == before
    assert "orders 3 1 33.3 %" in flat(result.stdout)
    assert "lines 4 2 50.0 %" in flat(result.stdout)
    assert "units 11 8 72.7 %" in flat(result.stdout)
    assert result.stderr == "1 product has no stock record, so no units: HAT\n"
    assert sorted(each.name for each in folder.iterdir()) == ["lines.csv", "out.csv", "stock.csv"]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_package_takes_a_policy_and_parquet(folder: Path, engine: str) -> None:
    options = ("--engine", engine, "--queue", "PRIORITY", "--partial-allocation", "NEVER")
    assert allocate(folder, *options, out="out.parquet").exit_code == 0
    written = pl.read_parquet(folder / "out.parquet")
    assert written.columns == [*LINES.partition("\n")[0].split(","), "allocated", "status"]
    assert written["allocated"].to_list() == [0, 0, 3, 0]
    assert written["quantity"].dtype == pl.Int64
    written.write_parquet(folder / "lines[1].parquet")
    again = allocate(folder, "--engine", engine, lines="lines[1].parquet")
    assert again.exit_code == 0, again.stderr
    assert [(row["allocated"], row["status"]) for row in rows(folder / "out.csv")] == ALWAYS


@pytest.mark.parametrize("engine", ENGINES)
def test_a_wait_is_read_from_the_file(folder: Path, engine: str) -> None:
    text = (
        "order_id,line_id,sku,quantity,placed_at,passed_over,waiting_since,allows_partial\n"
        "A,1,MUG,9,2026-03-02T09:30:00Z,,2026-03-02T09:30:00Z,false\n"
        "B,1,MUG,9,2026-03-02T09:31:00Z,2,2026-03-01T09:30:00Z,TRUE\n"
    )
    (folder / "lines.csv").write_text(text, encoding="utf-8")
    policy = ("--partial-allocation", "AFTER_WAITING", "--at", "2026-03-02T12:00")
    options = ("--engine", engine, *policy)
    assert allocate(folder, *options, "--wait-max", "1", "--passes-max", "9").exit_code == 0
    assert [row["allocated"] for row in rows(folder / "out.csv")] == ["0", "8"]
    assert allocate(folder, *options, "--passes-max", "2", "--overwrite").exit_code == 0
    assert [row["allocated"] for row in rows(folder / "out.csv")] == ["0", "8"]
    assert allocate(folder, *options, "--wait-max", "0.1", "--overwrite").exit_code == 0
    assert [row["allocated"] for row in rows(folder / "out.csv")] == ["8", "0"]


def test_the_summary_is_also_json(folder: Path) -> None:
    out = folder / "out.csv"
    found: dict[str, Any] = run_json(
        "allocate-file", folder / "lines.csv", folder / "stock.csv", "-o", out
    )
    assert found["lines"] == {"total": 4, "allocated": 2, "fill_rate": 0.5}
    assert found["units"]["allocated"] == 8
    assert (found["file"], found["products_without_stock_record"]) == (str(out), 1)


FAULTS = {
    "fraction": ("MUG,5,", "MUG,1.5,", "row 2: quantity must be a whole number from 1 to"),
    "blank": ("HAT,2,", "HAT,,", "row 5: quantity must be a whole number from 1 to"),
    "negative": ("CUP,1,", "CUP,-1,", "row 3: quantity must be a whole number from 1 to"),
    "zone-less time": (":31+01:00", ":31", "row 4: placed_at must be a moment with a time zone, "),
    "no day": ("03-02 10", "02-30 10", "row 4: placed_at must be a moment with a time zone, "),
    "no time": ("2026-03-02T11", "soonT11", "row 5: placed_at must be a moment with a time zone,"),
    "repeated line": ("A,2,", "A,1,", ": line_id must be an id that no other line of the "),
    "missing column": ("quantity", "units", "must be a table with the column 'quantity'"),
    "repeated column": ("priority", "sku", "row 1 must be names that differ, and do not "),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("old", "new", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_as_a_spreadsheet_shows_it(
    folder: Path, engine: str, old: str, new: str, message: str
) -> None:
    (folder / "lines.csv").write_text(LINES.replace(old, new), encoding="utf-8")
    result = allocate(folder, "--engine", engine)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"orderflow: {folder / 'lines.csv'}")
    assert message in result.stderr
    assert not (folder / "out.csv").exists()


ODD = {
    "long row": (LINES + "D,1,MUG,1,2026-03-02T11:00:00Z,0,x,y\n").encode(),
    "long rows": LINES.replace("Z,", "Z,0,").replace("00,", "00,0,").encode(),
    "other encoding": LINES.replace("two", "zw\xf6lf").encode("latin-1"),
    "huge cell": LINES.replace("two", "x" * 200_000, 1).replace("order_id", "y" * 200_000).encode(),
    "nothing": b"",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("content", ODD.values(), ids=ODD.keys())
def test_an_odd_file_is_refused(folder: Path, engine: str, content: bytes) -> None:
    (folder / "lines.csv").write_bytes(content)
    result = allocate(folder, "--engine", engine)
    assert (result.exit_code, result.stderr[:10]) == (2, "orderflow:")
    assert str(folder / "lines.csv") in result.stderr
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_without_lines_is_allocated(folder: Path, engine: str) -> None:
    (folder / "lines.csv").write_text(LINES.partition("\n")[0] + "\n", encoding="utf-8")
    result = allocate(folder, "--engine", engine)
    assert result.exit_code == 0, result.stderr
    assert rows(folder / "out.csv") == []
    assert (folder / "out.csv").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_is_no_table_is_named(folder: Path, engine: str) -> None:
    (folder / "lines.parquet").write_text("PAR2", encoding="utf-8")
    result = allocate(folder, "--engine", engine, lines="lines.parquet")
    assert result.exit_code == 2
    assert f"lines.parquet: was not allocated by {engine}: " in result.stderr
    missing = allocate(folder, "--engine", engine, lines="other.csv")
    assert (missing.exit_code, "other.csv" in missing.stderr) == (2, True)


def test_no_file_is_destroyed(folder: Path) -> None:
    result = allocate(folder, "--overwrite", out="lines.csv")
    assert "is an input file; name another one with --output" in result.stderr
    (folder / "out.csv").write_text("mine", encoding="utf-8")
    result = allocate(folder)
    assert (result.exit_code, "exists; --overwrite replaces it" in result.stderr) == (2, True)
    assert (folder / "out.csv").read_text(encoding="utf-8") == "mine"
    assert "ends in .csv or .parquet" in allocate(folder, out="out.xlsx").stderr
    assert "is no folder" in allocate(folder, out="none/out.csv").stderr
    assert allocate(folder, "--overwrite").exit_code == 0


def test_a_policy_that_makes_no_sense_for_a_file_names_its_option(folder: Path) -> None:
    result = allocate(folder, "--fulfilment", "SPLIT")
    assert result.exit_code == 2
    assert "'--fulfilment'" in result.stderr
    assert "must be COMPLETE for a table" in flat(result.stderr)


def test_the_command_line_needs_no_tables() -> None:
    loads = "import sys, orderflow.cli.app; print('narwhals' in sys.modules)"
    found = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", loads], check=True, capture_output=True, text=True
    )
    assert found.stdout == "False\n"
