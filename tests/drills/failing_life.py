"""The life of a shop in which every kind of command occurs, each with an id of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from orderflow import (
    AdjustmentReason,
    AllocationPolicy,
    ExpectedReceipt,
    Hold,
    HoldReason,
    MemoryRepository,
    Order,
    OrderFlow,
    OrderLine,
    PartialAllocation,
    Queue,
    StockKey,
)
from orderflow.bulk import SplitOrders
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
    ErasePersonalData,
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
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    ServeWaiting,
    SplitOrder,
    StartBulk,
    TransferStock,
    UnpinOrder,
    WithdrawReceipt,
)
from orderflow.domain.model.returns import ReturnState
from orderflow.edits import AddLine, ChangeQuantity, RemoveLine, ReplaceLine
from orderflow.sourcing import SourcingPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow import Outcome

__all__ = ["ORDERS_MAX", "answer", "expected", "flow_on", "life"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDERS_MAX = 2
"""So few waiting orders are served in one transaction, so that some commands take several."""


def flow_on(repository: Any) -> OrderFlow:  # noqa: ANN401 - any repository
    """Open the shop on a repository."""
    return OrderFlow(repository, orders_max=ORDERS_MAX)


def answer(flow: OrderFlow, command: Command) -> Outcome:
    """Carry out a command, and return what can be compared between repositories."""
    return attrs.evolve(flow.handle(command), queue_index=())


def expected(commands: Sequence[Command]) -> list[Outcome]:
    """Return what each of the commands is answered where nothing fails."""
    flow = flow_on(MemoryRepository())
    return [answer(flow, command) for command in commands]


def life(seller_id: str = "acme") -> tuple[Command, ...]:
    """Return the commands of one seller."""
    story = _Story(seller_id)
    story.stock_comes()
    story.orders_come()
    story.orders_change()
    story.orders_leave()
    story.a_long_queue_is_served()
    story.units_change_hands()
    story.the_policy_changes()
    story.less_is_found()
    story.another_warehouse_opens()
    return tuple(story.commands)


class _Story:
    def __init__(self, seller_id: str) -> None:
        self.commands: list[Command] = []
        self._seller_id = seller_id
        self._at = NOON

    def stock_comes(self) -> None:
        due = NOON + timedelta(days=1)
        for receipt_id, sku in (("ASN 1", "MUG"), ("ASN 2", "PAN")):
            receipt = ExpectedReceipt(receipt_id, self._key(sku), 9, due)
            self._say(AnnounceReceipt, receipt=receipt)
        self._say(BookInStock, key=self._key("MUG"), received=8, rejected=1, receipt_id="ASN 1")
        self._of_seller(WithdrawReceipt, receipt_id="ASN 2")
        self._say(CountStock, key=self._key("PAN"), counted=4)
        damage = AdjustmentReason.DAMAGE
        self._say(AdjustStock, key=self._key("PAN"), change=-1, reason=damage)

    def orders_come(self) -> None:
        self._say(PlaceOrder, order=self._order("A", ("MUG", 2), ("PAN", 5)))
        self._say(PlaceOrder, order=self._order("B", ("MUG", 1)), allocate=False)
        self._about("B", AllocateOrder)
        batch = tuple(self._order(each, ("MUG", 1), ("CUP", 1)) for each in "CDE")
        self._say(PlaceOrders, orders=batch)
        self._say(BookInStock, key=self._key("CUP"), received=2)

    def orders_change(self) -> None:
        self._about("A", SplitOrder, new_order_id="A2")
        self._about("A", EditOrder, edits=(ChangeQuantity("2", 1), AddLine("CUP", 1)))
        self._about("C", HoldOrder, hold=Hold(HoldReason.FRAUD_RISK), deallocate=True)
        self._about("C", ReleaseHold, reason=HoldReason.FRAUD_RISK)
        hold = Hold(HoldReason.SELLER_DELAY, until=self._at + timedelta(minutes=3))
        self._about("A", HoldOrder, hold=hold)
        self._at += timedelta(minutes=5)
        self._of_seller(RunDue)
        self._about("E", EditOrder, edits=(RemoveLine("2"), ReplaceLine("1", "PAN", units=2)))
        self._about("E", CancelOrder, reason="too slow")

    def orders_leave(self) -> None:
        for order_id in ("A2", "B", "D"):
            self._about(order_id, SendOrderToWarehouse)
        self._about("B", RequestCancellation, reason="changed my mind")
        self._about("B", RejectCancellation, reason="packed")
        self._about("B", RequestCancellation)
        self._about("B", AcceptCancellation)
        self._about("D", ReportShortPick, picked=(PickedLine("1", 0),))
        self._about("A2", DespatchOrder)
        self._about("A2", DeliverOrder)
        self._about("A2", ReturnUnits, state=ReturnState.BACK_IN_STOCK)
        self._of_seller(ErasePersonalData, order_ids=("C",), include_open=True)

    def a_long_queue_is_served(self) -> None:
        batch = tuple(self._order(f"Q{number}", ("TIN", 1)) for number in range(7))
        self._say(PlaceOrders, orders=batch)
        self._say(BookInStock, key=self._key("TIN"), received=6)
        self._say(ServeWaiting, keys=(self._key("TIN"), self._key("CUP")))

    def units_change_hands(self) -> None:
        changes = (Reallocation("Q1", None, (("1", -1),)), Reallocation("Q6", None, (("1", 1),)))
        why = {"note": "Q6 is late", "by": "Ann", "repay": True}
        self._of_seller(ReallocateUnits, changes=changes, **why)
        self._about("Q6", PinOrder)
        self._about("Q6", UnpinOrder)
        self._of_seller(StartBulk, action=SplitOrders(), where="sku=TIN", orders=(("Q6", 0),))

    def the_policy_changes(self) -> None:
        never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
        self._of_seller(ChangePolicy, policy=never)
        self._of_seller(ChangePolicy, policy=AllocationPolicy(queue=Queue.PRIORITY))
        self._say(LimitBackOrders, key=self._key("TIN"), units_max=5)

    def less_is_found(self) -> None:
        self._say(CountStock, key=self._key("TIN"), counted=3)

    def another_warehouse_opens(self) -> None:
        """Transfer some stock there, place an order over both, and move a part of it."""
        here, there = self._key("JUG"), self._key("JUG", "york")
        due = self._at + timedelta(days=1)
        to_york = {"to_warehouse_id": "york", "receipt_id": "ASN 3", "expected_at": due}
        self._say(BookInStock, key=here, received=6)
        self._say(TransferStock, key=here, units=4, **to_york)
        over_both = SourcingPolicy(warehouses=("leeds", "york"))
        wanted = attrs.evolve(self._order("N", ("JUG", 5)), warehouse_id="", replaces="E")
        self._say(PlaceOrder, order=wanted, sourcing=over_both)
        self._say(BookInStock, key=there, received=1, receipt_id="ASN 3", more_to_come=True)
        self._of_seller(WithdrawReceipt, receipt_id="ASN 3")
        self._about("N", MoveOrder, warehouse_id="leeds", only_short=True)
        self._about("N", MoveOrder, warehouse_id="hull")

    def _say(self, kind: Any, **fields: Any) -> None:  # noqa: ANN401 - of any kind of command
        self._at += timedelta(minutes=1)
        number = f"command {len(self.commands):02}"
        self.commands.append(kind(at=self._at, command_id=number, **fields))

    def _of_seller(self, kind: Any, **fields: Any) -> None:  # noqa: ANN401 - the same
        self._say(kind, seller_id=self._seller_id, **fields)

    def _about(self, order_id: str, kind: Any, **fields: Any) -> None:  # noqa: ANN401 - the same
        self._of_seller(kind, order_id=order_id, **fields)

    def _key(self, sku: str, warehouse_id: str = "leeds") -> StockKey:
        return StockKey(self._seller_id, warehouse_id, sku)

    def _order(self, order_id: str, *wanted: tuple[str, int]) -> Order:
        lines = tuple(OrderLine(str(number), *each) for number, each in enumerate(wanted, 1))
        return Order(
            order_id=order_id,
            seller_id=self._seller_id,
            warehouse_id="leeds",
            lines=lines,
            placed_at=self._at,
        )
