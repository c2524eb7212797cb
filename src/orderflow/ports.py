"""What a host supplies: where the state is kept, who is told, and what time it is.

A host implements `Repository` on its own tables, `Notifier` on its own mail or queue, and may
leave `Clock` alone. `orderflow.adapters.memory` is the reference for the first of them.

A unit of work is everything that one command reads and writes, of one seller. What `decide`
reads of it is `orderflow.domain.state.View`; what `OrderFlow` needs besides is in `UnitOfWork`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from orderflow.domain.state import View

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from orderflow.domain.commands import Command
    from orderflow.domain.events import Event
    from orderflow.domain.order import Order
    from orderflow.domain.outcome import Outcome
    from orderflow.domain.stock import Stock

__all__ = ["Clock", "Notifier", "Repository", "UnitOfWork", "View"]


class UnitOfWork(View, Protocol):
    """The reads of deciding, and the one write. It commits when it is left without an error."""

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the command that had this id, and what it was answered."""
        ...

    def save(self, command: Command, outcome: Outcome) -> None:
        """Write what a command changed, its events, and its answer if the command has an id.

        Everything is written, or nothing. If anything that the decision rests on was changed by
        another unit of work meanwhile, nothing may be written.
        """
        ...

    def orders(self) -> Sequence[Order]:
        """Return the seller's orders, in the order in which they were placed."""
        ...

    def all_stock(self) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key."""
        ...

    def events(self, order_id: str | None = None) -> Sequence[Event]:
        """Return what happened, to the seller or to one order, oldest first."""
        ...


class Repository(Protocol):
    """Where the state is kept."""

    def unit_of_work(self, seller_id: str) -> AbstractContextManager[UnitOfWork]:
        """Begin to read and write the state of one seller.

        Two units of work of one seller that touch the same order or stock must not both commit
        unless one could have come after the other. An error that leaves the block undoes all.
        """
        ...


class Notifier(Protocol):
    """Who is told what has changed."""

    def notify(self, outcome: Outcome) -> None:
        """Tell about a command that was carried out and saved.

        It is called after the commit, once for each command that changed anything.
        """
        ...


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the present moment, with its time zone."""
        ...
