"""The layouts that a file of orders may have."""

from __future__ import annotations

from collections.abc import Mapping

from orderflow.domain.model import validators
from orderflow.importing.layouts.layout import OrderLayout
from orderflow.importing.layouts.presets import PRESETS, Preset

__all__ = ["LayoutChoice", "choose_layouts"]

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
