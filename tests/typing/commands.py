"""Commands and the policy, and wrong uses of both. It is checked, never run.

A wrong use carries a comment for each checker. A comment that is not needed is an error, so that
a mistake which a checker no longer reports fails the check.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import assert_type

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Preemption,
    Queue,
    StockKey,
)
from orderflow.commands import (
    BookInStock,
    CancelOrder,
    Command,
    EditOrder,
    HoldOrder,
    PlaceOrder,
)
from orderflow.edits import ChangePriority

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MUGS = StockKey("acme", "leeds", "MUG")

COMMANDS: list[Command] = [
    BookInStock(key=MUGS, received=4, at=NOON),
    CancelOrder(seller_id="acme", order_id="A-1", at=NOON, expected_version=3),
    EditOrder(seller_id="acme", order_id="A-1", edits=(ChangePriority(5),), at=NOON),
    HoldOrder(seller_id="acme", order_id="A-1", hold=Hold(HoldReason.SELLER_DELAY), at=NOON),
]


def commands_have_typed_fields(command: CancelOrder, placing: PlaceOrder) -> None:
    assert_type(command.at, datetime)
    assert_type(command.command_id, str | None)
    assert_type(command.expected_version, int | None)
    assert_type(placing.order, Order)


def a_policy_has_typed_fields() -> None:
    policy = AllocationPolicy(
        queue=Queue.PRIORITY,
        partial_allocation=PartialAllocation.AFTER_WAITING,
        wait_max=timedelta(days=3),
        preemption=Preemption.URGENT,
        urgent_from=10,
    )
    assert_type(policy.queue, Queue)
    assert_type(policy.partial_allocation, PartialAllocation)
    assert_type(policy.wait_max, timedelta | None)


def wrong_uses(order: Order) -> None:
    CancelOrder(order_id="A-1", at=NOON)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    BookInStock(key="MUG", received=4, at=NOON)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    BookInStock(key=MUGS, received="4", at=NOON)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    OrderLine("1", "MUG", 2.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AllocationPolicy(queue="PRIORITY")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AllocationPolicy(queues=Queue.PRIORITY)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    order.priority = 5  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    order.lines[0] = OrderLine("2", "CUP", 1)  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
