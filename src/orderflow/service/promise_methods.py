"""What can be promised, who gets what of a receipt, and what if receipts change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import require_identifier, require_moment, require_order
from orderflow.domain.model.stock import ExpectedReceipt
from orderflow.domain.queries.promises import (
    available_to_promise,
    available_to_promise_over,
    earliest_promise,
)
from orderflow.domain.queries.receipt_allocation import receipt_allocation
from orderflow.domain.queries.sources import source
from orderflow.domain.queries.what_if import what_if
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.allocation.sourcing import SourcingPlan
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.sourcing_policy import SourcingPolicy
    from orderflow.domain.model.stock import StockKey
    from orderflow.domain.queries.promises import Promise
    from orderflow.domain.queries.receipt_allocation import ReceiptAllocation
    from orderflow.domain.queries.what_if import MovedDate, ReceiptChange

__all__ = ["PromiseMethods"]


class PromiseMethods(SellerScope):
    """The reads about expected receipts. Nothing is saved."""

    def available_to_promise(
        self, key: StockKey, by: datetime, *, at: datetime | None = None
    ) -> int:
        """Return the units of a product that a new order would get by a moment.

        It counts the units that are available, or expected until that moment, less those that
        earlier orders are short of: see `orderflow.core.available_to_promise`.

        Args:
            key: The product.
            by: The moment by which the order is to have the units.
            at: The time at which it is placed. Default: now.

        Raises:
            InvalidValueError: If `by` is before `at`.
        """
        self._require_own_key("available_to_promise.key", key)
        until = require_moment("available_to_promise.by", by)
        moment, default = self._read_moment("available_to_promise.at", at), self._default_policy
        return self._read_served(
            lambda view: available_to_promise(key, until, view, moment, default), moment
        )

    def available_to_promise_over(
        self, sku: str, by: datetime, *, sourcing: SourcingPolicy, at: datetime | None = None
    ) -> int:
        """Return the units of a product that a new order over several warehouses would get by then.

        See `orderflow.core.available_to_promise_over`.

        Args:
            sku: The product.
            by: The moment by which the order is to have the units.
            sourcing: The warehouses, and how they are chosen.
            at: The time at which it is placed. Default: now.

        Raises:
            InvalidValueError: If `by` is before `at`.
        """
        until = require_moment("available_to_promise_over.by", by)
        moment = self._read_moment("available_to_promise_over.at", at)
        default = self._default_policy
        return self._read_served(
            lambda view: available_to_promise_over(
                sku, until, view, moment, default, sourcing=sourcing
            ),
            moment,
        )

    def source(
        self, order: Order, *, sourcing: SourcingPolicy, at: datetime | None = None
    ) -> SourcingPlan:
        """Return which warehouses would send which units of an order, if it is placed now.

        Args:
            order: The order, which was not placed yet and names no warehouse.
            sourcing: The warehouses, and how they are chosen.
            at: The time at which it is placed. Default: now.
        """
        require_order("source.order", order)
        self._require_own("source.order", order.seller_id)
        moment, default = self._read_moment("source.at", at), self._default_policy
        return self._read_served(
            lambda view: source(order, view, moment, default, sourcing=sourcing), moment
        )

    def earliest_promise(
        self,
        order: Order,
        *,
        sourcing: SourcingPolicy | None = None,
        at: datetime | None = None,
    ) -> Promise | None:
        """Return when a new order would be covered, and the receipts that this rests on.

        Args:
            order: The order, which was not placed yet.
            sourcing: How its warehouses are chosen, if it names none.
            at: The time at which it is placed. Default: now.

        Returns:
            The promise; `None` if too few units are announced, or if it may not wait for them.

        Raises:
            DuplicateOrderError: If the order was placed already.
        """
        require_order("earliest_promise.order", order)
        self._require_own("earliest_promise.order", order.seller_id)
        moment, default = self._read_moment("earliest_promise.at", at), self._default_policy
        return self._read_served(
            lambda view: earliest_promise(order, view, moment, default, sourcing=sourcing), moment
        )

    def receipt_allocation(
        self, receipt_id: str, *, at: datetime | None = None
    ) -> ReceiptAllocation:
        """Return which orders an expected receipt will complete or serve in part.

        The receipts of the same product that are expected earlier are booked in before it.

        Args:
            receipt_id: The receipt.
            at: The time. Default: now.

        Raises:
            ReceiptNotFoundError: If no such receipt is expected.
        """
        require_identifier("receipt_allocation.receipt_id", receipt_id)
        moment, default = self._read_moment("receipt_allocation.at", at), self._default_policy
        return self._read_served(
            lambda view: receipt_allocation(receipt_id, view, moment, default), moment
        )

    def what_if(
        self, *changes: ReceiptChange | ExpectedReceipt, at: datetime | None = None
    ) -> tuple[MovedDate, ...]:
        """Return the orders on back order whose expected dates move if receipts change.

        Args:
            changes: Receipts that slip, or come short or over. An `ExpectedReceipt` is added.
            at: The time. Default: now.

        Raises:
            ReceiptNotFoundError: If a receipt that changes is not expected.
            InvalidValueError: If a receipt comes short by more units than were announced.
        """
        for change in changes:
            if isinstance(change, ExpectedReceipt):
                self._require_own("what_if.changes", change.key.seller_id)
        moment, default = self._read_moment("what_if.at", at), self._default_policy
        return self._read_served(lambda view: what_if(changes, view, moment, default), moment)
