"""Leaves these tests out unless `make spark` runs them, and starts the session that they share."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.spark.sessions import provide_java, start

if TYPE_CHECKING:
    from collections.abc import Iterator

collect_ignore_glob = [] if "ORDERFLOW_TEST_SPARK" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session whose zone is not UTC, with few partitions, as the tables are small."""
    provide_java(tmp_path_factory.mktemp("java"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of Spark, about the newest pandas
        session = start(
            {
                "spark.driver.memory": "2g",
                "spark.sql.session.timeZone": "Europe/Paris",
                "spark.sql.shuffle.partitions": "3",
                "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
            }
        )
    yield session
    session.stop()
