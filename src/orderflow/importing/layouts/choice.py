"""The layouts that a file of orders may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from orderflow.domain.model import validators
from orderflow.importing.layouts.file_part import FilePart
from orderflow.importing.layouts.layout import OrderLayout, columns_of
from orderflow.importing.layouts.presets import PRESETS, Preset

__all__ = ["LayoutChoice", "choose_layouts", "part_of"]

_OF_LINES = {"sku", "quantity", "line_id", "set_id", "items"}

LayoutChoice = Preset | str | OrderLayout | Mapping[str, OrderLayout] | None
"""A layout, the name of a preset, or several layouts by their names. `None`: all presets."""


def choose_layouts(preset: LayoutChoice, field: str) -> Mapping[str, OrderLayout]:
    """Return layouts by their names.

    Args:
        preset: Which layouts.
        field: The name of this argument, for the error.

    Raises:
        InvalidValueError: If there is no such preset.
    """
    if preset is None:
        return {str(each): layout for each, layout in PRESETS.items()}
    if isinstance(preset, OrderLayout):
        return {"the layout": preset}
    if isinstance(preset, Mapping):
        return preset
    validators.require(
        ok=preset in list(Preset),
        field=field,
        demand=f"one of {', '.join(Preset)}, or layouts",
        value=preset,
    )
    return {preset: PRESETS[Preset(preset)]}


def part_of(layout: OrderLayout, part: FilePart) -> OrderLayout:
    """Return the layout of a file with only the orders, or only their lines.

    The columns of the other part are not read, and need not be there. The two files may have
    different columns for the order id.
    """
    has_lines = part is FilePart.LINES
    fields = [each for each in columns_of(layout) if (each in _OF_LINES) == has_lines]
    names = {name for field in fields for name in getattr(layout, field)}
    changes: dict[str, Any] = dict.fromkeys(
        set(columns_of(layout)).difference(fields, {"order_id"}), ()
    )
    if not has_lines:
        changes |= {"more_items": (), "item_pattern": ""}
    must_have = layout.must_have & names - set(layout.order_id)
    return attrs.evolve(layout, part=part, must_have=must_have, **changes)
