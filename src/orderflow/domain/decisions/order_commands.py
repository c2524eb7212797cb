"""The changes of each order command, before the queues are served.

Each function refuses what the lifecycle does not allow, then emits the events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.postponing import follow_day
from orderflow.domain.decisions.shortfall import cancel_if_requested
from orderflow.domain.decisions.sourcing import in_first_warehouse, move_parts, plans_of
from orderflow.domain.decisions.splitting import split_at_warehouse
from orderflow.domain.model.chosen_lines import resolve_edits
from orderflow.domain.model.commands import PinOrder, PlaceOrder
from orderflow.domain.model.edits import apply_edits
from orderflow.domain.model.events import (
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    DeallocationReason,
    HoldReleased,
    OrderCancelled,
    OrderDeallocated,
    OrderDelivered,
    OrderDespatched,
    OrderEdited,
    OrderHeld,
    OrderPinned,
    OrderPlaced,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderUnpinned,
)
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.order import allocated_units
from orderflow.domain.model.status import Status
from orderflow.errors import (
    ActionRefusedError,
    DuplicateOrderError,
    HoldRefusedError,
    ReplacementRefusedError,
    SendRefusedError,
    ShortPickRefusedError,
)
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.commands import (
        CancelOrder,
        DespatchOrder,
        EditOrder,
        HoldOrder,
        PlaceOrders,
        RejectCancellation,
        ReleaseHold,
        ReportShortPick,
        RequestCancellation,
        UnpinOrder,
    )
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.draft import Draft

__all__ = [
    "accept_cancellation",
    "allocate",
    "cancel",
    "deliver",
    "despatch",
    "edit",
    "hold",
    "pin",
    "place",
    "reject_cancellation",
    "release",
    "report_short_pick",
    "request_cancellation",
    "send",
]

_SECOND = "%Y-%m-%d %H:%M:%S"


def place(serving: ServingState, command: PlaceOrder | PlaceOrders) -> None:
    """Place new orders, and allocate stock to them if the command says so."""
    draft, sourcing = serving.draft, command.sourcing
    orders = (command.order,) if isinstance(command, PlaceOrder) else command.orders
    if len(orders) > 1:
        draft.prefetch(orders)
    plans = plans_of(serving, orders, sourcing) if sourcing is not None else {}
    for order in orders:
        _check_is_new(draft, order)
        plan = plans.get(order.order_id)
        draft.emit(OrderPlaced(draft.at, in_first_warehouse(order, plan) if plan else order))
    for order in orders:
        parts = move_parts(draft, order, plans[order.order_id]) if plans else (order,)
        if command.allocate:
            for part in parts:
                serving.allocate(part)


def _check_is_new(draft: Draft, order: Order) -> None:
    taken = draft.find(order.order_id)
    if taken is not None:
        raise DuplicateOrderError(order.seller_id, order.order_id, taken.split_from)
    if order.replaces is not None:
        _check_replaced(draft, order, order.replaces)


def _check_replaced(draft: Draft, order: Order, replaced_id: str) -> None:
    replaced = draft.order(replaced_id)
    if replaced.status is not Status.CANCELLED:
        raise ReplacementRefusedError(
            order.order_id,
            f"it is to replace order {replaced_id!r}, which is {replaced.status}; cancel that one "
            f"first",
        )


def allocate(serving: ServingState, order: Order) -> None:
    """Allocate stock to a new order."""
    require_action(order.order_id, order.status, Action.ALLOCATE)
    serving.allocate(order)


def hold(draft: Draft, order: Order, command: HoldOrder) -> None:
    """Put an order on hold, with its stock or without."""
    require_action(order.order_id, order.status, Action.HOLD)
    until = command.hold.until
    if until is not None and until <= draft.at:
        raise HoldRefusedError(
            order.order_id,
            f"it would have ended at {until:{_SECOND}} UTC, and it is {draft.at:{_SECOND}} UTC; "
            f"give it a later end, or none",
        )
    draft.emit(OrderHeld(*draft.name(order), command.hold))
    units = allocated_units(order)
    if units and command.deallocate:
        draft.emit(OrderDeallocated(*draft.name(order), units, DeallocationReason.HOLD))


def release(draft: Draft, order: Order, command: ReleaseHold) -> None:
    """Release one hold of an order, or all of them."""
    reasons = tuple(hold.reason for hold in order.holds)
    stored = draft.view.order(order.order_id)
    ended = {hold.reason for hold in stored.holds}.difference(reasons) if stored else set()
    if command.reason in ended or (command.reason is None and ended and not reasons):
        return  # the hold has just ended, and this command has already released it
    require_action(order.order_id, order.status, Action.RELEASE_HOLD)
    if command.reason is not None:
        if command.reason not in reasons:
            raise ActionRefusedError(
                order.order_id,
                f"on hold for {', '.join(reasons)}",
                f"release it from {command.reason}",
                tuple(f"release {reason}" for reason in reasons),
            )
        reasons = (command.reason,)
    draft.emit(HoldReleased(*draft.name(order), reasons))


def edit(draft: Draft, order: Order, command: EditOrder) -> None:
    """Apply all edits, or none."""
    require_action(order.order_id, order.status, Action.EDIT)
    edits = resolve_edits(order, command.edits)
    apply_edits(order, edits)  # refuses an impossible edit before there is an event
    draft.emit(OrderEdited(*draft.name(order), edits))
    follow_day(draft, order)


def pin(draft: Draft, order: Order, command: PinOrder | UnpinOrder) -> None:
    """Pin an order that is not pinned, or unpin one that is."""
    pins = isinstance(command, PinOrder)
    action, other = (Action.PIN, Action.UNPIN) if pins else (Action.UNPIN, Action.PIN)
    require_action(order.order_id, order.status, action)
    if order.pinned is pins:
        state = "pinned already" if pins else "not pinned"
        raise ActionRefusedError(order.order_id, state, action, (other,))
    draft.emit((OrderPinned if pins else OrderUnpinned)(*draft.name(order)))


def cancel(draft: Draft, order: Order, command: CancelOrder) -> None:
    """Cancel an order."""
    require_action(order.order_id, order.status, Action.CANCEL)
    draft.emit(OrderCancelled(*draft.name(order), command.reason))


def send(draft: Draft, order: Order) -> None:
    """Send an order to the warehouse, unless its day has not come."""
    require_action(order.order_id, order.status, Action.SEND_TO_WAREHOUSE)
    if order.not_before is not None and draft.at < order.not_before:
        raise SendRefusedError(
            order.order_id,
            f"it must not leave before {order.not_before:{_SECOND}} UTC, and it is "
            f"{draft.at:{_SECOND}} UTC; send it then, or change the day with an edit",
            order.not_before,
        )
    draft.emit(OrderSentToWarehouse(*draft.name(order)))


def request_cancellation(draft: Draft, order: Order, command: RequestCancellation) -> None:
    """Ask the warehouse to cancel an order."""
    require_action(order.order_id, order.status, Action.REQUEST_CANCELLATION)
    draft.emit(CancellationRequested(*draft.name(order), command.reason))


def accept_cancellation(draft: Draft, order: Order) -> None:
    """Cancel an order with the agreement of the warehouse."""
    require_action(order.order_id, order.status, Action.ACCEPT_CANCELLATION)
    draft.emit(CancellationAccepted(*draft.name(order)))


def reject_cancellation(draft: Draft, order: Order, command: RejectCancellation) -> None:
    """Record that the warehouse refuses to cancel an order."""
    require_action(order.order_id, order.status, Action.REJECT_CANCELLATION)
    draft.emit(CancellationRejected(*draft.name(order), command.reason))


def report_short_pick(draft: Draft, order: Order, command: ReportShortPick) -> None:
    """Write off the units that the warehouse did not find."""
    require_action(order.order_id, order.status, Action.REPORT_SHORT_PICK)
    found = {}
    for each in command.picked:
        line = order.line(each.line_id)
        if each.units >= line.allocated:
            raise ShortPickRefusedError(
                order.order_id,
                f"line {each.line_id!r} has {counted(line.allocated, 'unit')} allocated, found: "
                f"{each.units}; name only lines that were not found in full",
            )
        found[each.line_id] = each.units
    missing = tuple(
        (line.line_id, line.allocated - found[line.line_id])
        for line in order.lines
        if line.line_id in found
    )
    draft.emit(OrderShortPicked(*draft.name(order), missing))
    cancel_if_requested(draft, order)


def despatch(draft: Draft, order: Order, command: DespatchOrder) -> None:
    """Mark an order as despatched, and reject an open cancellation request.

    If a part of it has left, the rest is split off first.
    """
    require_action(order.order_id, order.status, Action.DESPATCH)
    if command.units is not None:
        split_at_warehouse(draft, order, command.units, command.new_order_id)
    if order.status is Status.CANCELLATION_REQUESTED:
        draft.emit(CancellationRejected(*draft.name(order), "it was despatched"))
    draft.emit(OrderDespatched(*draft.name(order)))


def deliver(draft: Draft, order: Order) -> None:
    """Mark an order as delivered."""
    require_action(order.order_id, order.status, Action.DELIVER)
    draft.emit(OrderDelivered(*draft.name(order)))
