"""The same lines get the same units from a table of any package as the core gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from orderflow.frames import allocate_lines
from tests.frames.backlogs import NOON, backlogs, policies
from tests.frames.tables import ENGINES, rows_of, table

if TYPE_CHECKING:
    from orderflow import AllocationPolicy
    from tests.frames.backlogs import Backlog


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40)
@given(backlog=backlogs(), policy=policies())
def test_every_package_and_policy_agrees_with_the_core(
    engine: str, backlog: Backlog, policy: AllocationPolicy
) -> None:
    lines, records = backlog.lines(), backlog.records()
    if not (lines and records):
        return
    result = rows_of(allocate_lines(table(engine, lines), table(engine, records), policy, at=NOON))
    expected = backlog.expected(policy)
    keys = [(row["seller_id"], row["order_id"], row["line_id"]) for row in lines]
    assert [(row["seller_id"], row["order_id"], row["line_id"]) for row in result] == keys
    assert [(row["allocated"], row["status"]) for row in result] == [expected[key] for key in keys]
