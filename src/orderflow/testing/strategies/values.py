"""Strategies for single values: names, times, policies, orders, stock and edits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
from hypothesis import strategies as st

from orderflow.domain.model import validators
from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.order import Address, Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey
from orderflow.testing.strategies.choices import Chooser

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from orderflow.domain.model.edits import Edit

__all__ = [
    "SCOPE",
    "Scope",
    "addresses",
    "edits",
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
    """A small world to draw from.

    Attributes:
        seller_ids: The sellers.
        warehouse_ids: The warehouses.
        skus: The products. Every seller has all of them in every warehouse.
        order_ids: The order ids, for placed orders and for orders that are split off. By default,
            their order by code point is not the alphabetical one.
        receipt_ids: The ids of expected receipts.
        lines_max: The maximum number of lines of a placed order.
        quantity_max: The maximum units of a line, or of one movement of stock.
        opens_at: The earliest time of a command.
    """

    seller_ids: tuple[str, ...] = ("acme",)
    warehouse_ids: tuple[str, ...] = ("leeds", "york")
    skus: tuple[str, ...] = ("MUG", "PAN", "TOY")
    order_ids: tuple[str, ...] = ("1", "2", "9", "10", "a", "B", "é", "#8")
    receipt_ids: tuple[str, ...] = ("R1", "R2", "R3")
    lines_max: int = 3
    quantity_max: int = 4
    opens_at: datetime = datetime(2025, 3, 3, 9, tzinfo=UTC)


_WAITS = ((1, None), (2, None), (None, timedelta(hours=2)), (3, timedelta(hours=1)))
_HOURS_TO_WAIT = (*[None] * 6, 1, 4, 24)
_SETS = (None, None, None, "set")
_MINIMUMS = (
    (None, None, None),
    (2, None, None),
    (None, 60, None),
    (3, 90, timedelta(hours=1)),
    (None, None, timedelta(hours=2)),
)

SCOPE = Scope()
"""One seller, two warehouses, three products, eight orders."""


def identifiers() -> SearchStrategy[str]:
    """Draw any valid identifier."""
    visible = st.characters(categories=("L", "M", "N", "P", "S"))
    return st.text(visible, min_size=1, max_size=validators.IDENTIFIER_CHARACTERS_MAX)


def moments(scope: Scope = SCOPE) -> SearchStrategy[datetime]:
    """Draw a time in the scope's first days, to the minute."""
    return st.integers(0, 3 * 24 * 60).map(lambda count: scope.opens_at + minutes(count))


@st.composite
def policies(draw: DrawFn) -> AllocationPolicy:
    """Draw any valid policy."""
    return draw_policy(Chooser(draw))


def draw_policy(chooser: Chooser) -> AllocationPolicy:
    """Draw any valid policy."""
    partial_allocation = chooser.pick(tuple(PartialAllocation))
    waits_first = partial_allocation is PartialAllocation.AFTER_WAITING
    fair = partial_allocation is PartialAllocation.ALWAYS and chooser.flag()
    urgent = not fair and chooser.flag()
    fulfilment = Fulfilment.COMPLETE
    if partial_allocation is not PartialAllocation.NEVER:
        fulfilment = chooser.pick(tuple(Fulfilment))
    passes_max, wait_max = chooser.pick(_WAITS) if waits_first else (None, None)
    splits = fulfilment is not Fulfilment.COMPLETE
    units_min, percent_min, wait_min = chooser.pick(_MINIMUMS) if splits else (None, None, None)
    nobody_waits = not (waits_first or urgent) and fulfilment is Fulfilment.COMPLETE
    short_parts: tuple[ShortPart, ...] = (ShortPart.WAIT, ShortPart.WAIT, ShortPart.HOLD)
    if nobody_waits:
        short_parts += (ShortPart.CANCEL_SHORT,) if fair else _CANCELS
    return AllocationPolicy(
        queue=chooser.pick(tuple(Queue)),
        rationing=Rationing.FAIR_SHARE if fair else Rationing.STRICT,
        share_max=chooser.pick((None, 1, 2)) if fair else None,
        partial_allocation=partial_allocation,
        passes_max=passes_max,
        wait_max=wait_max,
        allocation_horizon=chooser.pick(_HORIZONS),
        fulfilment=fulfilment,
        parcels_max=chooser.number(2, 3) if fulfilment is Fulfilment.PARCELS else None,
        split_units_min=units_min,
        split_percent_min=percent_min,
        split_wait_min=None if waits_first else wait_min,
        preemption=Preemption.URGENT if urgent else Preemption.NEVER,
        urgent_from=_PRIORITIES[-1] if urgent else None,
        short_part=chooser.pick(short_parts),
        give_up_after=chooser.pick((None, timedelta(hours=4))),
        give_up=chooser.pick(tuple(GiveUp)),
        remind_before=chooser.pick((None, timedelta(hours=1))),
    )


