"""What always holds, as functions that say where it does not.

Each function takes orders, stock, events or a policy, changes nothing, raises nothing on
purpose, and returns its findings as texts: no text, no violation. The numbers are those of the
page *What always holds* in the documentation.

- `violations` looks at the state that a command has left: rules 1, 2, 4 and 5, and what each
  setting of the policy demands.
- `gain_violations` looks at one event and at the state before it: rule 6.
- `preemption_violations` looks at units that were taken back, and at whom they went to: rule 6.
- `split_violations` looks at an order and at the two that a split made of it: rule 10.
- `foreign_violations` looks for what belongs to another seller: rule 11.
- `history_violations` walks through events one by one: rules 3, 4, 6, 7, 10 and 11.

Rules 8 and 9 speak of two runs; compare what the runs left.

The rules stand here in words of their own. They do not read the tables of `orderflow.domain`,
so that a wrong row there cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.invariants.by_policy import (
    fulfilment_violations,
    gain_violations,
    idle_stock_violations,
    patience_violations,
)
from orderflow.invariants.history import history_violations, split_violations
from orderflow.invariants.preemption import preemption_violations
from orderflow.invariants.state import (
    agreement_violations,
    allocation_violations,
    foreign_violations,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import Stock

__all__ = [
    "agreement_violations",
    "allocation_violations",
    "foreign_violations",
    "fulfilment_violations",
    "gain_violations",
    "history_violations",
    "idle_stock_violations",
    "patience_violations",
    "preemption_violations",
    "split_violations",
    "violations",
]


def violations(
    orders: Iterable[Order],
    stock: Iterable[Stock],
    policy: AllocationPolicy,
    at: datetime | None = None,
) -> list[str]:
    """Say what does not hold of the state that a command has left.

    Args:
        orders: All orders of one or more sellers that share the policy.
        stock: All their stock records.
        policy: Who gets the stock.
        at: When the command was carried out, to see who has waited for too long.
    """
    orders, stock = tuple(orders), tuple(stock)
    return [
        *allocation_violations(orders, stock),
        *agreement_violations(orders),
        *idle_stock_violations(orders, stock, policy),
        *patience_violations(orders, policy, at),
        *fulfilment_violations(orders, policy),
    ]
