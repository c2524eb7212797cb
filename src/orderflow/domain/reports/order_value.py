"""The value of an order: an exact number in a custom field that the user names."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import require_identifier, require_order

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["order_value", "sum_of_values"]

_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,6})?")
# A context of its own, wide enough for the sum of any values: the host's may round.
_EXACT = Context(prec=60)


def order_value(order: Order, value_field: str) -> Decimal | None:
    """Return the value of an order, or `None` if it is not known.

    It is known if the custom field has a number of at most 15 digits before the point and 6 after
    it. Of an order that was split it is not known: the field says what all its parts are worth.

    Raises:
        InvalidValueError: If an argument is not valid.
    """
    require_order("order_value.order", order)
    require_identifier("order_value.value_field", value_field)
    if order.split_from is not None or order.split_count:
        return None
    text = dict(order.custom_fields).get(value_field, "").strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def sum_of_values(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Return the sum of the values that are known, exactly; `None` if neither is.

    >>> sum_of_values(Decimal("0.10"), Decimal("0.20")), sum_of_values(None, None)
    (Decimal('0.30'), None)
    """
    if first is None or second is None:
        return second if first is None else first
    return _EXACT.add(first, second)
