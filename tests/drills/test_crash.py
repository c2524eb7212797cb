"""Processes are killed at random moments, and the PostgreSQL server with them: nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.adapters.sql import open_database
from orderflow.adapters.sql.outbox import SqlOutbox
from tests.drills.crash import CREATING, crashes
from tests.drills.databases import on
from tests.drills.findings import Reference, faults, tell_all
from tests.drills.stream import Logs, work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    import pytest
    from sqlalchemy import Engine

    from orderflow.ports import OutboxMessage


def untold(_done: int, _of: int) -> None:
    pass


def test_a_killed_process_loses_nothing_on_sqlite() -> None:
    with on("SQLite") as database:
        drilled = crashes(database, 8, seed=1, progress=untold)
    assert drilled.found == ()
    assert drilled.commands >= 8


def test_a_process_that_is_killed_while_it_makes_a_database_leaves_none_half_made() -> None:
    assert CREATING.run(4, 1, untold).found == ()


def test_a_killed_process_or_server_loses_nothing_on_postgres() -> None:
    with on("PostgreSQL") as database:
        drilled = crashes(database, 4, seed=9, progress=untold)
    assert drilled.found == ()
    assert drilled.notes["backends killed"] > 0
    assert drilled.notes["servers killed"] > 0


def test_nothing_is_found_where_nobody_was_killed(engine: Engine, tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    work(engine, logs, "w", 30)
    assert faults(engine, logs, ["w"]) == []
    assert Reference("w").faults(engine, logs) == []
    assert tell_all(engine, logs) == []


def test_control_a_command_that_left_no_row_for_its_id_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderflow.adapters.sql.saving.Saving.answer", lambda *_: None)
    work(engine, Logs(tmp_path), "w", 20)
    assert any("is lost" in fault for fault in faults(engine, Logs(tmp_path), ["w"]))


def test_control_a_command_that_was_answered_and_not_carried_out_is_noticed(
    engine: Engine, tmp_path: Path
) -> None:
    work(engine, Logs(tmp_path), "w", 20)
    other = open_database(tmp_path / "other.db", create=True)
    work(other, Logs(tmp_path), "w", 30)
    other.dispose()
    found = Reference("w").faults(engine, Logs(tmp_path))
    assert any("not what they come to" in fault for fault in found)


def test_control_a_message_that_was_forgotten_before_it_went_out_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = SqlOutbox.claim

    def claim_and_forget(
        outbox: SqlOutbox, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[OutboxMessage]:
        claimed = claim(outbox, now, lease, limit)
        for message in claimed[:1]:
            outbox.mark_sent([message])
        return claimed[1:]

    monkeypatch.setattr(SqlOutbox, "claim", claim_and_forget)
    work(engine, Logs(tmp_path), "w", 20)
    found = faults(engine, Logs(tmp_path), ["w"])
    assert any("was never told, and waits no more" in fault for fault in found)
