"""The account of units adds up, whatever happened."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow import MemoryRepository, OrderFlow, Seller, StockKey
from orderflow.commands import BookInStock, Command, MoveOrder, TransferStock, WithdrawReceipt
from orderflow.core import unit_account
from orderflow.errors import NotFoundError, RefusedError
from orderflow.testing.strategies import CommandHistory, histories
from tests.properties.runs import SCOPE

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow import ExpectedReceipt

WAREHOUSES = (*SCOPE.warehouse_ids[:1], "york")
NUMBERS = st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3), st.booleans())
Numbers = tuple[int, int, int, bool]


def about_transfers(seller: Seller, at: datetime, numbers: Numbers) -> Command:
    """Return a command of a transfer or a move, which need not be possible."""
    choice, received, rejected, flag = numbers
    here, there = WAREHOUSES if flag else WAREHOUSES[::-1]
    transfers = [each for each in seller.receipts() if each.from_warehouse_id is not None]
    if choice <= 1 and transfers:
        return _arrival(transfers[0], at, received, rejected, more_to_come=flag)
    if choice == 2 and transfers:
        return WithdrawReceipt(
            seller_id=seller.seller_id, receipt_id=transfers[-1].receipt_id, at=at
        )
    orders = seller.orders()
    if choice == 3 and orders:
        order_id = orders[received % len(orders)].order_id
        return MoveOrder(seller_id=seller.seller_id, order_id=order_id, warehouse_id=there, at=at)
    return TransferStock(
        key=StockKey(seller.seller_id, here, SCOPE.skus[received % 2]),
        units=rejected + 1,
        to_warehouse_id=there,
        receipt_id=f"T{len(seller.events())}",
        expected_at=at,
        take_allocated=flag,
        at=at,
    )


def _arrival(
    receipt: ExpectedReceipt, at: datetime, received: int, rejected: int, *, more_to_come: bool
) -> BookInStock:
    return BookInStock(
        key=receipt.key,
        received=received,
        rejected=rejected,
        receipt_id=receipt.receipt_id,
        more_to_come=more_to_come,
        at=at,
    )


def carried_out(history: CommandHistory, further: list[Numbers]) -> OrderFlow:
    """Run a history with further commands in between; refused ones change nothing."""
    flow = OrderFlow(MemoryRepository(), default_policy=history.policy)
    for number, command in enumerate(history.commands):
        seller = flow.seller(command.seller_id)
        commands = [command]
        if number < len(further):
            commands.append(about_transfers(seller, command.at, further[number]))
        for each in commands:
            try:
                flow.handle(each)
            except (NotFoundError, RefusedError):
                continue
    return flow


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories(SCOPE), st.lists(NUMBERS, max_size=30))
def test_the_account_adds_up(history: CommandHistory, further: list[Numbers]) -> None:
    flow = carried_out(history, further)
    for seller_id in SCOPE.seller_ids:
        seller = flow.seller(seller_id)
        accounts = seller.unit_account()
        assert accounts == unit_account(seller.events())
        assert {each.key: each.on_hand for each in accounts} == {
            each.key: each.on_hand for each in seller.stock()
        }
        expected = Counter[StockKey]()
        for receipt in seller.receipts():
            if receipt.from_warehouse_id is not None:
                expected[receipt.key] += receipt.quantity
        assert {each.key: each.on_the_way for each in accounts if each.on_the_way} == expected
        for sku in SCOPE.skus:
            of_sku = [each for each in accounts if each.key.sku == sku]
            assert sum(each.transferred_out for each in of_sku) == sum(
                each.transferred_in
                + each.rejected
                + each.on_the_way
                + each.missing
                + each.withdrawn
                for each in of_sku
            )


def test_transfers_are_drawn_often_enough() -> None:
    """Without transfers that arrive, come short and are withdrawn, the rule would say nothing."""
    seen = Counter[str]()

    @settings(max_examples=60, database=None, derandomize=True)
    @given(histories(SCOPE), st.lists(NUMBERS, min_size=10, max_size=30))
    def count(history: CommandHistory, further: list[Numbers]) -> None:
        flow = carried_out(history, further)
        for seller_id in SCOPE.seller_ids:
            for each in flow.seller(seller_id).unit_account():
                seen["in"] += each.transferred_in
                seen["rejected"] += each.rejected
                seen["missing"] += each.missing
                seen["withdrawn"] += each.withdrawn
                seen["way"] += each.on_the_way

    count()
    assert all(seen[name] for name in ("in", "rejected", "missing", "withdrawn", "way"))
