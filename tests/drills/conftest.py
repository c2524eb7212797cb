"""A database for one drill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "drill.db", create=True)
    yield engine
    engine.dispose()
