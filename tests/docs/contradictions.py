"""The table of the settings that contradict each other, drawn from the rules of the policy.

`python -m tests.docs.contradictions` names the stale page, and with `--write` redraws it.
"""

from __future__ import annotations

import sys

from orderflow import AllocationPolicy
from orderflow.domain.model.policy import rules_of
from tests.docs.diagrams import ROOT
from tests.docs.drawn_tables import DrawnTable


def draw() -> str:
    """Draw the table."""
    rows = ["| setting | must be | because |", "| --- | --- | --- |"]
    for _, field, demand in rules_of(AllocationPolicy()):
        must, _, reason = demand.partition(", because ")
        rows.append(f"| `{field}` | {must} | {reason} |")
    return "\n".join(rows)


TABLE = DrawnTable(
    ROOT / "docs" / "explanation" / "who-gets-the-stock.md",
    "<!-- contradicting settings: generated -->",
    draw,
)

if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
