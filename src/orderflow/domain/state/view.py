"""What deciding reads of the state of one seller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock

__all__ = ["View"]


class View(Protocol):
    """What deciding reads, of one seller. Nothing of another seller is in it."""

    @property
    def seller_id(self) -> str:
        """The seller."""
        ...

    @property
    def policy(self) -> AllocationPolicy | None:
        """The seller's own policy: that of the last `PolicyChanged`, or `None`."""
        ...

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        ...

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Be told that these orders will be asked for, so that they can be read at once.

        It answers nothing, and may do nothing.
        """
        ...

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the stock records that there are of these products, in any order."""
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
    ) -> Iterable[Order]:
        """Return the orders on back order that wait for a product, in the order of the queue.

        These are the orders with a line short of it, but for those that another product holds
        up: an order that the last outcome to name it in `Outcome.blocked_on` had wait for another
        product. It is read from its head, and only as far as there is stock.

        With `at_most`, such watching orders may be left out as are short of more units of the
        product than it returns at that time: there is not enough to complete them.
        """
        ...

    def back_orders(self) -> Iterable[Order]:
        """Return all orders on back order, in any order. Only a change of policy asks for them."""
        ...

    def blocked_on(self, order_id: str) -> str | None:
        """Return the SKU that the last outcome to name the order had it wait for.

        There is none if the order was named by an outcome since, and not as one that waits.
        """
        ...

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that hold units of a product, in any order."""
        ...

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, by the moment they are expected, then by id."""
        ...

    def ended_holds(self, at: datetime) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it."""
        ...

    def waiting_since_before(self, since: datetime) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that do not keep yet.

        It is asked for only where the policy says how long an order may wait without keeping.
        """
        ...
