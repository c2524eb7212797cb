"""Hypothesis strategies for the values of orderflow: policies, orders, commands and histories.

A `Scope` is the small world that they draw from. The smaller it is, the more often its orders
meet at the same product, and the more a test finds.

`histories` draws whole histories of commands, most of which can be carried out:

    from hypothesis import given
    from orderflow.testing.strategies import histories

    @given(histories())
    def test_my_repository_stores_what_the_events_lead_to(history):
        flow = OrderFlow(MyRepository(), policy=history.policy)
        ...

Needs Hypothesis, which comes with the extra `testing`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from orderflow.domain import checks
from orderflow.domain.commands import (
    AcceptCancellation,
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    CountStock,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    Found,
    HoldOrder,
    PlaceOrder,
    ProcessOrder,
    RejectCancellation,
    ReleaseEndedHolds,
    ReleaseOrder,
    ReportShortPick,
    RequestCancellation,
    SendOrder,
    SplitOrder,
    WithdrawReceipt,
)
from orderflow.domain.decide import decide
from orderflow.domain.editing import (
    AddLine,
    ChangeCourier,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.events import AdjustmentReason
from orderflow.domain.lifecycle import Action, allowed_actions
from orderflow.domain.order import Address, Hold, HoldReason, Order, OrderLine
from orderflow.domain.policy import AllocationPolicy, Holding, Queue
from orderflow.domain.state import State, evolve
from orderflow.domain.stock import ExpectedReceipt, Stock, StockKey
from orderflow.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.commands import Command
    from orderflow.domain.editing import Change

__all__ = [
    "History",
    "Scope",
    "addresses",
    "changes",
    "commands",
    "histories",
    "holds",
    "identifiers",
    "moments",
    "next_commands",
    "order_lines",
    "orders",
    "policies",
    "receipts",
    "stock_keys",
    "stock_records",
]


@attrs.frozen(kw_only=True)
class Scope:
    """A small world: who and what there is to draw from.

    Attributes:
        seller_ids: The sellers.
        warehouse_ids: The warehouses.
        skus: The products; every seller has all of them in every warehouse.
        order_ids: The ids of orders, of those that are placed and those that are split off.
        receipt_ids: The ids of expected receipts.
        lines_max: The most lines that an order is placed with.
        quantity_max: The most units of a line, or of one movement of stock.
        opens_at: The moment that no command is before.
    """

    seller_ids: tuple[str, ...] = ("acme",)
    warehouse_ids: tuple[str, ...] = ("leeds",)
    skus: tuple[str, ...] = ("MUG", "PAN", "TOY")
    order_ids: tuple[str, ...] = ("1", "2", "3", "4", "5", "6", "7", "8")
    receipt_ids: tuple[str, ...] = ("R1", "R2")
    lines_max: int = 3
    quantity_max: int = 4
    opens_at: datetime = datetime(2025, 3, 3, 9, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class History:
    """Commands in the order in which they were given, and the policy they were given under."""

    policy: AllocationPolicy
    commands: tuple[Command, ...]


_SCOPE = Scope()


def identifiers() -> SearchStrategy[str]:
    """Draw any text that may name something."""
    text = st.text(
        st.characters(exclude_categories=("C", "Z")),
        min_size=1,
        max_size=checks.IDENTIFIER_CHARACTERS_MAX,
    )
    return text.filter(checks.is_identifier)


def moments(scope: Scope = _SCOPE) -> SearchStrategy[datetime]:
    """Draw a moment of the scope's first days, to the minute."""
    return st.integers(0, 3 * 24 * 60).map(lambda minutes: scope.opens_at + _minutes(minutes))


def policies() -> SearchStrategy[AllocationPolicy]:
    """Draw any policy that there is."""
    return st.builds(
        AllocationPolicy,
        queue=st.sampled_from(Queue),
        holding=st.sampled_from([Holding.KEEP, Holding.COMPLETE_ONLY]),
    )


def addresses() -> SearchStrategy[Address]:
    """Draw an address."""
    text = st.text(st.characters(exclude_categories=("C",)), max_size=20)
    return st.builds(
        Address,
        text,
        text,
        text,
        text,
        st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
    )


def holds(at: datetime = _SCOPE.opens_at) -> SearchStrategy[Hold]:
    """Draw a hold that ends after a moment, or does not end by itself."""
    until = st.integers(1, 180).map(lambda minutes: at + _minutes(minutes))
    return st.builds(Hold, st.sampled_from(HoldReason), st.none() | until)


def stock_keys(scope: Scope = _SCOPE, seller_id: str | None = None) -> SearchStrategy[StockKey]:
    """Draw a stock key of the scope, or of one seller of it."""
    return st.builds(
        StockKey,
        st.sampled_from(scope.seller_ids) if seller_id is None else st.just(seller_id),
        st.sampled_from(scope.warehouse_ids),
        st.sampled_from(scope.skus),
    )


def stock_records(scope: Scope = _SCOPE) -> SearchStrategy[Stock]:
    """Draw a stock record of which nothing is allocated."""
    return st.builds(Stock, stock_keys(scope), st.integers(0, 2 * scope.quantity_max))


