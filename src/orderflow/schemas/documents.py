"""Whole documents of JSON Schema: of one type, of a union of types, and of all types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from orderflow.codec.envelope import TYPES
from orderflow.domain.model import validators
from orderflow.schemas.shapes import Definitions

if TYPE_CHECKING:
    from types import UnionType

__all__ = ["DIALECT", "all_types", "components_of", "schema_of", "schema_text"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(*kinds: type | UnionType) -> dict[str, Any]:
    """Return the JSON Schema of what `orderflow.codec.dumps` writes for some types.

    It is complete: it refers to nothing outside.

    >>> from orderflow import StockKey
    >>> schema = schema_of(StockKey)
    >>> schema["properties"]["data"]
    {'$ref': '#/$defs/StockKey'}
    >>> schema["$defs"]["StockKey"]["required"]
    ['seller_id', 'warehouse_id', 'sku']

    Args:
        kinds: The types, or unions of types such as `Command`. A value may be of any of them.

    Raises:
        InvalidValueError: If the codec does not write one of them.
    """
    definitions = Definitions()
    match [_known(each) for kind in kinds for each in get_args(kind) or (kind,)]:
        case [kind]:
            body = definitions.envelope(kind)
        case several:
            body = {"oneOf": [definitions.envelope_ref(kind) for kind in several]}
    return {"$schema": DIALECT, **body, "$defs": definitions.all()}


def components_of(*kinds: type) -> dict[str, Any]:
    """Return the schemas of types and of all that they contain, for an OpenAPI document.

    They belong under `components.schemas`. The schema of an order is `Order`, and that of an order
    in its envelope, as `orderflow.codec.to_data` returns it, is `OrderEnvelope`.

    >>> from orderflow import StockKey
    >>> list(components_of(StockKey))
    ['Identifier', 'StockKey', 'StockKeyEnvelope']

    Raises:
        InvalidValueError: If the codec does not write a type.
    """
    definitions = Definitions("#/components/schemas/")
    for each in kinds:
        definitions.envelope_ref(_known(each))
    return definitions.all()


def all_types() -> dict[str, type]:
    """Return every type that the codec writes, by name, in the order of the names."""
    return dict(sorted(TYPES.items()))


def schema_text(document: dict[str, Any]) -> str:
    """Return a document as JSON text, for a file."""
    return f"{json.dumps(document, indent=1)}\n"


def _known(kind: Any) -> type:  # noqa: ANN401 - whatever a caller passes
    name = getattr(kind, "__name__", None)
    validators.require(
        ok=isinstance(kind, type) and TYPES.get(str(name)) is kind,
        field="kind",
        demand="a type that the codec writes, or a union of such types",
        value=name or kind,
    )
    known: type = kind
    return known
