"""Fair shares, against a slow model in fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.domain.allocation.fair_share import fair_shares

WANTED = st.lists(st.integers(0, 9), max_size=6)


def model(wanted: list[int], available: int, share_max: int | None) -> list[int]:
    """Divide by largest remainder, one round after another, as the definition says."""
    given_out = [0] * len(wanted)
    while True:
        rest = [want - got for want, got in zip(wanted, given_out, strict=True)]
        asked = [min(each, share_max or each) for each in rest]
        left = available - sum(given_out)
        if not left or not sum(asked):
            return given_out
        if sum(asked) <= left:
            given_out = [got + each for got, each in zip(given_out, asked, strict=True)]
            continue
        exact = [Fraction(left * each, sum(asked)) for each in asked]
        whole = [int(each) for each in exact]
        ranking = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at], at))
        for at in ranking[: left - sum(whole)]:
            whole[at] += 1
        return [got + each for got, each in zip(given_out, whole, strict=True)]


@pytest.mark.parametrize(
    ("wanted", "available", "share_max", "expected"),
    [
        ([5, 4], 6, None, [3, 3]),
        ([5, 3, 1], 5, None, [3, 2, 0]),
        ([5, 3, 1], 5, 2, [2, 2, 1]),
        ([1, 1, 1], 2, None, [1, 1, 0]),
        ([3, 3], 10, None, [3, 3]),
        ([3, 3], 0, None, [0, 0]),
        ([], 5, None, []),
        ([0, 2], 1, None, [0, 1]),
        ([10**12, 10**12], 10**12 + 1, 1, [5 * 10**11 + 1, 5 * 10**11]),
    ],
)
def test_shares_are_as_the_definition_says(
    wanted: list[int], available: int, share_max: int | None, expected: list[int]
) -> None:
    assert fair_shares(wanted, available, share_max) == expected


@given(WANTED, st.integers(0, 30), st.none() | st.integers(1, 4))
def test_shares_are_those_of_the_slow_model(
    wanted: list[int], available: int, share_max: int | None
) -> None:
    assert fair_shares(wanted, available, share_max) == model(wanted, available, share_max)


@given(WANTED, st.integers(0, 30), st.none() | st.integers(1, 4))
def test_nobody_gets_more_than_wanted_and_nothing_stays_idle(
    wanted: list[int], available: int, share_max: int | None
) -> None:
    given_out = fair_shares(wanted, available, share_max)
    assert all(0 <= got <= want for got, want in zip(given_out, wanted, strict=True))
    assert sum(given_out) == min(available, sum(wanted))
