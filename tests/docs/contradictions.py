"""The table of the settings that contradict each other, drawn from the rules of the policy.

It stands between two markers. `python -m tests.docs.contradictions` names the stale page, and with
`--write` redraws it.
"""

from __future__ import annotations

import re
import sys

from orderflow import AllocationPolicy
from orderflow.domain.model.policy import rules_of
from tests.docs.diagrams import END, ROOT

BEGIN = "<!-- contradicting settings: generated -->"
PAGE = ROOT / "docs" / "explanation" / "who-gets-the-stock.md"


def table() -> str:
    """Draw the table."""
    rows = ["| setting | must be | because |", "| --- | --- | --- |"]
    for _, field, demand in rules_of(AllocationPolicy()):
        must, _, reason = demand.partition(", because ")
        rows.append(f"| `{field}` | {must} | {reason} |")
    return "\n".join(rows)


def redrawn(page: str) -> str:
    """Return the text of a page with the table between its markers."""
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{table()}\n\n{END}", page)


def main(arguments: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    if page == redrawn(page):
        return 0
    if "--write" in arguments:
        PAGE.write_text(redrawn(page), encoding="utf-8")
        print("redrawn:", PAGE.relative_to(ROOT))
        return 0
    print("stale:", PAGE.relative_to(ROOT))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
