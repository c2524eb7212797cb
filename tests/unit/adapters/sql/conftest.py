from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open an empty database, of each kind in turn."""
    if request.param == "postgresql":
        with postgres() as engine:
            yield engine
    else:
        engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
        yield engine
        engine.dispose()


@pytest.fixture
def postgresql() -> Iterator[Engine]:
    """Open an empty database of PostgreSQL, for what SQLite cannot do at all."""
    with postgres() as engine:
        yield engine
