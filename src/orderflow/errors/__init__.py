"""Every error that orderflow raises on purpose, in one tree.

::

    OrderFlowError
    ├── InvalidValueError          a value that no type accepts (also a ValueError)
    ├── CodecError                 data that does not describe a command, event or type
    ├── NotFoundError
    │   ├── OrderNotFoundError     also for the orders of another seller
    │   ├── LineNotFoundError
    │   ├── ProductNotFoundError   also for the products of another seller
    │   └── ReceiptNotFoundError
    ├── RefusedError               it cannot be done now; nothing has changed
    │   ├── ActionRefusedError     the status of the order does not allow it
    │   ├── EditRefusedError
    │   ├── HoldRefusedError       it would have ended already
    │   ├── ShortPickRefusedError  it names a line of which nothing is missing
    │   ├── SplitRefusedError
    │   ├── StockRefusedError
    │   ├── DuplicateOrderError
    │   ├── CommandIdReusedError
    │   └── StaleVersionError
    ├── TransitionError            an event that cannot follow: a fault in the caller's history
    ├── MissingExtraError          a package that comes with an extra (also an ImportError)
    ├── StorageError               the state could not be read or written; nothing has changed
    │   ├── BatchInterruptedError  the first batches were saved: run all of them again
    │   ├── ContentionError        others changed the same at the same time: try again
    │   ├── SchemaError            the tables are missing, or of another release
    │   └── UnfinishedError        it may have been saved: repeat it with its command id
    ├── NoticeError              somebody could not be told
    ├── WebhookSignatureError             a webhook that does not come from where it says
    └── SettingsError              a file of settings that cannot be used (also a ValueError)

A message names the thing, what was wrong with it, and the way out. What it names can
also be read from the error as attributes.
"""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError
from orderflow.errors.storage import (
    BatchInterruptedError,
    ContentionError,
    SchemaError,
    StorageError,
    UnfinishedError,
)

__all__ = [
    "ActionRefusedError",
    "BatchInterruptedError",
    "CodecError",
    "CommandIdReusedError",
    "ContentionError",
    "DuplicateOrderError",
    "EditRefusedError",
    "HoldRefusedError",
    "InvalidValueError",
    "LineNotFoundError",
    "MissingExtraError",
    "NotFoundError",
    "NoticeError",
    "OrderFlowError",
    "OrderNotFoundError",
    "ProductNotFoundError",
    "ReceiptNotFoundError",
    "RefusedError",
    "SchemaError",
    "SettingsError",
    "ShortPickRefusedError",
    "SplitRefusedError",
    "StaleVersionError",
    "StockRefusedError",
    "StorageError",
    "TransitionError",
    "UnfinishedError",
    "WebhookSignatureError",
]


class InvalidValueError(OrderFlowError, ValueError):
    """A value that breaks the rule of its field.

    Attributes:
        field: The field, as ``Type.name``.
        demand: What the field asks for.
        value: What it was given.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        self.field = field
        self.demand = demand
        self.value = value
        super().__init__(f"{field} must be {demand}, not {_shown(value)}")


class CodecError(OrderFlowError, ValueError):
    """Data that does not describe the command, event or type that it should.

    Attributes:
        faults: One text for each fault, each with its path, such as
            ``$.data.lines[2].quantity: …``.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


class NotFoundError(OrderFlowError, LookupError):
    """Something that this seller does not have."""


class OrderNotFoundError(NotFoundError):
    """The seller has no order of this id; another seller's order counts as none."""

    def __init__(self, seller_id: str, order_id: str) -> None:
        self.seller_id = seller_id
        self.order_id = order_id
        super().__init__(f"seller {seller_id!r} has no order {order_id!r}")


class LineNotFoundError(NotFoundError):
    """The order has no line of this id."""

    def __init__(self, order_id: str, line_id: str, line_ids: tuple[str, ...]) -> None:
        self.order_id = order_id
        self.line_id = line_id
        self.line_ids = line_ids
        super().__init__(
            f"order {order_id!r} has no line {line_id!r}; its lines are {', '.join(line_ids)}"
        )


class ProductNotFoundError(NotFoundError):
    """The seller has no such product in this warehouse; another seller's counts as none."""

    def __init__(self, seller_id: str, warehouse_id: str, sku: str) -> None:
        self.seller_id = seller_id
        self.warehouse_id = warehouse_id
        self.sku = sku
        super().__init__(
            f"seller {seller_id!r} has no product {sku!r} in warehouse {warehouse_id!r}; "
            f"a product is known once stock of it was announced, booked in or counted"
        )


class ReceiptNotFoundError(NotFoundError):
    """The seller has announced no such receipt, or it was booked in or withdrawn already."""

    def __init__(self, seller_id: str, receipt_id: str) -> None:
        self.seller_id = seller_id
        self.receipt_id = receipt_id
        super().__init__(
            f"seller {seller_id!r} expects no receipt {receipt_id!r}; announce it first, "
            f"or book the stock in without a receipt"
        )


