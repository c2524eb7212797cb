"""A long queue is served to the end, whenever whoever serves it is killed."""

from __future__ import annotations

import pytest

from tests.drills.databases import on
from tests.drills.pages import serve


@pytest.mark.parametrize("name", ["SQLite", "PostgreSQL"])
def test_whoever_comes_next_serves_what_was_left(name: str) -> None:
    with on(name) as database:
        drilled = serve(database, 3, seed=1, progress=lambda *_: None)
    assert drilled.found == ()
    assert drilled.notes["kills between pages"] > 0
