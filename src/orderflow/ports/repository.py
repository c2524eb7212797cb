"""The port for the state: repositories, and the units of work that they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar, runtime_checkable

from orderflow.domain.model.events import Event
from orderflow.domain.state.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.status import Status
    from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey

    T = TypeVar("T")

__all__ = [
    "AsyncRepository",
    "EventPage",
    "Reading",
    "Repository",
    "TracedUnitOfWork",
    "TransactionalRepository",
    "UnitOfWork",
]


class EventPage(tuple[Event, ...]):  # noqa: SLOT001 - a slot of a tuple has no value
    """Some events, in the order they were saved.

    Attributes:
        last: The number of the last event. Pass it as `after` to read the next page.
    """

    last: int = 0

    @classmethod
    def of(cls, numbered: Iterable[tuple[int, Event]], after: int) -> Self:
        """Return a page of numbered events that come after a number."""
        pairs = tuple(numbered)
        page = cls(event for _, event in pairs)
        page.last = pairs[-1][0] if pairs else after
        return page


class Reading(View, Protocol):
    """The reads of a decision, plus listings and earlier commands.

    `Seller` checks the arguments first, so an implementation gets valid ones only.
    Sequences may be lists or tuples. Texts are sorted by code point, so "10" comes before "9".
    """

    def orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the seller's orders, sorted by the time they were placed, then by id.

        Args:
            status: Return only orders with this status.
            sku: Return only orders with a line of this product.
            after: Return only orders after this one, which is the last of the previous page.
            limit: Return at most this many orders.
        """
        ...

    def split_off(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were split from an order, by their id."""
        ...

    def replaced_by(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were placed in place of an order, by their id."""
        ...

    def to_erase(
        self, before: datetime, *, after: str | None = None, limit: int | None = None
    ) -> Sequence[str]:
        """Return the ids of orders whose personal data is to be erased, sorted.

        These have ended, their personal data is not erased, and none of their events is at this
        time or later. An order has ended if it was cancelled or has left the warehouse.

        Args:
            before: The time.
            after: Return only ids after this one, which is the last of the previous page.
            limit: Return at most this many ids.
        """
        ...

    def all_stock(
        self, *, after: StockKey | None = None, limit: int | None = None
    ) -> Sequence[Stock]:
        """Return the seller's stock records, sorted by key: all, or one page."""
        ...

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return the seller's expected receipts, sorted by expected time, then by id."""
        ...

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> EventPage:
        """Return the events of the seller, or of one order, in the order they were saved.

        Their times may differ from this order.

        Each event has a number of its own among those of the seller, from 1 on, with or without
        gaps. It is the same in every read.

        Args:
            order_id: Return only events of this order.
            since: Return only events at this time or later.
            after: Return only events with a higher number than this one, which is `last` of the
                previous page.
            limit: Return at most this many events.
        """
        ...

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the earlier command with this id and its outcome, if there was one."""
        ...

    def unserved(self) -> Sequence[tuple[str, str]]:
        """Return the products whose queue an outcome has left unserved.

        They may come in any order, and only if this reading has read their stock or their orders.
        A product is unserved until a saved `ServeWaiting` names it. See `Outcome.unserved`.
        """
        ...


class UnitOfWork(Reading, Protocol):
    """The reads of one command, and its one write."""

    def prefetch_for(self, command: Command) -> None:
        """Prepare for the reads of a command that is decided next.

        This changes no result. A repository that waits for each answer of its database can read
        here what the command names, all at once.
        """
        ...

    def erase(self, order_ids: Sequence[str]) -> None:
        """Erase the personal data of orders from everything that was saved before.

        Replace each earlier event of these orders, each message about one of them, and each earlier
        command with its outcome, by what `orderflow.core.erase` returns for it. All else stays as
        it is, such as the numbers of events. The orders themselves change by the outcome that is
        saved next, in the same unit of work. If that is not saved, nothing is erased.
        """
        ...

    def save(self, command: Command, outcome: Outcome) -> None:
        """Save an outcome: the changes, the events, and the command if it has an id.

        A task saves at most once, and reads nothing afterwards.

        Save everything or nothing. If another unit of work has meanwhile changed anything that
        the decision read, save nothing.
        """
        ...


@runtime_checkable
class TracedUnitOfWork(Protocol):
    """A unit of work that stores the trace of its command with each message of the outbox.

    A repository without it works as well. Then a trace ends where the command does.

    Attributes:
        trace: The trace, as a W3C ``traceparent``. It is set before the task runs. The messages
            about events that are saved afterwards have it as `OutboxMessage.trace`.
    """

    trace: str | None


class Repository(Protocol):
    """Stores the state of all sellers."""

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Run a task in a unit of work of one seller, and commit what it saved.

        If the task raises, nothing is written, and the caller gets the error. If a concurrent unit
        of work prevents the commit, the task may run again.

        Two units of work of one seller that touch the same order or stock must be serializable:
        both may commit only if the result is that of one after the other.
        """
        ...

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Run a task that reads one seller's state, on one snapshot of it.

        A read leaves no trace: it does not make a seller known.
        """
        ...

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers for whom anything was saved, sorted by code point."""
        ...

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue has not been served, sorted by key."""
        ...


class TransactionalRepository(Repository, Protocol):
    """A repository that can commit several units of work together.

    Only `orderflow.service.Batches` needs it.
    """

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        """Run a task on a repository whose units of work are all committed at its end, or none.

        A unit of work sees what earlier ones of the task have saved. If one raises and the task
        catches it, only that one is undone. If the task raises, all of them are undone and
        the error goes to the caller. After a conflict with another transaction, the task may run
        again.

        Args:
            seller_id: The only seller that the task may work on.
            task: What to run. It must not keep the repository it is given.
        """
        ...


class AsyncRepository(Protocol):
    """Stores the state of all sellers, for an async host."""

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Run a task on a synchronous repository without blocking the event loop.

        The result of the task is returned, and its errors are raised.

        If the caller is cancelled, each unit of work of the task has either committed or left no
        trace, and its connections are closed.
        """
        ...
