"""What a method of a seller's handle is given is in the command that it runs.

The methods are found, not listed, so that a new one is tried by itself.
"""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlow, Seller
from tests.unit.samples import hint_of, sample
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from inspect import Parameter

    from orderflow.commands import Command

METHODS = [
    name
    for name, method in inspect.getmembers(Seller, inspect.isfunction)
    if not (name.startswith("_") or "ǁ" in name)  # the second ones are of `make mutants`
    and "command_id" in inspect.signature(method).parameters
]
LATER = NOON + timedelta(hours=1)
OTHERS = {"at": LATER, "ends_at": LATER, "command_id": "id 1", "expected_version": 7}
APART = {"only_short", "sourcing"}
"""They don't go with the other arguments."""

READ_FIRST = {"cancel_all_parts", "erase"}
"""These read the orders before they run a command."""


class _RunError(Exception):
    """A command is run."""


class _Flow(OrderFlow):
    def handle(self, command: Command) -> NoReturn:
        raise _RunError(command)


@pytest.mark.parametrize("name", [each for each in METHODS if each not in READ_FIRST])
def test_the_command_has_what_the_method_was_given(name: str) -> None:
    method = getattr(Seller, name)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    given = {each.name: value_of(method, each) for each in parameters if each.name not in APART}
    edits = given.pop("edits", ())
    first = [given.pop("order_id")] if edits else []
    with pytest.raises(_RunError) as run:
        method(_Flow(MemoryRepository()).seller("acme"), *first, *edits, **given)
    command = run.value.args[0]
    fields = attrs.asdict(command, recurse=False)
    assert command.seller_id == "acme"
    for field in given.keys() & fields.keys():
        value = given[field]
        assert fields[field] == (tuple(value.items()) if type(value) is dict else value), field
    assert {"at", "command_id"} <= fields.keys()


def value_of(method: Any, parameter: Parameter) -> Any:  # noqa: ANN401 - of any type
    """Return a value that is not the default."""
    if parameter.name in OTHERS:
        return OTHERS[parameter.name]
    value = sample(hint_of(method, parameter, Seller), parameter.name)
    if parameter.kind is parameter.VAR_POSITIONAL:
        return (value,)
    if type(value) is bool:
        return not parameter.default
    return {"1": 1} if value == {} else value


def test_all_commands_are_tried() -> None:
    assert set(METHODS) > {"place", "place_many", "release_hold", "book_in", *READ_FIRST}
