"""Callers in company are killed together: what was answered is there, once, and in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderflow.adapters.sql import SqlRepository
from tests.drills.commands import command_of
from tests.drills.company import CALLERS, InCompany, work_in_company
from tests.drills.crash import crashes
from tests.drills.databases import on
from tests.drills.findings import faults
from tests.drills.stream import Logs, flow_on, work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.ports import Repository


@pytest.mark.parametrize(("name", "kills"), [("SQLite", 3), ("PostgreSQL", 2)])
def test_a_killed_process_loses_nothing_of_those_in_company(name: str, kills: int) -> None:
    with on(name) as database:
        drilled = crashes(database, kills, 1, lambda *_: None, InCompany)
    assert drilled.found == ()
    assert drilled.commands >= kills
    assert drilled.notes["transactions in company"] > 0


def test_nothing_is_found_where_nobody_was_killed(engine: Engine, tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    work_in_company(engine, logs, 6)
    assert [len(logs.answers(caller)) for caller in CALLERS] == [6] * len(CALLERS)
    assert faults(engine, logs, CALLERS) == []


def test_control_a_transaction_that_is_undone_after_its_answers_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = SqlRepository.together

    def undone(self: SqlRepository, seller_id: str, task: Callable[[Repository], Any]) -> None:
        def do_and_undo(repository: Repository) -> None:
            task(repository)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            together(self, seller_id, do_and_undo)

    monkeypatch.setattr(SqlRepository, "together", undone)
    work_in_company(engine, Logs(tmp_path), 6)
    assert any("is lost" in fault for fault in faults(engine, Logs(tmp_path), CALLERS))


def test_control_a_command_that_overtakes_one_of_its_caller_is_noticed(
    engine: Engine, tmp_path: Path
) -> None:
    for number in (3, 0):
        flow_on(engine, command_of("w", 3).at).handle(command_of("w", number))
    assert "w-0 was placed after w-3" in faults(engine, Logs(tmp_path), ["w"])


def test_control_a_command_after_one_that_was_not_answered_is_noticed(
    engine: Engine, tmp_path: Path
) -> None:
    logs = Logs(tmp_path)
    work(engine, logs, "w", 9)
    answers = logs.log("w").read_text().splitlines(keepends=True)
    logs.log("w").write_text("".join(answers[:3]))
    found = faults(engine, logs, ["w"])
    assert "w-6 took effect, and w-3 was not answered" in found
