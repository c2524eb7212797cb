"""`OrderFlow`: the thin shell around the pure core. It loads, decides and saves.

Every command returns its `Outcome`: the order, the other orders that changed, the stock, the
events, and the completed back orders. A refused command raises an error and changes nothing.

A command that changes many orders takes several transactions, all of them before the method
returns. The first one also saves which queues are unserved. If the process ends too early, the next
command that reads one of them serves it first. `OrderFlow.recover` serves them all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.arguments import require_command
from orderflow.domain.model.commands import ErasePersonalData, ServeWaiting
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.stock import StockKey
from orderflow.errors import (
    OrderFlowError,
    PagesFirstError,
    StorageError,
    UnfinishedError,
    UnreadableError,
)
from orderflow.errors.unread import LeftUnread
from orderflow.ports import Repository
from orderflow.service.clock import read_clock
from orderflow.service.reads import repeated, served_by
from orderflow.service.seller import Seller
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.stock import ProductKey
    from orderflow.ports import UnitOfWork

__all__ = ["OrderFlow"]

ROUNDS_MAX = 100
"""How often queues may come first in a row. Other processes leave new ones now and then."""


class OrderFlow(Flow[Repository, Outcome]):
    """Orders, stock and back orders of any number of sellers.

    Commands and reads of one seller are methods of the seller's handle:
    ``acme = flow.seller("acme")``, then ``acme.place(order)``.

    Args:
        repository: Where the state is stored.
        default_policy: The policy of sellers without one of their own.
        clock: The clock, for commands without a time. Default: the system's.
        catalogue: Which products may replace which.
        orders_max: About how many other orders a command changes in one transaction. Further
            transactions change the rest.
    """

    _port = Repository

    def handle(self, command: Command) -> Outcome:
        """Run a command, and save its changes.

        A command that comes again with the same id changes nothing and returns the first outcome.

        Raises:
            InvalidValueError: If it is not a command.
            NotFoundError: If it names something that the seller does not have.
            RefusedError: If it is not possible now.
            CommandIdReusedError: If its id was used for another command.
            StorageError: If it could not be saved.
            UnfinishedError: If it may have been saved, or if it was saved but the queues could
                not be served to the end.
        """
        return self._handle(command)[0]

    def _handle(self, command: Command) -> tuple[Outcome, bool]:
        """Run a command. Return its outcome, and whether an earlier one with its id had that."""
        require_command("handle.command", command)
        for _ in range(ROUNDS_MAX):
            try:
                outcome, is_repeated = self._carry_out(command)
            except PagesFirstError as behind:
                self._serve(command.seller_id, self._products(behind), command.at)
            else:
                self._go_on(command, outcome)
                return outcome, is_repeated
        raise self._still_unserved(command.seller_id)

    def recover(self) -> int:
        """Serve the queues that an interrupted process left unserved.

        Returns:
            The number of products with such a queue.

        Raises:
            UnreadableError: If this release cannot read what some sellers need. The queues of the
                others were served.
        """
        keys, unread = self._repository.unserved(), LeftUnread()
        for seller_id in dict.fromkeys(key.seller_id for key in keys):
            products = [(key.warehouse_id, key.sku) for key in keys if key.seller_id == seller_id]
            try:
                self._serve(seller_id, products, read_clock(self.clock))
            except UnreadableError as error:
                unread.add(f"seller {seller_id!r}", error)
        unread.require_none()
        return len(keys)

    def seller(self, seller_id: str) -> Seller:
        """Return the handle of one seller, for every command and read of that seller.

        This reads nothing, and the seller may be new.

        Raises:
            InvalidValueError: If the id is not an identifier.
        """
        return Seller(self, seller_id)

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers with any state, in order."""
        return self._repository.sellers()

    def _carry_out(self, command: Command) -> tuple[Outcome, bool]:
        return self._repository.write(command.seller_id, partial(self._decide, command))

    def _decide(self, command: Command, work: UnitOfWork) -> tuple[Outcome, bool]:
        work.prefetch_for(command)
        if command.command_id is not None:
            answered = work.answered(command.command_id)
            if answered is not None:
                return repeated(command, *answered, work), True
        try:
            outcome = decide(command, work, self._default_policy, orders_max=self._orders_max)
        except OrderFlowError:
            _check_served(command, work)  # serving the queues may remove the reason
            raise
        _check_served(command, work)
        if isinstance(command, ErasePersonalData):
            work.erase(command.order_ids)
        work.save(command, outcome)
        return outcome, False

    def _go_on(self, command: Command, outcome: Outcome) -> None:
        """Serve the queues that a saved command has left unserved."""
        try:
            self._serve(command.seller_id, outcome.unserved, command.at)
        except StorageError as error:
            raise UnfinishedError(str(error), is_saved=True) from error

    def _serve(self, seller_id: str, products: Collection[tuple[str, str]], at: datetime) -> None:
        """Serve the queues of these products to the end, one page in each transaction.

        It ends, because each page that leaves something changes an order or goes on to a later one.
        """
        rest, last, rounds = set(products), None, 0
        while rest:
            keys = tuple(StockKey(seller_id, *product) for product in sorted(rest))
            try:
                page, _ = self._carry_out(ServeWaiting(keys=keys, at=at))
            except PagesFirstError as behind:
                rest.update(self._products(behind))
                rounds += 1
            else:
                if page == last:
                    raise self._still_unserved(seller_id)
                rest, last, rounds = set(page.unserved), page, 0
            if rounds == ROUNDS_MAX:
                raise self._still_unserved(seller_id)

    def _still_unserved(self, seller_id: str) -> StorageError:
        return StorageError(
            f"seller {seller_id!r} still has unserved queues after they were served; "
            f"{type(self._repository).__name__} must clear them when it saves ServeWaiting, and "
            f"save what that changes"
        )

    def _products(self, behind: PagesFirstError) -> Collection[ProductKey]:
        """Return the products whose queues have to be served first."""
        if behind.products:
            return behind.products
        keys = self._repository.unserved()
        return [(key.warehouse_id, key.sku) for key in keys if key.seller_id == behind.seller_id]


def _check_served(command: Command, work: UnitOfWork) -> None:
    behind = set(work.unserved()) - served_by(command)
    if behind:
        raise PagesFirstError(command.seller_id, tuple(sorted(behind)))
