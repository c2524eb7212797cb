"""Giving up: what happens to an order that has been on back order for as long as it may."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["GiveUp"]


class GiveUp(Term):
    """What happens to an order that has been on back order for as long as it may."""

    CANCEL_ORDER = "CANCEL_ORDER"
    """The whole order is cancelled."""
    CANCEL_SHORT = "CANCEL_SHORT"
    """Its short units are cancelled; an order without any other units is cancelled."""
    SPLIT = "SPLIT"
    """What may leave is split off as an order of its own, and the rest waits on."""
    NOTIFY = "NOTIFY"
    """Its seller is told, and it waits on."""
