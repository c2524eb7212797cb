"""The state diagrams say what the transition table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.domain.model.lifecycle import diagram
from tests.docs.diagrams import BEGIN, END, ROOT, pages, redrawn

if TYPE_CHECKING:
    from pathlib import Path

STALE = f"Above.\n\n{BEGIN}\nold\n{END}\n\nBelow."


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_diagrams_of_a_page_are_current(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert page == redrawn(page, diagram()), "make diagrams redraws it"


@pytest.mark.parametrize("path", ["README.md", "docs/reference/lifecycle.md"])
def test_the_diagram_is_shown(path: str) -> None:
    assert diagram().strip() in (ROOT / path).read_text(encoding="utf-8")


def test_a_stale_diagram_is_redrawn_in_its_place() -> None:
    page = redrawn(STALE, "stateDiagram-v2\n")
    assert page.startswith("Above.\n\n")
    assert page.endswith("\n\nBelow.")
    assert "```mermaid\nstateDiagram-v2\n```" in page
    assert "old" not in page
    assert redrawn(page, "stateDiagram-v2\n") == page


def test_a_page_without_markers_stays_as_it_is() -> None:
    assert redrawn("Nothing to see.", "stateDiagram-v2\n") == "Nothing to see."
