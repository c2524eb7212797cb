"""The second warehouse of the demo: an order over both, an order that moves, and a transfer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderflow.cli.commands.demo_step import Step, short_units
from orderflow.domain.model.commands import CountStock, MoveOrder, PlaceOrder, TransferStock
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.sourcing_policy import SourcingPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.errors.quoting import counted
from orderflow.replay import SELLER, WAREHOUSE
from orderflow.replay.account import OPENING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from orderflow.replay import Replay

__all__ = ["YORK", "SecondWarehouse"]

YORK = "york"

FEW = 9
"""At most this many units of a product are few: an order can ask for more."""
TRANSFERRED = 10
"""How many units are transferred, if there are as many."""


class SecondWarehouse:
    """What the seller does with a second warehouse.

    Args:
        run: The run of the shop.
        at: The present moment.
    """

    def __init__(self, run: Replay, at: datetime) -> None:
        self._run = run
        self._session = run.session
        self._seller = run.session.flow.seller(SELLER)
        self._at = at

    def steps(self, order_ids: Collection[str]) -> Iterator[Step]:
        """Yield what happens.

        Args:
            order_ids: The orders of the tour, which stay where they are.
        """
        yield from self._place_over_both(next(iter(order_ids)))
        yield from self._move(order_ids)
        yield from self._transfer()

    def _place_over_both(self, first_id: str) -> Iterator[Step]:
        """Place an order for more units of a product than the first warehouse has."""
        few = (each for each in self._seller.stock() if 0 < each.available <= FEW)
        stock = next(few, None)
        if stock is None:
            return
        sku, here = stock.key.sku, stock.available
        self._open(sku, FEW)
        order = Order(
            order_id=f"{first_id}-BOTH",
            seller_id=SELLER,
            lines=(OrderLine("1", sku, here + FEW),),
            placed_at=self._at,
        )
        policy = SourcingPolicy(warehouses=(WAREHOUSE, YORK))
        outcome = self._session.handle(PlaceOrder(order=order, sourcing=policy, at=self._at))
        self._session.replenishment.add_demand(sku, here, self._at)
        (other,) = outcome.other_orders
        text = (
            f"{order.order_id} is for {order.units} {sku}. {here} are here, and {FEW} in {YORK}. "
            f"{other.order_id} is the part that leaves from {YORK}. Nothing waits."
        )
        yield Step(self._at, "An order comes from two warehouses", text)

    def _move(self, order_ids: Collection[str]) -> Iterator[Step]:
        """Move the smallest order that waits to where the stock is."""
        waiting = self._seller.orders(Status.ON_BACK_ORDER)
        others = (each for each in waiting if each.order_id not in order_ids)
        order = min(others, key=_size, default=None)
        if order is None:
            return
        for line in order.lines:
            self._open(line.sku, line.quantity)
            self._session.replenishment.add_demand(line.sku, -line.quantity, self._at)
        self._session.handle(
            MoveOrder(seller_id=SELLER, order_id=order.order_id, warehouse_id=YORK, at=self._at)
        )
        text = (
            f"{order.order_id} is short of {short_units(order.short_lines)}. All of the order is "
            f"in {YORK}, so it moves there, and is allocated at once."
        )
        yield Step(self._at, "A waiting order moves to where the stock is", text)

    def _transfer(self) -> Iterator[Step]:
        """Transfer some units of the product of which the most are available."""
        stock = [each for each in self._seller.stock() if each.key.warehouse_id == WAREHOUSE]
        most = max(stock, key=lambda each: (each.available, each.key))
        units = min(TRANSFERRED, most.available)
        if not units:
            return
        sku, expected_at = most.key.sku, self._next_morning()
        outcome = self._session.handle(
            TransferStock(
                key=most.key,
                units=units,
                to_warehouse_id=YORK,
                receipt_id="T1",
                expected_at=expected_at,
                at=self._at,
            )
        )
        self._session.replenishment.adjust(sku, -units)
        self._run.warehouse.expect(outcome.receipts[0])
        text = (
            f"{counted(units, 'unit')} of {sku} leave for {YORK}. They are off the stock here, "
            f"and expected there."
        )
        yield Step(self._at, "Stock is on the way to the second warehouse", text)

    def _open(self, sku: str, units: int) -> None:
        """Count further units of a product in the second warehouse."""
        key = StockKey(SELLER, YORK, sku)
        there = sum(each.on_hand for each in self._seller.stock() if each.key == key)
        self._session.handle(CountStock(key=key, counted=there + units, note=OPENING, at=self._at))

    def _next_morning(self) -> datetime:
        calendar = self._run.settings.calendar
        day = calendar.working_day_from(calendar.local_day(self._at) + timedelta(days=1))
        return calendar.first_moment(day, self._run.settings.books_in)


def _size(order: Order) -> tuple[int, int, str]:
    """Return the sort key of an order: the smallest one is the easiest to show."""
    return (len(order.lines), order.units, order.order_id)
