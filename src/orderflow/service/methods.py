"""One method for each command, whatever carries it out and however it answers.

`OrderFlow` answers with an `Outcome`, its asynchronous sibling with something to await. Both are
told here what to say for each command, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar, Unpack

from orderflow.domain.model import commands as do
from orderflow.domain.model.order import Hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.edits import Edit
    from orderflow.domain.model.events import AdjustmentReason
    from orderflow.domain.model.order import HoldReason, Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, StockKey

__all__ = ["CommandMethods", "Options", "OrderOptions"]

Answer = TypeVar("Answer")


class Options(TypedDict, total=False):
    """What every command may carry: see `orderflow.domain.model.commands`."""

    at: datetime
    command_id: str


class OrderOptions(Options, total=False):
    """What every command about an order that is there may carry."""

    expected_version: int


class CommandMethods(ABC, Generic[Answer]):
    """The commands as methods; `at` is the present moment where it is left out."""

    @abstractmethod
    def handle(self, command: Command) -> Answer:
        """Carry out a command."""

    @abstractmethod
    def _now(self) -> datetime:
        """Return the present moment."""

    # What sellers do

    def place(self, order: Order, *, allocate: bool = True, **options: Unpack[Options]) -> Answer:
        """Take an order in, and process it at once unless told otherwise."""
        return self.handle(do.PlaceOrder(order=order, allocate=allocate, **self._at(options)))

    def place_many(
        self, orders: Iterable[Order], *, allocate: bool = True, **options: Unpack[Options]
    ) -> Answer:
        """Take several orders of one seller in at once, in one transaction: all or none.

        They are processed together, in the order of the queue. Some hundred at a time are much
        faster than one by one, where each commit has to reach the disk.
        """
        placed = do.PlaceOrders(orders=tuple(orders), allocate=allocate, **self._at(options))
        return self.handle(placed)

    def allocate(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Answer:
        """Offer stock to a new order: it is allocated, or goes on back order."""
        return self.handle(
            do.AllocateOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def edit(
        self, seller_id: str, order_id: str, *edits: Edit, **options: Unpack[OrderOptions]
    ) -> Answer:
        """Make several changes in one save, then process the order again once."""
        return self.handle(
            do.EditOrder(
                seller_id=seller_id,
                order_id=order_id,
                edits=edits,
                **self._at_order(options),
            )
        )

    def split(
        self,
        seller_id: str,
        order_id: str,
        new_order_id: str,
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Let what is allocated go as an order of its own; the rest stays on back order."""
        return self.handle(
            do.SplitOrder(
                seller_id=seller_id,
                order_id=order_id,
                new_order_id=new_order_id,
                **self._at_order(options),
            )
        )

    def hold(
        self,
        seller_id: str,
        order_id: str,
        reason: HoldReason,
        *,
        until: datetime | None = None,
        note: str = "",
        deallocate: bool = False,
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Keep an order back, until a moment or until it is released."""
        return self.handle(
            do.HoldOrder(
                seller_id=seller_id,
                order_id=order_id,
                hold=Hold(reason, until, note),
                deallocate=deallocate,
                **self._at_order(options),
            )
        )

    def release(
        self,
        seller_id: str,
        order_id: str,
        reason: HoldReason | None = None,
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Let go of one reason to keep the order back, or of all; then process it again."""
        return self.handle(
            do.ReleaseHold(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def release_ended_holds(self, seller_id: str, **options: Unpack[Options]) -> Answer:
        """Release what was held until now; send this from a scheduler."""
        return self.handle(do.ReleaseEndedHolds(seller_id=seller_id, **self._at(options)))

    def cancel(
        self,
        seller_id: str,
        order_id: str,
        *,
        reason: str = "",
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Give an order up that was not sent to the warehouse yet."""
        return self.handle(
            do.CancelOrder(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def request_cancellation(
        self,
        seller_id: str,
        order_id: str,
        *,
        reason: str = "",
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Ask the warehouse to let an order go that was sent to it."""
        return self.handle(
            do.RequestCancellation(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def announce(self, receipt: ExpectedReceipt, **options: Unpack[Options]) -> Answer:
        """Expect a receipt, or expect it otherwise than announced before."""
        return self.handle(do.AnnounceReceipt(receipt=receipt, **self._at(options)))

    def withdraw(self, seller_id: str, receipt_id: str, **options: Unpack[Options]) -> Answer:
        """Expect a receipt no longer."""
        return self.handle(
            do.WithdrawReceipt(seller_id=seller_id, receipt_id=receipt_id, **self._at(options))
        )

    def change_policy(
        self, seller_id: str, policy: AllocationPolicy, **options: Unpack[Options]
    ) -> Answer:
        """Give out the seller's stock by another policy, and offer it anew to all who wait."""
        return self.handle(do.ChangePolicy(seller_id=seller_id, policy=policy, **self._at(options)))

    # What the warehouse does

    def send(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Answer:
        """Send an allocated order to the warehouse."""
        return self.handle(
            do.SendOrderToWarehouse(
                seller_id=seller_id, order_id=order_id, **self._at_order(options)
            )
        )

    def accept_cancellation(
        self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]
    ) -> Answer:
        """Cancel an order that the warehouse lets go."""
        return self.handle(
            do.AcceptCancellation(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def reject_cancellation(
        self,
        seller_id: str,
        order_id: str,
        *,
        reason: str = "",
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Go on with an order although its cancellation was asked for."""
        return self.handle(
            do.RejectCancellation(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def report_short_pick(
        self,
        seller_id: str,
        order_id: str,
        found: Mapping[str, int],
        **options: Unpack[OrderOptions],
    ) -> Answer:
        """Correct the stock by what was not found, given the units found by line id."""
        return self.handle(
            do.ReportShortPick(
                seller_id=seller_id,
                order_id=order_id,
                picked=tuple(do.PickedLine(line_id, units) for line_id, units in found.items()),
                **self._at_order(options),
            )
        )

    def despatch(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Answer:
        """Let an order leave the warehouse."""
        return self.handle(
            do.DespatchOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def deliver(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Answer:
        """Let an order arrive."""
        return self.handle(
            do.DeliverOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def book_in(
        self,
        key: StockKey,
        received: int,
        *,
        rejected: int = 0,
        receipt_id: str | None = None,
        more_to_come: bool = False,
        **options: Unpack[Options],
    ) -> Answer:
        """Record a delivery into stock; waiting orders are processed again by that."""
        return self.handle(
            do.BookInStock(
                key=key,
                received=received,
                rejected=rejected,
                receipt_id=receipt_id,
                more_to_come=more_to_come,
                **self._at(options),
            )
        )

    def adjust(
        self,
        key: StockKey,
        change: int,
        reason: AdjustmentReason,
        *,
        note: str = "",
        **options: Unpack[Options],
    ) -> Answer:
        """Correct the stock on hand by so many units, more or fewer."""
        return self.handle(
            do.AdjustStock(key=key, change=change, reason=reason, note=note, **self._at(options))
        )

    def count(
        self, key: StockKey, counted: int, *, note: str = "", **options: Unpack[Options]
    ) -> Answer:
        """Correct the stock on hand to what was counted."""
        return self.handle(do.CountStock(key=key, counted=counted, note=note, **self._at(options)))

    def _at(self, options: Options) -> Options:
        return {"at": self._now(), **options}

    def _at_order(self, options: OrderOptions) -> OrderOptions:
        return {"at": self._now(), **options}
