"""What a filter can ask about an order: one table of fields, and the kinds of their values.

A field has any number of values in an order: a product for each line, a hold reason for each hold,
a promise or none. The documentation draws its table of fields from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from orderflow.domain.model import validators
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.model.order import HoldReason, Order
from orderflow.domain.model.status import MAY_BE_ALLOCATED, Status
from orderflow.domain.model.terms import Term
from orderflow.errors import InvalidValueError

__all__ = ["CUSTOM_FIELD", "FILTER_FIELDS", "FilterField", "FilterValue", "ValueKind"]

FilterValue = str | int | datetime | timedelta | None
"""A value to compare with. `None` stands for none at all, such as no promise."""

_Values = Iterable[FilterValue]

CUSTOM_FIELD = "field:"
"""What the name of a custom field begins with, in a filter."""

EXPECTED = "expected"
"""The field whose value is not in the order itself."""


EQUALITY = ("=", "!=")
COMPARISONS = (*EQUALITY, "<", "<=", ">", ">=")
"""How a value of an order is compared with the values of a condition."""


class ValueKind(NamedTuple):
    """A kind of values.

    Attributes:
        name: What it is called in the documentation.
        demand: What a value must be, with an example of its text.
        fits: Whether a value is of this kind.
        comparisons: The comparisons that it allows.
        terms: The only values, if they are few.
    """

    name: str
    demand: str
    fits: Callable[[object], bool]
    comparisons: tuple[str, ...] = EQUALITY
    terms: type[Term] | None = None


def _kind_of_terms(name: str, terms: type[Term]) -> ValueKind:
    demand = f"one of {', '.join(terms)}"
    return ValueKind(name, demand, lambda value: value in tuple(terms), terms=terms)


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) <= validators.UNITS_MAX


def _is_duration(value: object) -> bool:
    return value == timedelta(0) or validators.is_duration(value)


TEXT = ValueKind("text", f"{validators.IDENTIFIER_DEMAND}, such as MUG", validators.is_identifier)
CUSTOM_TEXT = ValueKind("long text", validators.NOTE_DEMAND, validators.is_note)
NUMBER = ValueKind("number", "a whole number, such as 3", _is_number, COMPARISONS)
MOMENT = ValueKind(
    "moment",
    f"a day or a time in the years {validators.YEAR_MIN} to {validators.YEAR_MAX}, "
    "such as 2026-03-02 or 2026-03-02T09:30Z",
    validators.is_moment,
    COMPARISONS,
)
DURATION = ValueKind(
    "duration",
    f"a time of at most {validators.DURATION_MAX.days} days, such as 30d, 12h, 90m or 30s",
    _is_duration,
    COMPARISONS,
)
STATUS = _kind_of_terms("status", Status)
HOLD_REASON = _kind_of_terms("hold reason", HoldReason)


class YesNo(Term):
    """Whether something is so of an order."""

    YES = "YES"
    NO = "NO"


YES_NO = _kind_of_terms("yes or no", YesNo)


class FilterField(NamedTuple):
    """A field of an order that a filter can name.

    Attributes:
        name: Its name.
        meaning: What it is, for people.
        kind: The kind of its values.
        values_of: Returns its values in an order, given the time and the expected date.
        may_be_none: Whether an order may have no value of it.
    """

    name: str
    meaning: str
    kind: ValueKind
    values_of: Callable[[Order, datetime, datetime | None], _Values]
    may_be_none: bool = False


def _field(
    name: str, meaning: str, kind: ValueKind, read: Callable[[Order], FilterValue]
) -> FilterField:
    return FilterField(name, meaning, kind, lambda order, _at, _expected: (read(order),))


def _optional(
    name: str, meaning: str, kind: ValueKind, read: Callable[[Order], FilterValue]
) -> FilterField:
    def values(order: Order, _at: datetime, _expected: datetime | None) -> _Values:
        return _if_any(read(order))

    return FilterField(name, meaning, kind, values, may_be_none=True)


def _if_any(value: FilterValue) -> _Values:
    return () if value is None else (value,)


def _waiting(order: Order, at: datetime, _expected: datetime | None) -> _Values:
    since = customer_waits_since(order)
    return () if since is None else (at - since,)


def custom_field(name: str) -> FilterField:
    """Return the field for a custom field of this name."""

    def read(order: Order) -> FilterValue:
        return dict(order.custom_fields).get(name)

    meaning = "the text of the custom field NAME"
    return _optional(f"{CUSTOM_FIELD}{name}", meaning, CUSTOM_TEXT, read)


FILTER_FIELDS = {
    field.name: field
    for field in (
        _field("id", "the order id", TEXT, lambda order: order.order_id),
        _field("seller", "the seller", TEXT, lambda order: order.seller_id),
        _field("warehouse", "the warehouse", TEXT, lambda order: order.warehouse_id),
        _field("status", "the status", STATUS, lambda order: order.status),
        FilterField(
            "sku",
            "a product of any line",
            TEXT,
            lambda order, _at, _expected: [line.sku for line in order.lines],
        ),
        FilterField(
            "short-sku",
            "a product that the order is short of",
            TEXT,
            lambda order, _at, _expected: [
                line.sku for line in order.short_lines if order.status in MAY_BE_ALLOCATED
            ],
            may_be_none=True,
        ),
        _field("units", "the units ordered", NUMBER, lambda order: order.units),
        _field(
            "short-units",
            "the short units",
            NUMBER,
            lambda order: order.short if order.status in MAY_BE_ALLOCATED else 0,
        ),
        _field("allocated-units", "the units allocated", NUMBER, lambda order: order.allocated),
        _field("priority", "the priority", NUMBER, lambda order: order.priority),
        _field("placed", "when it was placed", MOMENT, lambda order: order.placed_at),
        _optional("promised", "the promise", MOMENT, lambda order: order.promised_by),
        _optional("not-before", "when it may be sent from", MOMENT, lambda order: order.not_before),
        FilterField(
            EXPECTED,
            "the date on which it is expected to be covered",
            MOMENT,
            lambda _order, _at, expected: _if_any(expected),
            may_be_none=True,
        ),
        FilterField(
            "age",
            "the time since it was placed",
            DURATION,
            lambda order, at, _expected: (at - order.placed_at,),
        ),
        FilterField(
            "waiting",
            "how long the customer of a back order has waited, since it was placed",
            DURATION,
            _waiting,
            may_be_none=True,
        ),
        FilterField(
            "passed-over",
            "how often it was passed over in its wait",
            NUMBER,
            lambda order, _at, _expected: () if order.wait is None else (order.wait.passed_over,),
            may_be_none=True,
        ),
        FilterField(
            "hold",
            "the reason of any hold",
            HOLD_REASON,
            lambda order, _at, _expected: [hold.reason for hold in order.holds],
            may_be_none=True,
        ),
        _field(
            "pinned",
            "whether it is pinned",
            YES_NO,
            lambda order: YesNo.YES if order.pinned else YesNo.NO,
        ),
        _optional("courier", "the courier", TEXT, lambda order: order.courier),
        _optional(
            "country",
            "the country of the address",
            TEXT,
            lambda order: None if order.ship_to is None else order.ship_to.country,
        ),
        _optional("reference", "the customer's reference", TEXT, lambda o: o.customer_reference),
        _optional("part-of", "the order it was split off from", TEXT, lambda o: o.split_from),
    )
}
"""Every field but the custom ones, by name."""


def filter_field(name: str) -> FilterField:
    """Return the field of this name.

    Raises:
        InvalidValueError: If there is none.
    """
    if isinstance(name, str):
        if name in FILTER_FIELDS:
            return FILTER_FIELDS[name]
        custom = name.removeprefix(CUSTOM_FIELD)
        if custom != name and validators.is_identifier(custom):
            return custom_field(custom)
    demand = f"one of {', '.join(FILTER_FIELDS)} or {CUSTOM_FIELD}NAME for a custom field"
    raise InvalidValueError("Condition.field", demand, name)
