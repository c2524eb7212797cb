"""The difference that a decision makes: its outcome, from the draft and the serving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.blocked_on import queue_index
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import LimitRefusedError

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.stock import Stock
    from orderflow.domain.state.draft import Draft

__all__ = ["outcome_of"]

_WAITING, _ALLOCATED = Status.ON_BACK_ORDER, Status.ALLOCATED


def outcome_of(serving: ServingState, order_id: str | None = None) -> Outcome:
    """Return the outcome of a command.

    Args:
        serving: The state of the serving, with the draft of the command.
        order_id: The order that the command names, if any.

    Raises:
        LimitRefusedError: If an order has had too many events, or too many splits.
    """
    draft = serving.draft
    _check_counts(draft)
    opened, completed = _back_orders(draft)
    stock: list[Stock] = []
    for _, shelf in sorted(draft.shelves.items()):
        stock += shelf.changed()
    receipts = draft.receipts
    return Outcome(
        seller_id=draft.seller_id,
        order_id=order_id,
        events=tuple(draft.events),
        orders=tuple(draft.orders.values()),
        stock=tuple(stock),
        receipts=tuple([each for each in receipts.values() if each is not None]),
        receipts_closed=tuple([key for key, each in receipts.items() if each is None]),
        back_orders_completed=tuple(completed),
        back_orders_opened=tuple(opened),
        policy=draft.new_policy,
        queue_index=tuple(queue_index(serving)),
        unserved=tuple(serving.unserved()),
        next_page=serving.next_page(),
        back_order_limits=draft.new_limits,
    )


def _check_counts(draft: Draft) -> None:
    for order in draft.orders.values():
        if order.version > UNITS_MAX or order.split_count > UNITS_MAX:
            unit = "events" if order.version > UNITS_MAX else "splits"
            count = max(order.version, order.split_count)
            way_out = "place it again under another id"
            raise LimitRefusedError(f"order {order.order_id!r}", unit, count, UNITS_MAX, way_out)


def _back_orders(draft: Draft) -> tuple[list[str], list[str]]:
    """Return the ids of the back orders that the command opened, and of those it completed."""
    opened, completed = [], []
    for order_id, order in draft.orders.items():
        waits = order.status is _WAITING
        if waits or order.status is _ALLOCATED:
            before = draft.view.order(order_id)
            waited = before is not None and before.status is _WAITING
            if waits and not waited:
                opened.append(order_id)
            elif waited and not waits:
                completed.append(order_id)
    return opened, completed
