"""Noise: which differences say something."""

from __future__ import annotations

from math import isclose, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.laboratory import Finding
from orderflow.laboratory.noise import difference_of, spread_of

VALUES = st.floats(-1e6, 1e6, allow_nan=False)


def finding(first: list[float], other: list[float], *, higher: bool = True) -> Finding:
    return difference_of(first, other, higher_is_better=higher).finding


@given(st.lists(VALUES, min_size=1, max_size=12))
def test_a_policy_is_the_same_as_itself(values: list[float]) -> None:
    found = difference_of(values, values, higher_is_better=True)
    assert (found.mean, found.finding) == (0, Finding.SAME)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=12))
def test_the_mean_and_the_margin_are_those_of_the_paired_differences(
    pairs: list[tuple[float, float]],
) -> None:
    first, other = [a for a, _ in pairs], [b for _, b in pairs]
    changes = [b - a for a, b in pairs]
    found = difference_of(first, other, higher_is_better=True)
    assert found.mean == fmean(changes)
    assert found.margin is not None
    error = stdev(changes) / sqrt(len(changes))
    # Student's quantile falls from 63.7 towards that of the normal distribution.
    assert 2.576 * error <= found.margin <= 63.7 * error + 1e-9


@given(st.lists(st.tuples(VALUES, VALUES), min_size=3, max_size=12))
def test_exchanging_the_policies_turns_the_finding_around(pairs: list[tuple[float, float]]) -> None:
    first, other = [a for a, _ in pairs], [b for _, b in pairs]
    opposite = {Finding.BETTER: Finding.WORSE, Finding.WORSE: Finding.BETTER}
    there, back = finding(first, other), finding(other, first)
    assert back is opposite.get(there, there)
    assert finding(first, other, higher=False) is opposite.get(there, there)


def test_what_all_seeds_share_does_not_count_as_noise() -> None:
    """The seeds differ a lot, the policies by 1 under each seed."""
    assert finding([10, 500, 90], [11, 501, 91.1]) is Finding.BETTER


def test_a_difference_that_changes_its_sign_is_noise() -> None:
    assert finding([10, 10, 10, 10], [11, 9, 12, 8.5]) is Finding.NOISE


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0]])
def test_fewer_than_three_seeds_say_nothing(values: list[float]) -> None:
    assert finding(values, [each + 1 for each in values]) is Finding.UNKNOWN


def test_a_seed_without_a_value_is_left_out() -> None:
    found = difference_of([1, None, 3, 5, 7], [2, 9, None, 6.1, 8], higher_is_better=False)
    assert found.mean is not None
    assert isclose(found.mean, 3.1 / 3)
    assert found.finding is Finding.WORSE
    nothing = difference_of([None], [1], higher_is_better=True)
    assert (nothing.mean, nothing.margin, nothing.finding) == (None, None, Finding.UNKNOWN)
    assert spread_of([None, 2, 4]).mean == 3
    assert spread_of([None]).lowest is None


def test_the_quantiles_are_those_of_student() -> None:
    """Three seeds with differences 0, 1 and 2: their mean is 1, their error 1 / sqrt(3)."""
    found = difference_of([0, 0, 0], [0, 1, 2], higher_is_better=True)
    assert found.margin is not None
    assert isclose(found.margin, 9.925 / sqrt(3))
    many = [float(each % 2) for each in range(40)]
    found = difference_of([0.0] * 40, many, higher_is_better=True)
    assert found.margin is not None
    assert isclose(found.margin, 2.750 * stdev(many) / sqrt(40))
