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


def _is_text(_instance: object, attribute: Attribute[str], value: object) -> None:
    validators.require(
        ok=isinstance(value, str) and "\0" not in value,
        field=f"FileFormat.{attribute.name}",
        demand="a text without NUL characters",
        value=value,
    )


@attrs.frozen(kw_only=True)
class FileFormat:
    """How the text of a file is written. What is empty is detected.

    Attributes:
        encoding: The encoding of its text.
        delimiter: The character between two cells.
        sheet: The name of the sheet of a workbook.
        skip_rows: How many rows stand above the header. If None, it is searched.
    """

    encoding: str = attrs.field(default="", validator=_is_text)
    delimiter: str = attrs.field(default="", validator=_one_character)
    sheet: str = attrs.field(default="", validator=_is_text)
    skip_rows: int | None = attrs.field(default=None)

    @skip_rows.validator
    def _check_skip_rows(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value is None or (type(value) is int and value >= 0),
            field="FileFormat.skip_rows",
            demand="a whole number from 0, or None",
            value=value,
        )


DETECTED = FileFormat()
"""The format of a file of which everything is detected."""
