"""Random backlogs of several sellers: as orders for the core, and as rows of a table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import strategies as st

from orderflow import (
    AllocationPolicy,
    BackOrderWait,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    PartialAllocation,
    Queue,
    Rationing,
    Status,
    Stock,
    StockKey,
)
from orderflow.core import allocate
from orderflow.testing.strategies.choices import Chooser
from tests.frames.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DrawFn

    Row = dict[str, Any]
    LineKey = tuple[str, str, str]

__all__ = ["NOON", "Backlog", "backlogs", "policies"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SELLERS, WAREHOUSES, SKUS = ("acme", "zenith", "é"), ("leeds", "york"), ("MUG", "PAN", "TOY")
ORDER_IDS = ("1", "10", "2", "B", "a", "é", "#8", "𝄞")
LINE_IDS = ("2", "a", "10", "é1")
"""In the order in which they are served."""
OPTIONAL = frozenset({"status", "allocated", "allows_partial"})
LINE_NAMES = (
    *("seller_id", "warehouse_id", "order_id", "line_id", "sku", "quantity", "allocated"),
    *("placed_at", "priority", "promised_by", "status"),
    *("waiting_since", "passed_over", "allows_partial"),
)
STOCK_NAMES = ("seller_id", "warehouse_id", "sku", "on_hand", "allocated")
WAITING = (Status.NEW, Status.ON_BACK_ORDER)
OTHERS = (Status.ALLOCATED, Status.ON_HOLD, Status.SENT_TO_WAREHOUSE, Status.CANCELLED)


@attrs.frozen
class Backlog:
    """Orders and stock of several sellers.

    Attributes:
        orders: The orders, in the order of the rows of the table.
        stock: The stock records.
        columns: The optional columns that the table of lines has.
        seed: Shuffles the rows.
    """

    orders: tuple[Order, ...]
    stock: tuple[Stock, ...]
    columns: frozenset[str]
    seed: int

    def tables(self, engine: str) -> tuple[Any, Any]:
        """Return the tables of lines and of stock."""
        line_names = [name for name in LINE_NAMES if name not in OPTIONAL - self.columns]
        return table(engine, self.lines(), line_names), table(engine, self._records(), STOCK_NAMES)

    def lines(self) -> list[Row]:
        """Return the rows of the table of lines, with all columns that there are."""
        rows = [row for order in self.orders for row in _rows(order)]
        Random(self.seed).shuffle(rows)  # noqa: S311 - a shuffle that can be repeated
        return rows

    def _records(self) -> list[Row]:
        return [
            {
                "seller_id": each.key.seller_id,
                "warehouse_id": each.key.warehouse_id,
                "sku": each.key.sku,
                "on_hand": each.on_hand,
                "allocated": each.allocated,
            }
            for each in self.stock
        ]

    def expected(self, policy: AllocationPolicy) -> dict[LineKey, tuple[int, str]]:
        """Return the units of each line, and the status of its order, as the core decides."""
        found = {(order.seller_id, order.order_id): order for order in self.orders}
        for seller_id in SELLERS:
            orders = [order for order in self.orders if order.seller_id == seller_id]
            stock = [each for each in self.stock if each.key.seller_id == seller_id]
            for order in allocate(orders, stock, policy, at=NOON).orders:
                found[seller_id, order.order_id] = order
        return {
            (*key, line.line_id): (line.allocated, str(order.status))
            for key, order in found.items()
            for line in order.lines
        }


def _rows(order: Order) -> Iterator[Row]:
    wait = order.wait
    for line in order.lines:
        yield {
            "seller_id": order.seller_id,
            "warehouse_id": order.warehouse_id,
            "order_id": order.order_id,
            "line_id": line.line_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "allocated": line.allocated,
            "placed_at": order.placed_at,
            "priority": order.priority,
            "promised_by": order.promised_by,
            "status": str(order.status),
            "waiting_since": None if wait is None else wait.since,
            "passed_over": None if wait is None else wait.passed_over,
            "allows_partial": wait is not None and wait.allows_partial,
        }


@st.composite
def policies(draw: DrawFn) -> AllocationPolicy:
    """Draw any policy that a table can be allocated by."""
    chooser = Chooser(draw)
    queue = chooser.pick(tuple(Queue))
    partial = chooser.pick(tuple(PartialAllocation))
    if partial is PartialAllocation.AFTER_WAITING:
        hours = timedelta(hours=2)
        passes_max, wait_max = chooser.pick(((1, None), (2, None), (None, hours), (3, hours)))
        return AllocationPolicy(
            queue=queue, partial_allocation=partial, passes_max=passes_max, wait_max=wait_max
        )
    if partial is PartialAllocation.ALWAYS and chooser.flag():
        share_max = chooser.pick((None, 1, 2, 7))
        return AllocationPolicy(queue=queue, rationing=Rationing.FAIR_SHARE, share_max=share_max)
    return AllocationPolicy(queue=queue, partial_allocation=partial)


@st.composite
def backlogs(draw: DrawFn) -> Backlog:
    """Draw a backlog. Times, priorities and ids often coincide."""
    chooser = Chooser(draw)
    columns = frozenset(name for name in sorted(OPTIONAL) if chooser.flag())
    has_units = "allocated" in columns
    statuses = WAITING + (OTHERS if has_units and "status" in columns else ())
    orders = tuple(
        _order(chooser, seller_id, order_id, chooser.pick(statuses), columns)
        for seller_id in SELLERS
        for order_id in ORDER_IDS[: chooser.number(0, len(ORDER_IDS))]
    )
    units = Counter[StockKey]()
    for order in orders:
        for line in order.lines:
            units[StockKey(order.seller_id, order.warehouse_id, line.sku)] += line.allocated
    keys = [StockKey(*key) for key in _products() if units[StockKey(*key)] or chooser.number(0, 5)]
    stock = tuple(
        Stock(key, units[key] + chooser.pick((0, 1, 3, 5, 9, 14)), units[key]) for key in keys
    )
    return Backlog(orders, stock, columns, chooser.number(0, 9))


def _products() -> Iterator[tuple[str, str, str]]:
    for seller_id in SELLERS:
        for warehouse_id in WAREHOUSES:
            for sku in SKUS:
                yield seller_id, warehouse_id, sku


def _order(
    chooser: Chooser, seller_id: str, order_id: str, status: Status, columns: frozenset[str]
) -> Order:
    placed_at = NOON - timedelta(hours=24 - chooser.number(0, 3))
    lines = tuple(
        _line(chooser, line_id, status, has_units="allocated" in columns)
        for line_id in LINE_IDS[: chooser.number(1, len(LINE_IDS))]
    )
    if status is Status.ON_BACK_ORDER and all(line.short == 0 for line in lines):
        lines = (attrs.evolve(lines[0], allocated=0), *lines[1:])
    wait = None
    if status is Status.ON_BACK_ORDER:
        wait = BackOrderWait(
            NOON - timedelta(hours=chooser.number(0, 3)),
            chooser.number(0, 2),
            "allows_partial" in columns and chooser.flag(),
        )
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id=chooser.pick(WAREHOUSES),
        lines=lines,
        placed_at=placed_at,
        status=status,
        priority=chooser.pick((0, 0, 1)),
        promised_by=chooser.pick((None, NOON, NOON + timedelta(days=1))),
        holds=(Hold(HoldReason.OTHER),) if status is Status.ON_HOLD else (),
        wait=wait,
    )


def _line(chooser: Chooser, line_id: str, status: Status, *, has_units: bool) -> OrderLine:
    quantity = chooser.number(1, 5)
    allocated = 0
    if status in {Status.ALLOCATED, Status.SENT_TO_WAREHOUSE}:
        allocated = quantity
    elif has_units and status in {Status.ON_BACK_ORDER, Status.ON_HOLD}:
        allocated = chooser.number(0, quantity)
    return OrderLine(line_id, chooser.pick(SKUS), quantity, allocated)
