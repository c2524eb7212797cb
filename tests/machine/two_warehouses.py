"""All that can happen between two warehouses: moves, transfers, and an order over both of them.

Order A names one of them, and N neither. There are two products, one of them only in one warehouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow import (
    AdjustmentReason,
    Hold,
    HoldReason,
)
from orderflow.commands import (
    AdjustStock,
    BookInStock,
    CancelOrder,
    Command,
    DespatchOrder,
    HoldOrder,
    MoveOrder,
    PlaceOrder,
    ReleaseHold,
    SendOrderToWarehouse,
    SplitOrder,
    TransferStock,
    WithdrawReceipt,
)
from orderflow.sourcing import SourcingPolicy
from tests.unit.shop import ACME, NOON, about, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow import ExpectedReceipt, Order
    from orderflow.core import State

__all__ = ["between_two_warehouses"]

ON_HAND_MAX = 2
LEEDS, YORK = "leeds", "york"
A = order("A", ("MUG", 2), ("PAN", 1), placed_at=later(1))
N = order("N", ("MUG", 2), warehouse_id="", placed_at=later(2))
OVER_BOTH = SourcingPolicy(warehouses=(YORK, LEEDS))


def between_two_warehouses(state: State) -> Iterator[Command]:
    """Yield the commands, but for those that would only make the world larger."""
    yield from _about_stock(state)
    if state.order("A") is None:
        yield PlaceOrder(at=NOON, order=A)
    elif state.order("N") is None:
        yield PlaceOrder(at=NOON, order=N, sourcing=OVER_BOTH)
    for each in state.orders.values():
        for make in _ABOUT_ORDERS:
            yield make(each)


def _about_stock(state: State) -> Iterator[Command]:
    for product in (key(), key("PAN"), key(warehouse_id=YORK)):
        record = state.records.get((product.warehouse_id, product.sku))
        on_hand = record.on_hand if record is not None else 0
        if on_hand < ON_HAND_MAX:
            yield BookInStock(at=NOON, key=product, received=1)
        if on_hand:
            yield AdjustStock(at=NOON, key=product, change=-1, reason=AdjustmentReason.LOSS)
        if on_hand and product.sku == "MUG" and not state.receipts:
            yield TransferStock(
                at=NOON,
                key=product,
                units=on_hand,
                to_warehouse_id=_other(product.warehouse_id),
                receipt_id="T",
                expected_at=later(60),
                take_allocated=True,
            )
    for receipt in state.receipts.values():
        yield from _about_transfer(receipt)


def _about_transfer(receipt: ExpectedReceipt) -> Iterator[Command]:
    """Let all of it arrive, a unit less for good or for now, or all of it come back."""
    arrival = BookInStock(
        at=NOON, key=receipt.key, received=receipt.quantity, receipt_id=receipt.receipt_id
    )
    less = attrs.evolve(arrival, received=receipt.quantity - 1)
    yield from (arrival, less, attrs.evolve(less, more_to_come=True))
    yield WithdrawReceipt(at=NOON, seller_id=ACME, receipt_id=receipt.receipt_id)


def _other(warehouse_id: str) -> str:
    return YORK if warehouse_id == LEEDS else LEEDS


def _move(order: Order, **part: object) -> MoveOrder:
    fields = {**about(order.order_id), **part}
    return MoveOrder(warehouse_id=_other(order.warehouse_id), **fields)  # type: ignore[arg-type]


_ABOUT_ORDERS: tuple[Callable[[Order], Command], ...] = (
    _move,
    lambda order: _move(order, units=(("1", 1),)),
    lambda order: _move(order, only_short=True),
    lambda order: CancelOrder(**about(order.order_id)),
    lambda order: SendOrderToWarehouse(**about(order.order_id)),
    lambda order: DespatchOrder(**about(order.order_id)),
    lambda order: SplitOrder(**about(order.order_id)),
    lambda order: HoldOrder(hold=Hold(HoldReason.OTHER), **about(order.order_id)),
    lambda order: ReleaseHold(**about(order.order_id)),
)
