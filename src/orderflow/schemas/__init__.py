"""Describes the JSON of the codec to other languages: JSON Schema, OpenAPI and AsyncAPI.

The schemas are made from the types themselves and follow JSON Schema 2020-12. Some rules have no
keyword there: see the documentation. The codec checks every rule.
"""

from orderflow.schemas.channels import async_api
from orderflow.schemas.documents import (
    all_types,
    components_of,
    schema_of,
    schema_text,
)

__all__ = [
    "all_types",
    "async_api",
    "components_of",
    "schema_of",
    "schema_text",
]
