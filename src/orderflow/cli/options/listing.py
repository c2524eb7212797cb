"""The options of every listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["ListingOptions"]


def _is_limit(_instance: object, _attribute: Attribute[int], value: int) -> None:
    validators.require(
        ok=validators.is_units(value, 0),
        field="limit",
        demand=f"from 0 to {validators.UNITS_MAX}",
        value=value,
    )


@attrs.frozen(kw_only=True)
class ListingOptions:
    """How a listing is printed.

    Attributes:
        limit: Show at most this many; 0 shows all.
        as_json: Print JSON.
        as_csv: Print CSV for a spreadsheet.
    """

    limit: int = attrs.field(default=50, validator=_is_limit)
    as_json: bool = attrs.field(default=False, metadata={"names": ("--json",)})
    as_csv: bool = attrs.field(default=False, metadata={"names": ("--csv",)})

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=not (self.as_json and self.as_csv),
            field="as_csv",
            demand="omitted with --json",
            value=self.as_csv,
        )
