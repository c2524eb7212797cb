"""Random commands that fit the world as it is: most are carried out, some are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow import Hold, HoldReason, OrderLine, ShortPart, Status
from orderflow import Order as PlacedOrder
from orderflow.commands import (
    AcceptCancellation,
    AllocateOrder,
    CancelOrder,
    ChangePolicy,
    Command,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    ErasePersonalData,
    HoldOrder,
    MoveOrder,
    PickedLine,
    PinOrder,
    PlaceOrder,
    PlaceOrders,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnState,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    SplitOrder,
    UnpinOrder,
)
from orderflow.edits import (
    AddLine,
    ChangeCourier,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShortPart,
    Edit,
    RemoveLine,
    RemoveShortLines,
    ReplaceLine,
    ReplaceProduct,
    RequestedEdit,
)
from tests.model import stock_commands
from tests.model.policies import VALID_SETTINGS, with_parameters
from tests.model.reallocation_commands import reallocate
from tests.model.shop import ORDER_IDS, SETS, SKUS, START, STOCKED, UNKNOWN_SKU, WAREHOUSES
from tests.model.sourcing_commands import draw_sourcing
from tests.model.world import BEFORE_THE_WAREHOUSE, ENDED, FROZEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from orderflow.events import LineUnits
    from tests.model.world import Line, Order, World

    _Make = Callable[[World, Random, datetime], Command | None]
    _MakeForOrder = Callable[[Order, Random, datetime], Command]

REASONS = (HoldReason.FRAUD_RISK, HoldReason.SELLER_DELAY, HoldReason.SHORT)
TIMES_TO_WAIT = (*[None] * 6, timedelta(hours=2), timedelta(hours=6))
SHORT_PARTS = (*[None] * 12, *ShortPart)


def next_command(world: World, random: Random) -> Command:
    """Draw a command; the clock moves on by some hours, or not at all, or is set back."""
    at = world.now + timedelta(hours=random.choice([0, 0, 1, 1, 3, 8, -5]))
    while True:
        make = random.choices(list(MAKERS), weights=list(MAKERS.values()))[0]
        command = make(world, random, at)
        if command is not None:  # there is an order that fits
            return command


# Orders


def _place(world: World, random: Random, at: datetime) -> Command | None:
    free = [each for each in ORDER_IDS if world.find(each) is None]
    if not free:
        return None
    allocate = random.randrange(6) > 0
    sourcing = draw_sourcing(world, random)
    if random.randrange(5) == 0:
        order_ids = random.sample(free, min(len(free), random.choice([2, 2, 3])))
        orders = tuple(_order(each, random, is_sourced=sourcing is not None) for each in order_ids)
        return PlaceOrders(at=at, orders=orders, sourcing=sourcing, allocate=allocate)
    order_id = random.choice(free if random.randrange(20) else ORDER_IDS)
    order = _order(order_id, random, is_sourced=sourcing is not None)
    if world.orders and not random.randrange(10):
        order = attrs.evolve(order, replaces=_replaced(world, random))
    return PlaceOrder(at=at, order=order, sourcing=sourcing, allocate=allocate)


def _replaced(world: World, random: Random) -> str:
    cancelled = [each for each in world.orders if each.status is Status.CANCELLED]
    return random.choice(cancelled or world.orders).order_id


def _order(order_id: str, random: Random, *, is_sourced: bool) -> PlacedOrder:
    return PlacedOrder(
        order_id=order_id,
        seller_id="acme",
        warehouse_id="" if is_sourced else random.choice(WAREHOUSES),
        lines=tuple(
            OrderLine(
                str(number),
                random.choice(SKUS),
                random.randint(1, 5),
                set_id=random.choice(SETS),
            )
            for number in range(1, 1 + random.choice([1, 1, 2, 2, 3]))
        ),
        placed_at=START + timedelta(hours=random.randint(0, 4) + 2 * is_sourced),
        priority=random.choice([0, 0, 1, 2]),
        promised_by=_promise(random),
        short_part=random.choice(SHORT_PARTS),
        not_before=START + timedelta(hours=8) if order_id in "ce" else None,
        give_up_after=random.choice(TIMES_TO_WAIT),
    )


def _promise(random: Random) -> datetime | None:
    days = random.choice([0, 1, 2, 3])
    return START + timedelta(days=days) if days else None


def _pick(world: World, random: Random, *statuses: Status) -> Order | None:
    """Pick an order of one of these statuses; rarely any other, for a refusal."""
    fit = [order for order in world.orders if order.status in statuses]
    if not random.randrange(15):
        fit = world.orders
    return random.choice(fit) if fit else None


def _on(*statuses: Status) -> Callable[[_MakeForOrder], _Make]:
    """Turn a maker for one order into one that picks the order."""

    def decorate(make: _MakeForOrder) -> _Make:
        def pick_and_make(world: World, random: Random, at: datetime) -> Command | None:
            order = _pick(world, random, *statuses)
            return None if order is None else make(order, random, at)

        return pick_and_make

    return decorate


@_on(Status.NEW)
def _process(order: Order, _random: Random, at: datetime) -> Command:
    return AllocateOrder(at=at, seller_id="acme", order_id=order.order_id)


@_on(*BEFORE_THE_WAREHOUSE)
def _edit(order: Order, random: Random, at: datetime) -> Command:
    changes = tuple(_change(order, random) for _ in range(random.choice([1, 1, 1, 2, 3])))
    if not random.randrange(8):
        return _edit_of(order, at, RemoveShortLines())
    match changes:
        case [ReplaceLine(line_id, sku, units=1, per=1)]:
            (line,) = [each for each in order.lines if each.line_id == line_id]
            edit = ReplaceProduct(line.sku, sku) if line.sku != sku else changes[0]
            return _edit_of(order, at, edit)
        case _:
            return _edit_of(order, at, *changes)


def _edit_of(order: Order, at: datetime, *edits: RequestedEdit) -> Command:
    return EditOrder(at=at, seller_id="acme", order_id=order.order_id, edits=edits)


def _change(order: Order, random: Random) -> Edit:
    line_id = random.choice(order.lines).line_id
    sku = random.choice(SKUS)
    changes: list[Edit] = [
        AddLine(
            sku,
            random.randint(1, 3),
            random.choice([None, None, "4", line_id]),
            random.choice(SETS),
        ),
        RemoveLine(line_id),
        ReplaceLine(
            line_id,
            sku if random.randrange(10) else UNKNOWN_SKU,
            random.choice([1, 1, 2]),
            random.choice([1, 1, 2]),
        ),
        ChangeQuantity(line_id, random.randint(1, 5)),
        ChangePriority(random.randint(0, 2)),
        ChangeNotBefore(START + timedelta(hours=8 * random.randint(0, 5))),
        ChangePromise(_promise(random)),
        ChangeGiveUpAfter(random.choice(TIMES_TO_WAIT)),
        ChangeCourier(None),
        ChangeShortPart(random.choice(SHORT_PARTS)),
    ]
    return random.choice(changes)


@_on(*BEFORE_THE_WAREHOUSE)
def _hold(order: Order, random: Random, at: datetime) -> Command:
    until = random.choice([None, at + timedelta(hours=random.randint(0, 6))])
    return HoldOrder(
        at=at,
        seller_id="acme",
        order_id=order.order_id,
        hold=Hold(random.choice(REASONS), until),
        deallocate=random.randrange(3) == 0,
    )


@_on(Status.ON_HOLD)
def _release(order: Order, random: Random, at: datetime) -> Command:
    reason = random.choice([None, None, *REASONS])
    return ReleaseHold(at=at, seller_id="acme", order_id=order.order_id, reason=reason)


@_on(Status.ON_BACK_ORDER, Status.ALLOCATED)
def _split(order: Order, random: Random, at: datetime) -> Command:
    new_order_id = f"{order.order_id}.{random.choice([1, 1, 2, 'x'])}"
    asked = new_order_id if random.randrange(4) else None
    units = _some_units(order, random) if random.randrange(2) else None
    return SplitOrder(
        at=at, seller_id="acme", order_id=order.order_id, new_order_id=asked, units=units
    )


def _some_units(order: Order, random: Random) -> LineUnits:
    """Pick some lines with units, or one unit more than there are."""
    lines = [line for line in order.lines if line.allocated] or order.lines
    return tuple(
        (line.line_id, random.randint(1, max(1, line.allocated + random.choice([0, 0, 0, 1]))))
        for line in random.sample(lines, random.randint(1, len(lines)))
    )


def _move(world: World, random: Random, at: datetime) -> Command | None:
    """Move an order, often one that has a part, or some of it; rarely to where it is."""
    order = _pick(world, random, *BEFORE_THE_WAREHOUSE)
    partly = [
        each
        for each in world.orders
        if each.status in BEFORE_THE_WAREHOUSE and each.holds_units() and each.is_short()
    ]
    if partly and random.randrange(2):
        order = random.choice(partly)
    if order is None:
        return None
    units, new_order_id = None, None
    only_short = random.randrange(3) == 0
    if not only_short and random.randrange(3):
        units = _any_units(order, random)
    if only_short or units:
        new_order_id = random.choice([None, None, None, f"{order.order_id}.1"])
    others = [each for each in STOCKED if each != order.warehouse or not random.randrange(20)]
    return MoveOrder(
        at=at,
        seller_id="acme",
        order_id=order.order_id,
        warehouse_id=random.choice(others),
        units=units,
        only_short=only_short,
        new_order_id=new_order_id,
    )


def _any_units(order: Order, random: Random) -> LineUnits:
    """Pick some lines with all or some of their units, rarely one unit more than there are."""
    lines = random.sample(order.lines, random.randint(1, len(order.lines)))
    return tuple((line.line_id, random.choice(_numbers(line, random))) for line in lines)


def _numbers(line: Line, random: Random) -> list[int]:
    some = random.randint(1, line.quantity)
    too_many = line.quantity + (random.randrange(5) == 0)
    return [some, some, line.short or some, line.quantity, too_many]


@_on(*BEFORE_THE_WAREHOUSE)
def _pin(order: Order, random: Random, at: datetime) -> Command:
    pins = order.pinned if random.randrange(8) == 0 else not order.pinned
    return (PinOrder if pins else UnpinOrder)(at=at, seller_id="acme", order_id=order.order_id)


@_on(*BEFORE_THE_WAREHOUSE)
def _cancel(order: Order, _random: Random, at: datetime) -> Command:
    return CancelOrder(at=at, seller_id="acme", order_id=order.order_id)


def _erase(world: World, random: Random, at: datetime) -> Command | None:
    """Erase an order with its parts, its parent and the order that it replaces, or only one."""
    order = _pick(world, random, *ENDED)
    if order is None:
        return None
    named = {order.order_id}
    if random.randrange(4):
        for _ in world.orders:
            for each in world.orders:
                if each.order_id in named:
                    named.update(other for other in (each.split_from, each.replaces) if other)
                elif each.split_from in named:
                    named.add(each.order_id)
    return ErasePersonalData(
        at=at,
        seller_id="acme",
        order_ids=tuple(sorted(named)),
        include_open=random.randrange(3) == 0,
    )


# The warehouse


@_on(Status.ALLOCATED)
def _send(order: Order, _random: Random, at: datetime) -> Command:
    return SendOrderToWarehouse(at=at, seller_id="acme", order_id=order.order_id)


@_on(*FROZEN)
def _despatch(order: Order, random: Random, at: datetime) -> Command:
    units = _some_units(order, random) if random.randrange(3) else None
    return DespatchOrder(at=at, seller_id="acme", order_id=order.order_id, units=units)


@_on(Status.SENT_TO_WAREHOUSE)
def _request(order: Order, _random: Random, at: datetime) -> Command:
    return RequestCancellation(at=at, seller_id="acme", order_id=order.order_id)


@_on(Status.CANCELLATION_REQUESTED)
def _accept(order: Order, _random: Random, at: datetime) -> Command:
    return AcceptCancellation(at=at, seller_id="acme", order_id=order.order_id)


@_on(Status.CANCELLATION_REQUESTED)
def _reject(order: Order, _random: Random, at: datetime) -> Command:
    return RejectCancellation(at=at, seller_id="acme", order_id=order.order_id)


@_on(Status.DESPATCHED)
def _deliver(order: Order, _random: Random, at: datetime) -> Command:
    return DeliverOrder(at=at, seller_id="acme", order_id=order.order_id)


@_on(Status.DESPATCHED, Status.DELIVERED)
def _return(order: Order, random: Random, at: datetime) -> Command:
    lines = random.sample(order.lines, random.randint(1, len(order.lines)))
    some = tuple((line.line_id, random.randint(1, line.quantity)) for line in lines)
    return ReturnUnits(
        at=at,
        seller_id="acme",
        order_id=order.order_id,
        state=random.choice(list(ReturnState)),
        units=random.choice([None, some, some]),
    )


@_on(*FROZEN)
def _short_pick(order: Order, random: Random, at: datetime) -> Command:
    lines = random.sample(order.lines, random.randint(1, len(order.lines)))
    found = tuple(PickedLine(line.line_id, random.randint(0, line.quantity)) for line in lines)
    return ReportShortPick(at=at, seller_id="acme", order_id=order.order_id, picked=found)


# Everything


def _wake(_world: World, _random: Random, at: datetime) -> Command:
    return RunDue(at=at, seller_id="acme")


def _change_policy(_world: World, random: Random, at: datetime) -> Command:
    policy = with_parameters(random.choice(VALID_SETTINGS), random.choice)
    return ChangePolicy(at=at, seller_id="acme", policy=policy)


MAKERS: dict[_Make, int] = {
    _place: 20,
    _process: 4,
    _edit: 14,
    _hold: 4,
    _release: 4,
    _split: 4,
    _move: 7,
    reallocate: 12,
    _pin: 3,
    _cancel: 2,
    _send: 10,
    _despatch: 7,
    _request: 5,
    _accept: 6,
    _reject: 3,
    _deliver: 6,
    _return: 10,
    _short_pick: 2,
    stock_commands.book_in: 22,
    stock_commands.adjust: 4,
    stock_commands.count: 6,
    stock_commands.announce: 6,
    stock_commands.withdraw: 2,
    stock_commands.transfer: 4,
    stock_commands.limit: 5,
    _wake: 4,
    _erase: 1,
    _change_policy: 2,
}
