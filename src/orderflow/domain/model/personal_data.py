"""Personal data: which fields have it, and how it is erased.

Theory
======

A field is personal if it is about a customer of the seller, or a free text that somebody typed
about an order. `PERSONAL` names each one, and what replaces it. Everything else stays: ids, SKUs,
units, times, statuses and settings. So an erased history folds to the same orders and stock.

`NESTED` names the fields whose values have personal fields of their own. A test compares both
tables with the fields of every stored type, so that a new field must be classified.

A value loses its texts with the orders that it is about. But the filter of a bulk run may name the
customers of other orders: `reference!=Ann` chooses all but hers. `CONDITIONS` names the fields of
such filters. They go with any order that is erased, since nothing says whom they name.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import attrs

from orderflow.domain.model.bulk_commands import CancelOrders, EditOrders, HoldOrders, StartBulk
from orderflow.domain.model.chosen_lines import ReplaceProduct
from orderflow.domain.model.commands import (
    CancelOrder,
    Command,
    EditOrder,
    HoldOrder,
    PlaceOrder,
    PlaceOrders,
    ReallocateUnits,
    RejectCancellation,
    RequestCancellation,
    ReturnUnits,
)
from orderflow.domain.model.edits import (
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeShipTo,
    ReplaceLine,
)
from orderflow.domain.model.erasure import ErasePersonalData
from orderflow.domain.model.events import (
    CancellationRejected,
    CancellationRequested,
    Event,
    OrderCancelled,
    OrderEdited,
    OrderHeld,
    OrderPlaced,
    OrderReallocated,
    OrderSplitOff,
    UnitsReturned,
)
from orderflow.domain.model.filter_fields import CUSTOM_FIELD
from orderflow.domain.model.order import Hold, Order
from orderflow.domain.model.outcome import Outcome
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = [
    "CONDITIONS",
    "ERASED",
    "NESTED",
    "PERSONAL",
    "erase",
    "erased_fields",
    "has_personal_data",
    "orders_of",
]

T = TypeVar("T")
Erasable = TypeVar("Erasable", bound=Order | Event | Command | Outcome)

_ERASABLE = {Order, Outcome, *get_args(Event), *get_args(Command)}

ERASED = "erased"
"""The text in place of one that must not be empty. It is no filter either."""

PERSONAL: dict[type, dict[str, Any]] = {
    Order: {"ship_to": None, "customer_reference": None, "custom_fields": ()},
    Hold: {"note": ""},
    ChangeShipTo: {"ship_to": None},
    ChangeCustomerReference: {"customer_reference": None},
    ChangeCustomField: {"text": None},
    ReplaceLine: {"reason": ""},
    ReplaceProduct: {"reason": ""},
    CancelOrder: {"reason": ""},
    RequestCancellation: {"reason": ""},
    RejectCancellation: {"reason": ""},
    ReturnUnits: {"note": ""},
    ReallocateUnits: {"note": ERASED},
    CancelOrders: {"reason": ""},
    StartBulk: {"where": ERASED},
    OrderCancelled: {"reason": ""},
    CancellationRequested: {"reason": ""},
    CancellationRejected: {"reason": ""},
    OrderReallocated: {"note": ERASED},
    UnitsReturned: {"note": ""},
}
"""The personal fields of each type, and the values that replace them."""

NESTED: dict[type, tuple[str, ...]] = {
    Order: ("holds",),
    PlaceOrder: ("order",),
    PlaceOrders: ("orders",),
    HoldOrder: ("hold",),
    EditOrder: ("edits",),
    StartBulk: ("action",),
    HoldOrders: ("hold",),
    EditOrders: ("edits",),
    OrderPlaced: ("order",),
    OrderSplitOff: ("order",),
    OrderHeld: ("hold",),
    OrderEdited: ("edits",),
}
"""The fields of each type whose values have personal fields."""

CONDITIONS = ("country", "reference", CUSTOM_FIELD)
"""The fields of filters whose values are personal, or what their names begin with."""


def erase(value: Erasable, order_ids: Collection[str]) -> Erasable:
    """Return a value without the personal data of some orders; the same object if it has none.

    A reallocation or a bulk run has one text for several orders. It loses that text if one of these
    orders is among them. Whichever orders these are, a bulk run without orders loses its texts, and
    one whose filter names a personal field loses the filter.

    >>> from datetime import UTC, datetime
    >>> from orderflow.commands import CancelOrder
    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> cancel = CancelOrder(seller_id="acme", order_id="A-1", reason="Ann moved away", at=at)
    >>> erase(cancel, {"A-1"}).reason
    ''
    >>> erase(cancel, {"A-2"}) is cancel
    True

    Args:
        value: An order, an event, a command or an outcome.
        order_ids: The orders.

    Raises:
        InvalidValueError: If the value is none of these, or the orders are not several texts.
    """
    if type(value) not in _ERASABLE:
        raise InvalidValueError("erase.value", "an order, event, command or outcome", value)
    if not isinstance(order_ids, Collection) or isinstance(order_ids, str | bytes):
        raise InvalidValueError("erase.order_ids", "a collection of order ids", order_ids)
    return _erase(value, order_ids)


def _erase(value: Erasable, order_ids: Collection[str]) -> Erasable:
    changes: dict[str, Any]
    match value:
        case Outcome(events=events, orders=orders):
            changes = {"events": _each(events, order_ids), "orders": _each(orders, order_ids)}
        case PlaceOrders(orders=orders):
            changes = {"orders": _each(orders, order_ids)}
        case _ if not set(orders_of(value)).isdisjoint(order_ids):
            return _without(value)
        case StartBulk(orders=()):
            return _without(value)
        case StartBulk(where=where) if _names_customers(where):
            changes = {"where": ERASED}
        case _:
            return value
    return _changed(value, changes)


def _names_customers(where: str) -> bool:
    """Whether a filter may have a condition on a personal field. In doubt, it has one."""
    plain = where.replace('"', "").replace("'", "")
    return any(name in plain for name in CONDITIONS)


def has_personal_data(value: Order | Event | Command) -> bool:
    """Whether a value has any personal data."""
    return _without(value) is not value


def erased_fields(order: Order, at: datetime) -> dict[str, Any]:
    """Return the fields of an order that change when its personal data is erased."""
    erased = _without(order)
    names = (*PERSONAL[Order], *NESTED[Order])
    return {"erased_at": at, **{name: getattr(erased, name) for name in names}}


def orders_of(value: Order | Event | Command) -> Sequence[str]:
    """Return the ids of the orders that an event or a command is about."""
    match value:
        case PlaceOrders(orders=orders):
            return [order.order_id for order in orders]
        case ReallocateUnits(changes=changes):
            return [each.order_id for each in changes]
        case StartBulk(orders=orders):
            return [order_id for order_id, _ in orders]
        case ErasePersonalData(order_ids=order_ids):
            return order_ids
        case OrderReallocated(order_id=order_id, others=others):
            return (order_id, *others)
        case _:
            of_order: str | None = getattr(value, "order_id", None)
            return () if of_order is None else (of_order,)


def _each(values: tuple[Erasable, ...], order_ids: Collection[str]) -> tuple[Erasable, ...]:
    """Return values without the personal data of some orders; the same tuple if they have none."""
    return _same_or(values, tuple([_erase(each, order_ids) for each in values]))


def _without(value: T) -> T:
    """Return a value without all its personal data; the same object if it has none."""
    kind = type(value)
    changes = dict(PERSONAL.get(kind, {}))
    for name in NESTED.get(kind, ()):
        inner = getattr(value, name)
        if isinstance(inner, tuple):
            changes[name] = _same_or(inner, tuple(map(_without, inner)))
        else:
            changes[name] = _without(inner)
    return _changed(value, changes)


def _same_or(old: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    return old if all(a is b for a, b in zip(old, new, strict=True)) else new


def _changed(value: T, changes: dict[str, Any]) -> T:
    """Return a value with other fields; the same object if they are as they were."""
    changed = {name: new for name, new in changes.items() if getattr(value, name) != new}
    # Every `T` here is a class of attrs, which a type variable cannot say.
    evolved: T = attrs.evolve(value, **changed) if changed else value  # type: ignore[misc]
    return evolved
