"""Pairs of commands that get into each other's way, and what may come of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import text

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    GiveUp,
    Hold,
    HoldReason,
    MemoryRepository,
    Order,
    OrderFlow,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    StockKey,
)
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.checking import check
from orderflow.commands import (
    AllocateOrder,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    Command,
    CountStock,
    EditOrder,
    HoldOrder,
    LimitBackOrders,
    MoveOrder,
    PlaceOrder,
    ReallocateUnits,
    Reallocation,
    RunDue,
    SendOrderToWarehouse,
    SplitOrder,
    TransferStock,
    WithdrawReceipt,
)
from orderflow.core import State
from orderflow.edits import ChangeQuantity, RemoveLine
from orderflow.invariants import history_violations
from orderflow.sourcing import SourcingPolicy
from tests.databases import empty
from tests.drills.stepping import answer_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow import Outcome
    from tests.drills.stepping import Run

__all__ = ["PAIRS", "Pair", "Table", "book_in", "place"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@attrs.frozen
class Pair:
    """Two commands, and what was done before them.

    Attributes:
        before: What was done.
        commands: The two.
        after: What is done when both have ended, since it shows what they have left.
        is_long: Whether their steps can be interleaved in more than 10,000 ways.
    """

    before: tuple[Command, ...]
    commands: tuple[Command, Command]
    after: tuple[Command, ...] = ()
    is_long: bool = False


def place(order_id: str, *wanted: tuple[str, int], warehouse_id: str = "leeds") -> PlaceOrder:
    lines = tuple(OrderLine(str(number), *each) for number, each in enumerate(wanted))
    at = NOON + timedelta(minutes=ord(order_id))
    order = Order(
        order_id=order_id, seller_id="acme", warehouse_id=warehouse_id, lines=lines, placed_at=at
    )
    sourcing = None if warehouse_id else SourcingPolicy(warehouses=("leeds", "york"))
    return PlaceOrder(order=order, at=at, sourcing=sourcing)


def book_in(sku: str, units: int, command_id: str | None = None) -> BookInStock:
    key = StockKey("acme", "leeds", sku)
    return BookInStock(key=key, received=units, at=NOON, command_id=command_id)


def _cancel(order_id: str) -> CancelOrder:
    return CancelOrder(seller_id="acme", order_id=order_id, at=NOON)


def _change_policy(policy: AllocationPolicy) -> ChangePolicy:
    return ChangePolicy(seller_id="acme", policy=policy, at=NOON)


_NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
_URGENT = AllocationPolicy(queue=Queue.PRIORITY)
_MUGS = book_in("MUG", 3)
_CUPS = book_in("CUP", 3)
_BOTH = (_MUGS, _CUPS)
_SHORT = (_MUGS, place("A", ("MUG", 5)))
_SPLIT = SplitOrder(seller_id="acme", order_id="A", new_order_id="A2", at=NOON)
_REMOVE = EditOrder(seller_id="acme", order_id="A", edits=(RemoveLine("0"),), at=NOON)
_COUNT = CountStock(key=_MUGS.key, counted=1, at=NOON)
_LATER = NOON + timedelta(hours=2)
_HOLD = HoldOrder(
    seller_id="acme",
    order_id="A",
    hold=Hold(HoldReason.SELLER_DELAY, NOON + timedelta(hours=1)),
    at=NOON,
)
_RECEIPT = ExpectedReceipt("R", _MUGS.key, 3, _LATER)
_BOOK_IN_RECEIPT = BookInStock(key=_MUGS.key, received=3, receipt_id="R", at=NOON)
_TINS = StockKey("acme", "leeds", "TIN")
_NEW = place("N", ("MUG", 2))
_MORE = EditOrder(seller_id="acme", order_id="A", edits=(ChangeQuantity("0", 3),), at=NOON)
_NOT_OFFERED = attrs.evolve(_NEW, allocate=False)
_ALLOCATE = AllocateOrder(seller_id="acme", order_id="N", at=NOON)


_RUN_DUE = RunDue(seller_id="acme", at=NOON + timedelta(days=1))
_GIVE_UP = _change_policy(
    AllocationPolicy(give_up_after=timedelta(hours=1), give_up=GiveUp.CANCEL_SHORT)
)
_URGENTLY = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=1)
_AT_THE_WAREHOUSE = (
    *(_change_policy(_URGENTLY), _MUGS, _CUPS, place("A", ("CUP", 3), ("MUG", 3))),
    SendOrderToWarehouse(seller_id="acme", order_id="A", at=NOON),
)


def _urgent(command: PlaceOrder) -> PlaceOrder:
    return attrs.evolve(command, order=attrs.evolve(command.order, priority=1))


def _limit(units_max: int) -> LimitBackOrders:
    return LimitBackOrders(key=_MUGS.key, units_max=units_max, at=NOON)


def _move(order_id: str, warehouse_id: str, units: int | None = None) -> MoveOrder:
    return MoveOrder(
        seller_id="acme",
        order_id=order_id,
        warehouse_id=warehouse_id,
        units=None if units is None else (("0", units),),
        at=NOON,
    )


def _in_york(command: BookInStock) -> BookInStock:
    return attrs.evolve(command, key=attrs.evolve(command.key, warehouse_id="york"))


_YORK_MUGS = _in_york(_MUGS)
_TRANSFER = TransferStock(
    key=_MUGS.key, units=2, to_warehouse_id="york", receipt_id="R", expected_at=_LATER, at=NOON
)
_BOOK_IN_TRANSFER = attrs.evolve(_BOOK_IN_RECEIPT, key=_YORK_MUGS.key, received=1)
_WITHDRAW = WithdrawReceipt(seller_id="acme", receipt_id="R", at=NOON)
_OVER_BOTH = place("N", ("MUG", 4), warehouse_id="")
_OTHER_WAY_ROUND = attrs.evolve(
    place("O", ("MUG", 4), warehouse_id=""), sourcing=SourcingPolicy(warehouses=("york", "leeds"))
)
_REALLOCATE = ReallocateUnits(
    seller_id="acme",
    changes=(Reallocation("A", None, (("0", -2),)), Reallocation("B", None, (("0", 2),))),
    note="B is late",
    by="Ann",
    repay=True,
    at=NOON,
)

PAIRS = {
    "allocate and allocate": Pair((_MUGS,), (place("A", ("MUG", 2)), _NEW)),
    "allocate and book in": Pair((book_in("MUG", 1),), (_NEW, book_in("MUG", 2))),
    "allocate and book in, unknown": Pair((), (_NEW, book_in("MUG", 2))),
    "allocate and book in, new product": Pair(
        (_MUGS,), (place("N", ("CUP", 2)), book_in("CUP", 2)), is_long=True
    ),
    "place and allocate": Pair((_MUGS,), (_NOT_OFFERED, _ALLOCATE)),
    "place and book in": Pair(_SHORT, (_NOT_OFFERED, book_in("MUG", 4)), after=(_ALLOCATE,)),
    "place and change the policy": Pair(
        _SHORT, (_NOT_OFFERED, _change_policy(_NEVER)), after=(_ALLOCATE, book_in("MUG", 4))
    ),
    "place the same order twice": Pair((_MUGS,), (_NOT_OFFERED, _NOT_OFFERED)),
    "allocate and cancel": Pair((_MUGS, place("A", ("MUG", 3))), (_NEW, _cancel("A"))),
    "allocate and split": Pair(_SHORT, (_NEW, _SPLIT)),
    "allocate and count": Pair((_MUGS, place("A", ("MUG", 2))), (_NEW, _COUNT)),
    "cancel and book in": Pair((*_SHORT, _NEW), (_cancel("A"), book_in("MUG", 4))),
    "cancel and edit": Pair(
        (*_BOTH, place("A", ("MUG", 2), ("CUP", 9)), _NEW), (_cancel("A"), _REMOVE)
    ),
    "book in and count, of one order": Pair(
        (_CUPS, place("A", ("MUG", 2), ("CUP", 2))),
        (book_in("MUG", 2), attrs.evolve(_COUNT, key=_CUPS.key, counted=0)),
        is_long=True,
    ),
    "cancel and end a hold": Pair(
        (_MUGS, place("A", ("MUG", 2)), _HOLD),
        (_cancel("A"), RunDue(seller_id="acme", at=_LATER)),
    ),
    "run what is due twice": Pair(
        (_GIVE_UP, *_SHORT, place("B", ("MUG", 1))),
        (_RUN_DUE, _RUN_DUE),
        (_RUN_DUE,),
        is_long=True,
    ),
    "give up and book in": Pair(
        (_GIVE_UP, *_SHORT, place("B", ("MUG", 1))),
        (_RUN_DUE, book_in("MUG", 2)),
        (_RUN_DUE,),
        is_long=True,
    ),
    "give up and cancel": Pair(
        (_GIVE_UP, *_SHORT), (_RUN_DUE, _cancel("A")), (_RUN_DUE,), is_long=True
    ),
    "count and place an urgent order": Pair(
        _AT_THE_WAREHOUSE,
        (attrs.evolve(_COUNT, key=_CUPS.key), _urgent(_NEW)),
        is_long=True,
    ),
    "withdraw and book in a receipt": Pair(
        (AnnounceReceipt(receipt=_RECEIPT, at=NOON),),
        (_WITHDRAW, _BOOK_IN_RECEIPT),
    ),
    "two products, in opposite order": Pair(
        _BOTH, (place("A", ("MUG", 2), ("CUP", 2)), place("B", ("CUP", 2), ("MUG", 2)))
    ),
    "two products that others wait for": Pair(
        (place("A", ("MUG", 2), ("CUP", 2)), place("B", ("CUP", 2), ("TIN", 2))),
        (book_in("TIN", 3), book_in("MUG", 3)),
        is_long=True,
    ),
    "allocate and change the policy": Pair(
        _SHORT, (place("N", ("MUG", 4)), _change_policy(_NEVER))
    ),
    "book in and change the policy": Pair(
        (_change_policy(_NEVER), *_SHORT), (book_in("MUG", 1), _change_policy(AllocationPolicy()))
    ),
    "change the policy twice": Pair(_SHORT, (_change_policy(_NEVER), _change_policy(_URGENT))),
    "wait and wait, at a limit": Pair((_limit(3),), (place("A", ("MUG", 2)), _NEW)),
    "wait and edit, at a limit": Pair((_limit(3), place("A", ("MUG", 1))), (_NEW, _MORE)),
    "wait and limit": Pair((place("A", ("MUG", 1)),), (_NEW, _limit(2))),
    "wait and count, at a limit": Pair(
        (book_in("TIN", 2), _limit(2), place("A", ("MUG", 1), ("TIN", 2))),
        (place("N", ("MUG", 2), ("TIN", 1)), attrs.evolve(_COUNT, key=_TINS, counted=0)),
        is_long=True,
    ),
    "move and move, in opposite directions": Pair(
        (_MUGS, _YORK_MUGS, place("A", ("MUG", 2)), place("B", ("MUG", 2), warehouse_id="york")),
        (_move("A", "york"), _move("B", "leeds")),
        is_long=True,
    ),
    "move a part twice": Pair(
        (*_SHORT, _YORK_MUGS), (_move("A", "york", 2), _move("A", "york", 2))
    ),
    "move and book in, there": Pair(
        (*_SHORT, place("B", ("MUG", 2), warehouse_id="york")),
        (_move("A", "york"), _in_york(book_in("MUG", 6))),
        is_long=True,
    ),
    "move and book in, here": Pair((*_SHORT, _NEW), (_move("A", "york"), book_in("MUG", 4))),
    "move and send": Pair(
        (_MUGS, place("A", ("MUG", 2))),
        (_move("A", "york"), SendOrderToWarehouse(seller_id="acme", order_id="A", at=NOON)),
    ),
    "reallocate and book in": Pair(
        (_MUGS, place("A", ("MUG", 3)), place("B", ("MUG", 2))), (_REALLOCATE, book_in("MUG", 2))
    ),
    "reallocate and send": Pair(
        (_MUGS, place("A", ("MUG", 3)), place("B", ("MUG", 2))),
        (_REALLOCATE, SendOrderToWarehouse(seller_id="acme", order_id="A", at=NOON)),
    ),
    "transfer and allocate": Pair((_MUGS,), (_TRANSFER, _NEW)),
    "transfer and book it in": Pair((_MUGS,), (_TRANSFER, _BOOK_IN_TRANSFER)),
    "withdraw and book in a transfer": Pair(
        (_MUGS, _TRANSFER, place("A", ("MUG", 2))), (_WITHDRAW, _BOOK_IN_TRANSFER)
    ),
    "source and source, in opposite order": Pair(
        (_MUGS, _YORK_MUGS), (_OVER_BOTH, _OTHER_WAY_ROUND)
    ),
    "source and book in": Pair((_MUGS,), (_OVER_BOTH, _in_york(book_in("MUG", 3))), is_long=True),
    "the same order twice": Pair((_MUGS,), (_NEW, _NEW)),
    "the same command twice": Pair((), (book_in("MUG", 2, "X"), book_in("MUG", 2, "X"))),
}
"""Some of them under the names of what they are."""


_NUMBER = "SELECT setval('orderflow_event_numbers', {})"
"""Lets events begin with the number behind one, so that the rows of two runs can be alike."""
_BEFORE_MAX = 1_000
_ROWS = "SELECT md5(string_agg(each::text, '|' ORDER BY each::text)) FROM {0} AS each"


class Table:
    """The database on which a pair is run again and again, from the same beginning."""

    def __init__(self, engine: Engine, pair: Pair) -> None:
        self._engine = engine
        self._repository = SqlRepository(engine)
        self._flow = OrderFlow(self._repository)
        self._after = pair.after
        self._allowed = [_serial(pair, turn) for turn in ((0, 1), (1, 0))]
        empty(engine)
        with engine.begin() as connection:
            connection.execute(text(_NUMBER.format(1)))
        for command in pair.before:
            self._flow.handle(command)
        names = [table.name for table in Tables.default().metadata.sorted_tables]
        with engine.begin() as connection:
            for name in names:
                connection.execute(text(f"DROP TABLE IF EXISTS kept_{name}"))
                connection.execute(text(f"CREATE TABLE kept_{name} AS TABLE {name}"))
        begin = [f"DELETE FROM {n}; INSERT INTO {n} SELECT * FROM kept_{n}" for n in names]  # noqa: S608 - our own names
        self._reset = text(";".join([*begin, _NUMBER.format(_BEFORE_MAX)]))
        self._all_rows = text(" UNION ALL ".join(_ROWS.format(name) for name in names))
        self._known: dict[object, tuple[object, list[str]]] = {}

    def reset(self) -> None:
        """Let everything be as it was before the pair."""
        with self._engine.begin() as connection:
            connection.execute(self._reset)

    def look(self, run: Run) -> tuple[object, list[str]]:
        """Return what a run has left, and what is wrong with it."""
        with self._engine.connect() as connection:
            rows = tuple(connection.scalars(self._all_rows))
        there = (run.answers, run.deadlocks, rows)
        if there not in self._known:  # most runs leave what another one has left
            self._known[there] = self._look(run)
        left, found = self._known[there]
        return left, [f"{run.schedule}: {fault}" for fault in found]

    def _look(self, run: Run) -> tuple[object, list[str]]:
        for command in self._after:
            answer_of(self._flow, command)
        left = (run.answers, *_kept(self._flow))
        found = [str(each) for each in check(self._repository).violations]
        found += history_violations(
            State("acme"), self._flow.seller("acme").events(), AllocationPolicy()
        )
        if left not in self._allowed:
            found.append("it is not what comes of one after the other")
        if run.deadlocks:
            found.append("they waited for each other")
        return left, found


def _kept(flow: OrderFlow) -> tuple[object, ...]:
    acme = flow.seller("acme")
    return acme.orders(), acme.stock(), acme.receipts()


def _serial(pair: Pair, turn: tuple[int, int]) -> tuple[object, ...]:
    """Carry out both commands one after the other, in the reference."""
    flow = OrderFlow(MemoryRepository())
    for command in pair.before:
        flow.handle(command)
    answers: dict[int, Outcome | str] = {}
    for which in turn:
        answers[which] = answer_of(flow, pair.commands[which])
    for command in pair.after:
        answer_of(flow, command)
    return (answers[0], answers[1]), *_kept(flow)
