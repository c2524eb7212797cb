"""The power is lost, a step fails, the disk is full: as drills that are run by their names."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.drills.drill import Drill, Drilled
from tests.drills.failing_ways import WAYS, fail_in
from tests.drills.full_disk import fill_files, fill_pages
from tests.drills.power import power_loss

if TYPE_CHECKING:
    from orderflow.adapters.sql import Durability
    from tests.drills.drill import Progress
    from tests.drills.full_disk import FullDiskFigures

__all__ = ["DRILLS"]


def _lose(durability: Durability, points: int, _seed: int, _progress: Progress) -> Drilled:
    with TemporaryDirectory(prefix="of-drill-") as folder:
        figures = power_loss(Path(folder), durability=durability, points_max=points)
    lost = [f"{figures.losing} images lack what was answered"] if figures.losing else []
    notes = {"writes": figures.writes, "flushes": figures.syncs, "images that lose": figures.losing}
    # Relaxed durability is there to lose something: if it did not, the drill would see nothing.
    wrong = (
        lost if durability == "full" else [] if lost else ["relaxed durability has lost nothing"]
    )
    return Drilled(figures.images, figures.commands, (*figures.faults, *wrong), notes)


def _fail(way: str, percent: int, _seed: int, _progress: Progress) -> Drilled:
    with TemporaryDirectory(prefix="of-drill-") as folder:
        figures = fail_in(way, Path(folder), stride=100 // percent)
    notes = {
        "left open": figures.unfinished,
        "of these saved": figures.saved,
        "done in spite of it": figures.survived,
    }
    return Drilled(figures.failures, figures.commands, figures.faults, notes)


def _fill(step_bytes: int, _seed: int, _progress: Progress) -> Drilled:
    with TemporaryDirectory(prefix="of-drill-") as folder:
        return _filled(fill_files(Path(folder), step_bytes=step_bytes))


def _fill_pages(_size: int, _seed: int, _progress: Progress) -> Drilled:
    with TemporaryDirectory(prefix="of-drill-") as folder:
        return _filled(fill_pages(Path(folder)))


def _filled(figures: FullDiskFigures) -> Drilled:
    notes = {"left open": figures.unfinished, "of these saved": figures.saved}
    return Drilled(figures.sizes, figures.commands, figures.faults, notes)


DRILLS = (
    Drill("power is lost", "SQLite", partial(_lose, "full"), full=100_000, quick=20),
    Drill(
        "power is lost, durability is relaxed",
        "SQLite",
        partial(_lose, "relaxed"),
        full=100_000,
        quick=20,
    ),
    *(
        Drill(
            f"a step fails: {way}",
            way.partition(" ")[0].removesuffix("'s"),
            partial(_fail, way),
            full=100,
            quick=10,
        )
        for way in WAYS
    ),
    Drill("a file may not grow", "SQLite", _fill, full=512, quick=30_000),
    Drill("the database may not grow", "SQLite", _fill_pages, full=1, quick=1),
)
