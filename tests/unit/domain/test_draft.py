"""A draft shows what its events have changed, and the view below where they have not."""

from __future__ import annotations

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    Order,
    OrderLine,
    PartialAllocation,
    Status,
    Stock,
)
from orderflow.core import State
from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.state.draft import Draft
from orderflow.events import ReceiptWithdrawn
from tests.unit.shop import ACME, NOON, key, later, order

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


def test_a_closed_receipt_is_gone_and_another_is_there() -> None:
    receipts = [ExpectedReceipt(each, key(), 5, later(1)) for each in ("R1", "R2")]
    draft = Draft(State.of(ACME, receipts=receipts), AllocationPolicy(), NOON)
    draft.emit(ReceiptWithdrawn(ACME, "R1", NOON))
    assert draft.find_receipt("R1") is None
    assert draft.find_receipt("R2") == receipts[1]


def half(status: Status) -> Order:
    lines = (OrderLine("1", "MUG", 4, 4 if status is Status.ALLOCATED else 2),)
    return order(status, status=status, lines=lines)


def test_only_short_orders_give_back_what_they_may_not_have() -> None:
    orders = [half(Status.ALLOCATED), half(Status.ON_BACK_ORDER)]
    draft = Draft(State.of(ACME, orders, [Stock(key(), 6, 6)]), NEVER, NOON)
    deallocate_incomplete(draft, orders)
    assert [each.order_id for each in draft.orders.values()] == ["ON_BACK_ORDER"]
    assert draft.increased == [("leeds", "MUG")]
