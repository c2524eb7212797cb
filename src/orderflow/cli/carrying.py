"""Carrying out many commands: some hundred in a transaction, or all of them in one.

Each command has an id of its own, so it does no harm to carry them out again: where an earlier run
was stopped, those that it had done do nothing.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.sql.transactions import OwnTransactions
from orderflow.domain.model.commands import AnnounceReceipt, CountStock, EditOrder, PlaceOrder
from orderflow.errors import OrderFlowError, StorageError
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderflow.adapters.sql import Executor
    from orderflow.cli.database import Database
    from orderflow.importing import ImportCommand

__all__ = ["Carried", "Carrying", "Refused"]

COMMANDS_AT_ONCE = 200
"""So many commands are one transaction: others wait for less than a second."""


@attrs.frozen
class Refused:
    """A command that was refused: what it is about, by its id in the file, and why."""

    name: str
    reason: str


@attrs.define
class Carried:
    """What commands came to.

    Attributes:
        done: How many were carried out.
        refused: Those that were not.
        edited: How many of them edited an order.
        placed: The statuses that orders had when they were placed, with how many had it.
        completed: How many orders came off back order.
        shorted: How many orders that were there before went on back order.
    """

    done: int = 0
    refused: list[Refused] = attrs.field(factory=list)
    edited: int = 0
    placed: Counter[str] = attrs.field(factory=Counter)
    completed: int = 0
    back_orders_opened: int = 0

    def add(self, other: Carried) -> None:
        """Add what other commands came to."""
        self.done += other.done
        self.refused += other.refused
        self.edited += other.edited
        self.placed += other.placed
        self.completed += other.completed
        self.back_orders_opened += other.back_orders_opened


class Carrying:
    """Carries out commands of one seller, and goes on behind one that is refused.

    Args:
        database: Where.
        tell: Is told how many commands there were so far.
    """

    def __init__(self, database: Database, tell: Callable[[int], None]) -> None:
        self._transactions = OwnTransactions(database.engine)
        self._default_policy = database.flow.default_policy
        self._tell = tell

    def in_batches(self, commands: Sequence[ImportCommand]) -> Carried:
        """Carry out commands, some hundred in each transaction.

        Raises:
            StorageError: If the database failed; it says what was carried out before that.
        """
        carried, begun = Carried(), 0
        rest = iter(commands)
        while batch := list(islice(rest, COMMANDS_AT_ONCE)):
            task = partial(self._carry_out, commands=batch, begun=begun)
            try:
                carried.add(self._transactions.write(task))
            except StorageError as error:
                if begun == 0:
                    raise
                raise StorageError(
                    f"{error}; the first {begun:,} went in before that and stay: import the file "
                    f"again, and the rest follows"
                ) from error
            begun += len(batch)
        return carried

    def as_one(self, commands: Sequence[ImportCommand], *, keep: bool = True) -> Carried:
        """Carry out all commands in one transaction, which is undone if one of them is refused.

        Args:
            commands: The commands.
            keep: Otherwise it is undone in any case.
        """

        def task(executor: Executor) -> Carried:
            carried = self._carry_out(executor, commands)
            if not keep:
                raise _UndoneError(carried)
            if carried.refused:
                raise _UndoneError(Carried(refused=carried.refused))
            return carried

        try:
            return self._transactions.write(task)
        except _UndoneError as undone:
            return undone.carried

    def _carry_out(
        self, executor: Executor, commands: Sequence[ImportCommand], begun: int = 0
    ) -> Carried:
        flow = OrderFlow(SqlRepository.within(executor), default_policy=self._default_policy)
        carried = Carried()
        for number, command in enumerate(commands, begun + 1):
            try:
                outcome = flow.handle(command)
            except StorageError:
                raise  # the whole transaction has failed, and may be tried again
            except OrderFlowError as error:
                carried.refused.append(Refused(_name_of(command), str(error)))
            else:
                carried.done += 1
                carried.completed += len(outcome.back_orders_completed)
                carried.edited += isinstance(command, EditOrder)
                carried.back_orders_opened += sum(
                    each != outcome.order_id for each in outcome.back_orders_opened
                )
                if isinstance(command, PlaceOrder) and outcome.order is not None:
                    carried.placed[outcome.order.status] += 1
            self._tell(number)
        return carried


class _UndoneError(Exception):
    """Leaves a transaction so that it is undone, with what it came to."""

    def __init__(self, carried: Carried) -> None:
        self.carried = carried
        super().__init__(carried)


def _name_of(command: ImportCommand) -> str:
    match command:
        case PlaceOrder(order=order):
            return order.order_id
        case EditOrder(order_id=order_id):
            return order_id
        case CountStock(key=key):
            return key.sku
        case AnnounceReceipt(receipt=receipt):
            return receipt.receipt_id
