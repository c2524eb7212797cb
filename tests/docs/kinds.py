"""The table of the kinds of notices, drawn from the data.

`python -m tests.docs.kinds` names the stale page, and with `--write` redraws it.
"""

from __future__ import annotations

import sys

from orderflow.notices import NOTICE_KINDS
from tests.docs.diagrams import ROOT
from tests.docs.drawn_tables import DrawnTable


def draw() -> str:
    """Draw the table."""
    rows = ["| kind | when | default timing |", "| --- | --- | --- |"]
    for kind, info in NOTICE_KINDS.items():
        never = "" if info.may_be_daily else "; never in a digest"
        never = never if info.may_be_at_once else "; never at once"
        rows.append(f"| `{kind}` | {info.meaning} | `{info.timing}`{never} |")
    return "\n".join(rows)


TABLE = DrawnTable(
    ROOT / "docs" / "explanation" / "notices.md", "<!-- kinds of notices: generated -->", draw
)

if __name__ == "__main__":
    sys.exit(TABLE.main(sys.argv[1:]))
