"""A small shop for the examples of the contracts: its commands, and what they left behind.

Between them, its orders, receipts and policies have a value other than the default in every field.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import (
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    DespatchOrder,
    EditOrder,
    ErasePersonalData,
    HoldOrder,
    MoveOrder,
    PlaceOrder,
    ReallocateUnits,
    Reallocation,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    SplitOrder,
    TransferStock,
    UnpinOrder,
)
from orderflow.domain.model.edits import AddLine, ChangePriority, ChangePromise, RemoveLine
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.order import Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.personal_data import erase
from orderflow.domain.model.policy import AllocationPolicy, PartialAllocation, Preemption, Queue
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.state.state import State
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same, to_text
from orderflow.testing.filled import MOMENT, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Reading, Repository

__all__ = [
    "CUPS",
    "HOLD_ENDS_AT",
    "MUGS",
    "POLICY",
    "POTS",
    "YORK_BOWLS",
    "YORK_MUGS",
    "YORK_POTS",
    "ExampleShop",
    "OnExampleShop",
    "example_commands",
    "later",
    "new_order",
]

MUGS, CUPS = StockKey("acme", "leeds", "MUG"), StockKey("acme", "leeds", "CUP")
YORK_BOWLS, YORK_MUGS = StockKey("acme", "york", "BOWL"), StockKey("acme", "york", "MUG")
POTS, YORK_POTS = StockKey("acme", "leeds", "POT"), StockKey("acme", "york", "POT")
POLICY = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING,
    passes_max=2,
    wait_max=timedelta(days=9, seconds=2, microseconds=3),
    give_up=GiveUp.NOTIFY,
    remind_before=timedelta(minutes=20),
    allocation_horizon=timedelta(days=99, seconds=2, microseconds=3),
)


def later(minutes: int) -> datetime:
    """Return the time this many minutes after the shop opens."""
    return MOMENT + timedelta(minutes=minutes)


HOLD_ENDS_AT = later(120)


def new_order(
    order_id: str,
    placed: int,
    *wanted: tuple[str, int],
    seller_id: str = "acme",
    warehouse_id: str = "leeds",
    set_id: str | None = None,
    **fields: object,
) -> Order:
    """Return a new order for some units of some products, with every other field filled."""
    lines = tuple(
        OrderLine(str(n), sku, units, set_id=set_id) for n, (sku, units) in enumerate(wanted, 1)
    )
    past = {
        "holds": (),
        "split_from": None,
        "split_count": 0,
        "wait": None,
        "returned": (),
        "version": 0,
        "replaces": None,
        "erased_at": None,
    }
    return filled(
        Order,
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id=warehouse_id,
        lines=lines,
        placed_at=later(placed),
        status=Status.NEW,
        short_part=ShortPart.WAIT,  # as without one, but it is stored
        **(past | fields),
    )


class ExampleShop:
    """The shop in a repository, and what the repository must answer.

    Attributes:
        repository: The repository.
        state: The state that the commands of "acme" lead to. The repository has no part in it.
        answers: The commands of "acme", with their outcomes, in order.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.state = State("acme")
        self.answers: list[tuple[Command, Outcome]] = []
        flow = OrderFlow(repository)
        for number, command in enumerate(example_commands()):
            named = attrs.evolve(command, command_id=f"c{number}")
            try:
                flow.handle(named)
            except Exception as error:
                error.add_note(f"Raised by command {number} of the shop: {to_text(named)}")
                raise
            if named.seller_id == "acme":
                outcome = decide(named, self.state)
                if isinstance(named, ErasePersonalData):
                    ids = named.order_ids
                    self.answers = [(erase(c, ids), erase(o, ids)) for c, o in self.answers]
                self.answers.append((named, outcome))
                self.state = self.state.after(outcome)

    def require(
        self,
        expected: object,
        name: str,
        *given: object,
        sorted_by: Callable[[Any], Any] | None = None,
        **named: object,
    ) -> None:
        """Require an answer of one read of "acme", in a reading and in a unit of work.

        Args:
            expected: The answer. A list stands for any iterable.
            name: The name of the read, a method of `Reading`.
            given: Its arguments.
            sorted_by: The sort key to use, if the answer may come in any order.
            named: Its keyword arguments.
        """
        __tracebackhide__ = True

        def task(reading: Reading) -> object:
            answer = getattr(reading, name)(*given, **named)
            found = list(answer) if isinstance(expected, list) else answer
            return found if sorted_by is None else sorted(found, key=sorted_by)

        shown = [to_text(each) for each in given]
        shown += [f"{key}={to_text(value)}" for key, value in named.items()]
        for where, run in (("read", self.repository.read), ("write", self.repository.write)):
            what = f"{name}({', '.join(shown)}) in `Repository.{where}`"
            require_same(what, run("acme", task), expected)

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of "acme", in order."""
        return tuple(event for _, outcome in self.answers for event in outcome.events)

    def orders(self, *order_ids: str) -> list[Order]:
        """Return these orders of "acme", as the outcomes left them."""
        return [self.state.orders[order_id] for order_id in order_ids]

    def receipts(self, *receipt_ids: str) -> list[ExpectedReceipt]:
        """Return these receipts of "acme", as the outcomes left them."""
        return [self.state.receipts[receipt_id] for receipt_id in receipt_ids]


class OnExampleShop(ABC):
    """What the tests that read the example shop need."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    def example_shop(self) -> ExampleShop:
        """Return the example shop in a repository. It is only read, so tests may share it."""
        return ExampleShop(self.make_repository())


