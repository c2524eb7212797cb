"""Strategies for what may be asked: single commands, and histories of them."""

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
    Command,
    CountStock,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    HoldOrder,
    PickedLine,
    PlaceOrder,
    PlaceOrders,
    RejectCancellation,
    ReleaseEndedHolds,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    SendOrderToWarehouse,
    SplitOrder,
    WithdrawReceipt,
)
from orderflow.domain.model.edits import RemoveLine, RemoveShortLines, ReplaceLine
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.state.state import State
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies.draws import Dice
from orderflow.testing.strategies.values import (
    SCOPE,
    Scope,
    draw_changes,
    draw_hold,
    draw_key,
    draw_line_id,
    draw_order,
    minutes,
    policies,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.order import Order

__all__ = ["History", "commands", "histories", "next_commands"]


@attrs.frozen(kw_only=True)
class History:
    """Commands in the order in which they were given, and what they were given under.

    Attributes:
        policy: Who gets the stock.
        commands: The commands.
        orders_max: How many waiting orders are served in one transaction.
    """

    policy: AllocationPolicy
    commands: tuple[Command, ...]
    orders_max: int = 1_000


@st.composite
def commands(
    draw: DrawFn, state: State, scope: Scope = SCOPE, at: datetime = SCOPE.opens_at
) -> Command:
    """Draw any command over the scope, whether or not it can be carried out in this state."""
    dice = Dice(draw)
    orders = tuple(state.orders.values())
    if orders and dice.coin():
        return draw_about(dice, dice.pick(_ACTIONS), dice.pick(orders), state, scope=scope, at=at)
    if dice.coin():
        return draw_placing(dice, state, scope, at, dice.pick(scope.order_ids))
    return draw_stock_command(dice, state, scope, at)


@st.composite
def next_commands(
    draw: DrawFn, state: State, scope: Scope = SCOPE, at: datetime = SCOPE.opens_at
) -> Command:
    """Draw a command that the state allows, as far as the lifecycle tells."""
    return draw_next(Dice(draw), state, scope, at)


@st.composite
def histories(
    draw: DrawFn,
    scope: Scope = SCOPE,
    policy: SearchStrategy[AllocationPolicy] | None = None,
    length_max: int = 30,
) -> History:
    """Draw a history of commands, most of which can be carried out one after another."""
    dice = Dice(draw)
    chosen = draw(policies() if policy is None else policy)
    states = {seller_id: State(seller_id) for seller_id in scope.seller_ids}
    drawn: list[Command] = []
    at = scope.opens_at
    for _ in range(dice.number(1, length_max)):
        at += minutes(dice.pick(_PAUSES))
        state = states[dice.pick(scope.seller_ids)]
        command = draw_next(dice, state, scope, at)
        drawn.append(command)
        try:
            states[state.seller_id] = state.after(decide(command, state, chosen))
        except (NotFoundError, RefusedError):
            continue
    orders_max = dice.pick(_PAGES)
    return History(policy=chosen, commands=tuple(drawn), orders_max=orders_max)


def draw_next(dice: Dice, state: State, scope: Scope, at: datetime) -> Command:
    """Draw a command that the state allows, as far as the lifecycle tells."""
    kind = dice.number(0, 9)
    if kind < _PLACINGS:
        free = [order_id for order_id in scope.order_ids if state.order(order_id) is None]
        if len(free) > 1 and dice.number(0, 5) == 5:  # noqa: PLR2004 - one of six
            return _draw_placing_of_two(dice, state, scope, at, free)
        if free:
            return draw_placing(dice, state, scope, at, free[0])
    if kind < _PLACINGS + _ORDER_COMMANDS:
        possible = [order for order in state.orders.values() if allowed_actions(order.status)]
        if possible:
            order = dice.pick(possible)
            actions = [
                action for action in allowed_actions(order.status) for _ in range(_weight(action))
            ]
            return draw_about(dice, dice.pick(actions), order, state, scope=scope, at=at)
    return draw_stock_command(dice, state, scope, at)


def draw_placing(dice: Dice, state: State, scope: Scope, at: datetime, order_id: str) -> PlaceOrder:
    """Draw that an order of this id comes in."""
    placed_at = at - minutes(dice.pick(_AGES))
    order = draw_order(dice, scope, order_id, state.seller_id, placed_at)
    return PlaceOrder(at=at, order=order, allocate=dice.number(0, 4) < 4)  # noqa: PLR2004 - 4 of 5


def _draw_placing_of_two(
    dice: Dice, state: State, scope: Scope, at: datetime, order_ids: list[str]
) -> PlaceOrders:
    placings = [draw_placing(dice, state, scope, at, order_id) for order_id in order_ids[:2]]
    orders = tuple(placing.order for placing in placings)
    return PlaceOrders(at=at, orders=orders, allocate=placings[0].allocate)


def draw_stock_command(dice: Dice, state: State, scope: Scope, at: datetime) -> Command:
    """Draw a command about stock or receipts, or the release of ended holds."""
    seller_id, receipts = state.seller_id, tuple(state.receipts.values())
    key = draw_key(dice, scope, seller_id)
    few = dice.number(0, scope.quantity_max)
    kind = dice.pick(_STOCK_COMMANDS)
    if receipts and kind is WithdrawReceipt:
        receipt_id = dice.pick(receipts).receipt_id
        return WithdrawReceipt(at=at, seller_id=seller_id, receipt_id=receipt_id)
    if kind is AdjustStock:
        change = -few if few and dice.coin() else few + 1
        return AdjustStock(at=at, key=key, change=change, reason=dice.pick(_REASONS))
    if kind is CountStock:
        return CountStock(at=at, key=key, counted=few)
    if kind is AnnounceReceipt:
        receipt = ExpectedReceipt(dice.pick(scope.receipt_ids), key, few + 1, at + minutes(60))
        return AnnounceReceipt(at=at, receipt=receipt)
    if kind is ReleaseEndedHolds:
        return ReleaseEndedHolds(at=at, seller_id=seller_id)
    if receipts and dice.coin():
        return _against(dice, dice.pick(receipts), scope, at)
    return BookInStock(at=at, key=key, received=few + 1, rejected=dice.pick(_REJECTED))


def _against(dice: Dice, receipt: ExpectedReceipt, scope: Scope, at: datetime) -> Command:
    return BookInStock(
        at=at,
        key=receipt.key,
        received=dice.number(0, scope.quantity_max),
        rejected=dice.pick(_REJECTED),
        receipt_id=receipt.receipt_id,
        more_to_come=dice.coin(),
    )


def draw_about(
    dice: Dice, action: Action, order: Order, state: State, *, scope: Scope, at: datetime
) -> Command:
    """Draw a command that does this with the order."""
    seller_id, order_id = order.seller_id, order.order_id
    match action:
        case Action.EDIT:
            changes = draw_changes(dice, order, scope)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=changes)
        case Action.REMOVE_LINE:
            removal = _removal(dice, order)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(removal,))
        case Action.REPLACE_LINE:
            replacement = ReplaceLine(draw_line_id(dice, order), dice.pick(scope.skus))
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(replacement,))
        case Action.SEND_STOCK:
            sku = dice.pick(order.short_lines or order.lines).sku
            key = StockKey(seller_id, order.warehouse_id, sku)
            return BookInStock(at=at, key=key, received=dice.number(1, scope.quantity_max))
        case Action.SPLIT:
            ids = scope.order_ids[::-1]
            free = [each for each in ids if state.order(each) is None]
            new = dice.pick((*(free or ids), None))
            return SplitOrder(at=at, seller_id=seller_id, order_id=order_id, new_order_id=new)
        case Action.HOLD:
            hold, keep = draw_hold(dice, at), dice.coin()
            return HoldOrder(
                at=at, seller_id=seller_id, order_id=order_id, hold=hold, keep_stock=keep
            )
        case Action.RELEASE_HOLD:
            reason = dice.pick((None, *(hold.reason for hold in order.holds)))
            return ReleaseHold(at=at, seller_id=seller_id, order_id=order_id, reason=reason)
        case Action.REPORT_SHORT_PICK:
            found = (_fewer_found(dice, order),)
            return ReportShortPick(at=at, seller_id=seller_id, order_id=order_id, picked=found)
        case _:
            return _SIMPLE[action](at=at, seller_id=seller_id, order_id=order_id)


