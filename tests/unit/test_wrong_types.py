"""Whatever a public function is given, it does its work or refuses the argument by name.

The functions are found, not listed, so that a new one is tried by itself. Each parameter in turn
gets values of other types, and the others get valid ones. A value that the annotation does not
allow must raise `InvalidValueError` with the name of the parameter. A value that it allows may
also raise any other error of orderflow.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from enum import Enum
from importlib import import_module
from inspect import Parameter
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from orderflow.core import State
from orderflow.errors import InvalidValueError, OrderFlowError
from orderflow.ports import View
from tests.unit.samples import allows, hint_of, sample

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMS = ["service", "notifier", "checking"]
FACES = ["", "calendar", "commands", "core", "edits", "planning", "reports", "sourcing"]
RESULTS = {
    *("ActionAnswer", "BatchResult", "CancelledParts", "CheckResult", "DigestResult"),
    *("EarlierDemand", "ExpectedCover", "Explanation", "OrderParts", "OrdersToErase", "Outcome"),
    *("MovedDate", "Promise", "ReceiptAllocation", "RefusedCommand", "RelayResult"),
    *("ReplacementOffer", "ServedOrder", "Shortage", "SourcedPart", "SourcingPlan", "State"),
    *("UnitAccount", "Violation"),
    *("AgeBand", "Backlog", "BacklogGroup", "Delay", "LateReceipt", "LowStock", "Miss"),
    *("ServiceLevel", "ServiceLevels", "WorklistItem"),
}
"""What orderflow returns. It makes them itself, many at a time, and checks no field."""

INNER_LOOPS = {"Order.allocated_of", "Order.line", "Order.lines_of", "Order.short_of"}
INNER_LOOPS |= {"customer_waits_since", "queue_position"}
"""What is asked for each order or line, and checks nothing."""

TEXTS = {"plan_edits_of"}
"""What reads a text that people write. It names the text, not the argument."""

WRONG = [None, 1, 1.5, True, "x", b"", [], {}, object(), type]


class Tried(NamedTuple):
    """A function and one of its parameters.

    Attributes:
        name: Its dotted name.
        owner: The class that it is a method of.
    """

    name: str
    owner: type | None
    function: Callable[..., Any]
    parameter: Parameter

    def __str__(self) -> str:
        return f"{self.name}-{self.parameter.name}"


def functions(room: str) -> Iterator[tuple[str, type | None, Callable[..., Any]]]:
    """Yield each public function, constructor and method of a namespace."""
    namespace = import_module(f"orderflow.{room}".rstrip("."))
    for name in namespace.__all__:
        thing = getattr(namespace, name)
        if inspect.isfunction(thing):
            yield name, None, thing
        is_other = room == "planning" or not inspect.isclass(thing)
        if is_other or issubclass(thing, Enum | Exception):
            continue
        yield name, None, thing
        for method, function in inspect.getmembers(thing, callable):
            is_read_of_view = thing is State and hasattr(View, method)  # it gets checked values
            is_mutant = "ǁ" in method  # of `make mutants`
            if not (method.startswith("_") or is_read_of_view or is_mutant):
                yield f"{name}.{method}", thing, function


def tried() -> Iterator[Tried]:
    """Yield each parameter of each function. A name that two namespaces have is tried once."""
    found = {
        (owner, function): name
        for room in (*ROOMS, *FACES)
        for name, owner, function in functions(room)
    }
    for (owner, function), name in found.items():
        if name in INNER_LOOPS | TEXTS:
            continue
        for parameter in parameters(owner, function):
            yield Tried(name, owner, function, parameter)


def parameters(owner: type | None, function: Callable[..., Any]) -> list[Parameter]:
    found = list(inspect.signature(function).parameters.values())
    is_method = owner is not None and found and found[0].name in {"self", "flow"}
    return found[1:] if is_method else found


def call(each: Tried, value: object) -> object:
    """Call the function with this value for the parameter, and valid ones for the others."""
    positional, named = [], {}
    found = parameters(each.owner, each.function)
    has_rest = any(other.kind is Parameter.VAR_POSITIONAL for other in found)
    for other in found:
        if other.name == each.parameter.name:
            given = value
        elif other.default is not Parameter.empty:
            continue
        else:
            given = sample(hint_of(each.function, other, each.owner), other.name)
        if has_rest and other.kind is not Parameter.KEYWORD_ONLY:
            positional.append(given)
        else:
            named[other.name] = given
    function = each.function
    if each.owner is not None and not inspect.ismethod(function):
        function = getattr(sample(each.owner), function.__name__)
    return end_of(function(*positional, **named))


def end_of(answer: object) -> object:
    """Return what a function has to say in the end."""
    if inspect.iscoroutine(answer):
        return asyncio.run(answer)
    if isinstance(answer, AbstractContextManager):
        with answer as entered:
            return entered
    return list(answer) if isinstance(answer, Iterator) else answer


OWNERS = {name.rpartition(".")[2] for room in (*ROOMS, *FACES) for name, _, _ in functions(room)}
OWNERS |= {"", "Guard", "MailServer", "Repository", "command_of", "to_erase"}
"""What a refused value may belong to; the methods of calendars name the argument alone."""


def is_checked(each: Tried) -> bool:
    """Whether every value of another type is refused, and not only those that would fail."""
    return each.name.partition(".")[0] not in RESULTS


@pytest.mark.parametrize("each", [*tried()], ids=str)
def test_a_value_of_another_type_is_refused_by_name(each: Tried) -> None:
    hint = hint_of(each.function, each.parameter, each.owner)
    for value in WRONG:
        if allows(hint, value) or not is_checked(each):
            # Where a function may be given, `type` is one, and fails when it is called.
            with suppress(OrderFlowError, *([TypeError] if value is type else [])):
                call(each, value)
            continue
        with pytest.raises(InvalidValueError) as refused:
            call(each, value)
        assert refused.value.demand
        assert refused.value.value is value or type(refused.value.value) in {str, list, tuple}
        owner, _, name = refused.value.field.rpartition(".")
        assert (name, owner in OWNERS) == (each.parameter.name, True), (value, refused.value)


def test_what_is_not_checked_is_public() -> None:
    names = {name for room in (*ROOMS, *FACES) for name, _, _ in functions(room)}
    assert names >= {*RESULTS, *INNER_LOOPS, *TEXTS}
