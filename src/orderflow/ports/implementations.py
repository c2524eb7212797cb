"""Whether an object implements a port, asked where it is handed over and not where it fails."""

from __future__ import annotations

from functools import cache

from orderflow.domain.model.arguments import require_methods
from orderflow.domain.queries.replacements import ReplacementCatalogue
from orderflow.ports.clock import Clock
from orderflow.ports.notices import NoticeStore, PreferenceSource
from orderflow.ports.outbox import Notifier, Outbox
from orderflow.ports.repository import AsyncRepository, Repository, TransactionalRepository

__all__ = ["require_port"]

_EXAMPLES: dict[type, str] = {
    AsyncRepository: "AsyncSqlRepository(engine), for AsyncOrderFlow",
    Clock: "SystemClock()",
    NoticeStore: "SqlNoticeStore(engine)",
    Notifier: "NoticeSender(…)",
    Outbox: "SqlOutbox(engine)",
    PreferenceSource: "Preferences()",
    ReplacementCatalogue: "ReplacementList()",
    Repository: "MemoryRepository() or SqlRepository(engine)",
    TransactionalRepository: "MemoryRepository() or SqlRepository(engine)",
}


def require_port(field: str, value: object, port: type, *, optional: bool = False) -> None:
    """Require an object with the methods of a port, or `None` if it is optional.

    Raises:
        InvalidValueError: If a method is missing, or if this is the class and not an object of it.
    """
    if value is None and optional:
        return
    names = _methods(port)
    methods = f"the methods {', '.join(names)}" if len(names) > 1 else f"the method {names[0]}"
    demand = f"an object with {methods}, such as {_EXAMPLES[port]}"
    require_methods(field, value, *names, demand=demand)


@cache
def _methods(port: type) -> tuple[str, ...]:
    names = {name for base in port.__mro__ for name in vars(base) if not name.startswith("_")}
    return tuple(sorted(names))
