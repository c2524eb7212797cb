"""The measurement of a file reads what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import imported

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), "300 rows, 0.03 MB, 100 orders, 1,491 units: "),
        (("--sorted", "--replay"), "300 rows, 0.03 MB, 100 orders, 1,491 units: "),
        (("--save",), "300 rows, 0.03 MB, 100 orders, 1,491 units: "),
        (("--rows", "bad"), "900 faults, 300 rows rejected; 300 of them written, 0.1 MB\n"),
        (("--rows", "open-quote"), "1 faults, 1 rows rejected; 1 of them written, 0.0 MB\n"),
    ],
    ids=["import", "replay", "save", "bad", "open-quote"],
)
def test_it_reads_orders_of_so_many_rows(
    capsys: pytest.CaptureFixture[str], options: Sequence[str], found: str
) -> None:
    assert imported.main(["3", "300", *options]) == 0
    assert capsys.readouterr().out.startswith(found)
