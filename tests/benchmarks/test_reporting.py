"""The measurement of reports asks for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import reporting

if TYPE_CHECKING:
    import pytest


def test_each_report_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert reporting.main(["180"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("180 orders, ")
    assert all(name in printed for name in ("backlog as of", "exceptions", "service levels"))
