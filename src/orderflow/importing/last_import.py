"""Find out from its events how the last import left an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from orderflow.domain.model.events import (
    ALLOCATION_EVENTS,
    OrderEdited,
    OrderEvent,
)
from orderflow.domain.state.fold import evolve_order
from orderflow.importing.identity import edit_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order

__all__ = ["last_import"]


def last_import(events: Iterable[Event], was_imported: Callable[[str], bool]) -> Order | None:
    """Return an order as the last edit of an import left it; None if no import edited it.

    The id of such a command has the version that was compared. Only stock may have moved since.

    Args:
        events: The events of the order, oldest first.
        was_imported: Whether a command with this id was saved before.
    """
    order: Order | None = None
    imported: Order | None = None
    steady = 0
    for event in cast("Iterable[OrderEvent]", events):
        before, after = order, evolve_order(order, event)
        if isinstance(event, OrderEdited) and before is not None:
            versions = range(before.version, steady - 1, -1)
            ids = (edit_id(event.order_id, version, event.edits) for version in versions)
            imported = after if any(map(was_imported, ids)) else imported
        if not isinstance(event, ALLOCATION_EVENTS):
            steady = after.version
        order = after
    return imported
