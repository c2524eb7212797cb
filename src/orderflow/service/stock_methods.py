"""The commands about stock, expected receipts and the policy, as methods of a seller's handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model import commands as do
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.events import AdjustmentReason
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, StockKey

__all__ = ["StockMethods"]


class StockMethods(SellerScope):
    """The commands about stock, expected receipts and the policy."""

    def announce(
        self,
        receipt: ExpectedReceipt,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Announce a receipt, or change one already announced."""
        return self.handle(do.AnnounceReceipt(receipt=receipt, **self._fields(at, command_id)))

    def withdraw(
        self, receipt_id: str, *, at: datetime | None = None, command_id: str | None = None
    ) -> Outcome:
        """Withdraw an announced receipt that will not come."""
        fields = self._fields(at, command_id)
        return self.handle(
            do.WithdrawReceipt(seller_id=self.seller_id, receipt_id=receipt_id, **fields)
        )

    def book_in(
        self,
        key: StockKey,
        received: int,
        *,
        rejected: int = 0,
        receipt_id: str | None = None,
        more_to_come: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Book a delivery into stock, and allocate it to waiting orders.

        Args:
            key: The product and its warehouse.
            received: The units that go into stock.
            rejected: The units that arrived and were rejected.
            receipt_id: The expected receipt that this delivery belongs to.
            more_to_come: Whether the rest of the receipt is still expected. A receipt without a
                rest is closed.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
        """
        return self.handle(
            do.BookInStock(
                key=key,
                received=received,
                rejected=rejected,
                receipt_id=receipt_id,
                more_to_come=more_to_come,
                **self._fields(at, command_id),
            )
        )

    def adjust(
        self,
        key: StockKey,
        change: int,
        reason: AdjustmentReason,
        *,
        note: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Change the units on hand by a difference, such as -2."""
        fields = self._fields(at, command_id)
        return self.handle(
            do.AdjustStock(key=key, change=change, reason=reason, note=note, **fields)
        )

    def count(
        self,
        key: StockKey,
        counted: int,
        *,
        note: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Set the units on hand to the number counted."""
        fields = self._fields(at, command_id)
        return self.handle(do.CountStock(key=key, counted=counted, note=note, **fields))

    def transfer(
        self,
        key: StockKey,
        units: int,
        to_warehouse_id: str,
        *,
        receipt_id: str,
        expected_at: datetime,
        take_allocated: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Take units off the stock of a warehouse, and announce them in another one.

        Book them in there against the receipt. To call the transfer off, withdraw the receipt.

        Args:
            key: The product and the warehouse that the units leave.
            units: The units.
            to_warehouse_id: The warehouse where they are expected.
            receipt_id: The id of the receipt there.
            expected_at: When they are expected.
            take_allocated: Whether to take units from orders if too few are available. The last
                orders in the queue lose theirs first, as in a count.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
        """
        return self.handle(
            do.TransferStock(
                key=key,
                units=units,
                to_warehouse_id=to_warehouse_id,
                receipt_id=receipt_id,
                expected_at=expected_at,
                take_allocated=take_allocated,
                **self._fields(at, command_id),
            )
        )

    def limit_back_orders(
        self,
        key: StockKey,
        units_max: int | None,
        *,
        begins_at: datetime | None = None,
        ends_at: datetime | None = None,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Limit how many units of a product may be short in all waiting orders together.

        Args:
            key: The product and its warehouse.
            units_max: The most short units; 0 if no order may wait for it. `None` removes the
                limit.
            begins_at: When the limit begins. Default: at once.
            ends_at: When the limit ends. Default: never.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
        """
        return self.handle(
            do.LimitBackOrders(
                key=key,
                units_max=units_max,
                begins_at=begins_at,
                ends_at=ends_at,
                **self._fields(at, command_id),
            )
        )

    def change_policy(
        self,
        policy: AllocationPolicy,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Change the seller's policy, and offer the stock to all waiting orders again."""
        fields = self._fields(at, command_id)
        return self.handle(do.ChangePolicy(seller_id=self.seller_id, policy=policy, **fields))
