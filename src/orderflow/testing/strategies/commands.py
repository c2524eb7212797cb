"""Strategies for single commands and for histories of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import (
    AcceptCancellation,
    AdjustStock,
    AllocateOrder,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    Command,
    CountStock,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    HoldOrder,
    LimitBackOrders,
    PickedLine,
    PlaceOrder,
    PlaceOrders,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    SplitOrder,
    WithdrawReceipt,
)
from orderflow.domain.model.edits import RemoveLine, RemoveShortLines, ReplaceLine
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.returns import ReturnReason, ReturnState
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.state.state import State
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies.choices import Chooser
from orderflow.testing.strategies.values import (
    SCOPE,
    Scope,
    draw_edits,
    draw_hold,
    draw_key,
    draw_line_id,
    draw_order,
    draw_policy,
    minutes,
    policies,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order

__all__ = ["History", "commands", "histories", "next_commands"]


@attrs.frozen(kw_only=True)
class History:
    """Commands in order, and the settings to run them with.

    Attributes:
        policy: The default policy, for sellers until theirs changes.
        commands: The commands.
        orders_max: At most this many waiting orders are served in one transaction.
    """

    policy: AllocationPolicy
    commands: tuple[Command, ...]
    orders_max: int = 1_000


@st.composite
def commands(
    draw: DrawFn, state: State, scope: Scope = SCOPE, at: datetime = SCOPE.opens_at
) -> Command:
    """Draw any command over the scope, whether or not it is valid in this state."""
    chooser = Chooser(draw)
    orders = tuple(state.orders.values())
    if orders and chooser.flag():
        return draw_about(
            chooser, chooser.pick(_ACTIONS), chooser.pick(orders), state, scope=scope, at=at
        )
    if chooser.flag():
        return draw_placement(chooser, state, scope, at, chooser.pick(scope.order_ids))
    if chooser.number(0, _COMMANDS_PER_POLICY) == _COMMANDS_PER_POLICY:
        return ChangePolicy(at=at, seller_id=state.seller_id, policy=draw_policy(chooser))
    return draw_stock_command(chooser, state, scope, at)


@st.composite
def next_commands(
    draw: DrawFn, state: State, scope: Scope = SCOPE, at: datetime = SCOPE.opens_at
) -> Command:
    """Draw a command that the lifecycle allows in this state."""
    return draw_next(Chooser(draw), state, scope, at)


@st.composite
def histories(
    draw: DrawFn,
    scope: Scope = SCOPE,
    policy: SearchStrategy[AllocationPolicy] | None = None,
    length_max: int = 30,
) -> History:
    """Draw a history of commands. Most are valid. The clock goes on, and is set back at times.

    Args:
        draw: Hypothesis supplies it.
        scope: The values that may occur.
        policy: The policies to draw from, at the start and for each change. Default: all.
        length_max: At most this many commands.
    """
    any_policy = policies() if policy is None else policy
    return draw_history(Chooser(draw), scope, lambda: draw(any_policy), length_max)


def draw_history(
    chooser: Chooser, scope: Scope, pick_policy: Callable[[], AllocationPolicy], length_max: int
) -> History:
    """Draw a history of commands, under policies that `pick_policy` returns."""
    chosen = pick_policy()
    states = {seller_id: State(seller_id) for seller_id in scope.seller_ids}
    drawn: list[Command] = []
    at = scope.opens_at
    for _ in range(chooser.number(1, length_max)):
        at += minutes(chooser.pick(_PAUSES))
        state = states[chooser.pick(scope.seller_ids)]
        command: Command
        if chooser.number(0, _COMMANDS_PER_POLICY) == _COMMANDS_PER_POLICY:
            command = ChangePolicy(at=at, seller_id=state.seller_id, policy=pick_policy())
        else:
            command = draw_next(chooser, state, scope, at)
        drawn.append(command)
        try:
            states[state.seller_id] = state.after(decide(command, state, chosen))
        except (NotFoundError, RefusedError):
            continue
    orders_max = chooser.pick(_PAGES)
    return History(policy=chosen, commands=tuple(drawn), orders_max=orders_max)


def draw_next(chooser: Chooser, state: State, scope: Scope, at: datetime) -> Command:
    """Draw a command that the lifecycle allows in this state."""
    kind = chooser.number(0, 9)
    if kind < _PLACEMENTS:
        free = [order_id for order_id in scope.order_ids if state.order(order_id) is None]
        if len(free) > 1 and chooser.number(0, 5) == 5:  # noqa: PLR2004 - one of six
            return _draw_two_placements(chooser, state, scope, at, free)
        if free:
            return draw_placement(chooser, state, scope, at, free[0])
    if kind < _PLACEMENTS + _ORDER_COMMANDS:
        possible = [order for order in state.orders.values() if allowed_actions(order.status)]
        if possible:
            order = chooser.pick(possible)
            actions = [
                action for action in allowed_actions(order.status) for _ in range(_weight(action))
            ]
            return draw_about(chooser, chooser.pick(actions), order, state, scope=scope, at=at)
    return draw_stock_command(chooser, state, scope, at)


def draw_placement(
    chooser: Chooser, state: State, scope: Scope, at: datetime, order_id: str
) -> PlaceOrder:
    """Draw a command that places an order with this id."""
    placed_at = at - minutes(chooser.pick(_AGES))
    order = draw_order(chooser, scope, order_id, state.seller_id, placed_at)
    return PlaceOrder(at=at, order=order, allocate=chooser.number(0, 4) < 4)  # noqa: PLR2004 - 4 of 5


def _draw_two_placements(
    chooser: Chooser, state: State, scope: Scope, at: datetime, order_ids: list[str]
) -> PlaceOrders:
    placements = [draw_placement(chooser, state, scope, at, order_id) for order_id in order_ids[:2]]
    orders = tuple(placement.order for placement in placements)
    return PlaceOrders(at=at, orders=orders, allocate=placements[0].allocate)


def draw_stock_command(chooser: Chooser, state: State, scope: Scope, at: datetime) -> Command:
    """Draw a command about stock or receipts, or the release of ended holds."""
    seller_id, receipts = state.seller_id, tuple(state.receipts.values())
    key = draw_key(chooser, scope, seller_id)
    few = chooser.number(0, scope.quantity_max)
    kind = chooser.pick(_STOCK_COMMANDS)
    if receipts and kind is WithdrawReceipt:
        receipt_id = chooser.pick(receipts).receipt_id
        return WithdrawReceipt(at=at, seller_id=seller_id, receipt_id=receipt_id)
    if kind is AdjustStock:
        change = -few if few and chooser.flag() else few + 1
        return AdjustStock(at=at, key=key, change=change, reason=chooser.pick(_REASONS))
    if kind is CountStock:
        return CountStock(at=at, key=key, counted=few)
    if kind is AnnounceReceipt:
        receipt = ExpectedReceipt(chooser.pick(scope.receipt_ids), key, few + 1, at + minutes(60))
        return AnnounceReceipt(at=at, receipt=receipt)
    if kind is LimitBackOrders:
        begins_at, ends_at = (
            None if wait is None else at + minutes(wait) for wait in chooser.pick(_IN_FORCE)
        )
        units_max = chooser.pick(_LIMITS)
        return LimitBackOrders(
            at=at, key=key, units_max=units_max, begins_at=begins_at, ends_at=ends_at
        )
    if kind is RunDue:
        return RunDue(at=at, seller_id=seller_id)
    if receipts and chooser.flag():
        return _receipt_booking(chooser, chooser.pick(receipts), scope, at)
    return BookInStock(at=at, key=key, received=few + 1, rejected=chooser.pick(_REJECTED))


def _receipt_booking(
    chooser: Chooser, receipt: ExpectedReceipt, scope: Scope, at: datetime
) -> Command:
    return BookInStock(
        at=at,
        key=receipt.key,
        received=chooser.number(0, scope.quantity_max),
        rejected=chooser.pick(_REJECTED),
        receipt_id=receipt.receipt_id,
        more_to_come=chooser.flag(),
    )


def draw_about(
    chooser: Chooser, action: Action, order: Order, state: State, *, scope: Scope, at: datetime
) -> Command:
    """Draw a command for this action on the order."""
    seller_id, order_id = order.seller_id, order.order_id
    match action:
        case Action.EDIT:
            edits = draw_edits(chooser, order, scope)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=edits)
        case Action.REMOVE_LINE:
            removal = _removal(chooser, order)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(removal,))
        case Action.REPLACE_LINE:
            replacement = ReplaceLine(draw_line_id(chooser, order), chooser.pick(scope.skus))
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(replacement,))
        case Action.SEND_STOCK:
            sku = chooser.pick(order.short_lines or order.lines).sku
            key = StockKey(seller_id, order.warehouse_id, sku)
            return BookInStock(at=at, key=key, received=chooser.number(1, scope.quantity_max))
        case Action.SPLIT:
            return _split(chooser, order, state, scope=scope, at=at)
        case Action.DESPATCH:
            units = chooser.pick((None, _some_units(chooser, order)))
            return DespatchOrder(at=at, seller_id=seller_id, order_id=order_id, units=units)
        case Action.HOLD:
            hold, deallocate = draw_hold(chooser, at), chooser.flag()
            return HoldOrder(
                at=at, seller_id=seller_id, order_id=order_id, hold=hold, deallocate=deallocate
            )
        case Action.RELEASE_HOLD:
            reason = chooser.pick((None, *(hold.reason for hold in order.holds)))
            return ReleaseHold(at=at, seller_id=seller_id, order_id=order_id, reason=reason)
        case Action.REPORT_SHORT_PICK:
            found = (_short_line(chooser, order),)
            return ReportShortPick(at=at, seller_id=seller_id, order_id=order_id, picked=found)
        case Action.RETURN_UNITS:
            return _draw_return(chooser, order, at)
        case _:
            return _SIMPLE[action](at=at, seller_id=seller_id, order_id=order_id)


def _split(
    chooser: Chooser, order: Order, state: State, *, scope: Scope, at: datetime
) -> SplitOrder:
    ids = scope.order_ids[::-1]
    free = [each for each in ids if state.order(each) is None]
    new = chooser.pick((None, None, *(free or ids[:1])))
    chooses = order.status is Status.ALLOCATED or chooser.flag()
    return SplitOrder(
        at=at,
        seller_id=order.seller_id,
        order_id=order.order_id,
        units=_some_units(chooser, order) if chooses else None,
        new_order_id=new,
    )


def _some_units(chooser: Chooser, order: Order) -> LineUnits:
    """Draw some allocated units of one line or of several, if any line has units."""
    lines = [line for line in order.lines if line.allocated] or list(order.lines)
    several = lines[chooser.number(0, len(lines) - 1) :]
    return tuple((line.line_id, chooser.number(1, max(1, line.allocated))) for line in several)


def _removal(chooser: Chooser, order: Order) -> RemoveLine | RemoveShortLines:
    if order.short_lines and chooser.flag():
        return RemoveShortLines()
    return RemoveLine(draw_line_id(chooser, order))


def _short_line(chooser: Chooser, order: Order) -> PickedLine:
    """Draw a picked line with fewer units than allocated, if any line has units."""
    line = chooser.pick([line for line in order.lines if line.allocated] or order.lines)
    return PickedLine(line.line_id, chooser.number(0, max(0, line.allocated - 1)))


def _draw_return(chooser: Chooser, order: Order, at: datetime) -> ReturnUnits:
    """Draw a return of everything, or of some units of lines that may have come back already."""
    lines = order.lines[chooser.number(0, len(order.lines) - 1) :]
    some = tuple((line.line_id, chooser.number(1, line.quantity)) for line in lines)
    return ReturnUnits(
        at=at,
        seller_id=order.seller_id,
        order_id=order.order_id,
        state=chooser.pick(tuple(ReturnState)),
        units=chooser.pick((some, some, None)),
        reason=chooser.pick(tuple(ReturnReason)),
    )


def _weight(action: Action) -> int:
    """Return the weight of an action. Those that few orders live to see are drawn more often."""
    return 4 if action in _OFTEN else 1


_ACTIONS = tuple(Action)
_COMMANDS_PER_POLICY = 14
_OFTEN = {
    Action.SEND_TO_WAREHOUSE,
    Action.DESPATCH,
    Action.ACCEPT_CANCELLATION,
    Action.RETURN_UNITS,
}
_AGES = (0, 0, 1, 60)
_IN_FORCE = ((None, None), (None, None), (None, 120), (30, None))
"""The minutes until a limit of back orders begins and ends."""
_LIMITS = (0, 1, 2, 0, 4, None)
_PAGES = (1_000, 1, 2, 3)
_PAUSES = (0, 0, 1, 30, 120, -45)  # a clock may be set back
_PLACEMENTS, _ORDER_COMMANDS = 3, 4  # of ten
_REASONS = tuple(AdjustmentReason)
_REJECTED = (0, 0, 1)
_STOCK_COMMANDS = (
    BookInStock,
    BookInStock,
    BookInStock,
    AdjustStock,
    CountStock,
    AnnounceReceipt,
    LimitBackOrders,
    WithdrawReceipt,
    RunDue,
)
_SIMPLE: dict[Action, Callable[..., Command]] = {
    Action.ALLOCATE: AllocateOrder,
    Action.CANCEL: CancelOrder,
    Action.SEND_TO_WAREHOUSE: SendOrderToWarehouse,
    Action.REQUEST_CANCELLATION: RequestCancellation,
    Action.ACCEPT_CANCELLATION: AcceptCancellation,
    Action.REJECT_CANCELLATION: RejectCancellation,
    Action.DELIVER: DeliverOrder,
}
