"""The events of an order at the warehouse, and after it has left.

`orderflow.domain.model.events` has the rules of all events.
"""

from __future__ import annotations

import attrs

from orderflow.domain.model.event_fields import LineUnits, OrderEventFields
from orderflow.domain.model.returns import ReturnReason, ReturnState

__all__ = [
    "CancellationAccepted",
    "CancellationRejected",
    "CancellationRequested",
    "OrderDelivered",
    "OrderDespatched",
    "OrderRecalled",
    "OrderSentToWarehouse",
    "OrderShortPicked",
    "UnitsReturned",
]


@attrs.frozen
class OrderSentToWarehouse(OrderEventFields):
    """The order was sent to the warehouse."""


@attrs.frozen
class CancellationRequested(OrderEventFields):
    """The warehouse was asked to cancel the order."""

    reason: str


@attrs.frozen
class CancellationAccepted(OrderEventFields):
    """The warehouse agreed to cancel the order, which gave back its units."""


@attrs.frozen
class CancellationRejected(OrderEventFields):
    """The warehouse refused to cancel the order."""

    reason: str


@attrs.frozen
class OrderShortPicked(OrderEventFields):
    """The warehouse did not find these units. They are off the stock, and the order is short."""

    units: LineUnits


@attrs.frozen
class OrderRecalled(OrderEventFields):
    """The order was recalled from the warehouse because these units of it are missing."""

    units: LineUnits


@attrs.frozen
class OrderDespatched(OrderEventFields):
    """The order left the warehouse with all its units."""


@attrs.frozen
class OrderDelivered(OrderEventFields):
    """The order was delivered."""


@attrs.frozen
class UnitsReturned(OrderEventFields):
    """The customer sent these units back. They are on hand again, unless they were written off."""

    units: LineUnits
    state: ReturnState
    reason: ReturnReason
    note: str = ""