def addresses() -> SearchStrategy[Address]:
    """Draw an address."""
    text = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=20)
    return st.builds(
        Address,
        **{field.name: text for field in attrs.fields(Address) if field.name != "country"},
        country=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
    )


def holds(at: datetime = SCOPE.opens_at) -> SearchStrategy[Hold]:
    """Draw a hold, with or without an end."""
    until = st.integers(1, 180).map(lambda count: at + minutes(count))
    return st.builds(Hold, st.sampled_from(HoldReason), st.none() | until)


def stock_keys(scope: Scope = SCOPE, seller_id: str | None = None) -> SearchStrategy[StockKey]:
    """Draw a stock key of the scope, or of one of its sellers."""
    return st.builds(
        StockKey,
        st.sampled_from(scope.seller_ids) if seller_id is None else st.just(seller_id),
        st.sampled_from(scope.warehouse_ids),
        st.sampled_from(scope.skus),
    )


def stock_records(scope: Scope = SCOPE) -> SearchStrategy[Stock]:
    """Draw a stock record with nothing allocated."""
    return st.builds(Stock, stock_keys(scope), st.integers(0, 2 * scope.quantity_max))


def receipts(scope: Scope = SCOPE, seller_id: str | None = None) -> SearchStrategy[ExpectedReceipt]:
    """Draw an expected receipt. At times it is a transfer from another warehouse of the scope."""
    return st.builds(
        _receipt,
        st.sampled_from(scope.receipt_ids),
        stock_keys(scope, seller_id),
        st.integers(1, scope.quantity_max),
        moments(scope),
        st.sampled_from((None, *scope.warehouse_ids)),
    )


def _receipt(
    receipt_id: str, key: StockKey, quantity: int, expected_at: datetime, origin: str | None
) -> ExpectedReceipt:
    is_transfer = origin != key.warehouse_id
    return ExpectedReceipt(receipt_id, key, quantity, expected_at, origin if is_transfer else None)


@st.composite
def order_lines(draw: DrawFn, scope: Scope = SCOPE) -> tuple[OrderLine, ...]:
    """Draw the lines of a new order. A product may be on several lines."""
    return draw_lines(Chooser(draw), scope)


@st.composite
def orders(draw: DrawFn, scope: Scope = SCOPE) -> Order:
    """Draw a new order. Priorities, promises and times often coincide."""
    chooser = Chooser(draw)
    placed_at = scope.opens_at + minutes(chooser.number(0, 3 * 24 * 60))
    order_id, seller_id = chooser.pick(scope.order_ids), chooser.pick(scope.seller_ids)
    warehouse_id = chooser.pick(scope.warehouse_ids)
    return draw_order(chooser, scope, order_id, seller_id, placed_at, warehouse_id=warehouse_id)


@st.composite
def edits(draw: DrawFn, order: Order, scope: Scope = SCOPE) -> tuple[Edit, ...]:
    """Draw the edits of one command. Most of them are valid for the order."""
    return draw_edits(Chooser(draw), order, scope)


def draw_lines(chooser: Chooser, scope: Scope) -> tuple[OrderLine, ...]:
    """Draw the lines of a new order."""
    return tuple(
        OrderLine(
            str(number),
            chooser.pick(scope.skus),
            chooser.number(1, scope.quantity_max),
            set_id=chooser.pick(_SETS),
        )
        for number in range(1, chooser.number(1, scope.lines_max) + 1)
    )


def draw_order(
    chooser: Chooser,
    scope: Scope,
    order_id: str,
    seller_id: str,
    placed_at: datetime,
    *,
    warehouse_id: str,
    replaces: str | None = None,
) -> Order:
    """Draw a new order with this id and this time of placing."""
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id=warehouse_id,
        lines=draw_lines(chooser, scope),
        placed_at=placed_at,
        priority=chooser.pick(_PRIORITIES),
        promised_by=_promise(chooser, scope),
        not_before=_not_before(chooser, scope),
        courier=chooser.pick(_COURIERS),
        customer_reference=chooser.pick(_REFERENCES),
        custom_fields=chooser.pick(_CUSTOM_FIELDS),
        short_part=chooser.pick(_SHORT_PARTS),
        give_up_after=_give_up_after(chooser),
        replaces=replaces,
    )


def draw_edits(chooser: Chooser, order: Order, scope: Scope) -> tuple[Edit, ...]:
    """Draw one to three edits of an order."""
    return tuple(_edit(chooser, order, scope) for _ in range(chooser.pick(_EDITS_OF_A_COMMAND)))


