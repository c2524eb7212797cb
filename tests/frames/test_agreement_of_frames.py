"""The same lines get the same units from a table of any package as the core gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import AllocationPolicy, Queue
from orderflow.frames import allocate_lines, engines
from orderflow.frames.window import allocate_by_window
from tests.frames.backlogs import NOON, backlogs, policies
from tests.frames.tables import ENGINES, rows_of

if TYPE_CHECKING:
    from tests.frames.backlogs import Backlog

EXAMPLES = settings().max_examples
KEY = ("seller_id", "order_id", "line_id")
OUTCOME = ("allocated", "status")


def check(backlog: Backlog, policy: AllocationPolicy, allocated: Any) -> None:  # noqa: ANN401 - a table
    """Compare a table with the core: the same lines in the same order, with the same outcome."""
    rows, expected = rows_of(allocated), backlog.expected(policy)
    keys = [tuple(row[name] for name in KEY) for row in backlog.lines()]
    assert [tuple(row[name] for name in KEY) for row in rows] == keys
    found = [tuple(row[name] for name in OUTCOME) for row in rows]
    assert found == [expected[key] for key in keys]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=EXAMPLES // 8)
@given(backlog=backlogs(), policy=policies())
def test_every_package_agrees_with_the_core(
    engine: str, backlog: Backlog, policy: AllocationPolicy
) -> None:
    lines, stock = backlog.tables(engine)
    check(backlog, policy, allocate_lines(lines, stock, policy, at=NOON))


@settings(max_examples=EXAMPLES // 2)
@given(backlog=backlogs(), policy=policies())
def test_the_kernel_agrees_with_the_core(backlog: Backlog, policy: AllocationPolicy) -> None:
    lines, stock = backlog.tables("polars")
    check(backlog, policy, allocate_lines(lines, stock, policy, at=NOON))


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow"])
@settings(max_examples=EXAMPLES // 12)
@given(backlog=backlogs(), policy=policies())
def test_a_table_read_in_slices_agrees_with_the_core(
    engine: str, backlog: Backlog, policy: AllocationPolicy
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "SLICE", 9)
        check(backlog, policy, allocate_lines(*backlog.tables(engine), policy, at=NOON))


@settings(max_examples=EXAMPLES // 4)
@given(backlog=backlogs(), queue=st.sampled_from(Queue))
def test_one_window_expression_agrees_with_the_core(backlog: Backlog, queue: Queue) -> None:
    policy = AllocationPolicy(queue=queue)
    lines, stock = (nw.from_native(each) for each in backlog.tables("polars-lazy"))
    rows = nw.from_native(lines.to_native().with_row_index("row"))
    result = allocate_by_window(rows, stock, policy).to_native()
    check(backlog, policy, result.sort("row").drop("row"))