def receipts(
    scope: Scope = _SCOPE, seller_id: str | None = None
) -> SearchStrategy[ExpectedReceipt]:
    """Draw an expected receipt."""
    return st.builds(
        ExpectedReceipt,
        st.sampled_from(scope.receipt_ids),
        stock_keys(scope, seller_id),
        _units(scope),
        moments(scope),
    )


def order_lines(scope: Scope = _SCOPE) -> SearchStrategy[tuple[OrderLine, ...]]:
    """Draw the lines of an order that comes in; one product may stand on several."""
    wanted = st.tuples(st.sampled_from(scope.skus), _units(scope))
    return st.lists(wanted, min_size=1, max_size=scope.lines_max).map(_numbered)


def orders(
    scope: Scope = _SCOPE,
    *,
    order_ids: SearchStrategy[str] | None = None,
    seller_ids: SearchStrategy[str] | None = None,
    placed_at: SearchStrategy[datetime] | None = None,
) -> SearchStrategy[Order]:
    """Draw an order that comes in; several share a priority, a promise and a moment."""
    return st.builds(
        Order,
        order_id=order_ids or st.sampled_from(scope.order_ids),
        seller_id=seller_ids or st.sampled_from(scope.seller_ids),
        warehouse_id=st.sampled_from(scope.warehouse_ids),
        lines=order_lines(scope),
        placed_at=placed_at or moments(scope),
        priority=_priorities(),
        promised_by=_promises(scope),
        courier=_couriers(),
        ship_to=st.none(),
    )


@st.composite
def changes(draw: DrawFn, order: Order, scope: Scope = _SCOPE) -> tuple[Change, ...]:
    """Draw the changes of one edit; most of them can be made of the order."""
    line_ids = st.sampled_from([*(line.line_id for line in order.lines), "9"])
    skus = st.sampled_from(scope.skus)
    change: SearchStrategy[Change] = st.one_of(
        st.builds(ChangeQuantity, line_ids, _units(scope)),
        st.builds(AddLine, skus, _units(scope), st.none()),
        st.builds(ReplaceLine, line_ids, skus, st.integers(1, 2), st.integers(1, 2)),
        st.builds(RemoveLine, line_ids),
        st.builds(ChangePriority, _priorities()),
        st.builds(ChangePromise, _promises(scope)),
        st.builds(ChangeCourier, _couriers()),
        st.builds(ChangeShipTo, st.none() | addresses()),
    )
    return tuple(draw(st.lists(change, min_size=1, max_size=3)))


def commands(
    state: State, scope: Scope = _SCOPE, at: datetime = _SCOPE.opens_at
) -> SearchStrategy[Command]:
    """Draw any command over the scope, whether or not it can be carried out in this state."""
    return st.one_of(
        _placing(state, scope, at, scope.order_ids),
        *_about_stock(state, scope, at),
        *(_about(action, order, scope, at) for action in Action for order in state.orders.values()),
    )


@st.composite
def next_commands(
    draw: DrawFn, state: State, scope: Scope = _SCOPE, at: datetime = _SCOPE.opens_at
) -> Command:
    """Draw a command that the state allows, as far as the lifecycle tells."""
    free = [order_id for order_id in scope.order_ids if state.order(order_id) is None]
    possible = [
        (order, action)
        for order in state.orders.values()
        for action in allowed_actions(order.status)
    ]
    kinds = [*_about_stock(state, scope, at)]
    if free:
        kinds += 3 * [_placing(state, scope, at, free)]
    if possible and draw(st.booleans()):
        order, action = draw(st.sampled_from(possible))
        return draw(_about(action, order, scope, at))
    return draw(st.one_of(kinds))


@st.composite
def histories(
    draw: DrawFn,
    scope: Scope = _SCOPE,
    policy: SearchStrategy[AllocationPolicy] | None = None,
    length_max: int = 20,
) -> History:
    """Draw a history of commands, most of which can be carried out one after another."""
    chosen = draw(policy if policy is not None else policies())
    states = {seller_id: State(seller_id) for seller_id in scope.seller_ids}
    drawn: list[Command] = []
    at = scope.opens_at
    for _ in range(draw(st.integers(1, length_max))):
        at += _minutes(draw(st.sampled_from([0, 1, 30, 120])))
        state = states[draw(st.sampled_from(scope.seller_ids))]
        command = draw(next_commands(state, scope, at))
        drawn.append(command)
        try:
            events = decide(command, state, chosen).events
        except (NotFoundError, RefusedError):
            continue
        states[state.seller_id] = reduce(evolve, events, state)
    return History(policy=chosen, commands=tuple(drawn))


def _placing(
    state: State, scope: Scope, at: datetime, order_ids: Sequence[str]
) -> SearchStrategy[Command]:
    order = orders(
        scope,
        order_ids=st.sampled_from(order_ids),
        seller_ids=st.just(state.seller_id),
        placed_at=st.sampled_from([at, at - _minutes(1), at - _minutes(60)]),
    )
    processed = st.sampled_from([True, True, True, False])
    return st.builds(PlaceOrder, at=st.just(at), order=order, process=processed)


