"""Validators of the schemas, by a library that knows JSON Schema 2020-12."""

from __future__ import annotations

from functools import cache

from jsonschema import Draft202012Validator

from orderflow.schemas import all_types, schema_of

EVERYTHING = schema_of(*all_types().values())


@cache
def validator(definition: str) -> Draft202012Validator:
    """Return the validator of one definition, such as `Order` or `OrderEnvelope`."""
    schema = {"$ref": f"#/$defs/{definition}", "$defs": EVERYTHING["$defs"]}
    return Draft202012Validator(schema)


def accepts(data: dict[str, object]) -> bool:
    """Whether the schema of the type that an envelope names accepts it."""
    return validator(f"{data['type']}Envelope").is_valid(data)
