"""Returns: units that a customer sends back, why, and what becomes of them."""

from __future__ import annotations

from orderflow.domain.model.terms import Term

__all__ = ["ReturnReason", "ReturnState"]


class ReturnReason(Term):
    """Why a customer sends units back."""

    UNWANTED = "UNWANTED"
    DAMAGED = "DAMAGED"
    FAULTY = "FAULTY"
    WRONG_PRODUCT = "WRONG_PRODUCT"
    LATE = "LATE"
    UNDELIVERED = "UNDELIVERED"
    """The carrier could not deliver them."""
    OTHER = "OTHER"


class ReturnState(Term):
    """What becomes of returned units."""

    BACK_IN_STOCK = "BACK_IN_STOCK"
    """They are on hand again, and are offered to the orders that wait."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """They cannot be sold again, so the stock does not change."""
