"""The statuses of an order, and what each implies for its lines."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = [
    "COVERED",
    "ENDED",
    "FROZEN",
    "MAY_BE_ALLOCATED",
    "MAY_WAIT",
    "SENT_OUT",
    "WITHOUT_UNITS",
    "Status",
]


class Status(Term):
    """The status of an order in its lifecycle."""

    NEW = "NEW"
    """Placed; no stock was offered to it yet."""
    POSTPONED = "POSTPONED"
    """Its day is too far, so it is offered no stock yet: see `AllocationPolicy`."""
    ON_HOLD = "ON_HOLD"
    """On hold for one or more reasons."""
    ON_BACK_ORDER = "ON_BACK_ORDER"
    """At least one line is short."""
    ALLOCATED = "ALLOCATED"
    """Every line is covered; not sent to the warehouse yet."""
    SENT_TO_WAREHOUSE = "SENT_TO_WAREHOUSE"
    """Sent to the warehouse, which picks and packs it."""
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    """The warehouse was asked to cancel it."""
    DESPATCHED = "DESPATCHED"
    """Left the warehouse."""
    DELIVERED = "DELIVERED"
    """Arrived at the customer."""
    CANCELLED = "CANCELLED"
    """Cancelled; it gave back its units."""


WITHOUT_UNITS = frozenset(
    {Status.NEW, Status.POSTPONED, Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED}
)
"""The statuses in which no line has an allocated unit."""

COVERED = frozenset({Status.ALLOCATED, Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""The statuses in which no line is short."""

MAY_WAIT = frozenset({Status.ON_HOLD, Status.ON_BACK_ORDER})
"""The statuses in which an order may wait for stock, or have waited before it went on hold."""

MAY_BE_ALLOCATED = frozenset({Status.NEW, Status.POSTPONED}) | MAY_WAIT
"""The statuses in which the short lines of an order may still be allocated stock."""

FROZEN = frozenset({Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""The warehouse works on the order: it loses units last, and only by a recall."""

SENT_OUT = frozenset({Status.DESPATCHED, Status.DELIVERED})
"""The statuses in which the units left the warehouse, so customers can send them back."""

ENDED = SENT_OUT | {Status.CANCELLED}
"""The order has left the warehouse, or never will."""
