"""The table of the kinds of notices says what the data say."""

from __future__ import annotations

from orderflow.notices import NOTICE_KINDS, NoticeKind
from tests.docs.kinds import BEGIN, PAGE, redrawn, table


def test_the_table_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table() in page
    assert page == redrawn(page), "make diagrams redraws it"


def test_every_kind_is_in_the_table() -> None:
    assert len(table().splitlines()) == 2 + len(NoticeKind)
    assert all(f"`{kind}`" in table() for kind in NOTICE_KINDS)


def test_a_stale_table_is_redrawn_in_its_place() -> None:
    page = redrawn(f"Above.\n\n{BEGIN}\nold\n<!-- end -->\n\nBelow.")
    assert page == f"Above.\n\n{BEGIN}\n\n{table()}\n\n<!-- end -->\n\nBelow."
