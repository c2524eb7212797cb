"""The errors that orderflow raises on purpose, as one tree.

::

    OrderFlowError
    ├── InvalidValueError          a value that breaks a rule of its type (also a ValueError)
    ├── CodecError                 data that does not describe a command, event or type
    ├── NotFoundError
    │   ├── OrderNotFoundError     also for the orders of another seller
    │   ├── LineNotFoundError
    │   ├── ProductNotFoundError   also for the products of another seller
    │   └── ReceiptNotFoundError
    ├── RefusedError               a command that is not possible now; nothing has changed
    │   ├── ActionRefusedError     the status of the order does not allow it
    │   ├── LimitRefusedError      its result would be above a limit, such as 10^12 units
    │   ├── OrderRefusedError      something was not done with one order, for a reason
    │   │   ├── DespatchRefusedError     it has fewer units than are to leave
    │   │   ├── EditRefusedError
    │   │   ├── ErasureRefusedError      it still needs its personal data
    │   │   ├── HoldRefusedError         the hold would have ended already
    │   │   ├── MoveRefusedError
    │   │   ├── ReplacementRefusedError  the order to be replaced is not cancelled
    │   │   ├── ReturnRefusedError       fewer units have left than are to come back
    │   │   ├── SendRefusedError         its day has not come
    │   │   ├── ShortPickRefusedError    nothing is missing on one of its lines
    │   │   └── SplitRefusedError
    │   ├── PagesFirstError        the queues that an earlier command left unserved come first
    │   ├── PlanRefusedError       no plan does what is asked, or the plan is out of date
    │   ├── ReallocationRefusedError  no unit has changed hands
    │   ├── StockRefusedError
    │   ├── DuplicateOrderError
    │   ├── CommandIdReusedError
    │   └── StaleVersionError
    ├── TransitionError            an event that is impossible in the state: a fault in the history
    ├── InputError                 input that cannot be read, such as a file that is cut short
    ├── MissingExtraError          a package of an extra is not installed (also an ImportError)
    ├── StorageError               the state could not be read or written; nothing has changed
    │   ├── BatchInterruptedError  the first batches were saved: run all of them again
    │   ├── BusyError              too many commands of the seller wait: try again later
    │   ├── ContentionError        a concurrent change won: try again
    │   ├── SchemaError            the tables are missing, or of another release
    │   ├── UnfinishedError        it may have been saved: repeat it with its command id
    │   └── UnreadableError        a later release may have written it: upgrade this process
    ├── ComparisonError            a run of a comparison did not finish
    ├── NoticeError                a notice could not be sent
    ├── WebhookSignatureError      a webhook that is not genuine
    └── SettingsError              a settings file with faults (also a ValueError)

A message names the object, what is wrong with it, and the way out. The error has the same data as
attributes. Messages hide the passwords of URLs; the attributes have them.
"""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError, RefusedError
from orderflow.errors.not_found import (
    LineNotFoundError,
    NotFoundError,
    OrderNotFoundError,
    ProductNotFoundError,
    ReceiptNotFoundError,
)
from orderflow.errors.order_refused import (
    DespatchRefusedError,
    EditRefusedError,
    ErasureRefusedError,
    HoldRefusedError,
    MoveRefusedError,
    OrderRefusedError,
    ReplacementRefusedError,
    ReturnRefusedError,
    SendRefusedError,
    ShortPickRefusedError,
    SplitRefusedError,
)
from orderflow.errors.outside import (
    ComparisonError,
    InputError,
    MissingExtraError,
    NoticeError,
    SettingsError,
    WebhookSignatureError,
)
from orderflow.errors.quoting import ITEMS_MAX, listed, quoted, shortened
from orderflow.errors.storage import (
    BatchInterruptedError,
    BusyError,
    ContentionError,
    SchemaError,
    StorageError,
    UnfinishedError,
    UnreadableError,
)

__all__ = [
    "ActionRefusedError",
    "BatchInterruptedError",
    "BusyError",
    "CodecError",
    "CommandIdReusedError",
    "ComparisonError",
    "ContentionError",
    "DespatchRefusedError",
    "DuplicateOrderError",
    "EditRefusedError",
    "ErasureRefusedError",
    "HoldRefusedError",
    "InputError",
    "InvalidValueError",
    "LimitRefusedError",
    "LineNotFoundError",
    "MissingExtraError",
    "MoveRefusedError",
    "NotFoundError",
    "NoticeError",
    "OrderFlowError",
    "OrderNotFoundError",
    "OrderRefusedError",
    "PagesFirstError",
    "PlanRefusedError",
    "ProductNotFoundError",
    "ReallocationRefusedError",
    "ReceiptNotFoundError",
    "RefusedError",
    "ReplacementRefusedError",
    "ReturnRefusedError",
    "SchemaError",
    "SendRefusedError",
    "SettingsError",
    "ShortPickRefusedError",
    "SplitRefusedError",
    "StaleVersionError",
    "StockRefusedError",
    "StorageError",
    "TransitionError",
    "UnfinishedError",
    "UnreadableError",
    "WebhookSignatureError",
]


