"""`orderflow schema`: what the codec reads and writes, as files for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from orderflow.codec import to_data
from orderflow.schemas import all_types, async_api
from tests.cli.runner import flat, run
from tests.codec.things import KEY, ORDER

if TYPE_CHECKING:
    from pathlib import Path


def test_a_schema_is_printed() -> None:
    result = run("schema", "Order", "StockKey")
    assert result.exit_code == 0
    schema = Draft202012Validator(json.loads(result.stdout))
    assert schema.is_valid(to_data(ORDER))
    assert schema.is_valid(to_data(KEY))
    assert not schema.is_valid(to_data(ORDER.lines[0]))


def test_a_folder_has_a_file_for_each_type_and_the_messages(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    result = run("schema", "--out", folder)
    assert result.exit_code == 0
    names = {f"{name}.json" for name in all_types()}
    assert {each.name for each in folder.iterdir()} == {*names, "asyncapi.json"}
    schema = json.loads((folder / "StockKey.json").read_text())
    Draft202012Validator(schema).validate(to_data(KEY))
    assert json.loads((folder / "asyncapi.json").read_text()) == async_api()
    assert flat(result.stdout).startswith(f"{len(names) + 1} files written to ")


def test_a_file_has_all_types(tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    assert run("schema", "-o", file).exit_code == 0
    schema = Draft202012Validator(json.loads(file.read_text()))
    assert schema.is_valid(to_data(ORDER))
    assert schema.is_valid(to_data(KEY))


def test_a_file_is_replaced_only_if_asked_for(tmp_path: Path) -> None:
    kept = tmp_path / "StockKey.json"
    kept.write_text("kept")
    for out in (tmp_path, kept):
        result = run("schema", "StockKey", "Order", "--out", out)
        assert result.exit_code == 2
        assert "exists; --overwrite replaces it" in flat(result.stderr)
    assert kept.read_text() == "kept"
    assert [each.name for each in tmp_path.iterdir()] == [kept.name]
    assert run("schema", "StockKey", "Order", "--out", tmp_path, "--overwrite").exit_code == 0
    assert json.loads(kept.read_text())["title"] == "StockKey"
    assert (tmp_path / "Order.json").exists()


def test_an_unknown_type_is_named_with_the_nearest_one() -> None:
    result = run("schema", "BookInStok")
    assert result.exit_code == 1
    assert "there is no type 'BookInStok' (did you mean 'BookInStock'?)" in flat(result.stderr)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for out in (file, file / "folder", tmp_path / "none" / "all.json"):
        result = run("schema", "--out", out)
        assert result.exit_code == 2
        assert "name another" in flat(result.stderr)
        assert "--out" in flat(result.stderr)
