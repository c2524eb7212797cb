"""How the text of a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DETECTED", "FileFormat"]


def _one_character(_instance: object, _attribute: Attribute[str], value: object) -> None:
    validators.require(
        ok=isinstance(value, str) and len(value) <= 1 and value not in {'"', "\r", "\n"},
        field="FileFormat.delimiter",
        demand="one character that is not a quote or a line end",
        value=value,
    )


@attrs.frozen(kw_only=True)
class FileFormat:
    """How the text of a file is written. What is empty is detected.

    Attributes:
        encoding: The encoding of its text.
        delimiter: The character between two cells.
    """

    encoding: str = ""
    delimiter: str = attrs.field(default="", validator=_one_character)


DETECTED = FileFormat()
"""The format of a file of which everything is detected."""
