"""Questions about expected receipts, with many orders in one queue and with few.

All orders wait for the same product, and ten receipts cover them one after another, with some
units left. Nothing is remembered between two questions: each reads the queue anew.

- `available`: how many units a new order would get once all receipts are there.
- `over`: the same over two warehouses, of which the other one has some units.
- `basket`: when a new order for the last units would be covered.
- `receipt`: who gets what of one receipt that covers them all.
- `what-if`: which dates move if the first receipt slips behind the others: nearly all of them.

A figure is for each waiting order, so `with_few` shows whether the work is linear.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import attrs

from benchmarks.booking_in import HOLDINGS, HOT, World
from benchmarks.case import ORDERFLOW, Case, Side, size_name
from benchmarks.workloads import OPENING, SELLER, WAREHOUSE, draw_units
from orderflow import (
    ExpectedReceipt,
    Order,
    OrderLine,
)
from orderflow.core import ReceiptChange
from orderflow.sourcing import SourcingPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow import AllocationPolicy, Seller

__all__ = ["QUESTIONS", "cases", "sides"]

MANY, FEW, RECEIPTS, LEFT = 100_000, 10_000, 10, 1_000
NOW, DAY = OPENING + timedelta(days=30), timedelta(days=1)


def cases(*, quick: bool) -> Iterable[Case]:
    """Return the cases: each question, with partial allocation and without."""
    many, few = (MANY // 20, FEW // 20) if quick else (MANY, FEW)
    for name in ("ALWAYS", "NEVER"):
        for question in QUESTIONS:
            yield Case(
                name=f"promises/{question}/{name}/{size_name(many)}",
                per="waiting order",
                prepare=partial(sides, question, HOLDINGS[name], many, few),
                rounds=3,
            )


def sides(question: str, policy: AllocationPolicy, many: int, few: int) -> dict[str, Side]:
    """Return the question with many waiting orders, and beside it with few."""
    return {
        ORDERFLOW: _side(QUESTIONS[question], policy, many),
        "with_few": _side(QUESTIONS[question], policy, few),
    }


def _side(question: Callable[[Seller], object], policy: AllocationPolicy, orders: int) -> Side:
    seller = World(policy, here=orders, elsewhere=0, units=draw_units).flow.seller(SELLER)
    needed = sum(order.short_of(HOT.sku) for order in seller.queue(HOT)) + LEFT
    each, rest = divmod(needed, RECEIPTS)
    for number in range(RECEIPTS):
        units = each + rest * (number == RECEIPTS - 1)
        receipt = ExpectedReceipt(f"R{number}", HOT, units, NOW + (number + 1) * DAY)
        seller.announce(receipt, at=NOW)
    seller.book_in(attrs.evolve(HOT, warehouse_id="elsewhere"), LEFT, at=NOW)
    overdue = ExpectedReceipt("ALL", HOT, needed, NOW - DAY)
    seller.announce(overdue, at=NOW)

    def measure() -> float:
        begun = perf_counter()
        question(seller)
        return (perf_counter() - begun) / orders

    return measure


def _available(seller: Seller) -> object:
    return seller.available_to_promise(HOT, NOW + RECEIPTS * DAY, at=NOW)


def _over(seller: Seller) -> object:
    sourcing = SourcingPolicy(warehouses=("elsewhere", WAREHOUSE))
    by = NOW + RECEIPTS * DAY
    return seller.available_to_promise_over(HOT.sku, by, sourcing=sourcing, at=NOW)


def _basket(seller: Seller) -> object:
    lines = (OrderLine("1", HOT.sku, LEFT),)
    order = Order(
        order_id="basket", seller_id=SELLER, warehouse_id=WAREHOUSE, lines=lines, placed_at=NOW
    )
    return seller.earliest_promise(order, at=NOW)


def _receipt(seller: Seller) -> object:
    return seller.receipt_allocation("ALL", at=NOW)


def _what_if(seller: Seller) -> object:
    return seller.what_if(ReceiptChange("R0", later=RECEIPTS * DAY), at=NOW)


QUESTIONS: dict[str, Callable[[Seller], object]] = {
    "available": _available,
    "over": _over,
    "basket": _basket,
    "receipt": _receipt,
    "what-if": _what_if,
}
