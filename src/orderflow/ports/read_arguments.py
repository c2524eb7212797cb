"""The checks of the arguments of reads.

`Seller` checks them before a repository sees them. The repositories of orderflow do so too, for
those who read without a `Seller`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import (
    require_function,
    require_identifier,
    require_key,
    require_limit,
    require_moment,
    require_order,
    require_term,
)
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import is_units
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "check_erasable_read",
    "check_events_read",
    "check_orders_read",
    "check_stock_read",
    "check_unit_of_work",
]


def check_unit_of_work(seller_id: object, task: object) -> None:
    """Check the arguments of a method of `Repository` that runs a task.

    Raises:
        InvalidValueError: If one is not valid.
    """
    require_identifier("Repository.seller_id", seller_id)
    require_function("Repository.task", task)


def check_orders_read(
    *, status: object, sku: object, after: object, limit: object
) -> Status | None:
    """Check the arguments of `Reading.orders`, and return the status.

    Raises:
        InvalidValueError: If one is not valid.
    """
    if sku is not None:
        require_identifier("orders.sku", sku)
    if after is not None:
        require_order("orders.after", after)
    require_limit("orders.limit", limit)
    return None if status is None else require_term("orders.status", status, Status)


def check_erasable_read(before: datetime, *, after: object, limit: object) -> datetime:
    """Check the arguments of `Reading.to_erase`, and return `before` in UTC.

    Raises:
        InvalidValueError: If one is not valid.
    """
    if after is not None:
        require_identifier("to_erase.after", after)
    require_limit("to_erase.limit", limit)
    return require_moment("to_erase.before", before)


def check_stock_read(*, after: object, limit: object) -> None:
    """Check the arguments of `Reading.all_stock`.

    Raises:
        InvalidValueError: If one is not valid.
    """
    if after is not None:
        require_key("stock.after", after)
    require_limit("stock.limit", limit)


def check_events_read(
    order_id: object, *, since: datetime | None, after: object, limit: object
) -> datetime | None:
    """Check the arguments of `Reading.events`, and return `since` in UTC.

    Raises:
        InvalidValueError: If one is not valid.
    """
    if order_id is not None:
        require_identifier("events.order_id", order_id)
    if not is_units(after, 0):
        demand = "the number of an event, which is `last` of the previous page, or 0"
        raise InvalidValueError("events.after", demand, after)
    require_limit("events.limit", limit)
    return None if since is None else require_moment("events.since", since)
