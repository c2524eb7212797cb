"""Which products may stand in for which, from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from orderflow import Replacement, ReplacementList
from orderflow.importing import FileError, read_replacements

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_two_columns_are_enough(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "sku;replaces\nCUP;MUG\nBEAKER;MUG\n")
    assert read_replacements(path) == ReplacementList(
        [Replacement("CUP", "MUG"), Replacement("BEAKER", "MUG")]
    )


def test_json_and_csv_have_the_same_fields(tmp_path: Path) -> None:
    item = {"sku": "GLOVE", "replaces": "GLOVES", "units": 2, "per": 1, "reason": "sold out"}
    item |= {"units_max": 10, "seller_id": "acme"}
    of_json = read_replacements(written(tmp_path / "a.json", json.dumps([item])))
    rows = [",".join(item), ",".join(map(str, item.values()))]
    of_csv = read_replacements(written(tmp_path / "a.csv", "\n".join(rows)))
    assert of_json == of_csv
    assert of_csv.items == (
        Replacement("GLOVE", "GLOVES", units=2, reason="sold out", units_max=10, seller_id="acme"),
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("CUP,MUG,two", "row 3, units 'two': must be a whole number"),
        (",MUG,1", "row 3, sku '': is empty"),
        ("CUP,CUP,1", "row 3, replaces 'CUP': must be another product"),
        ("CUP,MUG", "row 3: it has 2 cells, the header has 3"),
        ('"CUP,MUG,1', "row 3: cannot be read as CSV"),
        ("BOWL,PLATE,1", "each product replaces another in one way"),
    ],
)
def test_all_that_is_wrong_is_named_with_its_row(tmp_path: Path, row: str, fault: str) -> None:
    path = written(tmp_path / "a.csv", f"sku,replaces,units\nBOWL,PLATE,1\n{row}\n")
    with pytest.raises(FileError) as raised:
        read_replacements(path)
    assert fault in str(raised.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[", "cannot be read"),
        ("{}", "must be an array of objects"),
        ('[{"sku": "CUP"}]', "row 1, replaces '': is empty"),
        ('[{"sku": "CUP", "replaces": "MUG", "units": true}]', "row 1, units 'True': must be"),
        (
            '[{"sku": "CUP", "replaces": "MUG", "unit": 2}]',
            "row 1: has unknown fields: unit; ",
        ),
    ],
)
def test_json_that_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FileError, match=fault):
        read_replacements(written(tmp_path / "a.json", text))


@pytest.mark.parametrize("name", ["a.csv", "a.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=f"{name}: No such file"):
        read_replacements(tmp_path / name)
