"""The ports: the interfaces between orderflow and your service.

- `Repository` stores the state, and `AsyncRepository` does so for an async host.
- `Outbox` stores the messages about saved events, and `Notifier` receives them.
- `Channel`, `PreferenceSource` and `NoticeStore` are for notices to sellers.
- `ReplacementCatalogue` lists which products may replace which.
- `Clock` returns the current time.

`orderflow.adapters.memory` is the reference implementation, and `orderflow.adapters.sql` stores
everything in a database. Implement a port yourself to use your own tables, mail system or queue.

A unit of work is everything that one command reads and writes. It concerns one seller. A decision
reads a `View`. `Reading` adds listings and earlier commands, and `UnitOfWork` adds the write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import attrs

from orderflow.domain.model.events import Event
from orderflow.domain.queries.replacements import ReplacementCatalogue
from orderflow.domain.state.view import View
from orderflow.errors import NoticeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.status import Status
    from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey
    from orderflow.notices import Bulletin, Preference

    T = TypeVar("T")

__all__ = [
    "AsyncRepository",
    "BatchNotifier",
    "Channel",
    "Clock",
    "NoticeError",
    "NoticeStore",
    "Notifier",
    "Outbox",
    "OutboxMessage",
    "PreferenceSource",
    "Reading",
    "ReplacementCatalogue",
    "Repository",
    "TransactionalRepository",
    "UnitOfWork",
    "View",
]


class Reading(View, Protocol):
    """The reads of a decision, plus listings and earlier commands."""

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
    ) -> Sequence[Event]:
        """Return the events of the seller, or of one order, oldest first.

        Args:
            order_id: Return only events of this order.
            since: Return only events at this time or later.
            after: Skip this many of these events.
            limit: Return at most this many events.
        """
        ...

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the earlier command with this id and its outcome, if there was one."""
        ...

    def unserved(self) -> Sequence[tuple[str, str]]:
        """Return the products whose queue an outcome has left unserved.

        The result may be limited to products whose stock or orders this reading has read. A
        product is unserved until `ServeWaiting` has served its queue. See `Outcome.unserved`.
        """
        ...


class UnitOfWork(Reading, Protocol):
    """The reads of one command, and its one write."""

    def save(self, command: Command, outcome: Outcome) -> None:
        """Save an outcome: the changes, the events, and the command if it has an id.

        Save everything or nothing. If another unit of work has meanwhile changed anything that
        the decision read, save nothing.
        """
        ...


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
        """Run a task that reads one seller's state, on one snapshot of it."""
        ...

    def sellers(self) -> Sequence[str]:
        """Return the ids of all sellers with any state, in order."""
        ...

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue has not been served, in order."""
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


@attrs.frozen(kw_only=True)
class OutboxMessage:
    """A message about one event.

    Attributes:
        message_id: Unique, and the same at each attempt, so that a receiver can drop duplicates.
        seller_id: The seller.
        subject: The order id, or a text that names the stock or receipt. Messages about one
            subject of one seller arrive in the order of their events.
        event: The event.
        attempts: The number of earlier attempts, which all failed.
        error: The error of the last attempt.
    """

    message_id: str
    seller_id: str
    subject: str
    event: Event
    attempts: int = 0
    error: str = ""


class Outbox(Protocol):
    """The messages about saved events, until they are sent.

    A message that has failed for good is dead. It stays until it is revived or discarded, and
    later messages about its subject wait behind it.
    """

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Claim messages of subjects that nobody else has claimed.

        Each subject's oldest messages come first, in order. Nobody else can claim that subject
        until these messages are marked or given back, or the lease has run out.

        Args:
            now: The current time.
            lease: How long the messages are kept from others.
            limit: The largest number of messages.
        """
        ...

    def mark_sent(self, message: OutboxMessage) -> None:
        """Remove a message that was sent."""
        ...

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Return messages of one subject that were claimed and not tried."""
        ...

    def mark_failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that failed, to retry at a given time, or as dead if there is none."""
        ...

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        """Return the dead messages, oldest first."""
        ...

    def revive(self, message_id: str) -> bool:
        """Make a dead message due again; report whether there was one."""
        ...

    def discard(self, message_id: str) -> bool:
        """Remove a dead message; report whether there was one."""
        ...


class Notifier(Protocol):
    """Receives the messages about events."""

    def notify(self, message: OutboxMessage) -> None:
        """Handle one message. If this raises, it is called again later.

        `orderflow.service.Relay` calls it at least once for each message, in the order of events
        for each subject. It calls it twice if it was interrupted.
        """
        ...


@runtime_checkable
class BatchNotifier(Notifier, Protocol):
    """Receives several messages about one order together."""

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        """Handle the next messages about one order, oldest first: all of them, or raise.

        The relay calls it instead of `notify`. If it raises, the first message has failed. That
        message comes again later, together with those after it and any new ones.
        """
        ...


class Channel(Protocol):
    """Sends bulletins in one way: by mail, by webhook, to a log."""

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Send a bulletin to an address.

        Raises:
            NoticeError: If it failed. The error says whether a further attempt makes sense.
        """
        ...

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the message as text, without sending it."""
        ...


class PreferenceSource(Protocol):
    """Provides the preferences of sellers."""

    def of(self, seller_id: str) -> Preference:
        """Return the preference of a seller."""
        ...


class NoticeStore(Protocol):
    """Short texts that record the last notices to sellers. They outlive the process.

    If a text is lost, a notice may be sent twice, but none is lost. Keys have at most 200
    characters.
    """

    def get(self, seller_id: str, key: str) -> str | None:
        """Return a seller's text under a key, or `None` if there is none."""
        ...

    def put(self, seller_id: str, key: str, text: str | None) -> None:
        """Replace a seller's text under a key; `None` removes it."""
        ...

    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Replace a seller's text under a key if it is still `old`.

        Of several concurrent calls, exactly one succeeds.

        Args:
            seller_id: The seller.
            key: The key.
            old: The text as it was read; `None` if there was none.
            new: The new text.

        Returns:
            Whether the text was replaced.
        """
        ...


class Clock(Protocol):
    """Provides the current time."""

    def now(self) -> datetime:
        """Return the current time, with a time zone."""
        ...
