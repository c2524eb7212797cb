"""Order allocation and back orders for warehouses that ship for many sellers.

`OrderFlow` runs commands on a repository, such as `MemoryRepository`. `OrderFlow.seller` returns
the handle of one seller, with a method for each command and read::

    flow = OrderFlow(MemoryRepository())
    acme = flow.seller("acme")
    acme.book_in(StockKey("acme", "leeds", "MUG"), 3)

If your database driver is async, use `AsyncOrderFlow`.

This namespace has what most programs need. Further names are grouped by subject:
`orderflow.commands`, `orderflow.edits`, `orderflow.events`, `orderflow.sourcing`,
`orderflow.calendar`, and `orderflow.core` for the pure functions behind it all.
"""

from orderflow.adapters.memory.repository import MemoryRepository
from orderflow.domain.allocation.expected_cover import ExpectedCover
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import Address, BackOrderWait, Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey
from orderflow.domain.queries.actions import ActionAnswer
from orderflow.domain.queries.explanation import Explanation, Shortage
from orderflow.domain.queries.parts import OrderParts
from orderflow.domain.queries.replacements import Replacement, ReplacementList, ReplacementOffer
from orderflow.errors import (
    ActionRefusedError,
    BusyError,
    CommandIdReusedError,
    ContentionError,
    DuplicateOrderError,
    EditRefusedError,
    HoldRefusedError,
    InvalidValueError,
    LimitRefusedError,
    LineNotFoundError,
    MissingExtraError,
    NotFoundError,
    OrderFlowError,
    OrderNotFoundError,
    ProductNotFoundError,
    ReceiptNotFoundError,
    RefusedError,
    SendRefusedError,
    ShortPickRefusedError,
    SplitRefusedError,
    StaleVersionError,
    StockRefusedError,
    StorageError,
    UnfinishedError,
)
from orderflow.service import AsyncOrderFlow, AsyncSeller, OrderFlow, Relay, Seller
from orderflow.wording.explanation import in_words

__all__ = [
    "Action",
    "ActionAnswer",
    "ActionRefusedError",
    "Address",
    "AdjustmentReason",
    "AllocationPolicy",
    "AsyncOrderFlow",
    "AsyncSeller",
    "BackOrderWait",
    "BusyError",
    "CommandIdReusedError",
    "ContentionError",
    "DuplicateOrderError",
    "EditRefusedError",
    "ExpectedCover",
    "ExpectedReceipt",
    "Explanation",
    "Fulfilment",
    "GiveUp",
    "Hold",
    "HoldReason",
    "HoldRefusedError",
    "InvalidValueError",
    "LimitRefusedError",
    "LineNotFoundError",
    "MemoryRepository",
    "MissingExtraError",
    "NotFoundError",
    "Order",
    "OrderFlow",
    "OrderFlowError",
    "OrderLine",
    "OrderNotFoundError",
    "OrderParts",
    "Outcome",
    "PartialAllocation",
    "Preemption",
    "ProductNotFoundError",
    "Queue",
    "Rationing",
    "ReceiptNotFoundError",
    "RefusedError",
    "Relay",
    "Replacement",
    "ReplacementList",
    "ReplacementOffer",
    "Seller",
    "SendRefusedError",
    "ShortPart",
    "ShortPickRefusedError",
    "Shortage",
    "SplitRefusedError",
    "StaleVersionError",
    "Status",
    "Stock",
    "StockKey",
    "StockRefusedError",
    "StorageError",
    "UnfinishedError",
    "in_words",
]
