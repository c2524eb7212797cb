"""What was measured, kept in pyperf's file format.

So `python -m pyperf stats`, `hist` or `compare_to` read a baseline as well. A side of a case is a
benchmark there, named `case:side`; a process is a run. Of what pyperf knows about the machine only
that is kept which bears on the figures.
"""

from __future__ import annotations

from io import StringIO
from statistics import median
from typing import TYPE_CHECKING

import attrs
import pyperf  # type: ignore[import-untyped]

from benchmarks.case import ORDERFLOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.case import Case

__all__ = ["Baseline", "Series"]

KEPT = {
    *("cpu_count", "cpu_model_name", "date", "load_avg_1min", "mem_max_rss"),
    *("python_implementation", "python_version"),
}


@attrs.frozen
class Series:
    """The figures of one side of a case: for each process, one for each round."""

    case: str
    side: str
    per: str
    unit: str
    runs: tuple[tuple[float, ...], ...]

    @property
    def median(self) -> float:
        """The median of the figures of all processes."""
        return median(value for run in self.runs for value in run)

    @property
    def least(self) -> float:
        """The least figure: the one that other programs disturbed least."""
        return min(value for run in self.runs for value in run)

    def ratio_to(self, other: Series) -> float:
        """Return how many times the other's figures these are.

        Rounds of one case are compared pair by pair. The rounds of different cases are not pairs,
        but their processes ran in turn: there, the medians of processes are.
        """
        if self.case == other.case:
            pairs = [
                (own, others)
                for run, other_run in zip(self.runs, other.runs, strict=True)
                for own, others in zip(run, other_run, strict=True)
            ]
        else:
            pairs = [
                (median(run), median(other_run))
                for run, other_run in zip(self.runs, other.runs, strict=False)
            ]
        return median(own / others for own, others in pairs)


class Baseline:
    """The figures of a run of the benchmarks."""

    def __init__(self, suite: pyperf.BenchmarkSuite | None = None) -> None:
        self._suite = suite

    @classmethod
    def of(cls, case: Case, values: dict[str, list[float]]) -> Baseline:
        """Keep what one process has measured."""
        return cls(
            pyperf.BenchmarkSuite(
                [
                    pyperf.Benchmark([_run(case, f"{case.name}:{side}", figures)])
                    for side, figures in values.items()
                ]
            )
        )

    @classmethod
    def loads(cls, text: str) -> Baseline:
        """Read what `dumps` wrote."""
        return cls(pyperf.BenchmarkSuite.loads(text))

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a file."""
        return cls.loads(path.read_text(encoding="utf-8"))

    def dumps(self) -> str:
        """Write as text."""
        text = StringIO()
        if self._suite is not None:
            self._suite.dump(text)
        return text.getvalue()

    def add(self, other: Baseline) -> None:
        """Take in what another process has measured."""
        if self._suite is None:
            self._suite = other._suite
        else:
            self._suite.add_runs(other._suite)

    def cases(self) -> list[str]:
        """Return the names of the cases, in the order in which they were first measured."""
        return list(dict.fromkeys(each.case for each in self))

    def find(self, case: str, side: str = ORDERFLOW) -> Series | None:
        """Return the figures of a side of a case, if they are there."""
        return next((each for each in self if (each.case, each.side) == (case, side)), None)

    def sides(self, case: str) -> list[Series]:
        """Return the figures of all sides of a case, the library first."""
        return [each for each in self if each.case == case]

    def machine(self) -> str:
        """Say in a line on what it was measured."""
        if self._suite is None:
            return "nothing was measured"
        known = self._suite.get_metadata()
        return (
            f"{known.get('python_implementation')} {known.get('python_version')}, "
            f"{known.get('cpu_count')} x {known.get('cpu_model_name')}"
        )

    def __iter__(self) -> Iterator[Series]:
        """Yield all figures, in the order in which they were first measured."""
        for each in self._suite or ():
            case, _, side = each.get_name().rpartition(":")
            metadata = each.get_metadata()
            runs = tuple(tuple(run.values) for run in each.get_runs())
            yield Series(case, side, metadata["per"], metadata["unit"], runs)


def _run(case: Case, name: str, values: list[float]) -> pyperf.Run:
    known = pyperf.Run(values).get_metadata()
    metadata = {key: value for key, value in known.items() if key in KEPT}
    metadata |= {"name": name, "unit": case.unit, "per": case.per}
    return pyperf.Run(values, metadata=metadata, collect_metadata=False)
