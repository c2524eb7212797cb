"""The refusal to erase personal data."""

from __future__ import annotations

from orderflow.errors.base import RefusedError

__all__ = ["ErasureRefusedError"]


class ErasureRefusedError(RefusedError):
    """An order that still needs its personal data, or one that must be erased with others.

    Attributes:
        order_id: The order.
        reason: Why it was not erased, and what to do.
    """

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"the personal data of order {order_id!r} was not erased: {reason}")
