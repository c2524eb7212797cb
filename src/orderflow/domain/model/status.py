"""The statuses of an order, and what each one says about its lines."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["COVERED", "FROZEN", "MAY_WAIT", "WITHOUT_UNITS", "Status"]


class Status(Term):
    """Where an order stands in its life."""

    NEW = "NEW"
    """Received, not processed yet."""
    ON_HOLD = "ON_HOLD"
    """Kept back for one or more reasons."""
    ON_BACK_ORDER = "ON_BACK_ORDER"
    """At least one line is short."""
    ALLOCATED = "ALLOCATED"
    """Every line is covered; waits to be sent to the warehouse."""
    SENT_TO_WAREHOUSE = "SENT_TO_WAREHOUSE"
    """Sent to the warehouse, being picked and packed."""
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    """The warehouse has been asked to let it go."""
    DESPATCHED = "DESPATCHED"
    """Left the warehouse."""
    DELIVERED = "DELIVERED"
    """Arrived."""
    CANCELLED = "CANCELLED"
    """Given up; its stock was given back."""


WITHOUT_UNITS = frozenset({Status.NEW, Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED})
"""No line of an order in one of these has an allocated unit."""

COVERED = frozenset({Status.ALLOCATED, Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""No line of an order in one of these is short."""

MAY_WAIT = frozenset({Status.ON_HOLD, Status.ON_BACK_ORDER})
"""An order in one of these may be waiting for stock, or have waited before it was held."""

FROZEN = frozenset({Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED})
"""The warehouse works on it: what it holds is touched last, and only with a recall."""
