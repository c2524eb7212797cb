"""Checks a whole database against the invariants, and lists every violation.

If only orderflow writes to the database, there are none. A violation means that another program
wrote to it, that the storage is damaged, or that orderflow has a bug.

Sellers are checked one after another, each on one snapshot of the database. Rows are read in
pages. Only one seller's stored state and folded state are in memory at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.arguments import require_methods, require_policy
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import StockKey
from orderflow.domain.model.terms import Term
from orderflow.invariants import (
    account_violations,
    agreement_violations,
    allocation_violations,
    fulfilment_violations,
    idle_stock_violations,
    patience_violations,
    replay_violations,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.adapters.sql import SellerAudit, SqlRepository

__all__ = ["CheckResult", "Rule", "Violation", "check"]


class Rule(Term):
    """The rule that was violated, with its number on the page *What always holds*."""

    ALLOCATION = "ALLOCATION"
    """Rules 1 and 2: allocated units are on hand, and are those of open orders."""
    ACCOUNT = "ACCOUNT"
    """Rule 3: units on hand are those received less those gone."""
    AGREEMENT = "AGREEMENT"
    """Rule 4: the status of an order agrees with its lines."""
    IDLE_STOCK = "IDLE_STOCK"
    """Rule 5: no available unit is one that a waiting order could use."""
    POLICY = "POLICY"
    """Rule 6: orders on back order are treated as the policy says."""
    HISTORY = "HISTORY"
    """Rule 7: the events lead to the stored state."""
    ROWS = "ROWS"
    """All rows can be read, and agree with each other."""


@attrs.frozen
class Violation:
    """One violation of an invariant.

    Attributes:
        seller_id: The seller.
        rule: The rule that was violated.
        finding: What is wrong, as text.
    """

    seller_id: str
    rule: Rule
    finding: str

    def __str__(self) -> str:
        return f"seller {self.seller_id!r}: {self.finding} ({self.rule})"


@attrs.frozen(kw_only=True)
class CheckResult:
    """The result of a check.

    Attributes:
        sellers: The number of sellers.
        orders: The number of orders.
        stock: The number of stock records.
        events: The number of events.
        violations: The violations.
        unserved: The products whose queue has not been served. This is not a violation:
            `OrderFlow.recover` serves them, and so does the next command that reads one.
    """

    sellers: int = 0
    orders: int = 0
    stock: int = 0
    events: int = 0
    violations: tuple[Violation, ...] = ()
    unserved: tuple[StockKey, ...] = ()


def check(
    repository: SqlRepository,
    *,
    default_policy: AllocationPolicy | None = None,
) -> CheckResult:
    """Check everything in a database.

    Args:
        repository: The repository on the database.
        default_policy: The policy of sellers without one of their own, as given to `OrderFlow`.
            With another one, the check may report units that a waiting order could use.

    Raises:
        InvalidValueError: If the repository is not one on a database.
        StorageError: If the database cannot be read.
    """
    demand = "a SqlRepository, such as SqlRepository(engine)"
    require_methods("check.repository", repository, "audit", demand=demand)
    if default_policy is not None:
        require_policy("check.default_policy", default_policy)
    default = default_policy if default_policy is not None else AllocationPolicy()
    result = CheckResult()
    for stored in repository.audit():
        state = stored.state
        policy = state.policy or default
        result = CheckResult(
            sellers=result.sellers + 1,
            orders=result.orders + len(state.orders),
            stock=result.stock + len(state.records),
            events=result.events + stored.events,
            violations=(*result.violations, *_violations(stored, policy)),
            unserved=(*result.unserved, *_unserved(stored)),
        )
    return result


def _unserved(stored: SellerAudit) -> Iterator[StockKey]:
    for product in sorted(stored.unserved):
        yield StockKey(stored.state.seller_id, *product)


def _violations(stored: SellerAudit, policy: AllocationPolicy) -> Iterator[Violation]:
    state = stored.state
    orders, stock = state.orders.values(), state.records
    served = [record for product, record in stock.items() if product not in stored.unserved]
    findings: dict[Rule, Iterable[str]] = {
        Rule.ROWS: stored.faults,
        Rule.ALLOCATION: allocation_violations(orders, stock.values()),
        Rule.AGREEMENT: agreement_violations(orders),
    }
    if stored.next_page is None:  # or else these hold only after the last page
        findings[Rule.IDLE_STOCK] = idle_stock_violations(orders, served, policy)
        findings[Rule.POLICY] = [
            *patience_violations(orders, policy),
            *fulfilment_violations(orders, policy),
        ]
    if stored.folded is not None:
        account = {each.key: each.on_hand for each in stored.folded.records.values()}
        findings[Rule.ACCOUNT] = account_violations(account, stock.values())
        findings[Rule.HISTORY] = replay_violations(stored.folded, state)
    for rule in Rule:
        for finding in findings.get(rule, ()):
            yield Violation(state.seller_id, rule, finding)
