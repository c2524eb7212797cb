"""Checks a whole database against the invariants, and lists every violation.

If only orderflow writes to the database, there are none. A violation means that another program
wrote to it, that the storage is damaged, or that orderflow has a bug.

Sellers are checked one after another, some at a time on one snapshot of the database. Rows are
read in pages. Only one seller's stored state and folded state are in memory at a time.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.arguments import require_function, require_methods, require_policy
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import StockKey
from orderflow.domain.model.terms import Term
from orderflow.invariants import (
    account_violations,
    agreement_violations,
    allocation_violations,
    fulfilment_violations,
    idle_stock_violations,
    limit_violations,
    patience_violations,
    replay_violations,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    LIMITS = "LIMITS"
    """Rule 12: orders that became short keep to the limits of back orders."""
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
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CheckResult:
    """Check everything in a database.

    Args:
        repository: The repository on the database.
        default_policy: The policy of sellers without one of their own, as given to `OrderFlow`.
            With another one, the check may report units that a waiting order could use.
        progress: Called with the number of sellers checked so far, and the number of all sellers.

    Raises:
        InvalidValueError: If the repository is not one on a database.
        StorageError: If the database cannot be read.
    """
    demand = "a SqlRepository, such as SqlRepository(engine)"
    require_methods("check.repository", repository, "audit", demand=demand)
    require_function("check.progress", progress)
    if default_policy is not None:
        require_policy("check.default_policy", default_policy)
    default = default_policy if default_policy is not None else AllocationPolicy()
    task = partial(_check_seller, default_policy=default)
    results = list(repository.audit(task, progress=progress))
    return CheckResult(
        sellers=len(results),
        orders=sum(each.orders for each in results),
        stock=sum(each.stock for each in results),
        events=sum(each.events for each in results),
        violations=tuple(chain.from_iterable(each.violations for each in results)),
        unserved=tuple(chain.from_iterable(each.unserved for each in results)),
    )


def _check_seller(stored: SellerAudit, default_policy: AllocationPolicy) -> CheckResult:
    state = stored.state
    return CheckResult(
        sellers=1,
        orders=len(state.orders),
        stock=len(state.records),
        events=stored.events,
        violations=tuple(_violations(stored, state.policy or default_policy)),
        unserved=tuple(_unserved(stored)),
    )


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
    if stored.next_page is None or not stored.next_page.changes_policy:
        findings[Rule.IDLE_STOCK] = idle_stock_violations(orders, served, policy)
        findings[Rule.POLICY] = [
            *patience_violations(orders, policy),
            *fulfilment_violations(orders, policy),
        ]
    if stored.folded is not None:
        account = {each.key: each.on_hand for each in stored.folded.records.values()}
        findings[Rule.ACCOUNT] = account_violations(account, stock.values())
        findings[Rule.HISTORY] = replay_violations(stored.folded, state)
        left = stored.next_page.became_short if stored.next_page is not None else ()
        findings[Rule.LIMITS] = limit_violations(orders, stored.limit_events, left=left)
    for rule in Rule:
        for finding in findings.get(rule, ()):
            yield Violation(state.seller_id, rule, finding)
