"""What a waiting order of three lines takes in memory.

Bytes that Python's allocator hands out, counted by tracemalloc, for each order. `orderflow` is all
that the memory adapter keeps: the order, its events, the queues and indexes it stands in.
Yardsticks: `order_alone` is the order with its lines and identifiers as it was made, and `as_dict`
the same as dictionaries in a list, the way that JSON is read.
"""

from __future__ import annotations

import gc
import tracemalloc
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import attrs

from benchmarks.booking_in import HOLDINGS, HOT
from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.workloads import OPENING, SELLER, WAREHOUSE
from orderflow import MemoryRepository, Order, OrderFlow, OrderLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow import AllocationPolicy

__all__ = ["cases", "sides"]

ORDERS = 10_000
PRODUCTS = 100


def cases(*, quick: bool) -> Iterable[Case]:
    """Return a case for each way to hold."""
    for name, policy in HOLDINGS.items():
        yield Case(
            name=f"memory/{name}",
            per="waiting order",
            prepare=partial(sides, policy, ORDERS // 10 if quick else ORDERS),
            rounds=1,
            warm_ups=0,
            unit="byte",
        )


def sides(policy: AllocationPolicy, orders: int) -> dict[str, Side]:
    """Return what the memory adapter keeps of so many orders, and its yardsticks."""
    return {
        ORDERFLOW: partial(_bytes_per_order, partial(_adapter, policy, orders), orders),
        "order_alone": partial(_bytes_per_order, lambda: list(_orders(orders)), orders),
        "as_dict": partial(
            _bytes_per_order, lambda: [attrs.asdict(each) for each in _orders(orders)], orders
        ),
    }


def _bytes_per_order(make: Callable[[], object], orders: int) -> float:
    gc.collect()
    tracemalloc.start()
    try:
        kept = make()
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del kept
    return used / orders


def _adapter(policy: AllocationPolicy, orders: int) -> MemoryRepository:
    """Place orders that nothing is there for, and have the queues built by a booking-in."""
    repository = MemoryRepository()
    seller = OrderFlow(repository, default_policy=policy).seller(SELLER)
    for order in _orders(orders):
        seller.place(order, at=order.placed_at)
    seller.book_in(HOT, 1, at=OPENING)
    return repository


def _orders(how_many: int) -> Iterator[Order]:
    skus = [f"SKU-{number:05d}" for number in range(PRODUCTS)]
    for number in range(how_many):
        yield Order(
            order_id=f"O{number:07d}",
            seller_id=SELLER,
            warehouse_id=WAREHOUSE,
            lines=tuple(
                OrderLine(str(i + 1), skus[(number + i * 7) % PRODUCTS], 3) for i in range(3)
            ),
            placed_at=OPENING + timedelta(seconds=number),
        )
