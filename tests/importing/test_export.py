"""No cell that is written is a formula, and all that is written comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.importing import plain_cell, safe_cell, write_csv

TEXT = st.text(st.sampled_from("=+-@'\t\r\n19.,eE a\";ü")) | st.text()


@given(TEXT)
def test_what_is_written_is_no_formula_unless_it_is_a_number(text: str) -> None:
    cell = safe_cell(text)
    if cell[:1] in "=+-@\t\r\n" and cell:
        assert float(cell.replace(",", "").replace(".", "")) is not None


@given(TEXT)
def test_a_cell_comes_back_as_it_was(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("number", ["-3", "+1.5", "-1,000.00", "5", "-2e5"])
def test_numbers_stay_numbers(number: str) -> None:
    assert safe_cell(number) == plain_cell(number) == number


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "+44 20"]
)
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2)), st.sampled_from(",;\t|"))
def test_a_table_comes_back_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    to = io.StringIO(newline="")
    assert write_csv(to, ["=a", "b"], rows, delimiter=delimiter) == len(rows)
    to.seek(0)
    read = [[plain_cell(cell) for cell in row] for row in csv.reader(to, delimiter=delimiter)]
    assert read == [["=a", "b"], *rows]


def test_a_table_without_quotes_has_one_line_for_each_row() -> None:
    to = io.StringIO()
    rows: list[list[object]] = [['4" pan', "a\tb\nc"], ["=1", None]]
    assert write_csv(to, ["a", "b"], rows, delimiter="\t", quoted=False) == 2
    assert to.getvalue() == "a\tb\r\n4\" pan\ta b c\r\n'=1\t\r\n"