def _about_stock(state: State, scope: Scope, at: datetime) -> list[SearchStrategy[Command]]:
    now, seller_id = st.just(at), state.seller_id
    key = stock_keys(scope, seller_id)
    few = st.integers(0, scope.quantity_max)
    lost = st.integers(-scope.quantity_max, -1)
    reason = st.sampled_from(AdjustmentReason)
    kinds: list[SearchStrategy[Command]] = [
        st.builds(BookInStock, at=now, key=key, received=_units(scope), rejected=few),
        st.builds(AnnounceReceipt, at=now, receipt=receipts(scope, seller_id)),
        st.builds(AdjustStock, at=now, key=key, change=lost | _units(scope), reason=reason),
        st.builds(CountStock, at=now, key=key, counted=few),
        st.builds(ReleaseEndedHolds, at=now, seller_id=st.just(seller_id)),
    ]
    if state.receipts:
        expected = st.sampled_from(list(state.receipts.values()))
        kinds += [
            expected.flatmap(lambda receipt: _against(receipt, few, at)),
            st.builds(
                WithdrawReceipt,
                at=now,
                seller_id=st.just(seller_id),
                receipt_id=expected.map(lambda receipt: receipt.receipt_id),
            ),
        ]
    return kinds


def _against(
    receipt: ExpectedReceipt, units: SearchStrategy[int], at: datetime
) -> SearchStrategy[Command]:
    return st.builds(
        BookInStock,
        at=st.just(at),
        key=st.just(receipt.key),
        received=units,
        rejected=units,
        receipt_id=st.just(receipt.receipt_id),
        more_to_come=st.booleans(),
    )


def _about(action: Action, order: Order, scope: Scope, at: datetime) -> SearchStrategy[Command]:
    """Draw a command that does this with the order."""
    name = {
        "at": st.just(at),
        "seller_id": st.just(order.seller_id),
        "order_id": st.just(order.order_id),
    }
    line_ids = st.sampled_from([line.line_id for line in order.lines])
    match action:
        case Action.EDIT:
            return st.builds(EditOrder, **name, changes=changes(order, scope))
        case Action.REMOVE:
            removal = st.builds(RemoveLine, line_ids)
            return st.builds(EditOrder, **name, changes=st.tuples(removal))
        case Action.REPLACE:
            replacement = st.builds(ReplaceLine, line_ids, st.sampled_from(scope.skus))
            return st.builds(EditOrder, **name, changes=st.tuples(replacement))
        case Action.SEND_STOCK:
            return _sending(order, scope, at)
        case Action.SPLIT:
            return st.builds(SplitOrder, **name, new_order_id=st.sampled_from(scope.order_ids))
        case Action.HOLD:
            return st.builds(HoldOrder, **name, hold=holds(at), keep_stock=st.booleans())
        case Action.RELEASE:
            reasons = st.sampled_from([None, *(hold.reason for hold in order.holds)])
            return st.builds(ReleaseOrder, **name, reason=reasons)
        case Action.REPORT_SHORT_PICK:
            return st.builds(ReportShortPick, **name, found=_fewer_found(order))
        case _:
            return st.builds(_SIMPLE[action], **name)


_SIMPLE: dict[Action, Callable[..., Command]] = {
    Action.PROCESS: ProcessOrder,
    Action.CANCEL: CancelOrder,
    Action.SEND: SendOrder,
    Action.REQUEST_CANCELLATION: RequestCancellation,
    Action.ACCEPT_CANCELLATION: AcceptCancellation,
    Action.REJECT_CANCELLATION: RejectCancellation,
    Action.DESPATCH: DespatchOrder,
    Action.DELIVER: DeliverOrder,
}


def _sending(order: Order, scope: Scope, at: datetime) -> SearchStrategy[Command]:
    keys = [
        StockKey(order.seller_id, order.warehouse_id, line.sku)
        for line in order.short_lines or order.lines
    ]
    key = st.sampled_from(keys)
    return st.builds(BookInStock, at=st.just(at), key=key, received=_units(scope))


def _fewer_found(order: Order) -> SearchStrategy[tuple[Found, ...]]:
    """Draw a line of which fewer units were found than are allocated, where there is one."""
    fewer = [Found(line.line_id, units) for line in order.lines for units in range(line.allocated)]
    return st.tuples(st.sampled_from(fewer or [Found(order.lines[0].line_id, 0)]))


def _numbered(wanted: Iterable[tuple[str, int]]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(str(number), sku, quantity)
        for number, (sku, quantity) in enumerate(wanted, start=1)
    )


def _units(scope: Scope) -> SearchStrategy[int]:
    return st.integers(1, scope.quantity_max)


def _priorities() -> SearchStrategy[int]:
    return st.sampled_from([0, 0, 0, 1, 2])


def _promises(scope: Scope) -> SearchStrategy[datetime | None]:
    day = timedelta(days=1)
    return st.sampled_from([None, None, scope.opens_at + day, scope.opens_at + 2 * day])


def _couriers() -> SearchStrategy[str | None]:
    return st.sampled_from([None, "VAN", "POST"])


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
