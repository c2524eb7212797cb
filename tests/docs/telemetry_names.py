"""The tables of spans, metrics, attributes and loggers, drawn from the code.

`python -m tests.docs.telemetry_names` names the stale page, and with `--write` redraws it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orderflow.telemetry import names
from tests.docs.diagrams import ROOT
from tests.docs.drawn_tables import DrawnTable

if TYPE_CHECKING:
    from collections.abc import Iterable


def draw() -> str:
    """Draw the tables."""
    return "\n\n".join(
        [
            "### Spans",
            _table(
                "span | what | attributes",
                (f"`{each.name}` | {each.description} | {_listed(each)}" for each in names.SPANS),
            ),
            "### Metrics",
            _table(
                "metric | instrument | unit | what | attributes",
                (
                    f"`{each.name}` | {each.instrument} | `{each.unit}` | {each.description} "
                    f"| {_listed(each)}"
                    for each in names.METRICS
                ),
            ),
            "### Logs",
            _table(
                "logger | records | attributes",
                (f"`{each.name}` | {each.description} | {_listed(each)}" for each in names.LOGGERS),
            ),
            "### Attributes",
            _table(
                "attribute | what",
                (f"`{name}` | {text}" for name, text in names.ATTRIBUTES.items()),
            ),
        ]
    )


def _table(heads: str, rows: Iterable[str]) -> str:
    line = " | ".join("---" for _ in heads.split(" | "))
    return "\n".join(f"| {each} |" for each in (heads, line, *rows))


def _listed(each: names.Span | names.Metric | names.Logger) -> str:
    return ", ".join(f"`{name}`" for name in each.attributes)


TABLE = DrawnTable(
    ROOT / "docs" / "how-to" / "telemetry.md", "<!-- names of telemetry: generated -->", draw
)

if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
