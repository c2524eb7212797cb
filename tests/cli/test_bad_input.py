"""Whatever is wrong, there is one clean message that names it, and no traceback."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import flat, run, run_json
from tests.replay.histories import HEADER, row, write, write_shop

if TYPE_CHECKING:
    from typer.testing import Result


def failed(result: Result) -> str:
    """Return the message of a run that failed, which must be all that it wrote."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return flat(result.stderr)


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert failed(run("replay", path)) == f"orderflow: {path}: No such file or directory"


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder without a file to import" in failed(run("replay", tmp_path))


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.touch()
    assert "is empty" in failed(run("replay", path))


def test_a_header_only(tmp_path: Path) -> None:
    assert "has a header, but no rows" in failed(run("replay", write(tmp_path / "a.csv")))


def test_an_empty_standard_input() -> None:
    assert "standard input: is empty" in failed(run("replay", "-", stdin=b""))


def test_a_wrong_column_is_named_with_file_row_and_the_nearest_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row())
    message = failed(run("replay", path, "--quantity-column", "Quantty"))
    assert "a.csv, row 1: no preset fits" in message
    assert "the nearest is ONLINE_RETAIL_II, which lacks 'Quantty' (quantity)" in message


def test_columns_that_no_preset_knows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,2", header="colour,weight")
    assert "no preset fits the columns 'colour', 'weight'" in failed(run("replay", path))


def test_a_file_that_was_cut_short(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz")
    path.write_bytes(path.read_bytes()[:-1_000])
    assert "the compressed data ends early" in failed(run("replay", path))


def test_a_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\n{row()}\n", encoding="utf-16")
    assert run_json("replay", path)["encoding"] == "utf-16"
    path = write(tmp_path / "b.csv", row())
    assert "not in the encoding" in failed(run("replay", path, "--encoding", "utf-16"))
    message = failed(run("replay", path, "--encoding", "martian"))
    assert "'martian' is not the name of a text encoding" in message
    assert "(--encoding)" in message


@pytest.mark.parametrize("time_format", ["", "%", "%d %d", "%H:%M", "soon"])
@pytest.mark.parametrize(
    "command", ["replay", "compare --policy=today= --policy=urgent=queue=PRIORITY"]
)
def test_a_wrong_format_of_times(tmp_path: Path, command: str, time_format: str) -> None:
    path = write(tmp_path / "a.csv", row())
    message = failed(run(*command.split(), path, "--time-format", time_format))
    assert "'--time-format': must be a format of dates for datetime.strptime" in message


def test_binary_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(gzip.compress(HEADER.encode())))
    assert "is compressed twice" in failed(run("replay", path))


def test_markup_in_a_name_is_printed_as_it_is(tmp_path: Path) -> None:
    assert "[red]x.csv" in failed(run("replay", tmp_path / "[red]x.csv"))


def test_an_invalid_row_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("1002", quantity="two"), row("1003"))
    result = run("replay", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("rejected: row 3, Quantity 'two': must be a whole number")
    assert "order lines 2" in flat(result.stdout)


def test_one_cause_of_rejected_rows_is_told_once_with_their_number(tmp_path: Path) -> None:
    invalid = [row(str(2_000 + number), quantity="x") for number in range(25)]
    path = write(tmp_path / "a.csv", *(row(str(number)) for number in range(30)), *invalid)
    (message,) = run("replay", path).stderr.splitlines()
    assert message.startswith("rejected: row 32, Quantity 'x': must be a whole number")
    assert message.endswith("; and 24 more rows")


def test_rejects_are_not_written_over_the_file_that_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row())
    assert "is the input file" in failed(run("replay", path, "--rejects", path))
    assert row() in path.read_text()


def test_rejects_that_cannot_be_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row())
    rejects = tmp_path / "none" / "rejects.csv"
    assert "cannot be written" in failed(run("replay", path, "--rejects", rejects))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--cut-off", "25:00"], "'--cut-off': '25:00' is not a valid HH:MM: try 16:00"),
        (
            ["--time-zone", "Europe/Lundun"],
            "'Europe/Lundun' is not a valid ZONE: try",
        ),
        (["--time-zone", "../etc"], "'../etc' is not a valid ZONE"),
        (["--working-days", "mon,tues"], "'--working-days': 'mon,tues' is not a valid DAYS"),
        (["--patience", "long"], "'--patience': 'long' is not a valid DAYS: try 2.5"),
        (["--patience", "-1"], "'--patience': must be"),
        (["--patience", "1e99"], "is not a valid DAYS"),
        (["--patience", "nan"], "is not a valid DAYS"),
        (["--delimiter", ";;"], "'--delimiter': must be one character"),
        (["--cancellation-prefix", "\n"], "'--cancellation-prefix': must be empty, or a text"),
        (["--lead-days-max", "1"], "'--lead-days-max': must be no less than --lead-days-min"),
        (["--opening-units", "-1"], "'--opening-units': must be"),
        (["--opening-units", "some"], "'--opening-units'"),
        (["--queue", "lifo"], "'--queue'"),
        (["--parcels-max", "3"], "'--parcels-max': must be given exactly when"),
        (["--colour", "red"], "No such option"),
    ],
)
def test_an_invalid_option_is_named(tmp_path: Path, options: list[str], message: str) -> None:
    path = write(tmp_path / "a.csv", row())
    assert message in failed(run("replay", path, *options))


@pytest.mark.parametrize("options", [["--orders", "0"], ["--orders", "many"], ["--seed", "x"]])
def test_an_invalid_demo(options: list[str]) -> None:
    assert options[0] in failed(run("demo", *options))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), *[row("1002", quantity="x")] * 2)
    assert "No space left" in failed(run("replay", path, "--rejects", "/dev/full"))
