"""A value of another type is refused by name, wherever it is given: fields and arguments alike.

All types, fields, methods and arguments are found, so that a new one is covered by itself.
"""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow import AllocationPolicy, InvalidValueError
from orderflow.calendar import CutOffRules, ExpectedDespatch, WarehouseCalendar
from orderflow.commands import (
    AcceptCancellation,
    DeliverOrder,
    SendOrderToWarehouse,
)
from orderflow.core import State, actions, allocate, explain
from tests.unit.domain.test_bad_values import CASES
from tests.unit.shop import ACME, NOON, about, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HUGE = 10**5_000
"""It has more digits than Python turns into text."""
WRONG: list[Any] = [
    *(HUGE, (HUGE,), [HUGE], {HUGE}, frozenset({HUGE}), {HUGE: time(9)}, ((HUGE, time(9)),)),
    *(None, True, 1, -1, 1.5, float("nan"), "x", "", b"x", object(), object, len),
    *([], [1], (), (1,), ((),), {}, {"x": 1}, {1}, frozenset({1}), AllocationPolicy(), NOON),
    *(date(2026, 3, 2), time(9), ZoneInfo("UTC"), UTC),
]
PLAIN = (AcceptCancellation, DeliverOrder, SendOrderToWarehouse)
LEEDS = WarehouseCalendar(time_zone=ZoneInfo("Europe/London"))
MADE: dict[type, dict[str, Any]] = {
    **{kind: good for kind, good, _ in CASES},
    **{kind: {**about()} for kind in PLAIN},
    CutOffRules: {},
    ExpectedDespatch: {"day": date(2026, 3, 2)},
    WarehouseCalendar: {"time_zone": ZoneInfo("Europe/London")},
}

ARGUMENTS: dict[str, Any] = {
    "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "clock": time(9),
    "completed": 1,
    "day": date(2026, 3, 2),
    "orders": 1,
    "rules": CutOffRules(),
}
"""A good value for each argument of a method of a calendar, by its name."""


def methods(thing: object) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, method in inspect.getmembers(thing, inspect.ismethod):
        if not (name.startswith("_") or "ǁ" in name):  # a mutant of `make mutants`
            yield f"{type(thing).__name__}.{name}", method


METHODS = dict([*methods(LEEDS), *methods(CutOffRules())])


def refuse(make: Callable[..., object], good: dict[str, Any], name: str) -> set[type]:
    """Give each wrong value to one argument; return the types of those that were taken."""
    return {type(value) for value in WRONG if refusal(make, {**good, name: value}, value) is None}


def refusal(
    make: Callable[..., object], given: dict[str, Any], value: object
) -> InvalidValueError | None:
    """Return the error, which has the demand and the value, if a value is refused."""
    try:
        make(**given)
    except InvalidValueError as error:
        return error if error.demand and is_of(value, error.value) else None
    return None


def is_of(value: object, refused: object) -> bool:
    """Whether this is the value, or what a field has made of it."""
    return refused is value or type(refused) in {str, list, tuple}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        pytest.param(kind, field.name, id=f"{kind.__name__}.{field.name}")
        for kind in MADE
        for field in attrs.fields(kind)
    ],
)
def test_a_field_takes_values_of_its_type_only(kind: type, field: str) -> None:
    assert len(refuse(kind, MADE[kind], field)) < len({type(value) for value in WRONG}) // 2


def test_the_methods_of_a_calendar_are_found() -> None:
    assert {"WarehouseCalendar.upload_by", "CutOffRules.upload_lead"} <= METHODS.keys()
    assert len(METHODS) > 12


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_a_calendar_takes_values_of_its_types_only(name: str) -> None:
    method = METHODS[name]
    good = {each: ARGUMENTS[each] for each in inspect.signature(method).parameters}
    assert good
    method(**good)
    for each in good:
        assert len(refuse(method, good, each)) <= 1


def test_a_question_is_asked_at_a_moment() -> None:
    state = State.of(ACME, [order("A")])
    ask: dict[str, Callable[[Any], object]] = {
        "explain": lambda at: explain("A", state, at),
        "actions": lambda at: actions("A", state, at),
        "allocate": lambda at: allocate([order("A")], [], at=at),
    }
    for name, question in ask.items():
        for value in WRONG:
            if value is not NOON:
                with pytest.raises(InvalidValueError, match=f"^{name}.at must be a datetime with"):
                    question(value)
        assert question(NOON)
