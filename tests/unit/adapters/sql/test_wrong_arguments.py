"""What is no engine, connection, path or name is refused where it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine

from orderflow import InvalidValueError
from orderflow.adapters.sql import (
    SqlDefaultPolicy,
    SqlInbox,
    SqlNoticeStore,
    SqlOutbox,
    SqlPreferences,
    SqlRepository,
    Tables,
    open_database,
    upgrade,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STORES = (SqlDefaultPolicy, SqlNoticeStore, SqlOutbox, SqlPreferences, SqlRepository)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("engine", [None, "sqlite://", 5, object(), create_engine])
def test_a_store_needs_an_engine_or_transactions(
    store: Callable[..., object], engine: object
) -> None:
    with pytest.raises(InvalidValueError, match=r"engine must be a SQLAlchemy engine, or an"):
        store(engine)


@pytest.mark.parametrize("within", [SqlRepository.within, SqlInbox])
@pytest.mark.parametrize("connection", [None, "sqlite://", object()])
def test_a_host_s_transaction_needs_a_connection(
    within: Callable[..., object], connection: object
) -> None:
    with pytest.raises(InvalidValueError, match="an open SQLAlchemy connection, or an executor"):
        within(connection)


@pytest.mark.parametrize("engine", [None, "sqlite://", 5])
def test_only_an_engine_is_upgraded(engine: Any) -> None:  # noqa: ANN401 - whatever it may be
    with pytest.raises(InvalidValueError, match=r"upgrade.engine must be a SQLAlchemy engine"):
        upgrade(engine)


@pytest.mark.parametrize("path", [None, 3, b"a.db", "a\0b", "a\ud800.db"])
def test_a_database_has_the_path_of_a_file(path: Any) -> None:  # noqa: ANN401 - the same
    with pytest.raises(InvalidValueError, match=r"open_database.path must be the path of a file"):
        open_database(path, create=True)


@pytest.mark.parametrize("name", [3, 'a"b', "a b", "ä", "x" * 41, b"a"])
def test_tables_have_plain_names(name: Any) -> None:  # noqa: ANN401 - the same
    for field in ("prefix", "schema"):
        with pytest.raises(InvalidValueError, match=f"Tables.{field} must be at most 40 letters"):
            Tables(**{field: name})


def test_a_default_policy_is_a_policy() -> None:
    policies = SqlDefaultPolicy(create_engine("sqlite://"))
    wrong: tuple[Any, ...] = (None, "PRIORITY", {})
    for policy in wrong:
        with pytest.raises(InvalidValueError, match=r"SqlDefaultPolicy.policy"):
            policies.set(policy)
