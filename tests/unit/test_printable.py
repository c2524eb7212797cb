"""Foreign text as one line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderflow.wording.printable import printable


@given(st.text())
def test_every_text_becomes_one_printable_line(text: str) -> None:
    assert printable(text).isprintable()
    if text.isprintable():
        assert printable(text) == text


def test_spaces_stay_spaces_and_all_else_is_an_escape() -> None:
    spaces = "a\N{NO-BREAK SPACE}b\N{IDEOGRAPHIC SPACE}c d"
    assert printable(spaces) == "a b c d"
    others = "\t\n\r\x1b\x7f\x85\N{RIGHT-TO-LEFT OVERRIDE}\N{LINE SEPARATOR}\ud800\U000e0001"
    assert printable(others) == r"\t\n\r\x1b\x7f\x85\u202e\u2028\ud800\U000e0001"
