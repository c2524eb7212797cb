"""The fields that events share."""

from __future__ import annotations

from datetime import datetime

import attrs

__all__ = ["LineUnits", "OrderEventFields"]

LineUnits = tuple[tuple[str, int], ...]
"""Pairs of a line id and a number of units."""


@attrs.frozen
class OrderEventFields:
    """The fields of every event that changed an order."""

    seller_id: str
    order_id: str
    at: datetime
