"""What each release has written is read for ever: see `kept.py` for what to do if it is not."""

from __future__ import annotations

import json

import pytest

from orderflow.codec import dumps, from_data, loads
from orderflow.codec.envelope import TYPES
from orderflow.codec.formats import version_of
from orderflow.errors import CodecError
from tests.codec.kept import kept, missing, versions

WAY_OUT = (
    "a stored value is not read, or is written with other text, which a process of the previous "
    "release would refuse. Do not write the line anew. Put a new field into `ADDED` of "
    "orderflow.codec.formats; for any other change, add a `Change` there"
)


@pytest.mark.parametrize("line", kept(), ids=lambda line: line.split('"')[3])
def test_what_was_written_is_read_and_written_alike(line: str) -> None:
    try:
        value = loads(line)
    except CodecError as error:
        pytest.fail(f"{error}: {WAY_OUT}")
    if json.loads(line)["version"] == version_of(TYPES[type(value).__name__]):
        assert dumps(value) == line, WAY_OUT
    assert loads(dumps(value)) == value


def test_there_is_a_value_of_every_type_in_its_version() -> None:
    assert missing() == [], "add them: python -m tests.codec.kept"


def test_no_type_has_gone() -> None:
    assert {name for name, _ in versions()} <= TYPES.keys(), WAY_OUT


def test_a_change_that_no_format_knows_is_noticed() -> None:
    """The lines have fields that are not at their default, so a new name of one is a fault."""
    empty = set[str]()
    for line in kept():
        data = json.loads(line)
        for name in data["data"]:
            changed = {**data["data"], f"{name}_anew": data["data"][name]}
            del changed[name]
            try:
                from_data({**data, "data": changed})
            except CodecError:
                continue
            empty.add(f"{data['type']}.{name}")
    assert not empty
