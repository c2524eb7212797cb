"""The actions on one order: whether each is allowed now, and what it would change.

Nothing is guessed. The effect of an action is what `decide` returns for it on the current state.
If that depends on the details of the command, the lifecycle gives the possible statuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.effects_of_time import effects_of_time
from orderflow.domain.decisions.reallocating import require_units_to_give
from orderflow.domain.decisions.returning import require_units_out
from orderflow.domain.model.arguments import (
    require_identifier,
    require_moment,
    require_policy,
    require_view,
)
from orderflow.domain.model.commands import (
    AcceptCancellation,
    AllocateOrder,
    CancelOrder,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    HoldOrder,
    OrderCommand,
    PinOrder,
    RejectCancellation,
    ReleaseHold,
    RequestCancellation,
    SendOrderToWarehouse,
    SplitOrder,
    UnpinOrder,
)
from orderflow.domain.model.edits import RemoveLine
from orderflow.domain.model.horizon import is_far
from orderflow.domain.model.lifecycle import (
    ACTIONS,
    TRANSITIONS,
    Action,
    allowed_actions,
    require_action,
)
from orderflow.domain.model.order import Hold, HoldReason, units_by_sku, units_out
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import AllocationPolicy, short_part_of
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.errors import OrderNotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.view import View

__all__ = ["ActionAnswer", "actions", "cancelling_command"]

_DEFAULT = AllocationPolicy()


@attrs.frozen(kw_only=True)
class ActionAnswer:
    """Whether one action is allowed now, and what it would lead to.

    Attributes:
        action: The action.
        allowed: Whether it may be done now.
        reason: Why it is not allowed; otherwise empty.
        leads_to: The status that the order would have. If it depends on the details of the
            command, all possible statuses, unless an edit changes the short part too. Empty if the
            action is not allowed.
        units: The units of the action, as pairs of a SKU and a number. For a split, those that
            would be split off. For a reallocation, those that it has to give. For a removal of
            lines, those of the short lines. For stock to send, those that the order is short of.
            For a return, those that can come back.
        outcome: The changes, if they do not depend on the details of the command.
    """

    action: Action
    allowed: bool
    reason: str = ""
    leads_to: tuple[Status, ...] = ()
    units: tuple[tuple[str, int], ...] = ()
    outcome: Outcome | None = None


def actions(
    order_id: str, view: View, at: datetime, default_policy: AllocationPolicy = _DEFAULT
) -> tuple[ActionAnswer, ...]:
    """Return for every action whether one order allows it now, and if not, why.

    Args:
        order_id: The order.
        view: The state of the seller.
        at: The present moment.
        default_policy: The policy to use if the seller has none of its own.

    Raises:
        InvalidValueError: If an argument is not valid.
        OrderNotFoundError: If the seller has no such order.
    """
    require_identifier("actions.order_id", order_id)
    require_view("actions.view", view)
    require_policy("actions.default_policy", default_policy)
    at = require_moment("actions.at", at)
    order = view.order(order_id)
    if order is None:
        raise OrderNotFoundError(view.seller_id, order_id)
    policy = view.policy or default_policy
    released = effects_of_time(view, policy, at)
    order = next((each for each in released.orders if each.order_id == order_id), order)
    return tuple(_answer(action, order, view, at, policy) for action in Action)


def cancelling_command(status: Status) -> type[CancelOrder | RequestCancellation] | None:
    """Return the command that cancels an order of this status, or asks the warehouse to.

    Returns `None` if neither is allowed.

    >>> cancelling_command(Status.ALLOCATED), cancelling_command(Status.DESPATCHED)
    (<class 'orderflow.domain.model.commands.CancelOrder'>, None)
    """
    allowed = allowed_actions(status)
    if Action.CANCEL in allowed:
        return CancelOrder
    return RequestCancellation if Action.REQUEST_CANCELLATION in allowed else None


def _answer(
    action: Action, order: Order, view: View, at: datetime, policy: AllocationPolicy
) -> ActionAnswer:
    try:
        require_action(order.order_id, order.status, action)
        if action is Action.RETURN_UNITS:
            require_units_out(order)
        if action is Action.REALLOCATE:
            require_units_to_give(order)
        command = _example(action, order, at)
        outcome = decide(command, view, policy) if command is not None else None
    except RefusedError as refusal:
        return ActionAnswer(action=action, allowed=False, reason=str(refusal))
    if outcome is None or outcome.order is None:
        is_limited = any(limit.is_in_force(at) for limit in view.back_order_limits)
        leads_to = _possible(order, action, policy, at, is_limited=is_limited)
    else:
        leads_to = (outcome.order.status,)
    if action is Action.SPLIT and order.status is Status.ALLOCATED:
        outcome = None  # the command names the units
    return ActionAnswer(
        action=action,
        allowed=True,
        leads_to=leads_to,
        units=_units(action, order, outcome),
        outcome=outcome,
    )


def _example(action: Action, order: Order, at: datetime) -> OrderCommand | None:
    """Return a command for the action, if its effect does not depend on the details."""
    seller_id, order_id = order.seller_id, order.order_id
    simple = _SIMPLE.get(action)
    if simple is not None:
        return simple(seller_id=seller_id, order_id=order_id, at=at)
    if action is Action.HOLD:
        hold = Hold(HoldReason.OTHER)
        return HoldOrder(seller_id=seller_id, order_id=order_id, at=at, hold=hold)
    if action is Action.SPLIT:
        units = _some_units(order) if order.status is Status.ALLOCATED else None
        return SplitOrder(seller_id=seller_id, order_id=order_id, at=at, units=units)
    if action is Action.REMOVE_LINE and order.wait is not None:
        changes = tuple(RemoveLine(line.line_id) for line in order.short_lines)
        return EditOrder(seller_id=seller_id, order_id=order_id, at=at, edits=changes)
    return None


def _some_units(order: Order) -> LineUnits:
    """Return units that can be split off an allocated order, if any can."""
    first = order.lines[0]
    return ((first.line_id, first.quantity if len(order.lines) > 1 else 1),)


def _possible(
    order: Order, action: Action, policy: AllocationPolicy, at: datetime, *, is_limited: bool
) -> tuple[Status, ...]:
    status = order.status
    if action is Action.REPORT_SHORT_PICK and status is Status.CANCELLATION_REQUESTED:
        return (Status.CANCELLED,)  # it comes back, so it can be cancelled
    targets: dict[Status, None] = {}
    for way in ACTIONS[action]:
        targets.update(dict.fromkeys(TRANSITIONS[status].get(way[0], ())))
    waits = Status.ON_BACK_ORDER in targets
    if waits and action in _ARE_OFFERED_STOCK:  # it may be available for the order
        targets[Status.ALLOCATED] = None
    if waits and is_far(order, policy, at):
        del targets[Status.ON_BACK_ORDER]
        targets[Status.POSTPONED] = None
    if action is Action.EDIT and policy.allocation_horizon is not None and status in _FOLLOWS_DAY:
        targets.update(dict.fromkeys(_FOLLOWS_DAY))
    if action in _MAY_MAKE_SHORT:
        instead = _INSTEAD_OF_WAITING[short_part_of(order, policy)]
        waits = Status.ON_BACK_ORDER in targets
        if waits and instead:
            del targets[Status.ON_BACK_ORDER]
            targets.update(dict.fromkeys(instead))
        elif waits and is_limited:
            targets[Status.CANCELLED] = None  # all its units may be above a limit
    return tuple(targets)


def _units(action: Action, order: Order, outcome: Outcome | None) -> tuple[tuple[str, int], ...]:
    units: dict[str, int] = {}
    if action is Action.SPLIT and outcome is not None:
        lines = [
            (line.sku, line.quantity) for other in outcome.other_orders for line in other.lines
        ]
    elif action is Action.REMOVE_LINE and outcome is not None:
        lines = [(line.sku, line.quantity) for line in order.short_lines]
    elif action is Action.REALLOCATE:
        lines = [(line.sku, line.allocated) for line in order.lines if line.allocated]
    elif action is Action.SEND_STOCK:
        lines = [(line.sku, line.short) for line in order.short_lines]
    elif action is Action.RETURN_UNITS:
        return tuple(units_by_sku(order, units_out(order).items()).items())
    else:
        lines = []
    for sku, quantity in lines:
        units[sku] = units.get(sku, 0) + quantity
    return tuple(units.items())


_FOLLOWS_DAY = (Status.POSTPONED, Status.ALLOCATED, Status.ON_BACK_ORDER)
"""The statuses that an edit of the day can lead to, and from which it can."""

_ARE_OFFERED_STOCK = (
    *(Action.SEND_STOCK, Action.REPORT_SHORT_PICK, Action.MOVE),
    Action.REALLOCATE,
)
"""The actions after which an order that waits is offered stock that may complete it."""

_MAY_MAKE_SHORT = (
    *(Action.EDIT, Action.REPLACE_LINE, Action.REMOVE_LINE, Action.MOVE),
    Action.REPORT_SHORT_PICK,
)

_INSTEAD_OF_WAITING: dict[ShortPart, tuple[Status, ...]] = {
    ShortPart.WAIT: (),
    ShortPart.CANCEL_SHORT: (Status.ALLOCATED, Status.CANCELLED),
    ShortPart.CANCEL_ORDER: (Status.CANCELLED,),
    ShortPart.HOLD: (Status.ON_HOLD,),
}

_SIMPLE: dict[Action, Callable[..., OrderCommand]] = {
    Action.ALLOCATE: AllocateOrder,
    Action.RELEASE_HOLD: ReleaseHold,
    Action.PIN: PinOrder,
    Action.UNPIN: UnpinOrder,
    Action.CANCEL: CancelOrder,
    Action.SEND_TO_WAREHOUSE: SendOrderToWarehouse,
    Action.REQUEST_CANCELLATION: RequestCancellation,
    Action.ACCEPT_CANCELLATION: AcceptCancellation,
    Action.REJECT_CANCELLATION: RejectCancellation,
    Action.DESPATCH: DespatchOrder,
    Action.DELIVER: DeliverOrder,
}
