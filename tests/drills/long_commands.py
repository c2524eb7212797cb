"""Commands that change many orders: one for each reason why they do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    GiveUp,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    StockKey,
)
from orderflow.commands import (
    BookInStock,
    ChangePolicy,
    Command,
    CountStock,
    HoldOrder,
    PlaceOrder,
    PlaceOrders,
    RunDue,
)
from tests.drills.commands import NOON

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["LATE", "LONG_COMMANDS", "WAITING", "LongCommand"]

WAITING = 40
"""So many orders are changed."""
_LATER = NOON + timedelta(hours=2)
LATE = NOON + timedelta(hours=3)


@attrs.frozen
class LongCommand:
    """A command that changes many orders.

    Attributes:
        policy: The policy when the orders are placed.
        before: What is given before.
        command: The command.
        after: A command that comes afterwards.
    """

    policy: AllocationPolicy
    before: tuple[Command, ...]
    command: Command
    after: Command


def _order(number: int, *lines: tuple[str, int]) -> Order:
    return Order(
        order_id=f"{number:04}",
        seller_id="acme",
        warehouse_id="leeds",
        lines=tuple(OrderLine(f"{n}", sku, quantity) for n, (sku, quantity) in enumerate(lines)),
        placed_at=NOON + timedelta(seconds=number),
    )


def _place(*lines: tuple[str, int], at: datetime = NOON) -> PlaceOrders:
    return PlaceOrders(orders=tuple(_order(number, *lines) for number in range(WAITING)), at=at)


def _late(*lines: tuple[str, int], at: datetime = _LATER, command_id: str | None = None) -> Command:
    return PlaceOrder(order=_order(WAITING, *lines), at=at, command_id=command_id)


def _count(sku: str, units: int) -> CountStock:
    return CountStock(key=StockKey("acme", "leeds", sku), counted=units, at=NOON)


def _book_in(sku: str, units: int) -> Command:
    key = StockKey("acme", "leeds", sku)
    return BookInStock(key=key, received=units, at=_LATER, command_id="long")


def _change(policy: AllocationPolicy) -> Command:
    return ChangePolicy(seller_id="acme", policy=policy, at=_LATER, command_id="long")


def _held(number: int) -> Command:
    hold = Hold(HoldReason.SELLER_DELAY, until=NOON + timedelta(minutes=number % 7))
    at = NOON - timedelta(minutes=1)
    return HoldOrder(seller_id="acme", order_id=f"{number:04}", hold=hold, at=at)


_ALWAYS = AllocationPolicy()
_NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
_SPLIT = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
_TWICE, _ONCE = (
    AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=passes_max)
    for passes_max in (2, 1)
)
_AN_HOUR = AllocationPolicy(
    partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(hours=1)
)
_GIVEN_UP, _TOLD = (
    AllocationPolicy(
        give_up_after=timedelta(hours=1), give_up=how, remind_before=timedelta(minutes=30)
    )
    for how in (GiveUp.CANCEL_SHORT, GiveUp.NOTIFY)
)
_AGAIN = RunDue(seller_id="acme", at=LATE)
_HOLDS = (_place(("MUG", 2)), *(_held(number) for number in range(WAITING)), _count("MUG", 50))

LONG_COMMANDS = {
    "a delivery": LongCommand(
        _ALWAYS,
        (_place(("MUG", 2)),),
        _book_in("MUG", 70),
        _late(("MUG", 1), at=LATE),
    ),
    "a delivery that completes nobody": LongCommand(
        _NEVER,
        (_place(("MUG", 1), ("PAN", 1)),),
        _book_in("MUG", WAITING),
        _late(("MUG", 1), at=LATE),
    ),
    "many are passed over": LongCommand(
        _TWICE,
        (_count("MUG", 6), _place(("MUG", 9))),
        _late(("MUG", 1), command_id="long"),
        _AGAIN,
    ),
    "many are passed over often enough": LongCommand(
        _ONCE,
        (_count("MUG", 6), _place(("MUG", 9))),
        _late(("MUG", 1), command_id="long"),
        _AGAIN,
    ),
    "many have waited for long": LongCommand(
        _AN_HOUR,
        (_count("MUG", 8), _place(("MUG", 9))),
        _late(("MUG", 1), command_id="long"),
        _AGAIN,
    ),
    "many holds have ended": LongCommand(
        _ALWAYS,
        _HOLDS,
        RunDue(seller_id="acme", at=_LATER, command_id="long"),
        _late(("MUG", 1), at=LATE),
    ),
    "many holds have ended before another command": LongCommand(
        _NEVER,
        _HOLDS,
        _late(("MUG", 1), command_id="long"),
        _AGAIN,
    ),
    "many have waited for too long": LongCommand(
        _GIVEN_UP,
        (_count("MUG", WAITING), _place(("MUG", 1), ("PAN", 1)), _count("PAN", 9)),
        RunDue(seller_id="acme", at=_LATER, command_id="long"),
        _AGAIN,
    ),
    "many will be given up": LongCommand(
        _TOLD,
        (_count("MUG", 9), _place(("MUG", 1))),
        RunDue(seller_id="acme", at=NOON + timedelta(minutes=40), command_id="long"),
        _AGAIN,
    ),
    "a policy that gives parts up": LongCommand(
        _ALWAYS,
        (_count("MUG", WAITING), _place(("MUG", 1), ("PAN", 1)), _count("PAN", 9)),
        _change(_NEVER),
        _late(("MUG", 1), at=LATE),
    ),
    "a policy that offers parts": LongCommand(
        _NEVER,
        (_count("MUG", WAITING), _place(("MUG", 1), ("PAN", 1))),
        _change(_ALWAYS),
        _late(("MUG", 1), at=LATE),
    ),
    "a policy that splits": LongCommand(
        _ALWAYS,
        (_count("MUG", WAITING), _place(("MUG", 1), ("PAN", 1))),
        _change(_SPLIT),
        _late(("MUG", 1), at=LATE),
    ),
}
