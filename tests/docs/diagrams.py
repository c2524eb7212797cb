"""The state diagrams in README and docs, drawn from the transition table.

A diagram stands between two markers. `python -m tests.docs.diagrams` names the stale ones,
and with `--write` redraws them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from orderflow.domain.model.lifecycle import diagram

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- lifecycle diagram: generated -->"
END = "<!-- end -->"


def pages() -> list[Path]:
    """README and every page of the docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def redrawn(page: str, mermaid: str) -> str:
    """Return the text of a page with the diagram between its markers."""
    block = f"{BEGIN}\n\n```mermaid\n{mermaid.strip()}\n```\n\n{END}"
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: block, page)


def main(arguments: list[str]) -> int:
    stale = 0
    for path in pages():
        page = path.read_text(encoding="utf-8")
        wanted = redrawn(page, diagram())
        if page == wanted:
            continue
        if "--write" in arguments:
            path.write_text(wanted, encoding="utf-8")
            print("redrawn:", path.relative_to(ROOT))
        else:
            stale += 1
            print("stale:", path.relative_to(ROOT))
    return min(stale, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
