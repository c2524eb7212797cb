"""`OrderFlow`: the thin shell around the pure core. It loads, decides and saves.

Every method that changes something carries out one command and answers with its `Outcome`: the
order, the other orders that moved, the stock, the events, and which back orders became complete.
A refused command raises and has changed nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict, Unpack

import attrs

from orderflow.domain import commands as do
from orderflow.domain.actions import actions
from orderflow.domain.decide import decide
from orderflow.domain.order import Hold
from orderflow.domain.policy import AllocationPolicy
from orderflow.errors import CommandIdReusedError, NotificationError, OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderflow.domain.actions import Answer
    from orderflow.domain.commands import Command
    from orderflow.domain.editing import Change
    from orderflow.domain.events import AdjustmentReason, Event
    from orderflow.domain.order import HoldReason, Order
    from orderflow.domain.outcome import Outcome
    from orderflow.domain.status import Status
    from orderflow.domain.stock import ExpectedReceipt, Stock, StockKey
    from orderflow.ports import Clock, Notifier, Repository

__all__ = ["OrderFlow", "SystemClock"]


class Options(TypedDict, total=False):
    """What every command may carry: see `orderflow.domain.commands`."""

    at: datetime
    command_id: str


class OrderOptions(Options, total=False):
    """What every command about an order that is there may carry."""

    expected_version: int


class SystemClock:
    """Tells the time of this machine, in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)


