"""How the text of a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.importing.files.encoding import (
    DELIMITER_DEMAND,
    ENCODING_DEMAND,
    is_delimiter,
    is_encoding,
)

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DETECTED", "FileFormat"]


def _encoding(_instance: object, _attribute: Attribute[str], value: object) -> None:
    validators.require(
        ok=value == "" or is_encoding(value),
        field="FileFormat.encoding",
        demand=ENCODING_DEMAND,
        value=value,
    )


def _delimiter(_instance: object, _attribute: Attribute[str], value: object) -> None:
    validators.require(
        ok=value == "" or is_delimiter(value),
        field="FileFormat.delimiter",
        demand=DELIMITER_DEMAND,
        value=value,
    )


@attrs.frozen(kw_only=True)
class FileFormat:
    """How the text of a file is written. What is empty is detected.

    Attributes:
        encoding: The encoding of its text.
        delimiter: The character between two cells.
    """

    encoding: str = attrs.field(default="", validator=_encoding)
    delimiter: str = attrs.field(default="", validator=_delimiter)


DETECTED = FileFormat()
"""The format of a file of which everything is detected."""
