"""The schemas of types, from the same type hints that the codec reads."""

from __future__ import annotations

import inspect
import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import attrs

from orderflow.codec.formats import version_of
from orderflow.codec.structure import CONVERTER
from orderflow.schemas.keywords import ANY_INTEGER, DEFINITIONS, demands, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.schemas.keywords import Schema

__all__ = ["Definitions"]

_SCALARS: dict[Any, Schema] = {
    str: {"type": "string"},
    int: ANY_INTEGER,
    bool: {"type": "boolean"},
    datetime: {"$ref": "Moment"},
    date: {"$ref": "Day"},
    time: {"$ref": "ClockTime"},
    tzinfo: {"$ref": "TimeZone"},
    timedelta: {"$ref": "Duration"},
    Decimal: {"$ref": "DecimalNumber"},
}
_TEXTS = tuple[tuple[str, str], ...]
_COMPLETE = {"$ref", "anyOf", "type"}  # keywords that say more than the type hint does
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


class Definitions:
    """The definitions of all types that some types refer to, by name.

    Args:
        prefix: Where they will be: `#/$defs/`, or `#/components/schemas/` in OpenAPI and AsyncAPI.
    """

    def __init__(self, prefix: str = "#/$defs/") -> None:
        self._prefix = prefix
        self._found: dict[str, Schema] = {}

    def all(self) -> dict[str, Schema]:
        """Return the definitions in the order of their names."""
        return dict(sorted(self._found.items()))

    def envelope(self, kind: type) -> Schema:
        """Return the schema of a value in its envelope."""
        return {
            "title": kind.__name__,
            "description": _summary(kind),
            "type": "object",
            "properties": {
                "type": {"const": kind.__name__},
                "version": {"const": version_of(kind)},
                "data": self.plain(kind),
            },
            "required": ["type", "version", "data"],
            "additionalProperties": False,
        }

    def envelope_ref(self, kind: type) -> Schema:
        """Return a reference to the schema of a value in its envelope."""
        return self._ref(f"{kind.__name__}Envelope", lambda: self.envelope(kind))

    def plain(self, kind: type) -> Schema:
        """Return a reference to the schema of a value without its envelope."""
        return self._ref(kind.__name__, lambda: self._object(kind))

    def _ref(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self._found:
            self._found[name] = {}  # the type may contain itself
            self._found[name] = make()
        return {"$ref": f"{self._prefix}{name}"}

    def _object(self, kind: Any) -> Schema:  # noqa: ANN401 - any attrs class
        attrs.resolve_types(kind)
        fields = attrs.fields(kind)
        texts = _attribute_texts(kind)
        return {
            "title": kind.__name__,
            "description": _summary(kind),
            "type": "object",
            "properties": {
                field.name: self._field(kind, field, texts.get(field.name)) for field in fields
            },
            "required": [field.name for field in fields if field.default is attrs.NOTHING],
            "additionalProperties": False,
        }

    def _named(self, kind: type) -> Schema:
        """Return a reference to the schema of an object whose `type` names its class."""

        def make() -> Schema:
            schema = self._object(kind)
            return {
                **schema,
                "properties": {"type": {"const": kind.__name__}, **schema["properties"]},
                "required": ["type", *schema["required"]],
            }

        return self._ref(f"Named{kind.__name__}", make)

    def _field(self, kind: type, field: attrs.Attribute[Any], text: str | None) -> Schema:
        schema = self._shape(field.type, self._resolved(demands(kind, field)))
        if text is not None:
            schema = {**schema, "description": text}
        if field.default is attrs.NOTHING:
            return schema
        return {**schema, "default": CONVERTER.unstructure(field.default, field.type)}

    def _shape(self, hint: Any, rules: Schema) -> Schema:  # noqa: ANN401 - any type hint
        """Return the schema of a type hint, with the keywords of its rules."""
        if get_origin(hint) in {Union, UnionType}:
            kinds = [each for each in get_args(hint) if each is not NoneType]
            one = self._shape(kinds[0], rules) if len(kinds) == 1 else self._choice(kinds)
            return {"anyOf": [one, {"type": "null"}]} if NoneType in get_args(hint) else one
        return rules if _COMPLETE & rules.keys() else self._base(hint) | rules

    def _choice(self, kinds: list[type]) -> Schema:
        return {"oneOf": [self._named(each) for each in kinds]}

    def _base(self, hint: Any) -> Schema:  # noqa: ANN401 - any type hint
        origin, parts = get_origin(hint), get_args(hint)
        if hint == _TEXTS:
            return {"type": "object", "additionalProperties": {"type": "string"}}
        if origin is frozenset:
            return {"type": "array", "items": self._shape(parts[0], {}), "uniqueItems": True}
        if origin is tuple and parts[-1] is Ellipsis:
            return {"type": "array", "items": self._shape(parts[0], {})}
        if origin is tuple:
            return pair(*(self._shape(each, {}) for each in parts))
        if hint in _SCALARS:
            scalar: Schema = self._resolved(_SCALARS[hint])
            return scalar
        if issubclass(hint, StrEnum):
            return self._ref(hint.__name__, lambda: _enumeration(hint))
        if issubclass(hint, tuple):
            named = get_type_hints(hint).values()
            return {"title": hint.__name__, **pair(*(self._shape(each, {}) for each in named))}
        return self.plain(hint)

    def _resolved(self, schema: Any) -> Any:  # noqa: ANN401 - a schema, or a part of one
        """Return the schema with complete references, and add the definitions that they name."""
        match schema:
            case {"$ref": name, **more}:
                return {**self._ref(name, lambda: DEFINITIONS[name]), **more}
            case dict():
                return {keyword: self._resolved(value) for keyword, value in schema.items()}
            case list():
                return [self._resolved(each) for each in schema]
            case _:
                return schema


def _enumeration(kind: type[StrEnum]) -> Schema:
    return {
        "title": kind.__name__,
        "description": _summary(kind),
        "type": "string",
        "enum": [str(each) for each in kind],
    }


def _summary(kind: type) -> str:
    """Return the first paragraph of a docstring, as one line."""
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def _attribute_texts(kind: type) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say of each attribute."""
    texts: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        section = inspect.cleandoc(each.__doc__ or "").partition("Attributes:\n")[2]
        for name, text in _ATTRIBUTE.findall(section.partition("\n\n")[0]):
            texts[name] = " ".join(text.split())
    return texts
