"""What a host supplies: where the state is kept, who is told, and what time it is.

A host implements `Repository` on its own tables, `Notifier` on its own mail or queue, and may
leave `Clock` alone, as well as `ReplacementCatalogue`, which says what may replace what. Where it
lets
`orderflow.notifier.Notices` tell the sellers, it may implement `PreferenceSource` on its own
accounts, and `Channel` for another way to reach somebody. `orderflow.adapters.memory` is the
reference for what is kept, `orderflow.adapters.sql` keeps all of it in a database. A host that
awaits its database has an `AsyncRepository`, which hands out a `Repository` where one can wait.

A unit of work is everything that one command reads and writes, of one seller. What `decide`
reads of it is `orderflow.domain.state.state.View`; `Reading` has the listings besides, and what is
known of earlier commands, and `UnitOfWork` the one write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import attrs

from orderflow.domain.model.events import Event
from orderflow.domain.queries.replacements import ReplacementCatalogue
from orderflow.domain.state.state import View
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
    "UnitOfWork",
    "View",
]


class Reading(View, Protocol):
    """The reads of deciding, what is known of commands, and the listings that people ask for."""

    def orders(
        self,
        *,
        status: Status | None = None,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the seller's orders by the moment they were placed, then by their id.

        Args:
            status: Only those of this status.
            sku: Only those with a line of this product.
            after: Only those behind this one: the last order of the page before.
            limit: At most so many.
        """
        ...

    def split_off(self, order_id: str) -> Sequence[Order]:
        """Return the orders that were split from an order, by their id."""
        ...

    def all_stock(
        self, *, after: StockKey | None = None, limit: int | None = None
    ) -> Sequence[Stock]:
        """Return the seller's stock records, ordered by key; as a page, if so asked."""
        ...

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return what the seller expects, by the moment it is expected, then by its id."""
        ...

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Event]:
        """Return what happened, to the seller or to one order, oldest first.

        Args:
            order_id: The order.
            since: Only what happened at this moment or later.
            after: Skip this many events of those that are asked for.
            limit: At most this many events.
        """
        ...

    def answered(self, command_id: str) -> tuple[Command, Outcome] | None:
        """Return the command that had this id, and what it was answered."""
        ...

    def unserved(self) -> Sequence[tuple[str, str]]:
        """Return products whose queue an outcome has left unserved, as warehouse id and SKU.

        At least those that this reading has read stock or orders of, until an outcome of
        `ServeWaiting` that names them is saved. See `Outcome.unserved`.
        """
        ...


class UnitOfWork(Reading, Protocol):
    """What one command reads, and the one write."""

    def save(self, command: Command, outcome: Outcome) -> None:
        """Write what a command changed, its events, and its answer if the command has an id.

        Everything is written, or nothing. If anything that the decision rests on was changed by
        another unit of work meanwhile, nothing may be written.
        """
        ...


class Repository(Protocol):
    """Where the state is kept."""

    def write(self, seller_id: str, task: Callable[[UnitOfWork], T]) -> T:
        """Carry out a task in a unit of work of one seller, and commit what it saved.

        If the task raises, nothing is written and the error goes to the caller. If what it saved
        cannot be committed because of another unit of work, the task may be carried out again.

        Two units of work of one seller that touch the same order or stock must not both commit
        unless one could have come after the other.
        """
        ...

    def read(self, seller_id: str, task: Callable[[Reading], T]) -> T:
        """Carry out a task that only reads, of one seller, on one state of it."""
        ...

    def sellers(self) -> Sequence[str]:
        """Return the ids of the sellers of whom anything is kept, in order."""
        ...

    def unserved(self) -> Sequence[StockKey]:
        """Return the products of all sellers whose queue is still to be served, in order."""
        ...


class AsyncRepository(Protocol):
    """Where the state is kept, for a host that awaits its database."""

    async def run(self, task: Callable[[Repository], T]) -> T:
        """Carry out a task on a repository, while the event loop goes on with other things.

        Whatever the task calls, on the repository that it is given, waits for the database in
        some other way than by holding up the loop. What the task returns or raises is returned
        or raised here.

        If whoever awaits it is cancelled, each unit of work of the task is done or not, as a
        whole; and what it had open is closed.
        """
        ...


@attrs.frozen(kw_only=True)
class OutboxMessage:
    """One event on its way to whoever is told.

    Attributes:
        message_id: The same at each attempt, and of no other message: a receiver drops what it
            has had already by this.
        seller_id: Whose order or stock it is about.
        subject: What it is about: an order id, or a text that names the stock or receipt. Of one
            subject of one seller, messages arrive in the order in which things happened.
        event: What happened.
        attempts: How often it could not be delivered before.
        error: Why not, the last time.
    """

    message_id: str
    seller_id: str
    subject: str
    event: Event
    attempts: int = 0
    error: str = ""


class Outbox(Protocol):
    """The messages that were saved with what they tell of, until they are delivered.

    A message that has failed for good is dead: it stays, and with it stay the later messages of
    its subject, until it is revived or discarded.
    """

    def claim(self, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxMessage]:
        """Take messages to deliver, of subjects that nobody else delivers to at this time.

        Of each subject come the oldest ones, in order, and nobody else gets any of that subject
        before these are delivered or given back, or the lease has run out.

        Args:
            now: The present moment.
            lease: How long they are kept from others.
            limit: At most so many.
        """
        ...

    def delivered(self, message: OutboxMessage) -> None:
        """Forget a message that has arrived."""
        ...

    def give_back(self, messages: Sequence[OutboxMessage]) -> None:
        """Let others have messages of one subject that were claimed and not tried."""
        ...

    def failed(self, message: OutboxMessage, error: str, retry_at: datetime | None) -> None:
        """Keep a message that could not be delivered: until a moment, or for good as a dead one."""
        ...

    def dead(self, seller_id: str | None = None) -> Sequence[OutboxMessage]:
        """Return the dead messages, oldest first."""
        ...

    def revive(self, message_id: str) -> bool:
        """Let a dead message be tried again; tell whether there was one of this id."""
        ...

    def discard(self, message_id: str) -> bool:
        """Forget a dead message; tell whether there was one of this id."""
        ...


class Notifier(Protocol):
    """Who is told what has happened."""

    def notify(self, message: OutboxMessage) -> None:
        """Tell of one event. It raises if that failed, and is called again later.

        It is called by `orderflow.service.Relay`, at least once for each message and in the order
        of what happened to each order; twice if it was interrupted.
        """
        ...


@runtime_checkable
class BatchNotifier(Notifier, Protocol):
    """Somebody who is told several things of one order in one go."""

    def notify_together(self, messages: Sequence[OutboxMessage]) -> None:
        """Tell of the next messages of one order, oldest first: of all of them, or it raises.

        It is called instead of `notify`. If it raises, the first of them has failed, and comes
        again together with those behind it, to which others may have come meanwhile.
        """
        ...


class Channel(Protocol):
    """A way to reach somebody: mail, a webhook, a log."""

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Send a bulletin to an address.

        Raises:
            NoticeError: If it did not get there; it says whether to try again makes sense.
        """
        ...

    def shown(self, address: str, bulletin: Bulletin) -> str:
        """Return what would be sent, as text, and send nothing."""
        ...


class PreferenceSource(Protocol):
    """Where the preferences of sellers are kept."""

    def of(self, seller_id: str) -> Preference:
        """Return what a seller wants to be told, and where."""
        ...


class NoticeStore(Protocol):
    """What was told last, in short notes: they outlive the process, and need no other order.

    A note that is lost costs a repetition, never a message. Keys have at most 200 characters.
    """

    def note(self, seller_id: str, key: str) -> str | None:
        """Return what was noted of a seller under a key."""
        ...

    def write(self, seller_id: str, key: str, text: str | None) -> None:
        """Note a text under a key in place of what was there, or nothing more."""
        ...

    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Note a text in place of the one that was read, unless another one is there by now.

        Of several that do so at the same moment, one succeeds.

        Returns:
            Whether it was noted.
        """
        ...


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the present moment, with its time zone."""
        ...
