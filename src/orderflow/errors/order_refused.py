"""The refusals of what was to be done with one order, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderflow.errors.base import RefusedError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "DespatchRefusedError",
    "EditRefusedError",
    "ErasureRefusedError",
    "HoldRefusedError",
    "MoveRefusedError",
    "OrderRefusedError",
    "ReplacementRefusedError",
    "ReturnRefusedError",
    "SendRefusedError",
    "ShortPickRefusedError",
    "SplitRefusedError",
]


class OrderRefusedError(RefusedError):
    """Something was not done with one order. Each subclass says what.

    Attributes:
        order_id: The order.
        reason: Why it was not done, and what to do.
    """

    _not_done: ClassVar[str]

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"{self._not_done.format(repr(order_id))}: {reason}")


class DespatchRefusedError(OrderRefusedError):
    """A despatch of more units than the order has at the warehouse."""

    _not_done = "order {} was not despatched"


class EditRefusedError(OrderRefusedError):
    """An edit that is not possible. None of its changes was made."""

    _not_done = "order {} was not edited"


class ErasureRefusedError(OrderRefusedError):
    """An order that still needs its personal data, or one that must be erased with others."""

    _not_done = "the personal data of order {} was not erased"


class HoldRefusedError(OrderRefusedError):
    """A hold that would have ended before it began."""

    _not_done = "order {} was not put on hold"


class MoveRefusedError(OrderRefusedError):
    """The order, or a part of it, cannot be moved to another warehouse."""

    _not_done = "order {} was not moved"


class ReplacementRefusedError(OrderRefusedError):
    """The order cannot be placed in place of another one."""

    _not_done = "order {} was not placed"


class ReturnRefusedError(OrderRefusedError):
    """A return of more units than left the warehouse with the order."""

    _not_done = "the return for order {} was not recorded"


class SendRefusedError(OrderRefusedError):
    """The day of the order has not come, so it cannot be sent to the warehouse.

    Attributes:
        order_id: The order.
        reason: Why it was not sent, and what to do.
        not_before: The moment from which it may be sent.
    """

    _not_done = "order {} was not sent to the warehouse"

    def __init__(self, order_id: str, reason: str, not_before: datetime) -> None:
        self.not_before = not_before
        super().__init__(order_id, reason)


class ShortPickRefusedError(OrderRefusedError):
    """A short pick that names a line without missing units."""

    _not_done = "the short pick of order {} was not recorded"


class SplitRefusedError(OrderRefusedError):
    """The order has nothing that could be split off."""

    _not_done = "order {} was not split"
