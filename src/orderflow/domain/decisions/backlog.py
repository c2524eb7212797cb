"""Allocation of a whole backlog: orders and stock in, an outcome out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.allocation.postponing import end_postponements, postpone_far
from orderflow.domain.allocation.serving import serve
from orderflow.domain.allocation.serving_state import ServingState
from orderflow.domain.decisions.difference import outcome_of
from orderflow.domain.decisions.short_orders import handle_short_orders
from orderflow.domain.decisions.splitting import split_by_policy
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_moment,
    require_policy,
    tuple_of,
)
from orderflow.domain.model.horizon import is_far
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import Stock
from orderflow.domain.state.draft import Draft
from orderflow.domain.state.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orderflow.domain.model.outcome import Outcome

__all__ = ["allocate"]

_DEFAULT = AllocationPolicy()
_NEW = Status.NEW
_WAIT = frozenset({_NEW, Status.ON_BACK_ORDER})


def allocate(
    orders: Iterable[Order],
    stock: Iterable[Stock],
    policy: AllocationPolicy = _DEFAULT,
    *,
    at: datetime,
) -> Outcome:
    """Allocate the stock of one seller to all of the seller's waiting orders.

    These are the new orders, those on back order, and the postponed ones whose day is near. The
    rules are the same as for commands. Orders of any other status do not change.

    >>> from datetime import UTC, datetime
    >>> from orderflow import Order, OrderLine, Stock, StockKey
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> def order(order_id, quantity):
    ...     lines = (OrderLine("1", "MUG", quantity),)
    ...     return Order(order_id=order_id, seller_id="acme", warehouse_id="leeds",
    ...                  lines=lines, placed_at=noon)
    >>> mugs = Stock(StockKey("acme", "leeds", "MUG"), on_hand=6)
    >>> outcome = allocate([order("1", 5), order("2", 3)], [mugs], at=noon)
    >>> [(order.order_id, order.status.value, order.short) for order in outcome.orders]
    [('1', 'ALLOCATED', 0), ('2', 'ON_BACK_ORDER', 2)]

    Args:
        orders: The orders of one seller.
        stock: The stock records of the same seller. A product without a record has no units.
        policy: Who gets the stock.
        at: The moment of the allocation.

    Returns:
        The events, and the orders and stock records that changed.

    Raises:
        InvalidValueError: If an argument is not valid, or the orders and the stock are not all of
            one seller.
    """
    require_policy("allocate.policy", policy)
    at = require_moment("allocate.at", at)
    backlog = tuple_of("allocate.orders", orders, Order)
    records = tuple_of("allocate.stock", stock, Stock)
    seller_id = _seller_of(backlog, records)
    draft = Draft(State.of(seller_id, backlog, records), policy, at)
    serving = ServingState(draft)
    serving.to_allocate.update([order.order_id for order in backlog if order.status is _NEW])
    postponed = [order for order in backlog if order.status is Status.POSTPONED]
    end_postponements(draft, [order for order in postponed if not is_far(order, policy, at)])
    waiting = [order for order in backlog if order.status in _WAIT]
    waiting = postpone_far(draft, waiting, again=True)
    deallocate_incomplete(draft, waiting)
    serve(serving, waiting)
    handle_short_orders(serving)
    split_by_policy(serving)
    return outcome_of(serving)


def _seller_of(orders: Sequence[Order], stock: Sequence[Stock]) -> str:
    sellers = dict.fromkeys([order.seller_id for order in orders])
    sellers.update(dict.fromkeys([record.key.seller_id for record in stock]))
    validators.require(
        ok=len(sellers) <= 1,
        field="allocate.orders",
        demand="orders and stock of one seller; call it once for each",
        value=list(sellers),
    )
    return next(iter(sellers), "")
