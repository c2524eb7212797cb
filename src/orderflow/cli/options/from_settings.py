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
    from collections.abc import Callable, Iterator

    from attrs import Attribute

__all__ = ["attribute_texts", "with_options"]


def with_options(
    panel: str, **settings: type
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field of some classes of settings.

    A field whose metadata has a `panel` is of a class of settings itself. Its options have that
    heading.

    Args:
        panel: The heading of these options in the help.
        settings: The class of each parameter.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401 - whatever the options hold
            made = {parameter: _made(kind, given) for parameter, kind in settings.items()}
            command(**given, **made)

        own = signature(command, eval_str=True).parameters.values()
        options = [option for kind in settings.values() for option in _options(panel, kind, kind())]
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


def _made(kind: type, given: dict[str, Any]) -> Any:  # noqa: ANN401 - an instance of the class
    """Return an instance of a class of settings, and remove its fields from the options."""
    types = get_type_hints(kind)
    return kind(
        **{
            field.name: _made(types[field.name], given)
            if "panel" in field.metadata
            else given.pop(field.name)
            for field in attrs.fields(kind)
        }
    )


def _options(panel: str, kind: type, defaults: object) -> Iterator[Parameter]:
    types, texts = get_type_hints(kind), attribute_texts(kind)
    for field in attrs.fields(kind):
        hint, default = types[field.name], getattr(defaults, field.name)
        if "panel" in field.metadata:
            yield from _options(field.metadata["panel"], hint, default)
        else:
            yield _option(panel, field, hint, texts.get(field.name, ""), default)


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
