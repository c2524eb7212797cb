"""The table of contradicting settings says what the rules of the policy say."""

from __future__ import annotations

from orderflow import AllocationPolicy
from orderflow.domain.model.policy import rules_of
from tests.docs.contradictions import BEGIN, PAGE, redrawn, table


def test_the_table_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table() in page
    assert page == redrawn(page), "make diagrams redraws it"


def test_every_rule_is_in_the_table_and_says_why() -> None:
    rules = rules_of(AllocationPolicy())
    assert len(table().splitlines()) == 2 + len(rules)
    assert all(", because " in demand for _, _, demand in rules)


def test_a_stale_table_is_redrawn_in_its_place() -> None:
    page = redrawn(f"Above.\n\n{BEGIN}\nold\n<!-- end -->\n\nBelow.")
    assert page == f"Above.\n\n{BEGIN}\n\n{table()}\n\n<!-- end -->\n\nBelow."