def draw_line_id(chooser: Chooser, order: Order) -> str:
    """Draw the id of a line of the order."""
    return chooser.pick(order.lines).line_id


def draw_hold(chooser: Chooser, at: datetime) -> Hold:
    """Draw a hold, with or without an end."""
    until = at + minutes(chooser.number(1, 180)) if chooser.flag() else None
    return Hold(chooser.pick(_REASONS), until)


def draw_key(chooser: Chooser, scope: Scope, seller_id: str) -> StockKey:
    """Draw a stock key of one seller."""
    return StockKey(seller_id, chooser.pick(scope.warehouse_ids), chooser.pick(scope.skus))


def _edit(chooser: Chooser, order: Order, scope: Scope) -> Edit:
    kind = chooser.pick(_EDITS)
    if kind is AddLine:
        quantity = chooser.number(1, scope.quantity_max)
        return AddLine(chooser.pick(scope.skus), quantity, set_id=chooser.pick(_SETS))
    if kind is ChangePriority:
        return ChangePriority(chooser.pick(_PRIORITIES))
    if kind is ChangePromise:
        return ChangePromise(_promise(chooser, scope))
    if kind is ChangeNotBefore:
        return ChangeNotBefore(_not_before(chooser, scope))
    if kind is ChangeGiveUpAfter:
        return ChangeGiveUpAfter(_give_up_after(chooser))
    if kind is ChangeCourier:
        return ChangeCourier(chooser.pick(_COURIERS))
    if kind is ChangeShipTo:
        return ChangeShipTo(chooser.pick(_ADDRESSES))
    if kind is ChangeCustomerReference:
        return ChangeCustomerReference(chooser.pick(_REFERENCES))
    if kind is ChangeCustomField:
        return ChangeCustomField(chooser.pick(("Channel", "Gift")), chooser.pick((None, "yes")))
    if kind is ChangeShortPart:
        return ChangeShortPart(chooser.pick(_SHORT_PARTS))
    line_id = draw_line_id(chooser, order) if chooser.number(0, 19) else "9"
    if kind is RemoveLine:
        return RemoveLine(line_id)
    if kind is ReplaceLine:
        ratio = chooser.pick(_RATIOS)
        return ReplaceLine(line_id, chooser.pick(scope.skus), *ratio)
    return ChangeQuantity(line_id, chooser.number(1, scope.quantity_max))


def _give_up_after(chooser: Chooser) -> timedelta | None:
    hours = chooser.pick(_HOURS_TO_WAIT)
    return None if hours is None else timedelta(hours=hours)


def _promise(chooser: Chooser, scope: Scope) -> datetime | None:
    days = chooser.pick(_PROMISED_DAYS)
    return None if days is None else scope.opens_at + timedelta(days=days)


def _not_before(chooser: Chooser, scope: Scope) -> datetime | None:
    hours = chooser.pick(_HOURS_BEFORE)
    return None if hours is None else scope.opens_at + timedelta(hours=hours)


def minutes(count: int) -> timedelta:
    """Return a duration of this many minutes."""
    return timedelta(minutes=count)


_PRIORITIES = (0, 0, 0, 1, 2)
_COURIERS = (None, "VAN", "POST")
_ADDRESSES = (
    None,
    Address("Ann", "1 High Street", "Leeds"),
    Address(
        *("Kenji Sato", "1-9-1 Marunouchi", "Chiyoda-ku", "100-0005", "JP"),
        company="Acme KK",
        street_2="Tower 2, 14F",
        region="Tokyo",
        phone="+81 3 0000 0000",
    ),
)
_REFERENCES = (None, None, "PO-1")
_CUSTOM_FIELDS = ((), (), (("Gift", "yes"),), (("Channel", ""), ("Gift", "no\nbow")))
_CANCELS = (ShortPart.CANCEL_SHORT, ShortPart.CANCEL_ORDER)
_SHORT_PARTS = (*[None] * 12, *ShortPart)
_PROMISED_DAYS = (None, None, 1, 2)
_HORIZONS = (None, None, None, None, timedelta(hours=2), timedelta(days=1))
_HOURS_BEFORE = (None, None, None, 3, 48)
_EDITS_OF_A_COMMAND = (1, 1, 1, 2, 3)
_RATIOS = ((1, 1), (1, 1), (1, 1), (2, 1), (1, 2))
_REASONS = tuple(HoldReason)
_EDITS: tuple[type[Edit], ...] = (
    ChangeQuantity,
    ChangeQuantity,
    AddLine,
    RemoveLine,
    ReplaceLine,
    ChangePriority,
    ChangePromise,
    ChangeCourier,
    ChangeShipTo,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeShortPart,
    ChangeNotBefore,
    ChangeGiveUpAfter,
)
