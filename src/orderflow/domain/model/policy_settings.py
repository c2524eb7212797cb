"""The values of the settings of an allocation policy."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["Fulfilment", "PartialAllocation", "Preemption", "Queue", "Rationing"]


class Queue(Term):
    """Who comes first."""

    FIRST_COME = "FIRST_COME"
    """First come, first served."""
    PRIORITY = "PRIORITY"
    """The higher priority first, then the older order."""
    PROMISED_DATE = "PROMISED_DATE"
    """The earlier promised date first, orders without one last, then the older order."""


class Rationing(Term):
    """How the available units of a scarce product are allocated."""

    STRICT = "STRICT"
    """One after another, in the order of the queue."""
    FAIR_SHARE = "FAIR_SHARE"
    """In proportion to what each order is short of, by largest remainder; the queue breaks ties."""


class PartialAllocation(Term):
    """Whether a short order may be allocated a part while it waits."""

    ALWAYS = "ALWAYS"
    """Yes: whatever is available. A split needs this."""
    NEVER = "NEVER"
    """No: nothing until all of it is available."""
    AFTER_WAITING = "AFTER_WAITING"
    """Not at first, but once the order was passed over often enough or has waited long enough."""


class Fulfilment(Term):
    """What may leave the warehouse."""

    COMPLETE = "COMPLETE"
    """Complete orders only; the seller may split one."""
    SPLIT = "SPLIT"
    """The allocated units of a short order are split off automatically."""
    PARCELS = "PARCELS"
    """As `SPLIT`, but into at most `parcels_max` parcels: the last one is complete."""
    WHOLE_LINES = "WHOLE_LINES"
    """Covered lines of a short order are split off automatically; no line is ever divided."""


class Preemption(Term):
    """Whether an order may take the units of other orders."""

    NEVER = "NEVER"
    """No."""
    URGENT = "URGENT"
    """An urgent order may take units of later orders that are not at the warehouse yet."""
