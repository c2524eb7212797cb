"""Power is lost while a shop is at work: nothing that was answered is lost with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.sql.rows import Moments
from orderflow.adapters.sql.saving import Saving
from orderflow.commands import Command
from tests.drills.failing_life import expected, life
from tests.drills.power import power_loss
from tests.drills.power_disk import Acknowledged, Deleted, Synced, Truncated, Written
from tests.drills.power_images import Unsynced, images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from orderflow import Outcome
    from orderflow.adapters.sql import Executor
    from tests.drills.power_disk import Entry

POINTS = 20
POINTS_OF_CONTROLS = 5
"""Besides those at which a command was just answered, which show most of what goes wrong."""

T = TypeVar("T")


def test_every_kind_of_command_occurs_and_does_something() -> None:
    commands = life()
    assert {type(command) for command in commands} == {*Command.__args__}
    idle = {
        type(command).__name__
        for command, outcome in zip(commands, expected(commands), strict=True)
        if not outcome.events
    }
    # The one goes on with what the command before it has done, the other is only recorded.
    assert idle == {"ServeWaiting", "StartBulk"}


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    figures = power_loss(tmp_path, points_max=POINTS)
    assert figures.losing == 0
    assert figures.faults == ()
    assert figures.images > 100
    assert figures.syncs > figures.commands, "not every command was flushed"


def test_control_relaxed_durability_loses_the_last_answers_and_nothing_else(
    tmp_path: Path,
) -> None:
    figures = power_loss(tmp_path, durability="relaxed", points_max=POINTS_OF_CONTROLS)
    assert figures.losing > 10
    assert figures.faults == ()


def test_control_a_database_that_never_flushes_is_found_damaged(tmp_path: Path) -> None:
    figures = power_loss(tmp_path, points_max=POINTS_OF_CONTROLS, pragmas=["synchronous = OFF"])
    assert any("malformed" in fault for fault in figures.faults)


def test_control_an_answer_that_is_kept_in_a_transaction_of_its_own_is_given_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, left = Saving.answer, list[tuple[Command, Any]]()

    class AnswersAfterwards(SqlRepository):
        def write(self, seller_id: str, task: Callable[[Any], T]) -> T:
            result = super().write(seller_id, task)
            while left:
                self._transactions.write(lambda executor: self._keep(executor, *left.pop()))
            return result

        def _keep(self, executor: Executor, command: Command, outcome: Outcome) -> None:
            moments = Moments(as_text=True)
            sound(Saving(executor, self._statements, moments, outbox=True), command, outcome)

    monkeypatch.setattr(Saving, "answer", lambda _, *given: left.append(given))
    figures = power_loss(tmp_path, points_max=POINTS_OF_CONTROLS, repository=AnswersAfterwards)
    assert figures.losing == 0
    twice = ("answered otherwise", "already", "ActionRefusedError")
    assert any(words in fault for words in twice for fault in figures.faults), figures.faults


LOG: list[Entry] = [
    Written("a", 0, b"1" * 600),
    Synced("a"),
    Acknowledged(1),
    Written("a", 600, b"2" * 500),
    Truncated("a", 1_050),
    Written("b", 4, b"3"),
    Deleted("a"),
    Synced("b"),
]


@pytest.mark.parametrize(
    ("point", "dropped", "kept"),
    [
        (1, {}, {"a": b"1" * 600}),
        (2, {"a": b"1" * 600}, {"a": b"1" * 600}),
        (4, {"a": b"1" * 600}, {"a": b"1" * 600 + b"2" * 500}),
        (5, {"a": b"1" * 600}, {"a": b"1" * 600 + b"2" * 450}),
        (6, {"a": b"1" * 600}, {"a": b"1" * 600 + b"2" * 450, "b": b"\0\0\0\0003"}),
        (7, {"a": b"1" * 600}, {"b": b"\0\0\0\0003"}),
        (8, {"b": b"\0\0\0\0003"}, {"b": b"\0\0\0\0003"}),
    ],
)
def test_an_image_has_what_was_flushed(
    point: int, dropped: dict[str, bytes], kept: dict[str, bytes]
) -> None:
    found = images(LOG, {point}, unsynced=[Unsynced.DROPPED, Unsynced.KEPT])
    assert [image.files for image in found] == [dropped, kept]


def test_some_sectors_of_a_write_may_be_there() -> None:
    log = [Written("a", 100, bytes([number]) * 2_000) for number in range(1, 200)]
    found = [
        image.files.get("a", b"") for image in images(log, range(200), unsynced=[Unsynced.MIXED])
    ]
    torn = [data for data in found if len(set(data[100:])) > 1]
    assert len(torn) > 100
    for data in torn:
        edges = [at for at in range(101, len(data)) if data[at] != data[at - 1]]
        assert all(at % 512 == 0 for at in edges)
