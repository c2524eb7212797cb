"""Eight processes sell three products: nothing is oversold, and everybody comes to an end."""

from __future__ import annotations

import pytest

from tests.drills.databases import on
from tests.drills.selling import WORKERS, sell


@pytest.mark.parametrize("name", ["SQLite", "PostgreSQL"])
def test_nothing_is_oversold(name: str) -> None:
    with on(name) as database:
        drilled = sell(database, 10, 1, lambda *_: None)
    assert drilled.found == ()
    assert drilled.commands == 10 * len(WORKERS)
