"""The page of the presets says what their data says."""

from __future__ import annotations

import orderflow.importing
from orderflow.importing import PRESETS
from tests.docs.test_reference import described
from tests.importing.reference import BEGIN, END, PAGE, redrawn


def test_the_presets_of_the_page_are_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == redrawn(page), "make diagrams redraws it"


def test_a_stale_page_is_redrawn_in_its_place() -> None:
    page = redrawn(f"Above.\n\n{BEGIN}\nA stale text.\n{END}\n\nBelow.")
    assert page.startswith("Above.\n\n")
    assert page.endswith("\n\nBelow.")
    assert "A stale text." not in page
    assert all(f"### {preset}\n" in page for preset in PRESETS)
    assert "| `sku` * | `Lineitem sku`, `Lineitem name` |" in page
    assert "| cancelled or refunded | `CANCELLED` | `Cancelled at` is filled | the order |" in page
    assert "is filled, and none of `0` | the row |" in page
    assert "| rejected: an unknown text | `UNKNOWN` | `Order Status` is filled, and" in page
    assert "| PrestaShop: Orders, Export | it has no items, and no sample was found |" in page


def test_every_name_that_the_package_shows_is_in_the_reference() -> None:
    found = described(PAGE.read_text(encoding="utf-8"))
    assert set(orderflow.importing.__all__) - found == set()
