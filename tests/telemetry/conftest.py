"""The databases of the other tests."""

from tests.unit.adapters.sql.conftest import engine

__all__ = ["engine"]
