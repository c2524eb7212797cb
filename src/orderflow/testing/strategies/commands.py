"""Strategies for single commands and for histories of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.bulk_commands import EditOrders
from orderflow.domain.model.chosen_lines import RemoveShortLines
from orderflow.domain.model.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    ChangePolicy,
    Command,
    CountStock,
    LimitBackOrders,
    PlaceOrder,
    PlaceOrders,
    RunDue,
    StartBulk,
    TransferStock,
    WithdrawReceipt,
)
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt
from orderflow.domain.state.state import State
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies.about_orders import draw_about
from orderflow.testing.strategies.choices import Chooser
from orderflow.testing.strategies.erasures import draw_erasure
from orderflow.testing.strategies.several_warehouses import draw_sourcing, draw_transfer
from orderflow.testing.strategies.values import (
    SCOPE,
    Scope,
    draw_key,
    draw_order,
    draw_policy,
    minutes,
    policies,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.sourcing_policy import SourcingPolicy

__all__ = ["CommandHistory", "commands", "histories", "next_commands"]


@attrs.frozen(kw_only=True)
class CommandHistory:
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
) -> CommandHistory:
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
) -> CommandHistory:
    """Draw a history of commands, under policies that `pick_policy` returns."""
    chosen = pick_policy()
    if chooser.flag():
        scope = attrs.evolve(scope, warehouse_ids=scope.warehouse_ids[:1])
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
    return CommandHistory(policy=chosen, commands=tuple(drawn), orders_max=orders_max)


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
                action
                for action in allowed_actions(order.status)
                for _ in range(_weight(action, scope))
            ]
            return draw_about(chooser, chooser.pick(actions), order, state, scope=scope, at=at)
    return draw_stock_command(chooser, state, scope, at)


def draw_placement(
    chooser: Chooser, state: State, scope: Scope, at: datetime, order_id: str
) -> PlaceOrder:
    """Draw a command that places an order with this id."""
    sourcing = _draw_sourcing(chooser, scope)
    return PlaceOrder(
        at=at,
        order=_draw_new(chooser, state, order_id, sourcing, scope=scope, at=at),
        allocate=_draw_allocate(chooser),
        sourcing=sourcing,
    )


def _draw_two_placements(
    chooser: Chooser, state: State, scope: Scope, at: datetime, order_ids: list[str]
) -> PlaceOrders:
    sourcing = _draw_sourcing(chooser, scope)
    orders = tuple(
        _draw_new(chooser, state, each, sourcing, scope=scope, at=at) for each in order_ids[:2]
    )
    return PlaceOrders(at=at, orders=orders, allocate=_draw_allocate(chooser), sourcing=sourcing)


def _draw_new(
    chooser: Chooser,
    state: State,
    order_id: str,
    sourcing: SourcingPolicy | None,
    *,
    scope: Scope,
    at: datetime,
) -> Order:
    cancelled = [each for each, it in state.orders.items() if it.status is Status.CANCELLED]
    return draw_order(
        chooser,
        scope,
        order_id,
        state.seller_id,
        at - minutes(chooser.pick(_AGES)),
        warehouse_id=chooser.pick(scope.warehouse_ids) if sourcing is None else "",
        replaces=chooser.pick((None, None, *cancelled)),
    )


def _draw_allocate(chooser: Chooser) -> bool:
    return chooser.number(0, 4) < 4  # noqa: PLR2004 - 4 of 5


def _draw_sourcing(chooser: Chooser, scope: Scope) -> SourcingPolicy | None:
    """Draw a sourcing policy, at times, if there is a choice."""
    is_sourced = len(scope.warehouse_ids) > 1 and chooser.number(0, 2) == 2  # noqa: PLR2004 - 1 of 3
    return draw_sourcing(chooser, scope) if is_sourced else None


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
        return AnnounceReceipt(at=at, receipt=_draw_receipt(chooser, state, scope, at))
    if kind is TransferStock and len(scope.warehouse_ids) > 1:
        on_the_way = [each for each in receipts if each.from_warehouse_id is not None]
        if on_the_way and chooser.flag():
            return _receipt_booking(chooser, chooser.pick(on_the_way), at)
        return draw_transfer(chooser, state, scope, at)
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
    if kind is StartBulk and state.orders and few % 2:
        return draw_erasure(chooser, state, at)
    if kind is StartBulk:
        chosen = tuple((each.order_id, each.version) for each in state.orders.values())
        action = EditOrders((RemoveShortLines(),))
        return StartBulk(at=at, seller_id=seller_id, action=action, where="", orders=chosen)
    if receipts and chooser.flag():
        return _receipt_booking(chooser, chooser.pick(receipts), at)
    return BookInStock(at=at, key=key, received=few + 1, rejected=chooser.pick(_REJECTED))


def _draw_receipt(chooser: Chooser, state: State, scope: Scope, at: datetime) -> ExpectedReceipt:
    """Draw a receipt, or another date for one that is announced."""
    if state.receipts and chooser.flag():
        announced = chooser.pick(tuple(state.receipts.values()))
        return attrs.evolve(announced, expected_at=at + minutes(chooser.pick((0, 30, 120))))
    key, units = draw_key(chooser, scope, state.seller_id), chooser.number(1, scope.quantity_max)
    return ExpectedReceipt(chooser.pick(scope.receipt_ids), key, units, at + minutes(60))


def _receipt_booking(chooser: Chooser, receipt: ExpectedReceipt, at: datetime) -> Command:
    """Draw what arrives of a receipt: less than announced, all of it, or more."""
    return BookInStock(
        at=at,
        key=receipt.key,
        received=chooser.number(0, receipt.quantity + 1),
        rejected=chooser.pick(_REJECTED),
        receipt_id=receipt.receipt_id,
        more_to_come=chooser.flag(),
    )


def _weight(action: Action, scope: Scope) -> int:
    """Return the weight of an action. Those that few orders live to see are drawn more often."""
    if action is Action.MOVE and len(scope.warehouse_ids) == 1:
        return 0
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
    TransferStock,
    TransferStock,
    WithdrawReceipt,
    RunDue,
    StartBulk,
)
