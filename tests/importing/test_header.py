"""The header is found where it stands."""

from __future__ import annotations

import pytest

from orderflow.importing import FileError
from orderflow.importing.header import ROWS_ABOVE_MAX
from tests.importing.files import HEADER, imported, lines, row

TITLE = 'Orders of March 2026\n"made by, somebody"\n\n,,,\n'


def test_rows_above_the_header_are_skipped() -> None:
    result = imported(f"{TITLE}{HEADER}\n{row()}\n")
    assert lines(result) == [("1", "MUG", 1)]
    assert (result.rows, result.file_format.skip_rows) == (1, 4)


def test_the_number_of_rows_above_it_can_be_named() -> None:
    text = f"{HEADER}\n{row('1')}\n{HEADER}\n{row('2')}\n"
    assert lines(imported(text, skip_rows=2), "2") == [("1", "MUG", 1)]
    with pytest.raises(FileError, match=r"row 2: .* no preset fits"):
        imported(text, skip_rows=1)
    with pytest.raises(FileError, match="is empty"):
        imported(text, skip_rows=9)


def test_a_header_far_below_is_not_searched() -> None:
    above = "a report\n" * ROWS_ABOVE_MAX
    assert lines(imported(f"{above}{HEADER}\n{row()}\n")) == [("1", "MUG", 1)]
    with pytest.raises(FileError, match="no preset fits"):
        imported(f"a report\n{above}{HEADER}\n{row()}\n")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_that_of_the_header_not_of_what_stands_above(delimiter: str) -> None:
    text = f"{HEADER}\n{row()}\n".replace(",", delimiter)
    result = imported(f"made on 1, 2, 3, 4, 5 and 6 March, 7, 8\n{text}")
    assert lines(result) == [("1", "MUG", 1)]
