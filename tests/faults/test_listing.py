"""Every deliberate fault can still be made: its words are in its file, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.listing import FAULTS, Fault

ROOT = Path(__file__).parents[2]
FAULTS_MIN = 25


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.meaning)
def test_a_fault_can_be_made(fault: Fault) -> None:
    text = (ROOT / "src" / "orderflow" / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.good) == 1
    assert fault.bad != fault.good
    assert all((ROOT / each).exists() for each in fault.tests.split())


def test_there_are_enough() -> None:
    assert len(FAULTS) >= FAULTS_MIN