def example_commands() -> Iterator[Command]:
    """Yield the commands of the shop, in order."""
    yield ChangePolicy(seller_id="acme", policy=POLICY, at=later(0))
    yield BookInStock(key=MUGS, received=12, at=later(0))
    yield BookInStock(key=YORK_MUGS, received=2, at=later(0))
    yield BookInStock(key=YORK_BOWLS, received=1, at=later(0))
    yield from _orders()
    yield from _life()
    yield from _receipts()
    yield RunDue(seller_id="acme", at=later(20))  # "wide" is given up, and "late" will be
    yield from _of_another_seller()


def _orders() -> Iterator[Command]:
    """Place orders. "big" waits for mugs and is passed over twice, "wide" for cups, once."""
    both = new_order("y3", 2, ("BOWL", 1), ("MUG", 1), warehouse_id="york")
    yield PlaceOrder(order=both, at=later(0))
    for minute, order in enumerate(
        [
            _wide(),
            new_order("9", 2, ("MUG", 3)),
            new_order("10", 2, ("MUG", 3)),
            new_order("big", 1, ("MUG", 9), ("MUG", 1)),
            new_order("small", 4, ("MUG", 1)),
            new_order("Small", 4, ("MUG", 1)),
            new_order("late", 6, ("MUG", 2), give_up_after=timedelta(minutes=30)),
            new_order("one", 7, ("CUP", 1)),
            new_order("y1", 3, ("MUG", 3), warehouse_id="york"),
            new_order("y2", 5, ("MUG", 1), warehouse_id="york"),
        ],
        start=1,
    ):
        yield PlaceOrder(order=order, at=later(minute))
    plain = Order(
        order_id="plain",
        seller_id="acme",
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", 1),),
        placed_at=later(0),
    )
    yield PlaceOrder(order=plain, allocate=False, at=later(-30))
    yield BookInStock(key=CUPS, received=1, rejected=1, at=later(11))


def _wide() -> Order:
    return new_order(
        *("wide", 1, ("CUP", 2), ("MUG", 1)),
        promised_by=later(-60),
        give_up_after=timedelta(minutes=15),
        set_id="Größe '%",
    )


def _life() -> Iterator[Command]:
    """Edit, hold, split, cancel, send and despatch orders, and take units back."""
    for order_id, edits in (
        ("late", (ChangePriority(50), ChangePromise(None))),
        ("plain", (AddLine("CUP", 2), RemoveLine("1"))),
    ):
        yield EditOrder(seller_id="acme", order_id=order_id, edits=edits, at=later(11))
    for hold in (filled(Hold, until=HOLD_ENDS_AT), Hold(HoldReason.ADDRESS)):
        yield HoldOrder(seller_id="acme", order_id="small", hold=hold, at=later(12))
    yield SplitOrder(seller_id="acme", order_id="big", new_order_id="big/2", at=later(13))
    yield CancelOrder(seller_id="acme", order_id="Small", reason="no more", at=later(14))
    yield SplitOrder(seller_id="acme", order_id="big", new_order_id="big/10", at=later(15))
    for order_id in ("9", "10"):
        yield SendOrderToWarehouse(seller_id="acme", order_id=order_id, at=later(16))
    yield DespatchOrder(seller_id="acme", order_id="9", at=later(17))
    yield filled(
        ReturnUnits,
        seller_id="acme",
        order_id="9",
        state=ReturnState.WRITTEN_OFF,
        units=(("1", 1),),
        expected_version=None,
        command_id=None,
        at=later(17),
    )
    day = later(18) + timedelta(days=365)
    far = new_order("far", 8, ("POT", 1), warehouse_id="york", not_before=day)
    yield PlaceOrder(order=far, at=later(18))
    yield from _moves()


