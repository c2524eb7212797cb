"""Power is lost at any moment: what is found on the disk has every command that was answered.

A run of commands is recorded (`power_disk`), the files are rebuilt as they may be found at each
point of it (`power_images`), and each image is opened by the ordinary driver, which recovers it,
and looked at: whether it keeps what always holds, which commands it has, and what the command is
answered that the host will give again.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
from sqlalchemy import event, text

from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.checking import check
from tests.drills.failing_life import flow_on, life
from tests.drills.power_disk import Acknowledged, Deleted, Disk, Synced, Written
from tests.drills.power_images import Unsynced, images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow import Outcome
    from orderflow.adapters.sql import Durability
    from orderflow.commands import Command
    from tests.drills.power_disk import Entry
    from tests.drills.power_images import Image

__all__ = ["PowerFigures", "power_loss", "settle"]

NAME = "shop.db"
OPENED = 3
"""So often the database is closed and opened again in a run."""
CHECKPOINT_PAGES = 40
"""So often a checkpoint is made, that a short run has many of them."""


@attrs.frozen(kw_only=True)
class PowerFigures:
    """What a drill has found.

    Attributes:
        commands: How many commands were answered.
        writes: How often SQLite wrote.
        syncs: How often it flushed.
        removals: How often it removed a file.
        images: How many images were opened.
        losing: How many of them lack a command that was answered.
        faults: What else is wrong with them.
    """

    commands: int
    writes: int
    syncs: int
    removals: int
    images: int
    losing: int
    faults: tuple[str, ...]


class _Run(NamedTuple):
    commands: tuple[Command, ...]
    answers: tuple[Outcome, ...]
    stored: dict[tuple[str, str], str]
    log: tuple[Entry, ...]


def power_loss(
    folder: Path,
    *,
    durability: Durability = "full",
    sellers: int = 1,
    points_max: int | None = None,
    pragmas: Iterable[str] = (),
    repository: Callable[[Engine], Any] = SqlRepository,
) -> PowerFigures:
    """Lose the power at points of a run.

    Args:
        folder: Where the files are made.
        durability: What `open_database` is told.
        sellers: How many sellers give the commands of a whole life.
        points_max: At so many points, and whenever a command was just answered; at all of them if
            left out.
        pragmas: Settings of SQLite that are made after those of `open_database`.
        repository: What keeps the state.
    """
    made = _record(folder / "run", durability, sellers, pragmas, repository)
    points = _points(made.log, points_max)
    taken, losing = 0, 0
    faults: list[str] = []
    inspection = _Inspection(folder / "image", made, repository)
    for image in images(made.log, points, unsynced=tuple(Unsynced)):
        taken += 1
        lost, found = inspection.look(image)
        losing += lost
        faults += found
    kinds = [type(entry) for entry in made.log]
    return PowerFigures(
        commands=len(made.commands),
        writes=kinds.count(Written),
        syncs=kinds.count(Synced),
        removals=kinds.count(Deleted),
        images=taken,
        losing=losing,
        faults=tuple(faults),
    )


def _record(
    folder: Path,
    durability: Durability,
    sellers: int,
    pragmas: Iterable[str],
    repository: Callable[[Engine], Any],
) -> _Run:
    lives = [life(f"seller {number}") for number in range(sellers)]
    commands = [command for together in zip(*lives, strict=True) for command in together]
    answers: list[Outcome] = []
    folder.mkdir()
    with Disk() as disk:
        engine = open_database(folder / NAME, durability=durability, create=True)
        settle(engine, (f"wal_autocheckpoint = {CHECKPOINT_PAGES}", *pragmas))
        flow = flow_on(repository(engine))
        for number, command in enumerate(commands, 1):
            answers.append(flow.handle(command))
            disk.log.append(Acknowledged(number))
            if number % (len(commands) // OPENED) == 0:
                engine.dispose()
        stored = _stored(engine)
        engine.dispose()
    return _Run(tuple(commands), tuple(answers), stored, tuple(disk.log))


def settle(engine: Engine, pragmas: Iterable[str]) -> None:
    """Make settings of SQLite on each connection, after those that are made already."""

    @event.listens_for(engine, "connect")
    def further(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
        for each in pragmas:
            connection.execute(f"PRAGMA {each}")

    engine.dispose()  # the connection that opened it knows nothing of these


def _points(log: Sequence[Entry], points_max: int | None) -> set[int]:
    every = range(1, len(log) + 1)
    if points_max is None or points_max >= len(log):
        return set(every)
    dice = Random(points_max)  # noqa: S311 - no secret
    answered = {point for point in every if isinstance(log[point - 1], Acknowledged)}
    return answered | set(dice.sample(every, points_max))


class _Inspection:
    """Looks at one image after another, in the same place.

    Args:
        folder: The place.
        made: The run that they are images of.
        repository: What keeps the state.
    """

    def __init__(self, folder: Path, made: _Run, repository: Callable[[Engine], Any]) -> None:
        self._folder = folder
        self._made = made
        self._repository = repository
        folder.mkdir()

    def look(self, image: Image) -> tuple[bool, list[str]]:
        """Tell whether it lacks a command that was answered, and what else is wrong with it."""
        for file in self._folder.iterdir():
            file.unlink()
        for name, data in image.files.items():
            (self._folder / name).write_bytes(data)
        lost, found = image.acknowledged > 0, list[str]()
        try:
            # There may be no tables before the first answer.
            engine = open_database(self._folder / NAME, create=not image.acknowledged)
            settle(engine, ["synchronous = OFF"])  # nothing of it has to last
            stored = _stored(engine)
            lost = len(stored) < image.acknowledged
            found += self._faults(engine, stored, image)
            engine.dispose()
        except Exception as error:  # noqa: BLE001 - whatever it is, the image has led to it
            found.append(repr(error))
        name = f"point {image.point}, {image.unsynced.value}, {image.acknowledged} answered"
        return lost, [f"{name}: {each}" for each in found]

    def _faults(
        self, engine: Engine, stored: dict[tuple[str, str], str], image: Image
    ) -> Iterable[str]:
        made = self._made
        first = made.commands[: len(stored)]
        if stored != {key: made.stored[key] for key in map(_key, first)}:
            yield f"{len(stored)} commands are stored, and they are not the first ones"
        if len(stored) > image.acknowledged + 1:
            yield "it has commands that were not given yet"
        yield from map(str, check(SqlRepository(engine)).violations)
        flow, again = flow_on(self._repository(engine)), min(len(stored), image.acknowledged)
        flow.recover()
        if again < len(made.commands):
            answer = flow.handle(made.commands[again])
            if answer != made.answers[again]:
                yield f"{made.commands[again].command_id} is answered otherwise when it is repeated"


def _stored(engine: Engine) -> dict[tuple[str, str], str]:
    query = text("SELECT seller_id, command_id, outcome FROM orderflow_commands")
    with engine.connect() as connection:
        return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _key(command: Command) -> tuple[str, str]:
    return command.seller_id, str(command.command_id)