class RefusedError(OrderFlowError):
    """A command that cannot be carried out now. Nothing has changed."""


class ActionRefusedError(RefusedError):
    """The order's status does not allow what was asked.

    Attributes:
        order_id: The order.
        status: Its status, as text.
        action: What was asked.
        allowed: What may be asked in this status.
    """

    def __init__(self, order_id: str, status: str, action: str, allowed: tuple[str, ...]) -> None:
        self.order_id = order_id
        self.status = status
        self.action = action
        self.allowed = allowed
        now = ", ".join(map(_in_words, allowed))
        way_out = f"allowed now: {now}" if allowed else "nothing is allowed any more"
        super().__init__(f"order {order_id!r} is {status}: cannot {_in_words(action)}; {way_out}")


class EditRefusedError(RefusedError):
    """An edit that cannot be saved; none of its changes was made."""

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"order {order_id!r} was not edited: {reason}")


class HoldRefusedError(RefusedError):
    """A hold that would have ended already at the moment at which it is asked for."""

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"order {order_id!r} was not put on hold: {reason}")


class ShortPickRefusedError(RefusedError):
    """A short pick that names a line of which nothing is missing."""

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"the short pick of order {order_id!r} was not recorded: {reason}")


class SplitRefusedError(RefusedError):
    """There is nothing that could be split off."""

    def __init__(self, order_id: str, reason: str) -> None:
        self.order_id = order_id
        self.reason = reason
        super().__init__(f"order {order_id!r} was not split: {reason}")


class StockRefusedError(RefusedError):
    """A movement of stock that cannot have happened."""

    def __init__(self, sku: str, reason: str) -> None:
        self.sku = sku
        self.reason = reason
        super().__init__(f"stock of {sku!r} was not changed: {reason}")


class DuplicateOrderError(RefusedError):
    """The seller has an order of this id already.

    Attributes:
        seller_id: The seller.
        order_id: The id that is taken.
        split_from: The order that the one of this id was split off from, if it was. A policy
            that splits by itself names the parts of order ``A`` ``A-1``, ``A-2`` and so on.
    """

    def __init__(self, seller_id: str, order_id: str, split_from: str | None = None) -> None:
        self.seller_id = seller_id
        self.order_id = order_id
        self.split_from = split_from
        has = f"seller {seller_id!r} has an order {order_id!r} already"
        super().__init__(
            f"{has}; edit that one if it is the same, or give this one another id"
            if split_from is None
            else f"{has}, which was split off from order {split_from!r}; give this one another id"
        )


class CommandIdReusedError(RefusedError):
    """The command id was used before, for another command."""

    def __init__(self, seller_id: str, command_id: str) -> None:
        self.seller_id = seller_id
        self.command_id = command_id
        super().__init__(
            f"command id {command_id!r} of seller {seller_id!r} was used for another command; "
            f"repeat a command with its own id, and give each new one a new id"
        )


class StaleVersionError(RefusedError):
    """The order has changed since the caller read it.

    Attributes:
        order_id: The order.
        expected: The version that the caller had read.
        actual: The version that it has now.
    """

    def __init__(self, order_id: str, expected: int, actual: int) -> None:
        self.order_id = order_id
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"order {order_id!r} is at version {actual}, not {expected}: "
            f"read it again and decide anew"
        )


class TransitionError(OrderFlowError):
    """An event that cannot follow upon the state it was applied to."""


class MissingExtraError(OrderFlowError, ImportError):
    """A package that is not installed, and comes with an extra of orderflow.

    Attributes:
        package: The package.
        extra: The extra.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"{package} is not installed; "
            f"install it with: pip install 'orderflow-backorder[{extra}]'"
        )


class NoticeError(OrderFlowError):
    """Somebody could not be told.

    Attributes:
        recipient: Who.
        cause: Why not.
        way_out: What can be done about it.
        is_final: Whether it is of no use to try again before that was done.
    """

    def __init__(self, recipient: str, cause: str, way_out: str, *, is_final: bool = False) -> None:
        self.recipient = recipient
        self.cause = cause
        self.way_out = way_out
        self.is_final = is_final
        super().__init__(f"{recipient!r} was not told: {cause}; {way_out}")


class WebhookSignatureError(OrderFlowError):
    """A webhook that is not what its sender has signed, or is too old."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the webhook is not genuine: {reason}; answer 401 and do nothing else")


class SettingsError(OrderFlowError, ValueError):
    """A file of settings that cannot be used.

    Attributes:
        source: The file.
        faults: One text for each fault, each with its path, such as ``$.mail.port: …``.
    """

    def __init__(self, source: str, faults: tuple[str, ...]) -> None:
        self.source = source
        self.faults = faults
        super().__init__(f"{source}: {'; '.join(faults)}")


def _shown(value: object, limit: int = 80) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python turns into text
        text = "a number too long to show"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _in_words(action: str) -> str:
    return action.lower().replace("_", " ") if action.isupper() else action