def _moves() -> Iterator[Command]:
    """Place an order in place of a cancelled one, and move it after the stock."""
    yield BookInStock(key=POTS, received=3, at=later(18))
    again = new_order("again", 9, ("POT", 2), ("POT", 2), replaces="Small")
    yield PlaceOrder(order=again, at=later(18))
    yield TransferStock(
        key=POTS,
        units=1,
        to_warehouse_id="york",
        receipt_id="t1",
        expected_at=later(500),
        take_allocated=True,
        at=later(18),
    )
    yield MoveOrder(
        seller_id="acme", order_id="again", warehouse_id="york", units=(("2", 2),), at=later(18)
    )
    yield MoveOrder(seller_id="acme", order_id="again", warehouse_id="hull", at=later(18))
    yield UnpinOrder(seller_id="acme", order_id="y1", at=later(18))
    yield from _reallocation()


def _reallocation() -> Iterator[Command]:
    """Let an order give its units to another one. It is repaid, so it is to be served first."""
    for order_id in ("gives", "takes"):
        order = new_order(order_id, 9, ("POT", 2), pinned=False)
        yield PlaceOrder(order=order, at=later(18))
    yield ReallocateUnits(
        seller_id="acme",
        changes=(
            Reallocation("gives", None, (("1", -2),)),
            Reallocation("takes", None, (("1", 2),)),
        ),
        note="for a fair",
        by="Ann",
        repay=True,
        at=later(18),
    )
    hold = Hold(HoldReason.OTHER)
    yield HoldOrder(seller_id="acme", order_id="gives", hold=hold, at=later(18))
    yield ErasePersonalData(seller_id="acme", order_ids=("gives",), include_open=True, at=later(18))


def _receipts() -> Iterator[Command]:
    """Announce receipts, one of them twice; close one, and book in a part of another one."""
    for receipt_id, key, minute in (
        ("r0", MUGS, 300),
        ("r10", MUGS, 300),
        ("r9", MUGS, 200),
        ("r1", CUPS, 100),
        ("r2", YORK_MUGS, 10),
        ("r2", YORK_MUGS, 400),
        ("r3", MUGS, 50),
    ):
        receipt = ExpectedReceipt(receipt_id, key, 8, later(minute))
        yield AnnounceReceipt(receipt=receipt, at=later(18))
    yield BookInStock(key=MUGS, received=0, rejected=1, receipt_id="r3", at=later(19))
    yield BookInStock(
        key=CUPS, received=0, rejected=3, receipt_id="r1", more_to_come=True, at=later(20)
    )


def _of_another_seller() -> Iterator[Command]:
    """Let another seller use the same ids for orders, stock and receipts of its own."""
    policy = AllocationPolicy(
        queue=Queue.PROMISED_DATE, preemption=Preemption.URGENT, urgent_from=50
    )
    hats = StockKey("zenith", "leeds", "HAT")
    yield ChangePolicy(seller_id="zenith", policy=policy, at=later(21))
    yield BookInStock(key=hats, received=4, at=later(21))
    for order_id, units in (("10", 3), ("big", 3), ("theirs", 1)):
        order = new_order(order_id, 2, ("HAT", units), seller_id="zenith")
        yield PlaceOrder(order=order, at=later(21))
    hold = Hold(HoldReason.OTHER, HOLD_ENDS_AT)
    yield HoldOrder(seller_id="zenith", order_id="10", hold=hold, at=later(21))
    for receipt_id in ("r0", "theirs"):
        receipt = ExpectedReceipt(receipt_id, hats, 1, later(60))
        yield AnnounceReceipt(receipt=receipt, at=later(21))
