"""`View`: the state of one seller, as `decide` reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime, timedelta

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.next_page import NextPage
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock

__all__ = ["View"]


class View(Protocol):
    """The state of one seller, as `decide` reads it. It has no data of other sellers.

    An iterable is read once at most, perhaps not to its end, so it may be a generator. Objects must
    equal what was saved, but need not be the same at each read. Every time that is passed is in
    UTC, and so must be every time in the objects.
    """

    @property
    def seller_id(self) -> str:
        """The seller."""
        ...

    @property
    def policy(self) -> AllocationPolicy | None:
        """The seller's own policy: that of the last `PolicyChanged`, or `None`."""
        ...

    @property
    def next_page(self) -> NextPage | None:
        """The `Outcome.next_page` of the last outcome."""
        ...

    @property
    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        """The limits of back orders, sorted by warehouse and SKU: see `Outcome`.

        They are read if a command leaves an order waiting. So store them with the policy.
        """
        ...

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        ...

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Read orders ahead, all at once, because they will be needed soon.

        An implementation may do nothing.
        """
        ...

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the existing stock records of these products, in any order.

        No product is named twice.
        """
        ...

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if the seller announced it."""
        ...

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,
        after: Order | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order that wait for a product, in the order of the queue.

        These are the orders with a line that is short of it, except those that are blocked on
        another product: see `Outcome.queue_index`. If the policy does not restrict partial
        allocation, no order is blocked, and an index is ignored. The queue is read from its head,
        and only while stock is available. A view may read it in pages of any size.

        If `at_most` is given, the view may omit an order if it is blocked on this product and
        short of more units of it than `at_most` returns. It may call `at_most` at any time until it
        returns the next order, or not at all. No outcome depends on which of these orders it omits.

        If `after` is given, the view returns only orders behind the position of that order, which
        need not wait itself. It is never given together with `at_most`.
        """
        ...

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order, in any order. Only a change of policy needs them.

        Args:
            after: Return only orders placed after this one, or at the same time with a larger id.
            limit: Return at most this many orders: those placed first, then those with the
                smaller id.
        """
        ...

    def blocked_on(self, order_id: str) -> str | None:
        """Return the SKU that the order is blocked on, from the last outcome that has the order.

        It is `None` if that outcome does not have the order in its `queue_index`.
        """
        ...

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product, in any order."""
        ...

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, by the moment they are expected, then by id."""
        ...

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it.

        They may come in any order. If there are more than `limit`, return those whose first hold
        ends first, then those with the smaller id.
        """
        ...

    def postponed(self, until: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the postponed orders whose day (`Order.not_before`) is this moment or before it.

        They may come in any order. If there are more than `limit`, return those with the earliest
        day, then those with the smaller id. Only a policy with an `allocation_horizon` needs them.
        """
        ...

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that allow no part yet.

        They may come in any order. If there are more than `limit`, return those that wait longest,
        then those with the smaller id. Only a policy with a `patience` needs them.
        """
        ...

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterable[Order]:
        """Return the orders on back order that are to be given up at this moment or before it.

        The moment of an order is when it has waited for its own `give_up_after`, or else for the
        given one, if any. An order that was given up has none. They may come in any order. If there
        are more than `limit`, return those with the first moments, then with the smaller id. Only
        `RunDue` needs them.
        """
        ...

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order whose sellers are to be reminded.

        These orders are to be given up after one moment and until another one, inclusive, and
        their sellers were not reminded of them yet. Otherwise, it is as `to_give_up`.
        """
        ...
