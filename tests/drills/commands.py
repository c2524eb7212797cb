"""Random commands on a few products that everybody wants, each the same whenever it is asked for.

Many are refused: the worker who draws one does not know what has become of the order since.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

import attrs

from orderflow import (
    AdjustmentReason,
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    StockKey,
)
from orderflow.commands import (
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
    MoveOrder,
    PickedLine,
    PinOrder,
    PlaceOrder,
    PlaceOrders,
    ReallocateUnits,
    Reallocation,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnState,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    SplitOrder,
    TransferStock,
    UnpinOrder,
    WithdrawReceipt,
)
from orderflow.edits import (
    AddLine,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    Edit,
    RemoveLine,
    ReplaceLine,
)
from orderflow.sourcing import SourcingPolicy, SourcingPreference

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypedDict

    _Make = Callable[["_Draw"], Command]

    class _Own(TypedDict):
        at: datetime
        command_id: str

    class _About(_Own):
        seller_id: str
        order_id: str


__all__ = ["NOON", "SELLERS", "command_of"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SELLERS = ("acme", "bolt")
_POLICIES = (
    AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    AllocationPolicy(queue=Queue.PRIORITY),
    AllocationPolicy(preemption=Preemption.URGENT, urgent_from=2),
    AllocationPolicy(rationing=Rationing.FAIR_SHARE),
)

_SKUS = ("MUG", "CUP", "TIN")
_WAREHOUSES = ("leeds", "leeds", "york")
_STEP = 3
"""Each worker's first of so many commands places an order, and the others may be about it."""
_BACK = 5
"""Commands about an order are about one of so many that were placed last."""


def command_of(worker: str, number: int, workers: tuple[str, ...] = ()) -> Command:
    """Return a command of a worker.

    Args:
        worker: Whose command it is.
        number: Which of them.
        workers: On whose orders it may be; only the worker's own, if left out.
    """
    dice = Random(f"{worker}-{number}")  # noqa: S311 - no secret
    draw = _Draw(dice, worker, number, workers or (worker,))
    (make,) = dice.choices(list(_MAKERS), weights=list(_MAKERS.values()))
    return _place(draw) if number % _STEP == 0 else make(draw)


@attrs.frozen(slots=False)
class _Draw:
    """What a command is drawn with."""

    dice: Random
    worker: str
    number: int
    workers: tuple[str, ...]

    @property
    def command_id(self) -> str:
        return f"{self.worker}-{self.number}"

    @property
    def at(self) -> datetime:
        return NOON + timedelta(seconds=self.number)

    @property
    def seller_id(self) -> str:
        return _seller_of(self.number)

    @property
    def key(self) -> StockKey:
        return StockKey(self.seller_id, self.dice.choice(_WAREHOUSES), self.dice.choice(_SKUS))

    @property
    def units(self) -> int:
        return self.dice.randint(1, 4)

    @property
    def receipt_id(self) -> str:
        return f"r{self.dice.randrange(4)}"

    @cached_property
    def earlier(self) -> int:
        last = self.number // _STEP
        return _STEP * self.dice.randint(max(0, last - _BACK), last)

    def own(self) -> _Own:
        return {"at": self.at, "command_id": self.command_id}

    def about(self) -> _About:
        order_id = f"{self.dice.choice(self.workers)}-{self.earlier}"
        return {
            "at": self.at,
            "command_id": self.command_id,
            "seller_id": _seller_of(self.earlier),
            "order_id": order_id,
        }

    def order(self, order_id: str) -> Order:
        skus = self.dice.sample(
            _SKUS, self.dice.choice([1, 1, 2, 3])
        )  # any order: locks are sorted
        return Order(
            order_id=order_id,
            seller_id=self.seller_id,
            warehouse_id=self.dice.choice(_WAREHOUSES),
            lines=tuple(OrderLine(sku, sku, self.dice.randint(1, 2)) for sku in skus),
            placed_at=self.at,
            priority=self.dice.randrange(3),
        )


