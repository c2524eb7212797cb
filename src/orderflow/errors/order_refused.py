"""The refusals of what was to be done with one order, each with its reason."""

from __future__ import annotations

from typing import ClassVar

from orderflow.errors.base import RefusedError

__all__ = [
    "DespatchRefusedError",
    "EditRefusedError",
    "ErasureRefusedError",
    "HoldRefusedError",
    "MoveRefusedError",
    "ReplacementRefusedError",
    "ReturnRefusedError",
    "ShortPickRefusedError",
    "SplitRefusedError",
]


class _OrderRefusedError(RefusedError):
    """Something was not done with an order.

    Attributes:
        order_id: The order.
        reason: Why it was not done, and what to do.
    """

    _not_done: ClassVar[str]

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"{self._not_done.format(repr(order_id))}: {reason}")


class DespatchRefusedError(_OrderRefusedError):
    """A despatch of more units than the order has at the warehouse."""

    _not_done = "order {} was not despatched"


class EditRefusedError(_OrderRefusedError):
    """An edit that is not possible. None of its changes was made."""

    _not_done = "order {} was not edited"


class ErasureRefusedError(_OrderRefusedError):
    """An order that still needs its personal data, or one that must be erased with others."""

    _not_done = "the personal data of order {} was not erased"


class HoldRefusedError(_OrderRefusedError):
    """A hold that would have ended before it began."""

    _not_done = "order {} was not put on hold"


class MoveRefusedError(_OrderRefusedError):
    """The order, or a part of it, cannot be moved to another warehouse."""

    _not_done = "order {} was not moved"


class ReplacementRefusedError(_OrderRefusedError):
    """The order cannot be placed in place of another one."""

    _not_done = "order {} was not placed"


class ReturnRefusedError(_OrderRefusedError):
    """A return of more units than left the warehouse with the order."""

    _not_done = "the return for order {} was not recorded"


class ShortPickRefusedError(_OrderRefusedError):
    """A short pick that names a line without missing units."""

    _not_done = "the short pick of order {} was not recorded"


class SplitRefusedError(_OrderRefusedError):
    """The order has nothing that could be split off."""

    _not_done = "order {} was not split"
