"""The fields that events share."""

from __future__ import annotations

from datetime import datetime

import attrs

__all__ = ["LineChanges", "LineUnits", "OrderEventFields"]

LineUnits = tuple[tuple[str, int], ...]
"""Pairs of a line id and a number of units."""

LineChanges = tuple[tuple[str, int], ...]
"""Pairs of a line id and a change of its allocated units, not 0: below 0 if the line gives some."""


@attrs.frozen
class OrderEventFields:
    """The fields of every event that changed an order."""

    seller_id: str
    order_id: str
    at: datetime
