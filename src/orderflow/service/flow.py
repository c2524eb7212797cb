"""`OrderFlow`: the thin shell around the pure core. It loads, decides and saves.

Every command is answered with its `Outcome`: the order, the other orders that changed, the stock,
the events, and which back orders became complete. A refused command raises and has changed
nothing.

A command that would serve a very long queue serves the head of it, and the rest follows in
transactions of their own, before the method returns. What is left unserved is saved with it: if
the process ends in between, the next command that comes across goes on, or `recover` does.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import ServeWaiting
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.stock import StockKey
from orderflow.errors import OrderFlowError, StorageError, UnfinishedError
from orderflow.ports import Repository
from orderflow.service.looking import repeated, served_by
from orderflow.service.seller import Seller
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.ports import UnitOfWork

__all__ = ["OrderFlow"]


class OrderFlow(Flow[Repository, Outcome]):
    """Orders, stock and back orders of any number of sellers.

    What needs a seller is a method of the seller's handle: ``acme = flow.seller("acme")``, then
    ``acme.place(order)``.

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
            self._serve(seller_id, products, self.clock.now())
        return len(keys)

    def seller(self, seller_id: str) -> Seller:
        """Return the handle of one seller: every command and every read of that seller.

        A seller need not be known yet; nothing is read.

        Raises:
            InvalidValueError: If it is not an identifier.
        """
        return Seller(self, seller_id)

    def sellers(self) -> Sequence[str]:
        """Return the ids of the sellers that anything is known of, in order."""
        return self._repository.sellers()

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
