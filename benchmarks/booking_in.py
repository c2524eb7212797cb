"""Booking in 100 units through `OrderFlow`, with many waiting orders and with few.

Two worlds stand in one process: one where many orders wait, and one where 1,000 do; the second is
the yardstick of the first. The queue of the product that comes is filled up again between the
bookings, outside the time that counts, so that it has the same length each time.

- `elsewhere`: 100 orders wait for the product that comes, the others for other products.
- `here`: all wait for the product that comes, for as many units as the lines of a real seller
  have (median 3, 95th percentile 32).
- `misfit`: all wait for the product that comes and want 3 of it, so that the last unit of a
  hundred is of no use to any of them. Where an order keeps nothing until it is complete, that is
  as bad as it can get.

The waiting orders have three lines. Those that wait for the product that comes are covered
otherwise, so that it completes them.
"""

from __future__ import annotations

import gc
from datetime import timedelta
from functools import partial
from itertools import count, islice
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

import attrs

from benchmarks.case import ORDERFLOW, Case, Side, size_name
from benchmarks.workloads import (
    LINES_PER_PRODUCT,
    OPENING,
    SEED,
    SELLER,
    WAREHOUSE,
    draw_units,
)
from benchmarks.yardsticks import rebuilding
from orderflow import (
    AllocationPolicy,
    MemoryRepository,
    Order,
    OrderFlow,
    OrderLine,
    PartialAllocation,
    Status,
    Stock,
    StockKey,
)
from orderflow.commands import RunDue
from orderflow.core import allocate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderflow import Outcome

__all__ = ["HOLDINGS", "KINDS", "World", "cases", "sides"]

HOLDINGS = {
    "ALWAYS": AllocationPolicy(),
    "NEVER": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
    "AFTER_WAITING": AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING,
        passes_max=3,
        wait_max=timedelta(days=3_650),
    ),
}

UNITS = 100
FEW, HERE_MANY, ELSEWHERE_MANY = 1_000, 100_000, 1_000_000
HERE_BESIDE = 100
"""So many wait for the product that comes where the others wait elsewhere."""
PLENTY = 10**9
HOT = StockKey(SELLER, WAREHOUSE, "HOT")


def cases(*, quick: bool) -> Iterable[Case]:
    """Return the cases: three kinds of queues under three ways to hold."""
    shrink = 20 if quick else 1
    elsewhere, here = ELSEWHERE_MANY // shrink, HERE_MANY // shrink
    for name, policy in HOLDINGS.items():
        for kind, many in (("elsewhere", elsewhere), ("here", here), ("misfit", here)):
            slow = kind == "misfit" and policy.restricts_partial
            yield Case(
                name=f"booking-in/{kind}/{name}/{size_name(many)}",
                per="booking",
                prepare=partial(sides, kind, policy, many),
                rounds=6 if slow else 40,
                collects=False,
            )


def sides(kind: str, policy: AllocationPolicy, many: int, few: int = FEW) -> dict[str, Side]:
    """Return the world with many waiting orders, and beside it the one with few."""
    world = KINDS[kind](policy, many)
    return {
        ORDERFLOW: world.book_in,
        "with_few": KINDS[kind](policy, few).book_in,
        "by_hand": world.build_by_hand,
    }


def _elsewhere(policy: AllocationPolicy, many: int) -> World:
    return World(policy, here=HERE_BESIDE, elsewhere=many, units=draw_units)


def _here(policy: AllocationPolicy, many: int) -> World:
    return World(policy, here=many, elsewhere=0, units=draw_units)


def _misfit(policy: AllocationPolicy, many: int) -> World:
    return World(policy, here=many, elsewhere=0, units=lambda _: 3)


KINDS = {"elsewhere": _elsewhere, "here": _here, "misfit": _misfit}


class World:
    """A seller in memory with waiting orders, ready to book in."""

    def __init__(
        self,
        policy: AllocationPolicy,
        *,
        here: int,
        elsewhere: int,
        units: Callable[[Random], int],
    ) -> None:
        self.repository = MemoryRepository()
        self.flow = OrderFlow(self.repository, default_policy=policy)
        self.last: Outcome | None = None
        self._random = Random(SEED)  # noqa: S311 - the same draws in every run are the point
        self._units = units
        self._numbers = count()
        gc.disable()  # for the time of building, where nothing is garbage
        try:
            orders = [*islice(self._orders_here(), here), *_orders_elsewhere(elsewhere)]
            stock = [Stock(HOT), *(Stock(attrs.evolve(HOT, sku=sku), PLENTY) for sku in ("A", "B"))]
            outcome = allocate(orders, stock, policy, at=OPENING)
            records = {each.key: each for each in (*stock, *outcome.stock)}  # as they are now
            outcome = attrs.evolve(outcome, stock=tuple(records.values()))
            with self.repository.unit_of_work(SELLER) as work:
                work.save(RunDue(seller_id=SELLER, at=OPENING), outcome)
            self.book_in()  # the first one builds the queues
        finally:
            gc.enable()

    def book_in(self) -> float:
        """Book in, and return the seconds that it took."""
        begun = perf_counter()
        self.last = self.flow.seller(SELLER).book_in(HOT, UNITS, at=OPENING)
        seconds = perf_counter() - begun
        self._fill_up(len(self.last.back_orders_completed))
        return seconds

    def build_by_hand(self) -> float:
        """Build what the last booking came to, and return the seconds that it took."""
        assert self.last is not None  # noqa: S101 - the world has booked in when it was made
        rebuild = rebuilding(self.last)
        begun = perf_counter()
        rebuild()
        return perf_counter() - begun

    def _fill_up(self, missing: int) -> None:
        """Place new orders behind the others until so many of them wait."""
        for order in self._orders_here():
            if not missing:
                return
            placed = self.flow.seller(SELLER).place(order, at=OPENING).order
            missing -= placed is not None and placed.status is Status.ON_BACK_ORDER

    def _orders_here(self) -> Iterator[Order]:
        for number in self._numbers:
            units = self._units(self._random)
            lines = (OrderLine("1", "HOT", units), OrderLine("2", "A", 1), OrderLine("3", "B", 1))
            yield _order(f"H{number:07d}", lines, number)


def _orders_elsewhere(how_many: int) -> Iterator[Order]:
    """Yield orders for products that there is nothing of; they share their lines."""
    products = max(3, how_many * 3 // LINES_PER_PRODUCT)
    pool = [
        tuple(OrderLine(str(i + 1), f"SKU-{(start + i) % products:05d}", 3) for i in range(3))
        for start in range(products)
    ]
    for number in range(how_many):
        yield _order(f"E{number:07d}", pool[number % products], number)


def _order(order_id: str, lines: tuple[OrderLine, ...], number: int) -> Order:
    return Order(
        order_id=order_id,
        seller_id=SELLER,
        warehouse_id=WAREHOUSE,
        lines=lines,
        placed_at=OPENING + timedelta(seconds=number),
    )
