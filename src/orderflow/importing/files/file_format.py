"""How the text of a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.importing.files.delimiter import DELIMITER_DEMAND, is_delimiter

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DETECTED", "FileFormat"]


def _delimiter(_instance: object, _attribute: Attribute[str], value: object) -> None:
    validators.require(
        ok=value == "" or is_delimiter(value),
        field="FileFormat.delimiter",
        demand=DELIMITER_DEMAND,
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
    delimiter: str = attrs.field(default="", validator=_delimiter)
    sheet: str = attrs.field(default="", validator=_is_text)
    skip_rows: int | None = attrs.field(default=None)

    @skip_rows.validator
    def _check_skip_rows(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value is None or validators.is_units(value, 0),
            field="FileFormat.skip_rows",
            demand=f"{validators.whole_demand(0)}, or None",
            value=value,
        )


DETECTED = FileFormat()
"""The format of a file of which everything is detected."""
