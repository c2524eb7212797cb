"""Orders that are given up: when their moment has come, once, and as the policy says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.events import OrderGivenUp, SellerReminded, ShortUnitsCancelled
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.short_part import ShortReason
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.state import State

__all__ = ["give_up_violations", "not_given_up"]


def give_up_violations(
    states: Sequence[State], events: Sequence[Event], default_policy: AllocationPolicy
) -> list[str]:
    """Return orders that were given up, or whose seller was reminded, at a wrong moment or twice.

    Args:
        states: The state before the first event, and after each event.
        events: The events, oldest first.
        default_policy: The allocation policy until the first event that changes it.
    """
    found: list[str] = []
    given_up: dict[str, GiveUp] = {}
    for event, state in zip(events, states, strict=False):
        policy = state.policy or default_policy
        match event:
            case OrderGivenUp():
                found += _given_up_wrongly(state.orders[event.order_id], event, policy)
                given_up[event.order_id] = event.how
            case SellerReminded():
                found += _reminded_wrongly(state.orders[event.order_id], event, policy)
            case ShortUnitsCancelled(order_id=order_id, reason=ShortReason.GIVEN_UP):
                if given_up.get(order_id) is not GiveUp.CANCEL_SHORT:
                    found.append(f"order {order_id!r}: short units cancelled, but not given up")
            case _:
                pass
    return found


def not_given_up(orders: Iterable[Order], policy: AllocationPolicy, at: datetime) -> list[str]:
    """Return the orders that `RunDue` at a moment should have given up.

    Args:
        orders: The orders as `RunDue` has left them.
        policy: The allocation policy.
        at: The moment of `RunDue`.
    """
    return [
        f"order {order.order_id!r} is on back order and was to be given up at {moment}"
        for order in orders
        if order.status is Status.ON_BACK_ORDER
        and (moment := _moment(order, policy)) is not None
        and moment <= at
        and order.wait is not None
        and not order.wait.given_up
    ]


def _given_up_wrongly(order: Order, event: OrderGivenUp, policy: AllocationPolicy) -> Iterator[str]:
    name = f"order {event.order_id!r}"
    if order.wait is not None and order.wait.given_up:
        yield f"{name} was given up twice"
    if event.due_at != _moment(order, policy) or event.due_at > event.at:
        yield f"{name} was given up at {event.at}, as due at {event.due_at}"
    if event.how is not policy.give_up:
        yield f"{name} was given up by {event.how}, despite {policy.give_up}"


def _reminded_wrongly(
    order: Order, event: SellerReminded, policy: AllocationPolicy
) -> Iterator[str]:
    name = f"order {event.order_id!r}"
    if order.wait is not None and (order.wait.reminded or order.wait.given_up):
        yield f"{name}: its seller was reminded twice"
    if event.gives_up_at != _moment(order, policy) or not event.due_at <= event.at:
        yield f"{name}: its seller was reminded at {event.at} of {event.gives_up_at}"


def _moment(order: Order, policy: AllocationPolicy) -> datetime | None:
    after = policy.give_up_after if order.give_up_after is None else order.give_up_after
    return None if order.wait is None or after is None else order.wait.since + after
