"""The changes that `Seller.edit` can make."""

from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    Edit,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
)

__all__ = [
    "AddLine",
    "ChangeCourier",
    "ChangeCustomField",
    "ChangeCustomerReference",
    "ChangeNotBefore",
    "ChangePriority",
    "ChangePromise",
    "ChangeQuantity",
    "ChangeShipTo",
    "ChangeShortPart",
    "Edit",
    "RemoveLine",
    "RemoveShortLines",
    "ReplaceLine",
]
