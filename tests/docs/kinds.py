"""The table of the kinds of notices, drawn from the data.

It stands between two markers. `python -m tests.docs.kinds` names the stale page, and with `--write`
redraws it.
"""

from __future__ import annotations

import re
import sys

from orderflow.notices import NOTICE_KINDS
from tests.docs.diagrams import END, ROOT

BEGIN = "<!-- kinds of notices: generated -->"
PAGE = ROOT / "docs" / "explanation" / "notices.md"


def table() -> str:
    """Draw the table."""
    rows = ["| kind | when | default timing |", "| --- | --- | --- |"]
    for kind, info in NOTICE_KINDS.items():
        never = "" if info.may_be_daily else "; never in a digest"
        never = never if info.may_be_at_once else "; never at once"
        rows.append(f"| `{kind}` | {info.meaning} | `{info.timing}`{never} |")
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
