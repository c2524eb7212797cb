"""What the fields of a layout may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.importing.values.packed import PATTERN_DEMAND, ItemPattern

if TYPE_CHECKING:
    from datetime import datetime

    import attrs

__all__ = [
    "check_custom_fields",
    "check_item_pattern",
    "check_moment",
    "check_packed_items",
    "check_prefix",
    "check_some",
    "check_thousands",
    "check_units",
]


def check_custom_fields(
    _instance: object, _attribute: attrs.Attribute[tuple[str, ...]], value: tuple[object, ...]
) -> None:
    """Require columns whose names can be those of custom fields."""
    most = validators.CUSTOM_FIELDS_MAX
    validators.require(
        ok=len(value) <= most
        and all(map(validators.is_identifier, value))
        and len(set(value)) == len(value),
        field="OrderLayout.custom_fields",
        demand=f"at most {most} columns, each once, whose names are {validators.IDENTIFIER_DEMAND}",
        value=value,
    )


def check_item_pattern(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    """Require a pattern of items, or nothing."""
    try:
        ok = not value or ItemPattern(value) is not None
    except (TypeError, ValueError):
        ok = False
    validators.require(ok=ok, field="OrderLayout.item_pattern", demand=PATTERN_DEMAND, value=value)


def check_units(_instance: object, _attribute: attrs.Attribute[int | None], value: object) -> None:
    """Require a number of units, or `None`."""
    validators.require(
        ok=value is None or (type(value) is int and 1 <= value <= validators.UNITS_MAX),
        field="OrderLayout.quantity_default",
        demand=f"a whole number from 1 to {validators.UNITS_MAX}, or None",
        value=value,
    )


def check_moment(
    _instance: object, attribute: attrs.Attribute[datetime | None], value: datetime | None
) -> None:
    """Require a moment, or `None`."""
    if value is not None:
        validators.require_moment(f"OrderLayout.{attribute.name}", value)


def check_prefix(_instance: object, _attribute: attrs.Attribute[str], value: object) -> None:
    """Require the beginning of an identifier, or nothing."""
    validators.require(
        ok=value == "" or validators.is_identifier(value),
        field="OrderLayout.order_prefix",
        demand=f"empty, or {validators.IDENTIFIER_DEMAND}",
        value=value,
    )


def check_some(
    instance: object, attribute: attrs.Attribute[tuple[str, ...]], value: tuple[str, ...]
) -> None:
    """Require the name of at least one column."""
    validators.require(
        ok=len(value) > 0,
        field=f"{type(instance).__name__}.{attribute.name}",
        demand="the name of a column",
        value=value,
    )


def check_thousands(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Require a separator of thousands, or nothing."""
    validators.require(
        ok=value in {"", ",", "."},
        field=f"{type(instance).__name__}.{attribute.name}",
        demand="a comma, a point, or empty",
        value=value,
    )


def check_packed_items(items: tuple[str, ...], pattern: str) -> None:
    """Require that a layout has a column of packed items exactly if it has their pattern."""
    validators.require(
        ok=bool(pattern) or not items,
        field="OrderLayout.item_pattern",
        demand=PATTERN_DEMAND,
        value=pattern,
    )
    validators.require(
        ok=bool(items) or not pattern,
        field="OrderLayout.items",
        demand="the column of the items that the pattern is for",
        value=items,
    )
