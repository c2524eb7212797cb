"""The ports: the interfaces between orderflow and your service.

- `Repository` stores the state, and `AsyncRepository` does so for an async host.
- `Outbox` stores the messages about saved events, and `Notifier` receives them.
- `Channel`, `PreferenceSource` and `NoticeStore` are for notices to sellers.
- `ReplacementCatalogue` lists which products may replace which.
- `Clock` returns the current time.

`orderflow.adapters.memory` is the reference implementation, and `orderflow.adapters.sql` stores
everything in a database. Implement a port yourself to use your own tables, mail system or queue.
`orderflow.testing` has contracts for adapters, as tests to inherit.

A unit of work is everything that one command reads and writes. It concerns one seller. A decision
reads a `View`. `Reading` adds listings and earlier commands, and `UnitOfWork` adds the write.
"""

from orderflow.domain.queries.replacements import ReplacementCatalogue
from orderflow.domain.state.view import View
from orderflow.errors import NoticeError
from orderflow.ports.clock import Clock
from orderflow.ports.notices import Channel, NoticeStore, PreferenceSource
from orderflow.ports.outbox import (
    BatchNotifier,
    Notifier,
    Outbox,
    OutboxMessage,
    OutboxSummary,
)
from orderflow.ports.repository import (
    AsyncRepository,
    EventPage,
    Reading,
    Repository,
    TracedUnitOfWork,
    TransactionalRepository,
    UnitOfWork,
)

__all__ = [
    "AsyncRepository",
    "BatchNotifier",
    "Channel",
    "Clock",
    "EventPage",
    "NoticeError",
    "NoticeStore",
    "Notifier",
    "Outbox",
    "OutboxMessage",
    "OutboxSummary",
    "PreferenceSource",
    "Reading",
    "ReplacementCatalogue",
    "Repository",
    "TracedUnitOfWork",
    "TransactionalRepository",
    "UnitOfWork",
    "View",
]
