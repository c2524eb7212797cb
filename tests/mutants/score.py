"""How many mutants the tests kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

PERCENT_MIN = 95
KILLED = {"killed", "timeout"}


@frozen
class Score:
    """The mutants of a run. Those that are listed with a reason don't count."""

    killed: int
    survived: int
    listed: int
    unknown: int

    @property
    def percent(self) -> float:
        """The part of the mutants that the tests kill."""
        return 100 * self.killed / max(1, self.killed + self.survived)

    @property
    def suffices(self) -> bool:
        """Whether all mutants ran, and enough were killed."""
        return not self.unknown and self.killed * 100 >= PERCENT_MIN * (self.killed + self.survived)

    def __str__(self) -> str:
        unknown = f"; {self.unknown:,} have not run" if self.unknown else ""
        return (
            f"{self.killed:,} of {self.killed + self.survived:,} mutants were killed: "
            f"{self.percent:.1f} %, at least {PERCENT_MIN} % are required; "
            f"{self.listed:,} more are listed with a reason{unknown}"
        )


def score(verdicts: Iterable[str], *, listed: int) -> Score:
    """Count the verdicts of mutmut; `listed` of the survivors are accepted.

    A mutant that no test reaches has survived.
    """
    all_of_them = list(verdicts)
    killed = sum(each in KILLED for each in all_of_them)
    unknown = all_of_them.count("not checked")
    return Score(
        killed=killed,
        survived=len(all_of_them) - killed - unknown - listed,
        listed=listed,
        unknown=unknown,
    )
