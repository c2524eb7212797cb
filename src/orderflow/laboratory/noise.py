"""Which differences are more than noise: the same policies again, with other random suppliers.

The seeds draw the lead times. Every policy has the same suppliers under the same seed, so two
policies are compared seed by seed. The interval of the mean difference is Student's, at 99 %. A
difference whose interval holds 0 is within the noise. Two seeds may agree by chance, so fewer than
three say nothing.
"""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.terms import Term

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SEEDS_MIN", "Difference", "Finding", "Spread", "difference_of", "spread_of"]

SEEDS_MIN = 3
"""The fewest seeds that say whether a difference is noise."""

_T_99 = (
    *(63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169),
    *(3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845),
    *(2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.750),
)
"""The quantile 0.995 of Student's t for 1 to 30 degrees of freedom; it falls from there on."""


class Finding(Term):
    """What a difference says."""

    SAME = "SAME"
    """Every seed has the same value under both policies."""
    NOISE = "NOISE"
    """There is no difference beyond noise."""
    BETTER = "BETTER"
    """The policy is better than the first one, beyond noise."""
    WORSE = "WORSE"
    """The policy is worse than the first one, beyond noise."""
    UNKNOWN = "UNKNOWN"
    """Too few seeds have both values to say what is noise."""


@attrs.frozen
class Spread:
    """The values of a figure over the seeds; None of a seed that has no value.

    Attributes:
        mean: The mean of the values; None if there are none.
        lowest: The lowest value.
        highest: The highest value.
        by_seed: The value of each seed.
    """

    mean: float | None
    lowest: float | None
    highest: float | None
    by_seed: tuple[float | None, ...]


@attrs.frozen
class Difference:
    """The difference of a policy from the first one, over the seeds that have both values.

    Attributes:
        mean: The mean difference.
        margin: The 99 % interval reaches this far to both sides; None with fewer than two seeds.
        finding: What the difference says.
    """

    mean: float | None
    margin: float | None
    finding: Finding


def spread_of(values: Sequence[float | None]) -> Spread:
    """Return the spread of the values of a figure.

    >>> spread_of([1, 3, None]).mean
    2.0
    """
    known = [each for each in values if each is not None]
    if not known:
        return Spread(None, None, None, tuple(values))
    return Spread(fmean(known), min(known), max(known), tuple(values))


def difference_of(
    first: Sequence[float | None], other: Sequence[float | None], *, higher_is_better: bool
) -> Difference:
    """Compare a policy with the first one, seed by seed.

    >>> difference_of([1, 2, 3], [2, 3, 4], higher_is_better=True)
    Difference(mean=1.0, margin=0.0, finding=<Finding.BETTER: 'BETTER'>)
    """
    pairs = zip(first, other, strict=True)
    changes = [b - a for a, b in pairs if a is not None and b is not None]
    if not changes:
        return Difference(None, None, Finding.UNKNOWN)
    mean = fmean(changes)
    if len(changes) == 1:
        return Difference(mean, None, Finding.UNKNOWN if mean else Finding.SAME)
    margin = _T_99[min(len(changes) - 1, len(_T_99)) - 1] * stdev(changes) / sqrt(len(changes))
    if not any(changes):
        finding = Finding.SAME
    elif len(changes) < SEEDS_MIN:
        finding = Finding.UNKNOWN
    elif abs(mean) <= margin:
        finding = Finding.NOISE
    else:
        finding = Finding.BETTER if (mean > 0) is higher_is_better else Finding.WORSE
    return Difference(mean, margin, finding)
