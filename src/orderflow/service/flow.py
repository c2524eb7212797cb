"""`OrderFlow`: the thin shell around the pure core. It loads, decides and saves.

Every method that changes something carries out one command and answers with its `Outcome`: the
order, the other orders that moved, the stock, the events, and which back orders became complete.
A refused command raises and has changed nothing.

A command that would serve a very long queue serves the head of it, and the rest follows in
transactions of their own, before the method returns. What is left unserved is saved with it: if
the process ends in between, the next command that comes across goes on, or `recover` does.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model import validators
from orderflow.domain.model.commands import ServeWaiting
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.stock import StockKey
from orderflow.domain.queries.actions import actions
from orderflow.domain.queries.explanation import EARLIER_MAX, explain
from orderflow.domain.queries.replacements import replacement_offers
from orderflow.errors import OrderFlowError, OrderNotFoundError, StorageError, UnfinishedError
from orderflow.ports import Repository
from orderflow.service.looking import look, preview, repeated, served_by
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.status import Status
    from orderflow.domain.model.stock import ExpectedReceipt, Stock
    from orderflow.domain.queries.actions import ActionAnswer
    from orderflow.domain.queries.explanation import Explanation
    from orderflow.domain.queries.replacements import ReplacementOffer
    from orderflow.domain.state.view import View
    from orderflow.ports import Reading, UnitOfWork

    T = TypeVar("T")

__all__ = ["OrderFlow"]


class OrderFlow(Flow[Repository, Outcome]):
    """Orders, stock and back orders of any number of sellers.

    Args:
        repository: Where the state is kept.
        default_policy: Who gets the stock of sellers without a policy of their own.
        clock: What time it is, for commands that do not say.
        catalogue: Which products may stand in for which.
        orders_max: About so many waiting orders are served in one transaction; what is left of
            the queue follows in others.
    """

    def handle(self, command: Command) -> Outcome:
        """Carry out a command, and save what it changes.

        A command whose id was carried out before changes nothing and is answered as it was then.

        Raises:
            NotFoundError: If it names something that the seller does not have.
            RefusedError: If it cannot be carried out now.
            CommandIdReusedError: If its id was used for another command.
            StorageError: If it could not be saved.
            UnfinishedError: If it may have been saved, or was and the queues could not be served
                to the end.
        """
        while True:
            try:
                outcome = self._carry_out(command)
            except _UnservedError as behind:
                self._serve(command.seller_id, behind.products, command.at)
            else:
                self._go_on(command, outcome)
                return outcome

    def recover(self) -> int:
        """Go on where a process ended before it had served a long queue to the end.

        Returns:
            How many products had been left unserved.
        """
        keys = self._repository.unserved()
        for seller_id in dict.fromkeys(key.seller_id for key in keys):
            products = [(key.warehouse_id, key.sku) for key in keys if key.seller_id == seller_id]
            self._serve(seller_id, products, self._now())
        return len(keys)

    # What can be asked

    def order(self, seller_id: str, order_id: str) -> Order:
        """Return an order.

        Raises:
            OrderNotFoundError: If the seller has none of this id.
        """
        order = self._repository.read(seller_id, lambda reading: reading.order(order_id))
        if order is None:
            raise OrderNotFoundError(seller_id, order_id)
        return order

    def orders(
        self,
        seller_id: str,
        status: Status | None = None,
        *,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the seller's orders by the moment they were placed, then by their id.

        Args:
            seller_id: The seller.
            status: Only those of this status.
            sku: Only those with a line of this product.
            after: Only those behind this one: the last order of the page before.
            limit: At most so many.
        """

        def task(reading: Reading) -> Sequence[Order]:
            return tuple(reading.orders(status=status, sku=sku, after=after, limit=limit))

        return self._repository.read(seller_id, task)

    def queue(self, key: StockKey, *, limit: int | None = None) -> Sequence[Order]:
        """Return the orders that wait for a product, in the order in which they are served.

        Where short orders hold nothing, these are the orders that wait for this product before
        any other: see `Outcome.blocked_on`.
        """

        def task(reading: Reading) -> Sequence[Order]:
            policy = reading.policy or self._default_policy
            waiting = reading.waiting(key.warehouse_id, key.sku, policy)
            return tuple(islice(waiting, limit))

        return self._repository.read(key.seller_id, task)

    def stock(self, seller_id: str) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key."""
        return self._repository.read(seller_id, lambda reading: tuple(reading.all_stock()))

    def policy_of(self, seller_id: str) -> AllocationPolicy:
        """Return the policy in force: the seller's own, or the default."""
        own = self._repository.read(seller_id, lambda reading: reading.policy)
        return own or self._default_policy

    def receipts(self, seller_id: str) -> Sequence[ExpectedReceipt]:
        """Return what the seller expects, by the moment it is expected, then by its id."""
        return self._repository.read(seller_id, lambda reading: tuple(reading.receipts()))

    def events(
        self, seller_id: str, order_id: str | None = None, *, since: datetime | None = None
    ) -> Sequence[Event]:
        """Return what happened to the seller's orders and stock, or to one order, oldest first.

        Args:
            seller_id: The seller.
            order_id: The order.
            since: Only what happened at this moment or later.

        Raises:
            InvalidValueError: If `since` names no time zone.
        """
        if since is not None:
            since = validators.require_moment("events.since", since)
        return self._repository.read(
            seller_id, lambda reading: tuple(reading.events(order_id, since=since))
        )

    def actions(
        self, seller_id: str, order_id: str, *, at: datetime | None = None
    ) -> tuple[ActionAnswer, ...]:
        """ActionAnswer for one order, now: every action, allowed or refused with the reason."""
        moment, default = at if at is not None else self._now(), self._default_policy
        return self._look(seller_id, lambda view: actions(order_id, view, moment, default), moment)

    # What it would be good to know before

    def preview(self, command: Command) -> Outcome:
        """Return what a command would come to, to its order and to every other, and save nothing.

        All of a long queue is in it, however many transactions it would be served in. A command
        whose id was carried out before is answered as it was then.

        Raises:
            NotFoundError: If it names something that the seller does not have.
            RefusedError: If it cannot be carried out now.
            CommandIdReusedError: If its id was used for another command.
        """
        return self._repository.read(
            command.seller_id, lambda reading: preview(command, reading, self._default_policy)
        )

    def replacement_offers(self, seller_id: str, order_id: str) -> tuple[ReplacementOffer, ...]:
        """Return what could stand in for each short line of an order now, by the catalogue.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """

        def task(view: View) -> tuple[ReplacementOffer, ...]:
            order = view.order(order_id)
            if order is None:
                raise OrderNotFoundError(seller_id, order_id)
            return replacement_offers(order, view, self._catalogue)

        return self._look(seller_id, task, self._now())

    def explain(
        self,
        seller_id: str,
        order_id: str,
        *,
        at: datetime | None = None,
        earlier_max: int = EARLIER_MAX,
    ) -> Explanation:
        """Explain why an order is where it is: see `orderflow.domain.queries.explanation.explain`.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        moment = at if at is not None else self._now()

        def task(view: View) -> Explanation:
            return explain(order_id, view, moment, self._default_policy, earlier_max=earlier_max)

        return self._look(seller_id, task, moment)

    def _look(self, seller_id: str, task: Callable[[View], T], at: datetime) -> T:
        default = self._default_policy
        return self._repository.read(seller_id, lambda reading: look(reading, task, default, at))

    def _carry_out(self, command: Command) -> Outcome:
        return self._repository.write(command.seller_id, partial(self._decide, command))

    def _decide(self, command: Command, work: UnitOfWork) -> Outcome:
        if command.command_id is not None:
            answered = work.answered(command.command_id)
            if answered is not None:
                return repeated(command, *answered)
        try:
            outcome = decide(command, work, self._default_policy, orders_max=self._orders_max)
        except OrderFlowError:
            _check_served(command, work)  # the reason may be gone once that is done
            raise
        _check_served(command, work)
        work.save(command, outcome)
        return outcome

    def _go_on(self, command: Command, outcome: Outcome) -> None:
        """Serve what a command that is saved has left unserved."""
        try:
            self._serve(command.seller_id, outcome.unserved, command.at)
        except StorageError as error:
            raise UnfinishedError(str(error), is_saved=True) from error

    def _serve(self, seller_id: str, products: Collection[tuple[str, str]], at: datetime) -> None:
        """Serve the queues of these products to the end, each page in a transaction of its own."""
        rest = set(products)
        while rest:
            keys = tuple(StockKey(seller_id, *product) for product in sorted(rest))
            try:
                rest = set(self._carry_out(ServeWaiting(keys=keys, at=at)).unserved)
            except _UnservedError as behind:
                rest.update(behind.products)


class _UnservedError(Exception):
    """A command has come across products whose queues have to be served first."""

    def __init__(self, products: Collection[tuple[str, str]]) -> None:
        self.products = products
        super().__init__(products)


def _check_served(command: Command, work: UnitOfWork) -> None:
    behind = set(work.unserved()) - served_by(command)
    if behind:
        raise _UnservedError(behind)
