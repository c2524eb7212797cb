"""The invariants, as functions that return violations.

Each function takes orders, stock, events or a policy, and returns its findings as texts. No text
means no violation. The functions change nothing, and raise nothing on purpose. The rules have the
numbers of the page *What always holds* in the documentation.

- `violations` checks the state after a command: rules 1, 2, 4 and 5, and the policy's settings.
- `gain_violations` checks one event against the state before it: rule 6.
- `preemption_violations` checks which units were preempted, and for which order: rule 6.
- `reallocation_violations` checks who gave and who took units outside the queue: rule 6.
- `split_violations` checks an order against the two that it was split into: rule 10.
- `foreign_violations` finds data of another seller: rule 11.
- `account_violations` checks the stock on hand against its movements: rule 3.
- `transfer_violations` checks that what left for another warehouse is expected there: rule 3.
- `replay_violations` checks a stored state against the one that its events lead to: rule 7.
- `limit_violations` checks the orders that became short against the limits of back orders: rule 12.
- `history_violations` checks events one by one: rules 3, 4, 6, 7 and 10 to 12, the short part, and
  which orders are given up.
- `not_given_up` checks that `RunDue` has left no order whose moment to be given up has come.

Rules 8 and 9 are about two runs: compare their results.

The rules are written independently of the tables in `orderflow.domain`, so a wrong row there
cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.invariants.above_limits import limit_violations
from orderflow.invariants.by_policy import (
    fulfilment_violations,
    gain_violations,
    idle_stock_violations,
    patience_violations,
    postponement_violations,
)
from orderflow.invariants.given_up_orders import not_given_up
from orderflow.invariants.history import (
    account_violations,
    history_violations,
    replay_violations,
    split_violations,
)
from orderflow.invariants.preemption import preemption_violations
from orderflow.invariants.reallocated_units import reallocation_violations
from orderflow.invariants.state import (
    agreement_violations,
    allocation_violations,
    foreign_violations,
)
from orderflow.invariants.transfers import transfer_violations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import Stock

__all__ = [
    "account_violations",
    "agreement_violations",
    "allocation_violations",
    "foreign_violations",
    "fulfilment_violations",
    "gain_violations",
    "history_violations",
    "idle_stock_violations",
    "limit_violations",
    "not_given_up",
    "patience_violations",
    "postponement_violations",
    "preemption_violations",
    "reallocation_violations",
    "replay_violations",
    "split_violations",
    "transfer_violations",
    "violations",
]


def violations(
    orders: Iterable[Order],
    stock: Iterable[Stock],
    policy: AllocationPolicy,
    at: datetime | None = None,
) -> list[str]:
    """Return the violations in the state after a command.

    Args:
        orders: All orders of one or more sellers with the same policy.
        stock: All their stock records.
        policy: The allocation policy.
        at: The time of the command, to find orders that have waited too long.
    """
    orders, stock = tuple(orders), tuple(stock)
    return [
        *allocation_violations(orders, stock),
        *agreement_violations(orders),
        *idle_stock_violations(orders, stock, policy),
        *patience_violations(orders, policy, at),
        *postponement_violations(orders, policy, at),
        *fulfilment_violations(orders, policy),
    ]
