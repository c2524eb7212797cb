"""The only place where state changes: what each event makes of an order and of the stock.

An order event moves stock in one way only: a record's allocated units are the sum of what the
lines of the orders hold of it, so they change by the difference between the order before and
after. Two events take units off the shelf as well: a despatch all that the order held, a short
pick what was not found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import attrs

from orderflow.domain.model.edits import apply_edits
from orderflow.domain.model.events import (
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    HoldReleased,
    LineUnits,
    OrderAllocated,
    OrderCancelled,
    OrderChange,
    OrderDeallocated,
    OrderDelivered,
    OrderDespatched,
    OrderEdited,
    OrderEvent,
    OrderHeld,
    OrderPartlyAllocated,
    OrderPassedOver,
    OrderPlaced,
    OrderPutOnBackOrder,
    OrderRecalled,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderSplit,
    OrderSplitOff,
    OrderWaitedEnough,
    StockAdjusted,
    StockBookedIn,
)
from orderflow.domain.model.lifecycle import next_status
from orderflow.domain.model.order import (
    BackOrderWait,
    Hold,
    Order,
    OrderLine,
    fields_of,
    is_covered,
    order_of,
    with_units,
)
from orderflow.domain.model.status import Status
from orderflow.errors import TransitionError

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.stock import ExpectedReceipt

__all__ = ["evolve_order", "evolve_receipt", "served", "stock_moves", "units_come", "units_left"]

_HELD, _WAITING, _ALLOCATED = Status.ON_HOLD, Status.ON_BACK_ORDER, Status.ALLOCATED
_AGREES = (_ALLOCATED, _WAITING)


def evolve_order(order: Order | None, event: OrderEvent) -> Order:
    """Return the order as the event leaves it.

    Raises:
        TransitionError: If the event cannot happen to the order as it is.
    """
    match event:
        case OrderPlaced() | OrderSplitOff():
            if order is not None:
                raise TransitionError(f"order {order.order_id!r} was placed twice")
            return event.order
        case _ if order is None:
            raise TransitionError(
                f"{type(event).__name__} cannot happen to order {event.order_id!r} "
                f"before it was placed"
            )
        case _:
            return _next(order, event, _changes(order, event))


def served(order: Order, lines: tuple[OrderLine, ...], wait: BackOrderWait | None) -> Order:
    """Return a new or waiting order as it is once its lines have taken stock.

    This is what `evolve_order` makes of the events of allocation, for a caller that has built
    the lines already: a whole backlog is allocated through it.

    Args:
        order: The order before.
        lines: Its lines with what they have taken.
        wait: How it fares on back order, or `None` if it is covered.
    """
    fields = fields_of(order)
    fields["lines"] = lines
    fields["status"] = _ALLOCATED if wait is None else _WAITING
    fields["wait"] = wait
    fields["version"] += 1
    return order_of(fields)


def stock_moves(before: Order | None, after: Order) -> dict[str, int]:
    """Return how many more units the order holds of each product after an event.

    Products of which it holds as many as before may be missing, or stand there with 0.
    """
    moves: dict[str, int] = {}
    if before is not None and before.lines is after.lines:
        return moves
    for line in after.lines:
        if line.allocated:
            moves[line.sku] = moves.get(line.sku, 0) + line.allocated
    if before is not None:
        for line in before.lines:
            if line.allocated:
                moves[line.sku] = moves.get(line.sku, 0) - line.allocated
    return moves


def units_left(before: Order | None, event: OrderEvent) -> dict[str, int]:
    """Return how many units of each product went off the shelf with an event."""
    left: dict[str, int] = {}
    if before is not None:
        match event:
            case OrderDespatched():
                for line in before.lines:
                    left[line.sku] = left.get(line.sku, 0) + line.allocated
            case OrderShortPicked(units=units):
                for line_id, missing in units:
                    sku = before.line(line_id).sku
                    left[sku] = left.get(sku, 0) + missing
            case _:
                pass
    return left


def units_come(event: StockBookedIn | StockAdjusted) -> int:
    """Return by how many units an event raised the stock on hand; below 0 it lowered it."""
    match event:
        case StockBookedIn():
            return event.received
        case StockAdjusted():
            return event.change
        case _:
            assert_never(event)


def evolve_receipt(receipt: ExpectedReceipt, event: StockBookedIn) -> ExpectedReceipt | None:
    """Return what is still to come of a receipt after a booking-in against it."""
    rest = receipt.quantity - event.received - event.rejected
    if not event.more_to_come or rest <= 0:
        return None
    return attrs.evolve(receipt, quantity=rest)


def _changes(order: Order, event: OrderChange) -> dict[str, Any]:
    """Return the fields that the event gives another value, but for status and version."""
    match event:
        case OrderAllocated() | OrderPartlyAllocated() | OrderPutOnBackOrder():
            return {"lines": _gained(order.lines, event.units)}
        case OrderDespatched():
            return {"lines": _emptied(order.lines)}
        case (
            OrderSentToWarehouse()
            | OrderDelivered()
            | CancellationRequested()
            | CancellationRejected()
        ):
            return {}
        case OrderDeallocated() | OrderRecalled() | OrderShortPicked():
            return {"lines": _lost(order.lines, event.units)}
        case OrderCancelled() | CancellationAccepted():
            return {"lines": _emptied(order.lines), "holds": ()}
        case OrderEdited():
            return apply_edits(order, event.edits)
        case OrderSplit():
            return {
                "lines": _without(order.lines, event.units),
                "split_count": order.split_count + 1,
            }
        case OrderPassedOver():
            wait = _wait(order, event.at)
            return {"wait": BackOrderWait(wait.since, wait.passed_over + 1, wait.allows_partial)}
        case OrderWaitedEnough():
            wait = _wait(order, event.at)
            return {"wait": BackOrderWait(wait.since, wait.passed_over, allows_partial=True)}
        case OrderHeld():
            return {"holds": _with_hold(order.holds, event.hold)}
        case HoldReleased():
            kept = (hold for hold in order.holds if hold.reason not in event.reasons)
            return {"holds": tuple(kept)}
        case _:
            assert_never(event)


def _next(order: Order, event: OrderChange, changes: dict[str, Any]) -> Order:
    fields = fields_of(order)
    fields.update(changes)
    lines = fields["lines"]
    status = next_status(order, type(event), lines, fields["holds"])
    if status in _AGREES and is_covered(lines) is not (status is _ALLOCATED):
        raise TransitionError(
            f"{type(event).__name__} cannot leave order {order.order_id!r} {status}: "
            f"its lines do not agree with that"
        )
    fields["status"] = status
    fields["version"] += 1
    if status is _WAITING:
        fields["wait"] = fields["wait"] or BackOrderWait(event.at)
    elif status is not _HELD or is_covered(lines):
        fields["wait"] = None
    return order_of(fields)


def _wait(order: Order, at: datetime) -> BackOrderWait:
    return order.wait or BackOrderWait(at)


def _gained(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    gains = dict(units)
    gained = []
    for line in lines:
        allocated = line.allocated + gains.pop(line.line_id, 0)
        if not 0 <= allocated <= line.quantity:
            raise TransitionError(
                f"line {line.line_id!r} cannot hold {allocated} of its {line.quantity} units"
            )
        if allocated != line.allocated:
            line = with_units(line, line.quantity, allocated)  # noqa: PLW2901 - as it is now
        gained.append(line)
    if gains:
        raise TransitionError(f"there are no lines {', '.join(gains)} to hold or lose units")
    return tuple(gained)


def _lost(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    return _gained(lines, tuple([(line_id, -lost) for line_id, lost in units]))


def _emptied(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    return tuple([with_units(line, line.quantity, 0) if line.allocated else line for line in lines])


def _without(lines: tuple[OrderLine, ...], units: LineUnits) -> tuple[OrderLine, ...]:
    leaving = dict(units)
    rest = []
    for line in lines:
        left = leaving.get(line.line_id, 0)
        if not left:
            rest.append(line)
        elif left < line.quantity:
            rest.append(
                OrderLine(line.line_id, line.sku, line.quantity - left, line.allocated - left)
            )
    return tuple(rest)


def _with_hold(holds: tuple[Hold, ...], hold: Hold) -> tuple[Hold, ...]:
    others = (other for other in holds if other.reason is not hold.reason)
    return tuple(sorted((*others, hold), key=lambda each: each.reason))