def _seller_of(number: int) -> str:
    return SELLERS[number // _STEP % 3 == 2]


def _place(draw: _Draw) -> Command:
    order, allocate = draw.order(draw.command_id), draw.dice.randrange(8) > 0
    if draw.dice.randrange(4):
        return PlaceOrder(order=order, allocate=allocate, **draw.own())
    warehouses = draw.dice.choice([("leeds", "york"), ("york", "leeds")])
    preference = draw.dice.choice([SourcingPreference.RANKED, SourcingPreference.FEWEST_PARCELS])
    return PlaceOrder(
        order=attrs.evolve(order, warehouse_id=""),
        allocate=allocate,
        sourcing=SourcingPolicy(warehouses=warehouses, preference=preference),
        **draw.own(),
    )


def _place_again(draw: _Draw) -> Command:
    """Place an order in place of another one, which may have been cancelled."""
    of = draw.about()
    new = draw.order(f"{draw.command_id}-again")
    order = attrs.evolve(new, seller_id=of["seller_id"], replaces=of["order_id"])
    return PlaceOrder(order=order, **draw.own())


def _move(draw: _Draw) -> Command:
    """Move an order, or what it is short of, to any of the warehouses."""
    to, only_short = draw.dice.choice(_WAREHOUSES), draw.dice.randrange(2) == 0
    return MoveOrder(warehouse_id=to, only_short=only_short, **draw.about())


def _reallocate(draw: _Draw) -> Command:
    """Let an order give a unit to another one, if it has it and the other one needs it."""
    giver, taker, sku = draw.about(), draw.about(), draw.dice.choice(_SKUS)
    changes = {giver["order_id"]: -1, taker["order_id"]: 1}
    return ReallocateUnits(
        seller_id=giver["seller_id"],
        changes=tuple(Reallocation(each, None, ((sku, n),)) for each, n in changes.items()),
        note="as a drill",
        by="Ann",
        repay=draw.dice.randrange(2) == 0,
        **draw.own(),
    )


def _transfer(draw: _Draw) -> Command:
    """Transfer stock under an id that tells where it goes."""
    key = draw.key
    to = "york" if key.warehouse_id == "leeds" else "leeds"
    return TransferStock(
        key=key,
        units=draw.units,
        to_warehouse_id=to,
        receipt_id=f"{key.sku}-{to}",
        expected_at=draw.at + timedelta(days=draw.units),
        take_allocated=draw.dice.randrange(4) == 0,
        **draw.own(),
    )


def _book_in_a_transfer(draw: _Draw) -> Command:
    key = draw.key
    return BookInStock(
        key=key,
        received=draw.units,
        receipt_id=f"{key.sku}-{key.warehouse_id}",
        more_to_come=draw.dice.randrange(2) == 0,
        **draw.own(),
    )


def _withdraw_a_transfer(draw: _Draw) -> Command:
    key = draw.key
    receipt_id = f"{key.sku}-{key.warehouse_id}"
    return WithdrawReceipt(seller_id=draw.seller_id, receipt_id=receipt_id, **draw.own())


def _place_some(draw: _Draw) -> Command:
    orders = tuple(draw.order(f"{draw.command_id}-{n}") for n in range(2))
    return PlaceOrders(orders=orders, **draw.own())


def _book_in(draw: _Draw) -> Command:
    received, rejected = draw.dice.randint(10, 40), draw.dice.choice([0, 0, 1])
    return BookInStock(key=draw.key, received=received, rejected=rejected, **draw.own())


def _book_in_a_receipt(draw: _Draw) -> Command:
    return BookInStock(
        key=draw.key,
        received=draw.dice.randint(1, 9),
        receipt_id=draw.receipt_id,
        more_to_come=draw.dice.randrange(2) == 0,
        **draw.own(),
    )


def _announce(draw: _Draw) -> Command:
    expected_at = draw.at + timedelta(days=draw.units)
    receipt = ExpectedReceipt(draw.receipt_id, draw.key, 9, expected_at)
    return AnnounceReceipt(receipt=receipt, **draw.own())


def _withdraw(draw: _Draw) -> Command:
    return WithdrawReceipt(seller_id=draw.seller_id, receipt_id=draw.receipt_id, **draw.own())


def _count(draw: _Draw) -> Command:
    return CountStock(key=draw.key, counted=draw.dice.randint(0, 40), **draw.own())


def _adjust(draw: _Draw) -> Command:
    change = draw.dice.choice([-2, -1, 1, 2])
    return AdjustStock(key=draw.key, change=change, reason=AdjustmentReason.DAMAGE, **draw.own())


def _limit(draw: _Draw) -> Command:
    units_max = draw.dice.choice([None, 0, 3, 6])
    return LimitBackOrders(key=draw.key, units_max=units_max, **draw.own())


def _edit(draw: _Draw) -> Command:
    sku, other = draw.dice.sample(_SKUS, 2)
    changes: list[Edit] = [
        AddLine(sku, draw.units),
        RemoveLine(sku),
        ReplaceLine(sku, other),
        ChangeQuantity(sku, draw.units),
        ChangePriority(draw.units),
        ChangePromise(draw.at + timedelta(days=draw.units)),
        ChangeNotBefore(draw.at),
    ]
    return EditOrder(edits=(draw.dice.choice(changes),), **draw.about())


def _split(draw: _Draw) -> Command:
    return SplitOrder(new_order_id=f"{draw.command_id}-split", **draw.about())


def _hold(draw: _Draw) -> Command:
    until = draw.dice.choice([None, draw.at + timedelta(seconds=draw.units)])
    hold = Hold(HoldReason.SELLER_DELAY, until)
    return HoldOrder(hold=hold, deallocate=draw.dice.randrange(2) == 1, **draw.about())


def _run_due(draw: _Draw) -> Command:
    return RunDue(seller_id=draw.seller_id, **draw.own())


def _change_policy(draw: _Draw) -> Command:
    policy = draw.dice.choice(_POLICIES)
    return ChangePolicy(seller_id=draw.seller_id, policy=policy, **draw.own())


def _short_pick(draw: _Draw) -> Command:
    found = (PickedLine(draw.dice.choice(_SKUS), draw.units - 1),)
    return ReportShortPick(picked=found, **draw.about())


def _despatch_some(draw: _Draw) -> Command:
    units = ((draw.dice.choice(_SKUS), 1),)
    return DespatchOrder(units=units, new_order_id=f"{draw.command_id}-rest", **draw.about())


def _return(draw: _Draw) -> Command:
    return ReturnUnits(state=draw.dice.choice(list(ReturnState)), **draw.about())


_MAKERS: dict[_Make, int] = {
    _place_some: 3,
    _book_in: 14,
    _book_in_a_receipt: 3,
    _announce: 3,
    _withdraw: 1,
    _transfer: 8,
    _book_in_a_transfer: 6,
    _withdraw_a_transfer: 2,
    _move: 6,
    _reallocate: 6,
    lambda draw: PinOrder(**draw.about()): 1,
    lambda draw: UnpinOrder(**draw.about()): 1,
    _place_again: 4,
    _count: 2,
    _adjust: 3,
    _edit: 10,
    _split: 6,
    _hold: 3,
    _run_due: 1,
    _short_pick: 2,
    _change_policy: 3,
    _limit: 3,
    _despatch_some: 2,
    lambda draw: AllocateOrder(**draw.about()): 2,
    lambda draw: ReleaseHold(**draw.about()): 3,
    lambda draw: CancelOrder(**draw.about()): 7,
    lambda draw: SendOrderToWarehouse(**draw.about()): 14,
    lambda draw: RequestCancellation(**draw.about()): 2,
    lambda draw: AcceptCancellation(**draw.about()): 2,
    lambda draw: RejectCancellation(**draw.about()): 1,
    lambda draw: DespatchOrder(**draw.about()): 8,
    lambda draw: DeliverOrder(**draw.about()): 3,
    _return: 3,
}
