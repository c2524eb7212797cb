"""Weights: what completing an order is worth in a plan, in whole numbers, so that it is exact."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_identifier
from orderflow.domain.model.order import Order
from orderflow.domain.model.terms import Term

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Weight", "WeightOf", "order_value", "weight_function"]

WEIGHT_MAX = 10**10
VALUE_PARTS = 1_000
"""A value is weighed in thousandths."""

WeightOf = Callable[[Order], int | None]
"""Returns the weight of an order, or `None` if it has none."""

_VALUE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?", re.ASCII)
_DAY = timedelta(days=1)


class Weight(Term):
    """What completing an order is worth.

    Attributes:
        ORDERS: 1. So a plan completes as many orders as it can.
        UNITS: The units of the order.
        PRIORITY: 1 for a priority of 0 or less, 2 for 1, 3 for 2, …
        AGE: The whole days since it was placed, and 1 for a younger order.
        VALUE: The number in a custom field.
    """

    ORDERS = "ORDERS"
    UNITS = "UNITS"
    PRIORITY = "PRIORITY"
    AGE = "AGE"
    VALUE = "VALUE"


def order_value(order: Order, field: str) -> int | None:
    """Return the value of an order in thousandths, or `None` if it is not known.

    It is the number in a custom field, such as 49.90, with at most 7 digits before the point and 3
    after it. Without the field, or if the field has another text or 0, the value is not known.

    >>> from datetime import UTC, datetime
    >>> from orderflow import OrderLine
    >>> order = Order(order_id="A", seller_id="acme", lines=(OrderLine("1", "MUG", 1),),
    ...               placed_at=datetime(2026, 3, 2, tzinfo=UTC), custom_fields={"total": "49.90"})
    >>> order_value(order, "total"), order_value(order, "price")
    (49900, None)
    """
    text = dict(order.custom_fields).get(field, "")
    if not _VALUE.fullmatch(text):
        return None
    whole, _, part = text.partition(".")
    return int(whole) * VALUE_PARTS + int(f"{part:0<3}") or None


def weight_function(weight: Weight | WeightOf, value_field: str | None, at: datetime) -> WeightOf:
    """Return the function for a weight. What it returns is checked, and so are the arguments.

    Raises:
        InvalidValueError: If the weight is not known, or the custom field is missing or not needed.
    """
    is_value = weight is Weight.VALUE
    validators.require(
        ok=is_value == (value_field is not None),
        field="rebalance.value_field",
        demand="given exactly if the weight is VALUE: it names the custom field of the values",
        value=value_field,
    )
    if value_field is not None:
        require_identifier("rebalance.value_field", value_field)
    if isinstance(weight, Weight):
        return _checked(_known(weight, str(value_field), at))
    demand = f"one of {', '.join(Weight)}, or a function of an order"
    validators.require(ok=callable(weight), field="rebalance.weight", demand=demand, value=weight)
    return _checked(weight)


def _known(weight: Weight, value_field: str, at: datetime) -> WeightOf:
    match weight:
        case Weight.ORDERS:
            return lambda _order: 1
        case Weight.UNITS:
            return lambda order: order.units
        case Weight.PRIORITY:
            return lambda order: 1 + max(0, order.priority)
        case Weight.AGE:
            return lambda order: max(1, (at - order.placed_at) // _DAY)
        case Weight.VALUE:
            return lambda order: order_value(order, value_field)
    assert_never(weight)


def _checked(weight_of: WeightOf) -> WeightOf:
    def checked(order: Order) -> int | None:
        weight = weight_of(order)
        validators.require(
            ok=weight is None or (type(weight) is int and 1 <= weight <= WEIGHT_MAX),
            field=f"rebalance.weight({order.order_id!r})",
            demand=f"{validators.whole_demand(1, WEIGHT_MAX)}, or None if it has no weight; "
            "give a price in its smallest coin",
            value=weight,
        )
        return weight

    return checked
