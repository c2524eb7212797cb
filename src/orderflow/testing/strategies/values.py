"""Strategies for single values: names, moments, policies, orders, stock and changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from orderflow.domain.model import validators
from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.order import Address, Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey
from orderflow.testing.strategies.draws import Dice

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.edits import Edit

__all__ = [
    "SCOPE",
    "Scope",
    "addresses",
    "changes",
    "holds",
    "identifiers",
    "minutes",
    "moments",
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


_PATIENCE = ((1, None), (2, None), (None, timedelta(hours=2)), (3, timedelta(hours=1)))

SCOPE = Scope()
"""One seller, one warehouse, three products, eight orders."""


def identifiers() -> SearchStrategy[str]:
    """Draw any text that may name something."""
    visible = st.characters(categories=("L", "M", "N", "P", "S"))
    return st.text(visible, min_size=1, max_size=validators.IDENTIFIER_CHARACTERS_MAX)


def moments(scope: Scope = SCOPE) -> SearchStrategy[datetime]:
    """Draw a moment of the scope's first days, to the minute."""
    return st.integers(0, 3 * 24 * 60).map(lambda count: scope.opens_at + minutes(count))


@st.composite
def policies(draw: DrawFn) -> AllocationPolicy:
    """Draw any policy that there is; settings that contradict each other are not drawn."""
    return draw_policy(Dice(draw))


def draw_policy(dice: Dice) -> AllocationPolicy:
    """Draw any policy that there is."""
    partial_allocation = dice.pick(tuple(PartialAllocation))
    patient = partial_allocation is PartialAllocation.AFTER_WAITING
    fair = partial_allocation is PartialAllocation.ALWAYS and dice.coin()
    urgent = not fair and dice.coin()
    fulfilment = Fulfilment.COMPLETE
    if partial_allocation is not PartialAllocation.NEVER:
        fulfilment = dice.pick(tuple(Fulfilment))
    passes_max, wait_max = dice.pick(_PATIENCE) if patient else (None, None)
    return AllocationPolicy(
        queue=dice.pick(tuple(Queue)),
        rationing=Rationing.FAIR_SHARE if fair else Rationing.STRICT,
        share_max=dice.pick((None, 1, 2)) if fair else None,
        partial_allocation=partial_allocation,
        passes_max=passes_max,
        wait_max=wait_max,
        fulfilment=fulfilment,
        parcels_max=dice.number(2, 3) if fulfilment is Fulfilment.PARCELS else None,
        preemption=Preemption.URGENT if urgent else Preemption.NEVER,
        urgent_from=_PRIORITIES[-1] if urgent else None,
    )


def addresses() -> SearchStrategy[Address]:
    """Draw an address."""
    text = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=20)
    return st.builds(
        Address,
        text,
        text,
        text,
        text,
        st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
    )


def holds(at: datetime = SCOPE.opens_at) -> SearchStrategy[Hold]:
    """Draw a hold that ends after a moment, or does not end by itself."""
    until = st.integers(1, 180).map(lambda count: at + minutes(count))
    return st.builds(Hold, st.sampled_from(HoldReason), st.none() | until)


def stock_keys(scope: Scope = SCOPE, seller_id: str | None = None) -> SearchStrategy[StockKey]:
    """Draw a stock key of the scope, or of one seller of it."""
    return st.builds(
        StockKey,
        st.sampled_from(scope.seller_ids) if seller_id is None else st.just(seller_id),
        st.sampled_from(scope.warehouse_ids),
        st.sampled_from(scope.skus),
    )


def stock_records(scope: Scope = SCOPE) -> SearchStrategy[Stock]:
    """Draw a stock record of which nothing is allocated."""
    return st.builds(Stock, stock_keys(scope), st.integers(0, 2 * scope.quantity_max))


def receipts(scope: Scope = SCOPE, seller_id: str | None = None) -> SearchStrategy[ExpectedReceipt]:
    """Draw an expected receipt."""
    return st.builds(
        ExpectedReceipt,
        st.sampled_from(scope.receipt_ids),
        stock_keys(scope, seller_id),
        st.integers(1, scope.quantity_max),
        moments(scope),
    )


@st.composite
def order_lines(draw: DrawFn, scope: Scope = SCOPE) -> tuple[OrderLine, ...]:
    """Draw the lines of an order that comes in; one product may stand on several."""
    return draw_lines(Dice(draw), scope)


