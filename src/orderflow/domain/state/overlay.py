"""A view with the changes of an outcome, without a copy of the state.

Data that the outcome changed is read from the outcome, everything else from the view below. So one
can decide on top of an outcome that is not saved, at the cost of its changes alone.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import queue_position
from orderflow.domain.model.queue_position import placing
from orderflow.domain.model.stock import by_expectation
from orderflow.domain.state.state import State
from orderflow.domain.state.waits import to_give_up, to_remind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime, timedelta

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock
    from orderflow.domain.state.view import View

__all__ = ["Overlay"]


class Overlay:
    """A view that shows the state of another view after an outcome."""

    def __init__(self, below: View, outcome: Outcome) -> None:
        self._below = below
        self._above = State(below.seller_id)
        self._closed: frozenset[str] = frozenset()
        self._limits: tuple[BackOrderLimit, ...] | None = None
        self._add(outcome)

    def after(self, outcome: Outcome) -> Overlay:
        """Return the view after one more outcome. It is no deeper than this one."""
        later = copy(self)
        later._add(outcome)  # noqa: SLF001 - a copy of this one
        return later

    def _add(self, outcome: Outcome) -> None:
        visited = [
            self._below.order(order_id)
            for order_id, _ in outcome.queue_index
            if order_id not in self._above.orders
        ]
        named = tuple(order for order in visited if order is not None)
        self._above = self._above.after(Outcome(seller_id=self.seller_id, orders=named)).after(
            outcome
        )
        announced = {receipt.receipt_id for receipt in outcome.receipts}
        self._closed = self._closed - announced | frozenset(outcome.receipts_closed)
        if outcome.back_order_limits is not None:
            self._limits = outcome.back_order_limits

    @property
    def seller_id(self) -> str:
        """The seller."""
        return self._below.seller_id

    @property
    def policy(self) -> AllocationPolicy | None:
        """The seller's own policy, if there is one."""
        return self._above.policy or self._below.policy

    @property
    def next_page(self) -> NextPage | None:
        """The `Outcome.next_page` of the outcome."""
        return self._above.next_page

    @property
    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        """The limits of back orders."""
        return self._below.back_order_limits if self._limits is None else self._limits

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        return self._above.order(order_id) or self._below.order(order_id)

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Prefetch those of the orders that are read from the view below."""
        self._below.prefetch([each for each in order_ids if each not in self._above.orders])

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the existing stock records of these products."""
        records = self._above.records
        yield from self._above.stock(warehouse_id, skus)
        rest = [sku for sku in skus if (warehouse_id, sku) not in records]
        if rest:
            yield from self._below.stock(warehouse_id, rest)

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if the seller announced it."""
        if receipt_id in self._closed:
            return None
        return self._above.receipt(receipt_id) or self._below.receipt(receipt_id)

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
        after: Order | None = None,
    ) -> Iterable[Order]:
        """Return the orders with a line short of a product, in the order of the queue."""
        above = self._above.waiting(warehouse_id, sku, policy, after=after)
        below = self._unchanged(self._below.waiting(warehouse_id, sku, policy, at_most, after))
        return merge(above, below, key=partial(queue_position, queue=policy.queue))

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        below = self._unchanged(self._below.back_orders(after))
        return islice(merge(self._above.back_orders(after), below, key=placing), limit)

    def blocked_on(self, order_id: str) -> str | None:
        """Return the SKU that an order is blocked on, if an outcome named it."""
        if order_id in self._above.orders:
            return self._above.blocked_on(order_id)
        return self._below.blocked_on(order_id)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product."""
        yield from self._unchanged(self._below.orders_with_units(warehouse_id, sku))
        yield from self._above.orders_with_units(warehouse_id, sku)

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, by the moment they are expected, then by id."""
        below = [
            receipt
            for receipt in self._below.expected(warehouse_id, sku)
            if receipt.receipt_id not in self._closed
            and receipt.receipt_id not in self._above.receipts
        ]
        return sorted([*below, *self._above.expected(warehouse_id, sku)], key=by_expectation)

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it."""
        below = self._unchanged(self._below.ended_holds(at))
        due = State.of(self.seller_id, [*below, *self._above.ended_holds(at)])
        return due.ended_holds(at, limit)

    def postponed(self, until: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the postponed orders whose day is this moment or before it."""
        below = self._unchanged(self._below.postponed(until))
        found = State.of(self.seller_id, [*below, *self._above.postponed(until)])
        return found.postponed(until, limit)

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that allow no part yet."""
        below = self._unchanged(self._below.waiting_since_before(since))
        due = State.of(self.seller_id, [*below, *self._above.waiting_since_before(since)])
        return due.waiting_since_before(since, limit)

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterable[Order]:
        """Return the orders on back order that are to be given up at this moment or before it."""
        below = self._unchanged(self._below.to_give_up(by, give_up_after))
        return to_give_up([*below, *self._above.orders.values()], by, give_up_after)[:limit]

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order whose sellers are to be reminded."""
        below = self._unchanged(self._below.to_remind(after, until, give_up_after))
        orders = [*below, *self._above.orders.values()]
        return to_remind(orders, after, until, give_up_after)[:limit]

    def _unchanged(self, orders: Iterable[Order]) -> Iterator[Order]:
        above = self._above.orders
        return (order for order in orders if order.order_id not in above)
