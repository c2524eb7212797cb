"""No value of any option or argument of any command ends in a traceback.

The options are found, not listed. What no option of a type takes is refused with exit code 2, and
the option is named. What some options take is tried too: it may end in any exit code.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest
from typer.models import ArgumentInfo

from orderflow.calendar import Weekday
from orderflow.cli.options.naming import shown_name
from tests.cli.reference import commands as registered
from tests.cli.runner import flat
from tests.cli.shop import Shop, shop
from tests.replay.histories import row, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from inspect import Parameter

    from typer.testing import Result

__all__ = ["shop"]

LONG = "9" * 5_000
NEVER: dict[Any, list[str]] = {
    int: ["", "x", "1.5", "9" * 23, LONG, "1e3", "\u0663", "1_000"],
    float: ["", "x", "nan", "inf", "1e999", LONG, "1e3"],
    datetime: ["", "x", "now", "2026-02-30", "2026-03-02T09:30+99:00", LONG],
    timedelta: ["", "x", "nan", "inf", "1e308", "-1", "0", LONG],
    time: ["", "x", "25:00", LONG],
    date: ["", "x", "2026-02-30", "9999-12-31", LONG],
    ZoneInfo: ["", "x", "../etc", "/etc/localtime", LONG],
    frozenset[Weekday]: ["", "x", "MON,,", LONG],
    Enum: ["", "x", "None", LONG],
}
"""Values that no option of a type takes."""

SOME: dict[Any, list[str]] = {
    int: ["-1", "0", "9" * 12, "9" * 18],
    float: ["-1", "0", "9" * 18],
    datetime: ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1970-01-01"],
    date: ["1970-01-02", "2026-11-20", "2999-12-30"],
    timedelta: ["1e-9", "36525", "999999999"],
    time: ["16:00+02:00", "23:59:59.999999"],
    str: ["", "\x1b[31m\r\n", "x" * 5_000, "\udcff", "A=B"],
    Path: ["", "\x1b[31m", "x" * 5_000, "\udcff", "/"],
}
"""Values that an option of a type may take."""

FEW = {"demo": ["--orders", "20"]}
"""What keeps a command short."""

FIELD = re.compile(r"orderflow: [A-Za-z]\w*\.\w+ must be ")
"""A refusal that names a field of a type, or an argument of a function."""


class Given(NamedTuple):
    """An option or argument, and its type."""

    parameter: Parameter
    kind: Any
    is_argument: bool


@cache
def commands() -> dict[str, list[Given]]:
    """Return the options and arguments of each command that have a value."""
    found = {}
    for name, each in registered().items():
        assert each.callback is not None
        parameters = map(given_by, signature(each.callback).parameters.values())
        found[name] = [given for given in parameters if given.kind is not bool]
    return found


def values(command: str, values_of: dict[Any, list[str]]) -> Iterator[tuple[Given, str]]:
    """Yield values for each option: all where it comes first, and then another one each time."""
    before = Counter[tuple[str, Any]]()
    for name, parameters in commands().items():
        for given in parameters:
            option = (given.parameter.name, given.kind)
            tried = values_of.get(given.kind, [])
            if name == command and tried:
                turn = before[option]
                some = tried if turn == 0 else [tried[turn % len(tried)]]
                yield from ((given, value) for value in some)
            before[option] += 1


def given_by(parameter: Parameter) -> Given:
    hint, info = get_args(parameter.annotation)
    plain = next((each for each in get_args(hint) if each is not NoneType), hint)
    plain = hint if get_origin(hint) is list else plain
    kind = hint if hint in NEVER else plain
    if get_origin(kind) is list:
        kind = get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        kind = Enum
    assert kind in NEVER or kind in SOME or kind is bool, f"give values of {kind}"
    return Given(parameter, kind, isinstance(info, ArgumentInfo))


def run(shop: Shop, command: str, tried: Given, value: str) -> Result:
    """Run a command with a value for one of its options, and valid ones where it needs them."""
    options, arguments = [*FEW.get(command, [])], []
    for each in commands()[command]:
        name = shown_name(each.parameter)
        text = value if each.parameter == tried.parameter else NEEDED.get(name)
        if each.parameter != tried.parameter and each.parameter.default is not each.parameter.empty:
            continue
        if each.is_argument:
            arguments.append(text)
        else:
            options.append(f"{name}={text}")
    return shop.run(*command.split(), *options, "--", *arguments)


NEEDED = {
    "ORDER": "A-1",
    "SKU": "MUG",
    "LINE": "1",
    "RECEIPT": "R-1",
    "SELLER": "acme",
    "UNITS": "1",
    "TIME": "2026-03-09",
    "TO_WAREHOUSE": "york",
    "WAREHOUSE": "york",
    "SKU=UNITS": "MUG=1",
    "LINE=FOUND": "1=1",
    "FILE": "history.csv",
    "--by": "1",
    "--expected-at": "2026-03-09",
    "--receipt": "T-1",
    "--replacements": "replacements.csv",
}
"""Valid values of what some command cannot do without."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("history.csv"), row())
    Path("replacements.csv").write_text("sku,replaces\nCUP,MUG\n", encoding="utf-8")


@pytest.mark.parametrize("command", commands())
def test_what_no_option_takes_is_refused_by_name(shop: Shop, command: str) -> None:
    for given, value in values(command, NEVER):
        result = run(shop, command, given, value)
        assert ended(result) == 2, (given, value)
        assert shown_name(given.parameter) in flat(result.stderr), (given, value)


@pytest.mark.parametrize("command", commands())
def test_what_some_option_takes_ends_in_an_exit_code(shop: Shop, command: str) -> None:
    for given, value in values(command, SOME):
        result = run(shop, command, given, value)
        assert ended(result) in {0, 1, 2}, (given, value)
        assert not FIELD.search(result.stderr), (given, value)


def ended(result: Result) -> int:
    """Return the exit code of a run that ended cleanly."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.stderr
    return result.exit_code
