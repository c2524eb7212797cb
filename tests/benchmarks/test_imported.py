"""The measurement of an import imports what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.imported import main

if TYPE_CHECKING:
    import pytest


def test_it_imports_orders_of_so_many_rows(capsys: pytest.CaptureFixture[str]) -> None:
    main(["3", "300"])
    assert capsys.readouterr().out.startswith("300 rows, 100 orders: ")
