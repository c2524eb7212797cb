"""Hypothesis strategies for the values of orderflow: policies, orders, commands and histories.

They draw from a small world, a `Scope`. The smaller it is, the more often its orders compete for
the same product, and the more a test finds.

`histories` draws whole histories of commands. Most of their commands are valid::

    from hypothesis import given
    from orderflow.testing.strategies import histories

    @given(histories())
    def test_my_repository_stores_the_state_of_the_events(history):
        flow = OrderFlow(MyRepository(), default_policy=history.policy)
        ...

Needs Hypothesis, from the extra `testing`.
"""

from __future__ import annotations

from orderflow.testing.strategies.commands import (
    CommandHistory,
    commands,
    histories,
    next_commands,
)
from orderflow.testing.strategies.order_filters import filters
from orderflow.testing.strategies.several_warehouses import sourcing_policies
from orderflow.testing.strategies.values import (
    Scope,
    addresses,
    edits,
    holds,
    identifiers,
    moments,
    order_lines,
    orders,
    policies,
    receipts,
    stock_keys,
    stock_records,
)

__all__ = [
    "CommandHistory",
    "Scope",
    "addresses",
    "commands",
    "edits",
    "filters",
    "histories",
    "holds",
    "identifiers",
    "moments",
    "next_commands",
    "order_lines",
    "orders",
    "policies",
    "receipts",
    "sourcing_policies",
    "stock_keys",
    "stock_records",
]
