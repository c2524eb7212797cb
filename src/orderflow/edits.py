"""The changes that `Seller.edit` can make."""

from orderflow.domain.model.chosen_lines import RemoveShortLines, ReplaceProduct, RequestedEdit
from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    Edit,
    RemoveLine,
    ReplaceLine,
)

__all__ = [
    "AddLine",
    "ChangeCourier",
    "ChangeCustomField",
    "ChangeCustomerReference",
    "ChangeGiveUpAfter",
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
    "ReplaceProduct",
    "RequestedEdit",
]
