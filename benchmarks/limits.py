"""What the figures are held against. Nothing else in here knows a target.

A limit is on the median, or on the ratio to another series: a yardstick of the same case, or the
library in a case beside it (`../10k` for `…/1M` is the same at 10,000 lines).

Quick runs have other sizes and are held against what they have.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.baseline import Baseline, Series

__all__ = ["LIMITS", "Limit", "Verdict", "verdicts"]


@attrs.frozen(kw_only=True)
class Limit:
    """What the figures of some cases must not exceed.

    Attributes:
        cases: The names of the cases, with `*` for any text.
        says: The limit in words.
        at_most: The largest figure that holds: seconds, bytes, or times the other's.
        against: The yardstick that a ratio is to, or `../` and the last part of a case's name.
    """

    cases: str
    says: str
    at_most: float
    against: str | None = None


@attrs.frozen
class Verdict:
    """How a case fares against a limit."""

    case: str
    limit: Limit
    measured: float
    unit: str
    per: str

    @property
    def met(self) -> bool:
        """Whether the limit holds."""
        return self.measured <= self.limit.at_most


MICROSECOND, MILLISECOND = 1e-6, 1e-3

LIMITS = (
    Limit(cases="command/*", says="under 10 µs", at_most=10 * MICROSECOND),
    Limit(
        cases="backlog/*/plain/*",
        says="1,000,000 lines a second or more",
        at_most=1 * MICROSECOND,
    ),
    Limit(
        cases="backlog/*/*/*",
        says="at least half as fast as by hand",
        against="by_hand",
        at_most=2,
    ),
    Limit(
        cases="backlog/*/*/1M",
        says="a line takes less than 1.3 times as long as among 10,000",
        against="../10k",
        at_most=1.3,
    ),
    Limit(
        cases="booking-in/elsewhere/*",
        says="within 1.2 times of 1,000 waiting orders",
        against="with_few",
        at_most=1.2,
    ),
    Limit(
        cases="booking-in/here/*",
        says="within 1.5 times of 1,000 waiting orders",
        against="with_few",
        at_most=1.5,
    ),
    Limit(
        cases="booking-in/misfit/*",
        says="within 1.5 times of 1,000 waiting orders",
        against="with_few",
        at_most=1.5,
    ),
    Limit(
        cases="promises/*",
        says="100,000 waiting orders in 10 seconds or less",
        at_most=100 * MICROSECOND,
    ),
    Limit(
        cases="promises/*",
        says="an order takes at most 1.5 times as long as among 10,000",
        against="with_few",
        at_most=1.5,
    ),
    Limit(
        cases="sqlite/place/full",
        says="at least 0.65 of the speed of the driver",
        against="raw",
        at_most=1 / 0.65,
    ),
    Limit(
        cases="sqlite/place/relaxed",
        says="at least 0.45 of the speed of the driver",
        against="raw",
        at_most=1 / 0.45,
    ),
    Limit(
        cases="sqlite/place-many/*",
        says="at least 0.75 of the speed of the driver",
        against="raw",
        at_most=1 / 0.75,
    ),
    Limit(
        cases="postgres/place-many",
        says="at least 0.6 of the speed of the driver",
        against="raw",
        at_most=1 / 0.6,
    ),
    Limit(
        cases="company/*",
        says="at least half of the speed of batches of 16",
        against="batches",
        at_most=2,
    ),
    Limit(
        cases="sqlite/place-many/*",
        says="30,000 lines a second or more",
        at_most=1 / 30_000,
    ),
    Limit(
        cases="frames/ALWAYS/polars/*",
        says="8,000,000 lines a second or more",
        at_most=1 / 8_000_000,
    ),
    Limit(
        cases="frames/NEVER/polars/*",
        says="5,000,000 lines a second or more",
        at_most=1 / 5_000_000,
    ),
    Limit(cases="frames/memory/*", says="3 times the input", against="input", at_most=3),
    Limit(cases="memory/*", says="2 KiB or less", at_most=2_048),
    Limit(cases="import", says="under 100 ms", at_most=100 * MILLISECOND),
)


def verdicts(baseline: Baseline) -> Iterator[Verdict]:
    """Yield how every case fares against every limit that it has."""
    for limit in LIMITS:
        for case in baseline.cases():
            series = baseline.find(case)
            if series is None or not fnmatchcase(case, limit.cases):
                continue
            if limit.against is None:
                yield Verdict(case, limit, series.median, series.unit, series.per)
                continue
            other = _other(baseline, series, limit.against)
            if other is not None:
                yield Verdict(case, limit, series.ratio_to(other), "times", series.per)


def _other(baseline: Baseline, series: Series, against: str) -> Series | None:
    if against.startswith("../"):
        return baseline.find(f"{series.case.rpartition('/')[0]}/{against.removeprefix('../')}")
    return baseline.find(series.case, against)