@st.composite
def orders(draw: DrawFn, scope: Scope = SCOPE) -> Order:
    """Draw an order that comes in; several share a priority, a promise and a moment."""
    dice = Dice(draw)
    placed_at = scope.opens_at + minutes(dice.number(0, 3 * 24 * 60))
    order_id, seller_id = dice.pick(scope.order_ids), dice.pick(scope.seller_ids)
    return draw_order(dice, scope, order_id, seller_id, placed_at)


@st.composite
def changes(draw: DrawFn, order: Order, scope: Scope = SCOPE) -> tuple[Edit, ...]:
    """Draw the changes of one edit; most of them can be made of the order."""
    return draw_changes(Dice(draw), order, scope)


def draw_lines(dice: Dice, scope: Scope) -> tuple[OrderLine, ...]:
    """Draw the lines of an order that comes in."""
    return tuple(
        OrderLine(str(number), dice.pick(scope.skus), dice.number(1, scope.quantity_max))
        for number in range(1, dice.number(1, scope.lines_max) + 1)
    )


def draw_order(
    dice: Dice, scope: Scope, order_id: str, seller_id: str, placed_at: datetime
) -> Order:
    """Draw an order that comes in under this name and at this moment."""
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id=dice.pick(scope.warehouse_ids),
        lines=draw_lines(dice, scope),
        placed_at=placed_at,
        priority=dice.pick(_PRIORITIES),
        promised_by=_promise(dice, scope),
        courier=dice.pick(_COURIERS),
    )


def draw_changes(dice: Dice, order: Order, scope: Scope) -> tuple[Edit, ...]:
    """Draw one to three changes of an order."""
    return tuple(_change(dice, order, scope) for _ in range(dice.pick(_CHANGES_OF_AN_EDIT)))


def draw_line_id(dice: Dice, order: Order) -> str:
    """Draw the id of a line of the order."""
    return dice.pick(order.lines).line_id


def draw_hold(dice: Dice, at: datetime) -> Hold:
    """Draw a hold that ends after a moment, or does not end by itself."""
    until = at + minutes(dice.number(1, 180)) if dice.coin() else None
    return Hold(dice.pick(_REASONS), until)


def draw_key(dice: Dice, scope: Scope, seller_id: str) -> StockKey:
    """Draw a stock key of one seller."""
    return StockKey(seller_id, dice.pick(scope.warehouse_ids), dice.pick(scope.skus))


def _change(dice: Dice, order: Order, scope: Scope) -> Edit:
    kind = dice.pick(_CHANGES)
    if kind is AddLine:
        return AddLine(dice.pick(scope.skus), dice.number(1, scope.quantity_max))
    if kind is ChangePriority:
        return ChangePriority(dice.pick(_PRIORITIES))
    if kind is ChangePromise:
        return ChangePromise(_promise(dice, scope))
    if kind is ChangeCourier:
        return ChangeCourier(dice.pick(_COURIERS))
    if kind is ChangeShipTo:
        return ChangeShipTo(dice.pick(_ADDRESSES))
    line_id = draw_line_id(dice, order) if dice.number(0, 19) else "9"
    if kind is RemoveLine:
        return RemoveLine(line_id)
    if kind is ReplaceLine:
        ratio = dice.pick(_RATIOS)
        return ReplaceLine(line_id, dice.pick(scope.skus), *ratio)
    return ChangeQuantity(line_id, dice.number(1, scope.quantity_max))


def _promise(dice: Dice, scope: Scope) -> datetime | None:
    days = dice.pick(_PROMISED_DAYS)
    return None if days is None else scope.opens_at + timedelta(days=days)


def minutes(count: int) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=count)


_PRIORITIES = (0, 0, 0, 1, 2)
_COURIERS = (None, "VAN", "POST")
_ADDRESSES = (None, Address("Ann", "1 High Street", "Leeds"))
_PROMISED_DAYS = (None, None, 1, 2)
_CHANGES_OF_AN_EDIT = (1, 1, 1, 2, 3)
_RATIOS = ((1, 1), (1, 1), (1, 1), (2, 1), (1, 2))
_REASONS = tuple(HoldReason)
_CHANGES: tuple[type[Edit], ...] = (
    ChangeQuantity,
    ChangeQuantity,
    AddLine,
    RemoveLine,
    ReplaceLine,
    ChangePriority,
    ChangePromise,
    ChangeCourier,
    ChangeShipTo,
)
