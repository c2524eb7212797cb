"""The tables that are drawn from the code say what the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow import AllocationPolicy
from orderflow.domain.model.policy import rules_of
from orderflow.notices import NOTICE_KINDS, NoticeKind
from tests.docs import contradictions, filter_fields, kinds, telemetry_names

if TYPE_CHECKING:
    from tests.docs.drawn_tables import DrawnTable

TABLES = {
    "contradicting settings": contradictions.TABLE,
    "fields of filters": filter_fields.TABLE,
    "kinds of notices": kinds.TABLE,
    "names of telemetry": telemetry_names.TABLE,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_current(table: DrawnTable) -> None:
    page = table.page.read_text(encoding="utf-8")
    assert table.draw() in page
    assert page == table.redrawn(page), "make diagrams redraws it"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_stale_table_is_redrawn_in_its_place(table: DrawnTable) -> None:
    page = table.redrawn(f"Above.\n\n{table.begin}\nold\n<!-- end -->\n\nBelow.")
    assert page == f"Above.\n\n{table.begin}\n\n{table.draw()}\n\n<!-- end -->\n\nBelow."


def test_every_kind_of_notice_is_in_its_table() -> None:
    assert len(kinds.draw().splitlines()) == 2 + len(NoticeKind)
    assert all(f"`{kind}`" in kinds.draw() for kind in NOTICE_KINDS)


def test_every_rule_of_settings_is_in_its_table_and_says_why() -> None:
    rules = rules_of(AllocationPolicy())
    assert len(contradictions.draw().splitlines()) == 2 + len(rules)
    assert all(", because " in demand for _, _, demand in rules)