def _removal(dice: Dice, order: Order) -> RemoveLine | RemoveShortLines:
    if order.short_lines and dice.coin():
        return RemoveShortLines()
    return RemoveLine(draw_line_id(dice, order))


def _fewer_found(dice: Dice, order: Order) -> PickedLine:
    """Draw a line of which fewer units were found than are allocated, where there is one."""
    line = dice.pick([line for line in order.lines if line.allocated] or order.lines)
    return PickedLine(line.line_id, dice.number(0, max(0, line.allocated - 1)))


def _weight(action: Action) -> int:
    """Return how often to draw an action, compared with others: those that lead on more often."""
    return 4 if action in _LEADING_ON else 1


_ACTIONS = tuple(Action)
_LEADING_ON = {Action.SEND_TO_WAREHOUSE, Action.DESPATCH, Action.ACCEPT_CANCELLATION}
_AGES = (0, 0, 1, 60)
_PAGES = (1_000, 1, 2, 3)
_PAUSES = (0, 0, 1, 30, 120)
_PLACINGS, _ORDER_COMMANDS = 3, 4  # of ten
_REASONS = tuple(AdjustmentReason)
_REJECTED = (0, 0, 1)
_STOCK_COMMANDS = (
    BookInStock,
    BookInStock,
    BookInStock,
    AdjustStock,
    CountStock,
    AnnounceReceipt,
    WithdrawReceipt,
    ReleaseEndedHolds,
)
_SIMPLE: dict[Action, Callable[..., Command]] = {
    Action.ALLOCATE: AllocateOrder,
    Action.CANCEL: CancelOrder,
    Action.SEND_TO_WAREHOUSE: SendOrderToWarehouse,
    Action.REQUEST_CANCELLATION: RequestCancellation,
    Action.ACCEPT_CANCELLATION: AcceptCancellation,
    Action.REJECT_CANCELLATION: RejectCancellation,
    Action.DESPATCH: DespatchOrder,
    Action.DELIVER: DeliverOrder,
}
