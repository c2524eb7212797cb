"""The short part of an order: what happens when it cannot be covered."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["ShortPart", "ShortReason"]


class ShortPart(Term):
    """What happens to an order that becomes short."""

    WAIT = "WAIT"
    """It waits on back order."""
    CANCEL_SHORT = "CANCEL_SHORT"
    """Its short units are cancelled at once; an order without any other units is cancelled."""
    CANCEL_ORDER = "CANCEL_ORDER"
    """The whole order is cancelled at once."""
    HOLD = "HOLD"
    """It is put on hold, and the seller chooses."""


class ShortReason(Term):
    """Why short units, or an order that is short, were cancelled."""

    SHORT_PART = "SHORT_PART"
    """The setting of the short part is `CANCEL_SHORT` or `CANCEL_ORDER`."""
    LIMIT = "LIMIT"
    """More units of the product would have been short than its limit allows."""
    GIVEN_UP = "GIVEN_UP"
    """The order was on back order for as long as it may."""
