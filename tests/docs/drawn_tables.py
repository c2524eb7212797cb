"""Tables of the docs that are drawn from the code, each between two markers of its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from tests.docs.diagrams import END, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen
class DrawnTable:
    """A table, its page, and the marker before it."""

    page: Path
    begin: str
    draw: Callable[[], str]

    def redrawn(self, page: str) -> str:
        """Return the text of a page with the table between its markers."""
        between = re.compile(f"{re.escape(self.begin)}.*?{re.escape(END)}", re.DOTALL)
        return between.sub(lambda _: f"{self.begin}\n\n{self.draw()}\n\n{END}", page)

    def main(self, arguments: Sequence[str]) -> int:
        """Name the page if it is stale; with `--write`, redraw it."""
        page = self.page.read_text(encoding="utf-8")
        if page == self.redrawn(page):
            return 0
        if "--write" in arguments:
            self.page.write_text(self.redrawn(page), encoding="utf-8")
            print("redrawn:", self.page.relative_to(ROOT))
            return 0
        print("stale:", self.page.relative_to(ROOT))
        return 1
