"""The options of every listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["ListingOptions"]

_TABLE_ROWS_MAX = 50


def _is_limit(_instance: object, _attribute: Attribute[int | None], value: int | None) -> None:
    validators.require(
        ok=value is None or validators.is_units(value, 0),
        field="limit",
        demand=f"from 0 to {validators.UNITS_MAX}",
        value=value,
    )


@attrs.frozen(kw_only=True)
class ListingOptions:
    """How a listing is printed.

    Attributes:
        limit: Show at most this many; 0 shows all. Default: 50 in a table, all in JSON and CSV.
        as_json: Print JSON.
        as_csv: Print CSV for a spreadsheet.
    """

    limit: int | None = attrs.field(default=None, validator=_is_limit)
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})
    as_csv: bool = attrs.field(default=False, metadata={"names": ("--csv",)})

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=not (self.as_json and self.as_csv),
            field="as_csv",
            demand="omitted with --json",
            value=self.as_csv,
        )

    @property
    def rows_max(self) -> int:
        """How many rows are shown at most; 0 if all are."""
        if self.limit is None:
            return 0 if self.as_json or self.as_csv else _TABLE_ROWS_MAX
        return self.limit
