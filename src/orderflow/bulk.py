"""Bulk runs: one action on each of many orders, and what `Seller.run_bulk` returns."""

from orderflow.domain.model.bulk_commands import (
    BulkAction,
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    PinOrders,
    ReleaseHolds,
    SplitOrders,
    UnpinOrders,
)
from orderflow.domain.model.bulk_result import BulkAnswer, BulkResult, BulkStep

__all__ = [
    "BulkAction",
    "BulkAnswer",
    "BulkResult",
    "BulkStep",
    "CancelOrders",
    "EditOrders",
    "HoldOrders",
    "MoveOrders",
    "PinOrders",
    "ReleaseHolds",
    "SplitOrders",
    "UnpinOrders",
]
