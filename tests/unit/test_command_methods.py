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
    given = {each: value for each, value in values(name).items() if each not in APART}
    command = command_of(name, given)
    fields = attrs.asdict(command, recurse=False)
    assert command.seller_id == "acme"
    for field in given.keys() & fields.keys():
        value = given[field]
        assert fields[field] == (tuple(value.items()) if type(value) is dict else value), field
    assert {"at", "command_id"} <= fields.keys()


@pytest.mark.parametrize("name", [each for each in METHODS if each not in READ_FIRST])
def test_a_method_has_the_defaults_of_its_command(name: str) -> None:
    optional = {each.name for each in parameters(name) if each.default is not each.empty}
    given = {each: value for each, value in values(name).items() if each not in optional}
    command = command_of(name, given)
    for field in attrs.fields(type(command)):
        if field.name in optional - {"at"} and field.default is not attrs.NOTHING:
            assert getattr(command, field.name) == field.default, field.name


def command_of(name: str, given: dict[str, Any]) -> Command:
    """Return the command that a method runs."""
    arguments = dict(given)
    edits = arguments.pop("edits", ())
    first = [arguments.pop("order_id")] if edits else []
    with pytest.raises(_RunError) as run:
        getattr(_Flow(MemoryRepository()).seller("acme"), name)(*first, *edits, **arguments)
    command: Command = run.value.args[0]
    return command


def parameters(name: str) -> list[Parameter]:
    return list(inspect.signature(getattr(Seller, name)).parameters.values())[1:]


def values(name: str) -> dict[str, Any]:
    """Return an argument for each parameter of a method."""
    return {each.name: value_of(getattr(Seller, name), each) for each in parameters(name)}


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
