"""Receipts, and transfers, which are receipts from another warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model.serving import lose
from tests.model.world import Receipt, RefusedByModelError

if TYPE_CHECKING:
    from orderflow import ExpectedReceipt
    from orderflow.commands import BookInStock, TransferStock
    from tests.model.world import ProductKey, World


def announce(world: World, announced: ExpectedReceipt) -> None:
    """Announce a receipt, or change one; of a transfer, only the date can change."""
    product = (announced.key.warehouse_id, announced.key.sku)
    units, origin = announced.quantity, announced.from_warehouse_id
    before = world.receipts.get(announced.receipt_id)
    if before is not None and origin is None:
        origin = before.origin
    if before is None and origin is not None:
        raise RefusedByModelError
    if before is not None and (before.product, before.origin) != (product, origin):
        raise RefusedByModelError
    if before is not None and origin is not None and before.quantity != units:
        raise RefusedByModelError
    world.receipts[announced.receipt_id] = Receipt(product, units, announced.expected_at, origin)
    world.on_hand.setdefault(product, 0)


def withdraw(world: World, receipt_id: str) -> None:
    """Withdraw a receipt; what is still on its way from another warehouse goes back there."""
    receipt = _find(world, receipt_id)
    del world.receipts[receipt_id]
    if receipt.origin is not None:
        _, sku = receipt.product
        _add(world, (receipt.origin, sku), receipt.quantity)


def book_in(world: World, command: BookInStock) -> None:
    """Book in stock, perhaps against a receipt, of which more may be to come."""
    product = (command.key.warehouse_id, command.key.sku)
    if command.receipt_id is not None:
        receipt = _find(world, command.receipt_id)
        if receipt.product != product:
            raise RefusedByModelError
        receipt.quantity -= command.received + command.rejected
        if receipt.quantity <= 0 or not command.more_to_come:
            del world.receipts[command.receipt_id]
    _add(world, product, command.received)


def transfer(world: World, command: TransferStock) -> None:
    """Take units off the stock, and expect them in another warehouse."""
    product = (command.key.warehouse_id, command.key.sku)
    on_hand = world.on_hand.get(product, 0)
    may_leave = on_hand if command.take_allocated else world.available(product)
    if command.receipt_id in world.receipts or command.units > may_leave:
        raise RefusedByModelError
    world.on_hand[product] = on_hand - command.units
    lose(world, product)
    there = (command.to_warehouse_id, command.key.sku)
    world.receipts[command.receipt_id] = Receipt(
        there, command.units, command.expected_at, command.key.warehouse_id
    )
    world.on_hand.setdefault(there, 0)


def _add(world: World, product: ProductKey, units: int) -> None:
    world.on_hand[product] = world.on_hand.get(product, 0) + units


def _find(world: World, receipt_id: str) -> Receipt:
    if receipt_id not in world.receipts:
        raise RefusedByModelError
    return world.receipts[receipt_id]