class OrderFlow:
    """Orders, stock and back orders of any number of sellers.

    Args:
        repository: Where the state is kept.
        policy: Who gets the stock.
        policies: By seller id, where a seller has a policy of its own.
        notifier: Who is told what has changed; nobody, if left out.
        clock: What time it is, for commands that do not say.
    """

    def __init__(
        self,
        repository: Repository,
        *,
        policy: AllocationPolicy | None = None,
        policies: Mapping[str, AllocationPolicy] = MappingProxyType({}),
        notifier: Notifier | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._repository = repository
        self._policy = policy if policy is not None else AllocationPolicy()
        self._policies = dict(policies)
        self._notifier = notifier
        self._clock: Clock = clock if clock is not None else SystemClock()

    def handle(self, command: Command) -> Outcome:
        """Carry out a command, save what it changes, and tell the notifier.

        A command whose id was carried out before changes nothing and is answered as it was then.

        Raises:
            NotFoundError: If it names something that the seller does not have.
            RefusedError: If it cannot be carried out now.
            CommandIdReusedError: If its id was used for another command.
            NotificationError: If it is carried out and saved, but telling about it failed.
        """
        with self._repository.unit_of_work(command.seller_id) as work:
            if command.command_id is not None:
                answered = work.answered(command.command_id)
                if answered is not None:
                    return _repeated(command, *answered)
            outcome = decide(command, work, self.policy_of(command.seller_id))
            work.save(command, outcome)
        if self._notifier is not None and outcome.events:
            try:
                self._notifier.notify(outcome)
            except Exception as error:
                raise NotificationError(outcome) from error
        return outcome

    def policy_of(self, seller_id: str) -> AllocationPolicy:
        """Return the policy that the seller's stock is given by."""
        return self._policies.get(seller_id, self._policy)

    # What sellers do

    def place(self, order: Order, *, process: bool = True, **options: Unpack[Options]) -> Outcome:
        """Take an order in, and process it at once unless told otherwise."""
        return self.handle(do.PlaceOrder(order=order, process=process, **self._at(options)))

    def process(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Outcome:
        """Offer stock to a new order: it is allocated, or goes on back order."""
        return self.handle(
            do.ProcessOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def edit(
        self, seller_id: str, order_id: str, *changes: Change, **options: Unpack[OrderOptions]
    ) -> Outcome:
        """Make several changes in one save, then process the order again once."""
        return self.handle(
            do.EditOrder(
                seller_id=seller_id,
                order_id=order_id,
                changes=changes,
                **self._at_order(options),
            )
        )

    def split(
        self,
        seller_id: str,
        order_id: str,
        new_order_id: str,
        **options: Unpack[OrderOptions],
    ) -> Outcome:
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
        keep_stock: bool = True,
        **options: Unpack[OrderOptions],
    ) -> Outcome:
        """Keep an order back, until a moment or until it is released."""
        return self.handle(
            do.HoldOrder(
                seller_id=seller_id,
                order_id=order_id,
                hold=Hold(reason, until, note),
                keep_stock=keep_stock,
                **self._at_order(options),
            )
        )

    def release(
        self,
        seller_id: str,
        order_id: str,
        reason: HoldReason | None = None,
        **options: Unpack[OrderOptions],
    ) -> Outcome:
        """Let go of one reason to keep the order back, or of all; then process it again."""
        return self.handle(
            do.ReleaseOrder(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def release_ended_holds(self, seller_id: str, **options: Unpack[Options]) -> Outcome:
        """Release what was held until now; send this from a scheduler."""
        return self.handle(do.ReleaseEndedHolds(seller_id=seller_id, **self._at(options)))

    def cancel(
        self,
        seller_id: str,
        order_id: str,
        *,
        reason: str = "",
        **options: Unpack[OrderOptions],
    ) -> Outcome:
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
    ) -> Outcome:
        """Ask the warehouse to let an order go that was sent to it."""
        return self.handle(
            do.RequestCancellation(
                seller_id=seller_id, order_id=order_id, reason=reason, **self._at_order(options)
            )
        )

    def announce(self, receipt: ExpectedReceipt, **options: Unpack[Options]) -> Outcome:
        """Expect a receipt, or expect it otherwise than announced before."""
        return self.handle(do.AnnounceReceipt(receipt=receipt, **self._at(options)))

    def withdraw(self, seller_id: str, receipt_id: str, **options: Unpack[Options]) -> Outcome:
        """Expect a receipt no longer."""
        return self.handle(
            do.WithdrawReceipt(seller_id=seller_id, receipt_id=receipt_id, **self._at(options))
        )

    # What the warehouse does

    def send(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Outcome:
        """Send an allocated order to the warehouse."""
        return self.handle(
            do.SendOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def accept_cancellation(
        self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]
    ) -> Outcome:
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
    ) -> Outcome:
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
    ) -> Outcome:
        """Correct the stock by what was not found, given the units found by line id."""
        return self.handle(
            do.ReportShortPick(
                seller_id=seller_id,
                order_id=order_id,
                found=tuple(do.Found(line_id, units) for line_id, units in found.items()),
                **self._at_order(options),
            )
        )

    def despatch(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Outcome:
        """Let an order leave the warehouse."""
        return self.handle(
            do.DespatchOrder(seller_id=seller_id, order_id=order_id, **self._at_order(options))
        )

    def deliver(self, seller_id: str, order_id: str, **options: Unpack[OrderOptions]) -> Outcome:
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
    ) -> Outcome:
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
    ) -> Outcome:
        """Correct the stock on hand by so many units, more or fewer."""
        return self.handle(
            do.AdjustStock(key=key, change=change, reason=reason, note=note, **self._at(options))
        )

    def count(
        self, key: StockKey, counted: int, *, note: str = "", **options: Unpack[Options]
    ) -> Outcome:
        """Correct the stock on hand to what was counted."""
        return self.handle(do.CountStock(key=key, counted=counted, note=note, **self._at(options)))

    # What can be asked

    def order(self, seller_id: str, order_id: str) -> Order:
        """Return an order.

        Raises:
            OrderNotFoundError: If the seller has none of this id.
        """
        with self._repository.unit_of_work(seller_id) as work:
            order = work.order(order_id)
        if order is None:
            raise OrderNotFoundError(seller_id, order_id)
        return order

    def orders(self, seller_id: str, status: Status | None = None) -> Sequence[Order]:
        """Return the seller's orders, or those of one status, as they were placed."""
        with self._repository.unit_of_work(seller_id) as work:
            orders = work.orders()
        return tuple(order for order in orders if status is None or order.status is status)

    def stock(self, seller_id: str) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key."""
        with self._repository.unit_of_work(seller_id) as work:
            return tuple(work.all_stock())

    def events(self, seller_id: str, order_id: str | None = None) -> Sequence[Event]:
        """Return what happened to the seller's orders and stock, or to one order."""
        with self._repository.unit_of_work(seller_id) as work:
            return tuple(work.events(order_id))

    def actions(
        self, seller_id: str, order_id: str, *, at: datetime | None = None
    ) -> tuple[Answer, ...]:
        """Answer for one order, now: every action, allowed or refused with the reason."""
        moment = at if at is not None else self._clock.now()
        with self._repository.unit_of_work(seller_id) as work:
            return actions(order_id, work, moment, self.policy_of(seller_id))

    def _at(self, options: Options) -> Options:
        return {"at": self._clock.now(), **options}

    def _at_order(self, options: OrderOptions) -> OrderOptions:
        return {"at": self._clock.now(), **options}


def _repeated(command: Command, first: Command, outcome: Outcome) -> Outcome:
    """Return the first answer, if it answered this command; the moment may differ."""
    if attrs.evolve(command, at=first.at) != first:
        raise CommandIdReusedError(command.seller_id, str(command.command_id))
    return outcome
