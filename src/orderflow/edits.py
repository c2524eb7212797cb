"""The changes that `Seller.edit` can make."""

from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    Edit,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
)

__all__ = [
    "AddLine",
    "ChangeCourier",
    "ChangePriority",
    "ChangePromise",
    "ChangeQuantity",
    "ChangeShipTo",
    "Edit",
    "RemoveLine",
    "RemoveShortLines",
    "ReplaceLine",
]
