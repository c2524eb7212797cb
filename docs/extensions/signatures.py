"""Makes the signatures and values of the reference readable.

A default is written as a caller would write it: `Queue.FIRST_COME`, not what `repr` says of it.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
from sphinx import addnodes

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

LENGTH_MAX = 60
UNITS = ("days", "seconds", "microseconds")


class Text:
    """A default whose `repr` is this text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def in_words(value: object) -> str:
    """Write a default as in a call, or as `...` if there is no short way."""
    match value:
        case enum.Enum():
            text = f"{type(value).__name__}.{value.name}"
        case timedelta():
            parts = ((unit, getattr(value, unit)) for unit in UNITS)
            text = f"timedelta({', '.join(f'{unit}={n}' for unit, n in parts if n)})"
        case tuple():
            items = ", ".join(map(in_words, value))
            text = f"({items},)" if len(value) == 1 else f"({items})"
        case Mapping() | AbstractSet() if not value:
            text = "{}" if isinstance(value, Mapping) else "frozenset()"
        case _ if attrs.has(type(value)):
            text = f"{type(value).__name__}(...)"
        case _ if callable(value):
            name = getattr(value, "__name__", "<")
            text = "..." if name.startswith(("_", "<")) else name
        case _:
            text = repr(value)
    return "..." if len(text) > LENGTH_MAX or "<" in text or " at 0x" in text else text


def write_defaults(_app: Sphinx, described: object, _bound: bool) -> None:  # noqa: FBT001 - Sphinx calls it so
    """Replace the defaults of a function before its signature is written."""
    if not inspect.isfunction(described):
        return
    signature = inspect.signature(described)
    parameters = [
        each
        if each.default is each.empty or isinstance(each.default, Text)
        else each.replace(
            default=Text("..." if each.default is attrs.NOTHING else in_words(each.default))
        )
        for each in signature.parameters.values()
    ]
    described.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # any function may have one


def drop_raw_values(_app: Sphinx, page: nodes.document) -> None:
    """Remove the values of constants that cannot be written as code."""
    for value in list(page.findall(addnodes.desc_annotation)):
        text = value.astext()
        if text.startswith(" = ") and ("<" in text or len(text) > 4 * LENGTH_MAX):
            value.parent.remove(value)


def keep_whole_sentence(
    _app: Sphinx, what: str, _name: str, _described: object, _options: object, lines: list[str]
) -> None:
    """Put back what Napoleon takes for a type: the text before a colon, as in `Yes: at once.`."""
    kinds = {"attribute", "data", "property"}
    at = next((n for n, line in enumerate(lines) if line.startswith(":type: ")), 0)
    if what in kinds and at:
        lines[:] = [
            f"{lines[at].removeprefix(':type: ')}: {lines[0]}",
            *lines[1:at],
            *lines[at + 1 :],
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all three. Napoleon has the usual priority, 500."""
    app.connect("autodoc-process-docstring", keep_whole_sentence, priority=600)
    app.connect("autodoc-before-process-signature", write_defaults)
    app.connect("doctree-read", drop_raw_values)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
