"""Hypothesis strategies for the values of orderflow: policies, orders, commands and histories.

A `Scope` is the small world that they draw from. The smaller it is, the more often its orders
meet at the same product, and the more a test finds.

`histories` draws whole histories of commands, most of which can be carried out::

    from hypothesis import given
    from orderflow.testing.strategies import histories

    @given(histories())
    def test_my_repository_stores_what_the_events_lead_to(history):
        flow = OrderFlow(MyRepository(), default_policy=history.policy)
        ...

Needs Hypothesis, which comes with the extra `testing`.
"""

from __future__ import annotations

from orderflow.testing.strategies.commands import (
    History,
    commands,
    histories,
    next_commands,
)
from orderflow.testing.strategies.values import (
    Scope,
    addresses,
    changes,
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
    "History",
    "Scope",
    "addresses",
    "changes",
    "commands",
    "histories",
    "holds",
    "identifiers",
    "moments",
    "next_commands",
    "order_lines",
    "orders",
    "policies",
    "receipts",
    "stock_keys",
    "stock_records",
]
