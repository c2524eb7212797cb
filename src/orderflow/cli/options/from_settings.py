"""Options made from a class of settings: one for each field, with the text of its docstring.

The command line therefore has every setting of the library, with the same text and the same
values. A command gets an instance of the class.
"""

from __future__ import annotations

import re
from functools import wraps
from inspect import Parameter, Signature, getdoc, signature
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import attrs
import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute

__all__ = ["attribute_texts", "with_options"]


def with_options(
    panel: str, **settings: type
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of some classes of settings.

    Args:
        panel: The heading of these options in the help.
        settings: The class of each parameter.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 - whatever the options hold
            for parameter, kind in settings.items():
                fields = {field.name: given.pop(field.name) for field in attrs.fields(kind)}
                given[parameter] = kind(**fields)
            command(**given)

        own = signature(command, eval_str=True).parameters.values()
        options = [option for kind in settings.values() for option in _options(panel, kind)]
        run.__signature__ = Signature(  # type: ignore[attr-defined] # Typer reads it there
            [*(each for each in own if each.name not in settings), *options]
        )
        run.__annotations__ = {}
        return run

    return decorate


def attribute_texts(kind: type) -> dict[str, str]:
    """Return the text of each attribute in the docstrings of a class and its bases."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__[1:-1]):
        texts |= attribute_texts(base)
    name = ""
    _, _, attributes = (getdoc(kind) or "").partition("Attributes:\n")
    for line in attributes.splitlines():
        if begin := re.fullmatch(r" {4}(\w+): (.*)", line):
            name, texts[begin[1]] = begin[1], begin[2]
        elif name and line.startswith(" " * 8):
            texts[name] += f" {line.strip()}"
        else:
            name = ""
    return texts


def _options(panel: str, kind: type) -> list[Parameter]:
    types, texts, defaults = get_type_hints(kind), attribute_texts(kind), kind()
    return [
        _option(
            panel,
            field,
            types[field.name],
            texts.get(field.name, ""),
            getattr(defaults, field.name),
        )
        for field in attrs.fields(kind)
    ]


def _option(
    panel: str,
    field: Attribute[Any],
    hint: Any,  # noqa: ANN401 - any type may be a hint
    text: str,
    default: object,
) -> Parameter:
    """Make one option, named after the field unless its metadata has `names`."""
    name, given = field.name, dict(field.metadata)
    names = given.pop("names", (f"--{name.replace('_', '-')}",))
    info = typer.Option(*names, help=text, rich_help_panel=panel or None, **given)
    return Parameter(
        name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[hint, info]
    )
