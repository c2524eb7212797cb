"""Holds a whole database to what always holds, and names every violation.

Where nothing but orderflow writes, there is none. A violation tells of a foreign writer, of a
fault of the storage, or of one in orderflow.

Sellers are looked at one after another, each on one state of the database. Rows are read in
pages; what one seller has, and what the seller's events lead to, is in memory at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import StockKey
from orderflow.invariants import (
    agreement_violations,
    allocation_violations,
    fulfilment_violations,
    idle_stock_violations,
    patience_violations,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderflow.adapters.sql import SqlRepository, Stored
    from orderflow.domain.state.state import State

__all__ = ["Checked", "Rule", "Violation", "check"]


class Rule(StrEnum):
    """What was not kept, by the numbers of the page *What always holds*."""

    ALLOCATION = "rules 1 and 2: what is allocated is what orders hold, and is on hand"
    ACCOUNT = "rule 3: what is on hand is what came, less what went"
    AGREEMENT = "rule 4: the status of an order agrees with its lines"
    IDLE_STOCK = "rule 5: no unit lies idle that a waiting order could use"
    POLICY = "rule 6: orders on back order fare as the policy says"
    HISTORY = "rule 7: the events lead to what is stored"
    ROWS = "rows: all of them can be read, and agree with each other"


@attrs.frozen
class Violation:
    """One thing of one seller that is not as it has to be.

    Attributes:
        seller_id: The seller.
        rule: What was not kept.
        finding: The thing, and what is wrong with it.
    """

    seller_id: str
    rule: Rule
    finding: str

    def __str__(self) -> str:
        return f"seller {self.seller_id!r}: {self.finding} ({self.rule})"


@attrs.frozen(kw_only=True)
class Checked:
    """What a check has looked at, and what it has found.

    Attributes:
        sellers: How many sellers there are.
        orders: How many orders there are.
        stock: How many stock records there are.
        events: How many events there are.
        violations: What is not as it has to be.
        unserved: The products whose queue is still to be served. That is no violation:
            `OrderFlow.recover` does it, and so does the next command that comes across one.
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
) -> Checked:
    """Look at everything that a database holds.

    Args:
        repository: The repository on the database.
        default_policy: Who gets the stock of sellers without a policy of their own, as
            `OrderFlow` was told. Under another one, stock may seem to lie idle.

    Raises:
        StorageError: If the database cannot be read.
    """
    default = default_policy if default_policy is not None else AllocationPolicy()
    found = Checked()
    for stored in repository.audit():
        state = stored.state
        policy = state.policy or default
        found = Checked(
            sellers=found.sellers + 1,
            orders=found.orders + len(state.orders),
            stock=found.stock + len(state.records),
            events=found.events + stored.events,
            violations=(*found.violations, *_violations(stored, policy)),
            unserved=(*found.unserved, *_unserved(stored)),
        )
    return found


def _unserved(stored: Stored) -> Iterator[StockKey]:
    for product in sorted(stored.unserved):
        yield StockKey(stored.state.seller_id, *product)


def _violations(stored: Stored, policy: AllocationPolicy) -> Iterator[Violation]:
    state = stored.state
    orders, stock = state.orders.values(), state.records
    served = [record for product, record in stock.items() if product not in stored.unserved]
    findings = {
        Rule.ROWS: stored.faults,
        Rule.ALLOCATION: allocation_violations(orders, stock.values()),
        Rule.AGREEMENT: agreement_violations(orders),
        Rule.IDLE_STOCK: idle_stock_violations(orders, served, policy),
        Rule.POLICY: [
            *patience_violations(orders, policy),
            *fulfilment_violations(orders, policy),
        ],
    }
    if stored.folded is not None:
        findings[Rule.ACCOUNT] = list(_account_violations(state, stored.folded))
        findings[Rule.HISTORY] = list(_history_violations(state, stored.folded))
    for rule in Rule:
        for finding in findings.get(rule, ()):
            yield Violation(state.seller_id, rule, finding)


def _account_violations(state: State, folded: State) -> Iterator[str]:
    for product in sorted({**state.records, **folded.records}):
        there, came = (_on_hand(each, product) for each in (state, folded))
        if there != came:
            yield f"stock {product}: {there} on hand, but {came} came and stayed"


def _on_hand(state: State, product: tuple[str, str]) -> int:
    record = state.records.get(product)
    return record.on_hand if record is not None else 0


def _history_violations(state: State, folded: State) -> Iterator[str]:
    parts: list[tuple[str, Mapping[Any, object], Mapping[Any, object]]] = [
        ("order", state.orders, folded.orders),
        ("stock", state.records, folded.records),
        ("receipt", state.receipts, folded.receipts),
        ("policy of", {state.seller_id: state.policy}, {folded.seller_id: folded.policy}),
    ]
    for kind, there, made in parts:
        for name in {**made, **there}:
            if there.get(name) != made.get(name):
                yield (
                    f"{kind} {name!r} is stored as {there.get(name)}, "
                    f"and the events lead to {made.get(name)}"
                )
