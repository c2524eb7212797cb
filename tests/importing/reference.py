"""The presets in `docs/reference/importing.md`, drawn from their data.

They stand between two markers. `python -m tests.importing.reference` says whether the page is
stale, and with `--write` redraws it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orderflow.importing import PRESETS, Preset, SkipKind
from orderflow.importing.layouts.layout import columns_of
from orderflow.importing.layouts.presets import EXPORTS, WITHOUT_PRESET

if TYPE_CHECKING:
    from orderflow.importing import OrderLayout, SkipRule

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "importing.md"
BEGIN = "<!-- presets: generated -->"
END = "<!-- end -->"
_NOT_READ = {"items", "customer", "price", "cancelled_at"}
"""The columns of lines, and those that only a replay reads."""


def redrawn(page: str) -> str:
    """Return the text of the page with current presets between its markers."""
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    presets = "\n\n".join(_preset(preset, layout) for preset, layout in PRESETS.items())
    drawn = f"{_exports()}\n\n{_without_preset()}\n\n{presets}"
    return between.sub(lambda _: f"{BEGIN}\n\n{drawn}\n\n{END}", page)


def _exports() -> str:
    rows = [
        f"| [`{preset}`](#{preset.lower()}) | {each.export} | {_read(PRESETS[preset])} |"
        f" {_skipped(PRESETS[preset])} | {each.found} | {each.checked} |"
        for preset, each in EXPORTS.items()
    ]
    head = ("preset", "export", "reads", "skips", "where its columns were found", "checked with")
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *rows])


def _read(layout: OrderLayout) -> str:
    """Name what is read of an order beside its lines and its time; an address is one thing."""
    fields = set(columns_of(layout)) - set(columns_of(type(layout), required=True))
    read = {field for field in fields if getattr(layout, field)} - _NOT_READ
    names = {"address" if field.startswith("ship_to_") else field for field in read}
    return ", ".join(sorted(name.replace("_", " ") for name in names)) or "nothing"


def _skipped(layout: OrderLayout) -> str:
    return ", ".join(dict.fromkeys(f"`{rule.kind}`" for rule in layout.skip)) or "nothing"


def _without_preset() -> str:
    rows = [f"| {export} | {why} |" for export, why in WITHOUT_PRESET.items()]
    return "\n".join(["| without a preset | because |", "| --- | --- |", *rows])


def _preset(preset: Preset, layout: OrderLayout) -> str:
    parts = [f"### {preset}"]
    if EXPORTS[preset].note:
        parts.append(f"{EXPORTS[preset].note[0].upper()}{EXPORTS[preset].note[1:]}.")
    parts.append(_columns(layout))
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
    head = "| skipped because | kind | where | what |"
    return "\n".join([head, "| --- | --- | --- | --- |", *map(_rule, rules)])


def _rule(rule: SkipRule) -> str:
    reason = rule.reason if rule.kind is not SkipKind.UNKNOWN else "rejected: an unknown text"
    scope = "the order" if rule.whole_order else "the row"
    return f"| {reason} | `{rule.kind}` | `{rule.column}` {_condition(rule)} | {scope} |"


def _condition(rule: SkipRule) -> str:
    said = []
    if rule.is_one_of:
        said.append(f"is {_codes(tuple(sorted(rule.is_one_of)))}")
    if rule.is_none_of:
        filled = _codes(tuple(sorted(rule.is_none_of - {""})))
        said.append(f"is filled, and none of {filled}")
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
    if layout.items:
        said.append(f"The items of a cell are written `{layout.item_pattern}`")
    if layout.footers:
        said.append(f"Rows below the table that say {_codes(layout.footers)} are skipped")
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
