"""The presets in `docs/reference/importing.md`, drawn from their data.

They stand between two markers. `python -m tests.importing.reference` says whether the page is
stale, and with `--write` redraws it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orderflow.importing import PRESETS, Preset
from orderflow.importing.layouts.layout import columns_of

if TYPE_CHECKING:
    from orderflow.importing import OrderLayout, SkipRule

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "importing.md"
BEGIN = "<!-- presets: generated -->"
END = "<!-- end -->"


def redrawn(page: str) -> str:
    """Return the text of the page with current presets between its markers."""
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    presets = "\n\n".join(_preset(preset, layout) for preset, layout in PRESETS.items())
    return between.sub(lambda _: f"{BEGIN}\n\n{presets}\n\n{END}", page)


def _preset(preset: Preset, layout: OrderLayout) -> str:
    parts = [f"### {preset}", _columns(layout)]
    if layout.skip:
        parts.append(_skip_table(layout.skip))
    settings = _settings(layout)
    if settings:
        parts.append(f"{'. '.join(settings)}.")
    return "\n\n".join(parts)


def _columns(layout: OrderLayout) -> str:
    required = columns_of(layout, required=True)
    rows = [
        f"| `{field}`{' *' if field in required else ''} | {_codes(getattr(layout, field))} |"
        for field in columns_of(layout)
        if getattr(layout, field)
    ]
    return "\n".join(["| field | column |", "| --- | --- |", *rows])


def _skip_table(rules: tuple[SkipRule, ...]) -> str:
    rows = [
        f"| {rule.reason} | `{rule.column}` {_condition(rule)} | "
        f"{'the order' if rule.whole_order else 'the row'} |"
        for rule in rules
    ]
    return "\n".join(["| skipped because | where | what |", "| --- | --- | --- |", *rows])


def _condition(rule: SkipRule) -> str:
    said = []
    if rule.is_one_of:
        said.append(f"is {_codes(tuple(sorted(rule.is_one_of)))}")
    if rule.begins_with:
        said.append(f"begins with {_codes(rule.begins_with)}")
    if rule.is_filled:
        said.append("is filled")
    if rule.is_blank:
        said.append("is empty")
    if rule.is_below_zero:
        said.append("is below 0")
    return " or ".join(said)


def _settings(layout: OrderLayout) -> list[str]:
    said = []
    if layout.zone is not None:
        said.append(f"Times without an offset are in {layout.zone}")
    if layout.day_first is not None:
        said.append(f"The {'day' if layout.day_first else 'month'} comes first in dates")
    if layout.first_counts:
        names = _codes(tuple(sorted(layout.first_counts)))
        said.append(f"If there are several columns {names}, the first is read")
    if layout.upper_sku:
        said.append("Products that differ only by case are the same")
    if not layout.quoted:
        said.append("Quotes are ordinary characters")
    return said


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> int:
    """Say whether the page is stale, or redraw it."""
    page = PAGE.read_text(encoding="utf-8")
    if page == redrawn(page):
        return 0
    if "--write" not in arguments:
        return 1
    PAGE.write_text(redrawn(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