class InvalidValueError(OrderFlowError, ValueError):
    """A value that breaks the rule of its field.

    Attributes:
        field: The field, as ``Type.name``.
        demand: What the field requires.
        value: The value that was given.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        self.field = field
        self.demand = demand
        self.value = value
        super().__init__(f"{field} must be {demand}, not {quoted(value)}")


class CodecError(OrderFlowError, ValueError):
    """Data that does not describe the expected command, event or type.

    Attributes:
        faults: One text for each of the first faults, each with its path, such as
            ``$.data.lines[2].quantity: …``.
        further: The number of further faults.
    """

    def __init__(self, faults: tuple[str, ...], further: int = 0) -> None:
        self.faults = tuple(map(shortened, faults[:ITEMS_MAX]))
        self.further = further + len(faults) - len(self.faults)
        super().__init__(listed(self.faults, "; ", further=self.further))


class ActionRefusedError(RefusedError):
    """The status of the order does not allow the action.

    Attributes:
        order_id: The order.
        status: The status, as text.
        action: The action.
        allowed: The actions that this status allows.
    """

    def __init__(self, order_id: str, status: str, action: str, allowed: tuple[str, ...]) -> None:
        self.order_id = order_id
        self.status = status
        self.action = action
        self.allowed = allowed
        now = ", ".join(map(_in_words, allowed))
        way_out = f"allowed now: {now}" if allowed else "no action is allowed"
        super().__init__(f"order {order_id!r} is {status}: cannot {_in_words(action)}; {way_out}")


class LimitRefusedError(RefusedError):
    """A valid command whose result would be above a limit, such as too many units on hand.

    The message names the way out: fewer units, a count of the stock, or another order. The limits
    are in the reference of the types.

    Attributes:
        subject: What would be above its limit.
        unit: The unit of the two numbers.
        result: The number that the command would lead to.
        limit: The highest number allowed.
    """

    def __init__(self, subject: str, unit: str, result: int, limit: int, way_out: str) -> None:
        self.subject = subject
        self.unit = unit
        self.result = result
        self.limit = limit
        super().__init__(
            f"{subject} would have {result:,} {unit}, but at most {limit:,} are allowed; {way_out}"
        )


class ReallocationRefusedError(RefusedError):
    """Units cannot change hands between orders as a reallocation says. None of them did.

    Attributes:
        reason: What does not fit, and what to do.
        order_id: The order that the reason is about, if it is about one.
        sku: The product that the reason is about, if it is about one.
    """

    def __init__(self, reason: str, *, order_id: str | None = None, sku: str | None = None) -> None:
        self.reason = reason
        self.order_id = order_id
        self.sku = sku
        super().__init__(f"no units were reallocated: {reason}")


class PlanRefusedError(RefusedError):
    """No plan does what is asked, or it is out of date. `order_ids` names the orders if known."""

    def __init__(self, reason: str, order_ids: tuple[str, ...] = ()) -> None:
        self.reason = reason
        self.order_ids = order_ids
        super().__init__(f"{reason}: {listed(order_ids)}" if order_ids else reason)


class StockRefusedError(RefusedError):
    """A change of stock that is not possible."""

    def __init__(self, sku: str, reason: str) -> None:
        self.sku = sku
        self.reason = reason
        super().__init__(f"stock of {sku!r} was not changed: {reason}")


class DuplicateOrderError(RefusedError):
    """The seller already has an order with this id.

    Attributes:
        seller_id: The seller.
        order_id: The id that is taken.
        split_from: The order that the existing one was split from, if any. If a policy splits
            order ``A``, it names the parts ``A-1``, ``A-2`` and so on.
    """

    def __init__(self, seller_id: str, order_id: str, split_from: str | None = None) -> None:
        self.seller_id = seller_id
        self.order_id = order_id
        self.split_from = split_from
        has = f"seller {seller_id!r} already has an order {order_id!r}"
        super().__init__(
            f"{has}; edit that one if it is the same, or give this one another id"
            if split_from is None
            else f"{has}, which was split off from order {split_from!r}; give this one another id"
        )


class CommandIdReusedError(RefusedError):
    """The command id was already used for another command."""

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
        expected: The version that the caller read.
        actual: The current version.
    """

    def __init__(self, order_id: str, expected: int, actual: int) -> None:
        self.order_id = order_id
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"order {order_id!r} is at version {actual}, not {expected}: "
            f"read it again, and send a new command"
        )


class PagesFirstError(RefusedError):
    """The next pages of an earlier command, or what is already due, come before this command.

    `OrderFlow` serves these pages by itself. Only a caller of `decide` meets this error.

    Attributes:
        seller_id: The seller.
        products: Products for `ServeWaiting`, as pairs of warehouse and SKU. If empty, these are
            all products whose queue is unserved.
    """

    def __init__(self, seller_id: str, products: tuple[tuple[str, str], ...] = ()) -> None:
        self.seller_id = seller_id
        self.products = products
        super().__init__(
            f"seller {seller_id!r} has orders that come first: "
            f"repeat ServeWaiting until nothing is unserved, then send the command again"
        )


class TransitionError(OrderFlowError):
    """An event that is not possible in the state that it was applied to."""


def _in_words(action: str) -> str:
    return action.lower().replace("_", " ") if action.isupper() else action
