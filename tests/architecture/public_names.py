"""The public names with their signatures, as a listing that shows a change of them in a review.

`python -m tests.architecture.public_names` writes it anew.
"""

from __future__ import annotations

import importlib
import inspect
import re
from enum import EnumType
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.architecture.test_namespaces import namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTING = Path(__file__).with_name("public_names.txt")


def listing() -> str:
    """List every public name, a line each, by module."""
    return "\n".join(line for name in sorted(namespaces()) for line in _module(name))


def _module(name: str) -> Iterator[str]:
    module = importlib.import_module(name)
    yield f"{name}:"
    for each in sorted(module.__all__):
        yield from _thing(each, getattr(module, each))
    yield ""


def _thing(name: str, thing: object) -> Iterator[str]:
    if not inspect.isclass(thing):
        yield f"    {name}{_signature(thing)}"
        return
    bases = ", ".join(each.__name__ for each in thing.__bases__ if each is not object)
    yield f"    class {name}({bases})"
    if isinstance(thing, EnumType):
        yield from (f"        {name}" for name in thing.__members__)
    elif _is_made(thing):
        yield f"        {_signature(thing)}"
    for each in sorted(_members(thing)):
        yield f"        {each}{_signature(inspect.getattr_static(thing, each))}"


def _members(kind: type[Any]) -> set[str]:
    """Name the public methods and properties that this package defines; the rest is Python's."""
    fields = {each.name for each in getattr(kind, "__attrs_attrs__", ())}
    fields |= set(getattr(kind, "__members__", ()))
    return {each for base in _ours(kind) for each in vars(base) if each[0] != "_"} - fields


def _is_made(kind: type[Any]) -> bool:
    """Tell whether this package says how an object of a class is made."""
    is_said = any({"__init__", "__new__"} & vars(each).keys() for each in _ours(kind))
    return is_said and not getattr(kind, "_is_protocol", False)


def _ours(kind: type[Any]) -> list[type[Any]]:
    """List the classes of this package that a class is made of."""
    return [each for each in kind.__mro__ if each.__module__.startswith("orderflow")]


def _signature(thing: object) -> str:
    """Write what a function or class takes and returns; nothing for what is no function."""
    function: Any = getattr(thing, "__func__", thing)  # of class methods and static methods
    if not callable(function) or not (inspect.isroutine(function) or inspect.isclass(function)):
        return ""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(inspect.signature(function)))
    return re.sub(r"frozenset\(\{(.*?)\}\)", _in_order, text)


def _in_order(values: re.Match[str]) -> str:
    return f"frozenset({{{', '.join(sorted(values[1].split(', ')))}}})"


if __name__ == "__main__":
    LISTING.write_text(listing(), encoding="utf-8")
