"""All that can happen in a very small shop, breadth first, each state once.

There are three orders over two products, and every command that could matter to them. One order
must not leave before a moment, and one product may have a limit of back orders. Versions and
moments do not distinguish states, because neither a state nor its successors can differ in them.
So different ways to the same state meet.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from orderflow import AdjustmentReason, Hold, HoldReason, Status
from orderflow.commands import (
    AdjustStock,
    BookInStock,
    Command,
    CountStock,
    EditOrder,
    HoldOrder,
    LimitBackOrders,
    PickedLine,
    PlaceOrder,
    ReleaseHold,
    ReportShortPick,
    ReturnState,
    ReturnUnits,
    RunDue,
    SplitOrder,
)
from orderflow.core import State, decide
from orderflow.domain.model import commands as do
from orderflow.edits import (
    ChangeNotBefore,
    ChangePriority,
    ChangeQuantity,
    Edit,
    RemoveLine,
    ReplaceLine,
)
from orderflow.errors import NotFoundError, RefusedError
from orderflow.invariants import history_violations, not_given_up, violations
from tests.unit.shop import ACME, NOON, about, fold, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow import AllocationPolicy, Order

ON_HAND_MAX = 3
DAY = later(60)
"""Before this moment, one of the orders must not leave."""

WANTED = {
    "A": order("A", ("MUG", 1), ("PAN", 1), placed_at=later(1)),
    "B": order("B", ("MUG", 2), placed_at=later(2), not_before=DAY),
    "C": order("C", ("PAN", 1), ("MUG", 1), placed_at=later(3), priority=2),
}


class Explored(NamedTuple):
    """How far it went: states, transitions, refusals, the depth, and the kinds of events."""

    states: int
    transitions: int
    refusals: int
    depth: int
    happened: frozenset[type]


def explore(
    policy: AllocationPolicy,
    transitions_max: int,
    asides: Iterable[Command] = (),
    possible: Callable[[State], Iterable[Command]] | None = None,
) -> Explored:
    """Go through all states, level by level, and hold each one to the invariants.

    A level is explored completely or not at all. In each state the asides are carried out as well:
    then the invariants must hold too, and that way is not followed any further. What is possible in
    a state is all that can happen in one warehouse, or as it is given.
    """
    if possible is None:
        possible = partial(in_one_warehouse, has_days=policy.allocation_horizon is not None)
    asides = tuple(asides)
    opening = State(ACME)
    seen = {told_apart(opening)}
    level, states, transitions, refusals, depth = [opening], 1, 0, 0, 0
    happened: set[type] = set()
    while level and transitions < transitions_max:
        following: list[State] = []
        for state in level:
            for command in possible(state):
                after = carry_out(command, state, policy, happened)
                transitions += 1
                if after is None:
                    refusals += 1
                elif (mark := told_apart(after)) not in seen:
                    seen.add(mark)
                    following.append(after)
                    assert_all_hold(after, policy)
                    for aside in asides:
                        changed = carry_out(aside, after, policy, happened)
                        assert changed is not None
                        assert_all_hold(changed, changed.policy or policy)
                        if isinstance(aside, RunDue):
                            assert_nothing_is_due(aside, changed, policy)
        level, depth, states = following, depth + 1, states + len(following)
    return Explored(states, transitions, refusals, depth, frozenset(happened))


def carry_out(
    command: Command, state: State, policy: AllocationPolicy, happened: set[type]
) -> State | None:
    """Return what the command makes of the state, or nothing if it is refused."""
    try:
        outcome = decide(command, state, policy)
    except (NotFoundError, RefusedError):
        return None
    after = state.after(outcome)
    found = history_violations(state, outcome.events, policy, after)
    assert found == [], (command, found)
    assert fold(outcome.events, state) == after
    happened.update(map(type, outcome.events))
    return after


def assert_all_hold(state: State, policy: AllocationPolicy) -> None:
    found = violations(state.orders.values(), state.records.values(), policy, NOON)
    assert found == [], (state, found)


def assert_nothing_is_due(command: RunDue, state: State, policy: AllocationPolicy) -> None:
    assert not_given_up(state.orders.values(), policy, command.at) == []
    assert decide(command, state, policy).events == ()


def told_apart(state: State) -> tuple[object, ...]:
    """Return what states differ in, as far as it makes a difference later."""
    return (
        tuple(sorted(_mark(each) for each in state.orders.values())),
        tuple(sorted((place, each.on_hand) for place, each in state.records.items())),
        tuple((each.key, each.quantity) for each in state.receipts.values()),
        tuple(sorted(state.queue_index.items())),
        bool(state.back_order_limits),
    )


def _mark(order: Order) -> tuple[object, ...]:
    return (
        order.order_id,
        order.warehouse_id,
        order.status.value,
        order.not_before is not None,
        order.priority,
        order.split_count,
        order.returned,
        tuple((line.line_id, line.sku, line.quantity, line.allocated) for line in order.lines),
        tuple(hold.reason.value for hold in order.holds),
        order.pinned,
        order.wait is not None
        and (order.wait.passed_over, order.wait.allows_partial, order.wait.served_first),
    )


def in_one_warehouse(state: State, *, has_days: bool) -> Iterator[Command]:
    """Yield the commands, but for those that would only make the world larger."""
    yield from _about_stock(state)
    for order_id, wanted in WANTED.items():
        if state.order(order_id) is None:
            yield PlaceOrder(at=NOON, order=wanted)
            break  # the first that is not there: which comes first is in their places
    for each in state.orders.values():
        for make in (*_ABOUT_ORDERS, *(_ABOUT_DAYS if has_days else ())):
            yield make(each)
        if each.not_before is not None and each.status is Status.ALLOCATED:
            yield do.SendOrderToWarehouse(**about(each.order_id, DAY))


def _about_stock(state: State) -> Iterator[Command]:
    for sku in ("MUG", "PAN"):
        record = state.records.get(("leeds", sku))
        on_hand = record.on_hand if record is not None else 0
        if on_hand < ON_HAND_MAX:
            yield BookInStock(at=NOON, key=key(sku), received=1)
        if on_hand:
            yield AdjustStock(at=NOON, key=key(sku), change=-1, reason=AdjustmentReason.LOSS)
        if on_hand > 1:
            yield CountStock(at=NOON, key=key(sku), counted=0)
    if len(state.orders) == 2 and not state.back_order_limits:  # one waits above it, or none
        yield LimitBackOrders(at=NOON, key=key("MUG"), units_max=1)


def _hold(deallocate: bool) -> Callable[[Order], Command]:  # noqa: FBT001
    hold = Hold(HoldReason.OTHER)
    return lambda order: HoldOrder(hold=hold, deallocate=deallocate, **about(order.order_id))


def _edit(change: Edit) -> Callable[[Order], Command]:
    return lambda order: EditOrder(edits=(change,), **about(order.order_id))


def _short_pick(order: Order) -> Command:
    first = order.lines[0]
    found = PickedLine(first.line_id, max(0, first.allocated - 1))
    return ReportShortPick(picked=(found,), **about(order.order_id))


def _return(order: Order) -> Command:
    units = ((order.lines[0].line_id, 1),)
    return ReturnUnits(state=ReturnState.BACK_IN_STOCK, units=units, **about(order.order_id))


_ABOUT_ORDERS: tuple[Callable[[Order], Command], ...] = (
    lambda order: do.CancelOrder(**about(order.order_id)),
    lambda order: do.SendOrderToWarehouse(**about(order.order_id)),
    lambda order: do.DespatchOrder(**about(order.order_id)),
    lambda order: do.RequestCancellation(**about(order.order_id)),
    _return,
    lambda order: do.AcceptCancellation(**about(order.order_id)),
    lambda order: do.RejectCancellation(**about(order.order_id)),
    lambda order: ReleaseHold(**about(order.order_id)),
    lambda order: SplitOrder(new_order_id=f"{order.order_id}*", **about(order.order_id)),
    lambda order: SplitOrder(units=(("1", 1),), **about(order.order_id)),
    lambda order: do.DespatchOrder(units=(("1", 1),), **about(order.order_id)),
    _hold(deallocate=False),
    _hold(deallocate=True),
    _edit(ChangeQuantity("1", 1)),
    _edit(ChangeQuantity("1", 2)),
    _edit(RemoveLine("2")),
    _edit(ReplaceLine("1", "PAN")),
    _edit(ChangePriority(3)),
    _short_pick,
)

_ABOUT_DAYS = (_edit(ChangeNotBefore(later(999))), _edit(ChangeNotBefore(None)))
