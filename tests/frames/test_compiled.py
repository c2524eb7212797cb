"""The kernel gives the same units compiled by numba as in plain Python."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow.domain.allocation.fair_share import fair_shares
from orderflow.frames import allocate_lines, compiled
from orderflow.frames.compiled import COMPILED_FROM, Compiled, Plain, runner
from tests.frames.backlogs import NOON, backlogs, policies
from tests.frames.tables import rows_of

if TYPE_CHECKING:
    from orderflow import AllocationPolicy
    from tests.frames.backlogs import Backlog

RUNNERS = [
    pytest.param(Plain, id="plain"),
    pytest.param(
        Compiled,
        id="compiled",
        marks=pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed"),
    ),
]


def test_only_large_tables_are_compiled() -> None:
    pytest.importorskip("numba")
    assert isinstance(runner(COMPILED_FROM), Compiled)
    assert isinstance(runner(COMPILED_FROM - 1), Plain)


def test_without_numba_plain_python_runs_large_tables_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "find_spec", lambda _: None)
    assert isinstance(runner(COMPILED_FROM), Plain)


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow"])
@settings(max_examples=settings().max_examples // 10)
@given(backlog=backlogs(), policy=policies())
def test_compiled_code_agrees_with_the_core(
    engine: str, backlog: Backlog, policy: AllocationPolicy
) -> None:
    pytest.importorskip("numba")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "COMPILED_FROM", 0)
        rows = rows_of(allocate_lines(*backlog.tables(engine), policy, at=NOON))
    expected = backlog.expected(policy)
    for row in rows:
        key = (row["seller_id"], row["order_id"], row["line_id"])
        assert (row["allocated"], row["status"]) == expected[key]


@pytest.mark.parametrize("run", RUNNERS)
@given(
    wants=st.lists(st.integers(1, 10**17) | st.integers(1, 9), min_size=1, max_size=9),
    available=st.integers(1, 10**18) | st.integers(1, 40),
    share_max=st.none() | st.integers(10**12, 10**17),
)
def test_shares_of_large_numbers_agree_with_the_core(
    run: type[Plain | Compiled], wants: list[int], available: int, share_max: int | None
) -> None:
    assert shares(run(), wants, available, share_max) == fair_shares(wants, available, share_max)


def shares(
    run: Plain | Compiled, wants: list[int], available: int, share_max: int | None
) -> list[int]:
    """Divide one product among orders of one line each."""

    def numbers(values: list[Any], dtype: Any) -> nw.Series[Any]:  # noqa: ANN401 - a type of Polars
        return nw.from_native(pl.Series(values, dtype=dtype), series_only=True)

    products, begins = numbers([0] * len(wants), pl.Int32), numbers([True] * len(wants), pl.Boolean)
    queue = tuple(run.numbers(each) for each in (products, numbers(wants, pl.Int64), begins))
    taken = run.zeros(len(wants))
    units = run.units(numbers([available], pl.Int64), extra=1)
    run.function("share")(queue, share_max or 0, units, taken)
    return [int(each) for each in taken]
