"""Random commands about stock and receipts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow import AdjustmentReason, ExpectedReceipt, StockKey
from orderflow.commands import (
    AdjustStock,
    AnnounceReceipt,
    BookInStock,
    Command,
    CountStock,
    LimitBackOrders,
    TransferStock,
    WithdrawReceipt,
)
from tests.model.shop import RECEIPT_IDS, STOCKED, draw_key

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.model.world import World


def book_in(world: World, random: Random, at: datetime) -> Command:
    """Book in stock, now and then against a receipt."""
    key, receipt_id = draw_key(random), None
    if world.receipts and not random.randrange(4):
        receipt_id = random.choice(list(world.receipts))
        if random.randrange(8):
            key = StockKey("acme", *world.receipts[receipt_id].product)
    return BookInStock(
        at=at,
        key=key,
        received=random.randint(1, 6),
        rejected=random.choice([0, 0, 0, 1]),
        receipt_id=receipt_id,
        more_to_come=receipt_id is not None and random.randrange(2) == 0,
    )


def adjust(_world: World, random: Random, at: datetime) -> Command:
    change = random.choice([-3, -2, -1, 1, 2])
    return AdjustStock(at=at, key=draw_key(random), change=change, reason=AdjustmentReason.OTHER)


def count(world: World, random: Random, at: datetime) -> Command:
    """Count a few less than there are, or anything."""
    key = draw_key(random)
    fewer = world.on_hand.get((key.warehouse_id, key.sku), 0) - random.randint(0, 4)
    counted = random.choice([max(0, fewer), random.randint(0, 6)])
    return CountStock(at=at, key=key, counted=counted)


def limit(_world: World, random: Random, at: datetime) -> Command:
    begins_at = random.choice([None, None, at + timedelta(hours=2)])
    ends_at = random.choice([None, None, at + timedelta(hours=random.randint(3, 9))])
    units_max = random.choice([None, 0, 0, 1, 2, 3, 5])
    return LimitBackOrders(
        at=at, key=draw_key(random), units_max=units_max, begins_at=begins_at, ends_at=ends_at
    )


def announce(world: World, random: Random, at: datetime) -> Command:
    """Announce a receipt, or change one; some are overdue from the first, or soon after."""
    key = draw_key(random)
    short = [each.product(line) for each in world.orders if each.waits() for line in each.lines]
    if short and random.randrange(3):
        key = StockKey("acme", *random.choice(short))
    receipt_id, units = random.choice(RECEIPT_IDS), random.randint(1, 9)
    receipt = ExpectedReceipt(receipt_id, key, units, _moment(random, at))
    before = world.receipts.get(receipt.receipt_id)
    if before is not None and random.randrange(3):
        receipt = attrs.evolve(receipt, key=StockKey("acme", *before.product))
        if before.origin is not None and random.randrange(3):
            receipt = attrs.evolve(receipt, from_warehouse_id=before.origin)
            if random.randrange(3):
                receipt = attrs.evolve(receipt, quantity=before.quantity)
    return AnnounceReceipt(at=at, receipt=receipt)


def withdraw(world: World, random: Random, at: datetime) -> Command | None:
    """Withdraw a receipt that is expected, rarely another one."""
    receipt_ids = list(world.receipts) if random.randrange(15) else list(RECEIPT_IDS)
    if not receipt_ids:
        return None
    receipt_id = random.choice(receipt_ids)
    return WithdrawReceipt(at=at, seller_id="acme", receipt_id=receipt_id)


def transfer(world: World, random: Random, at: datetime) -> Command | None:
    """Transfer some units of what is on hand, rarely more than may be taken."""
    products = [product for product, units in world.on_hand.items() if units]
    if not products:
        return None
    product = random.choice(products)
    available = world.available(product)
    free = [each for each in RECEIPT_IDS if each not in world.receipts]
    takes = not available or random.randrange(3) == 0
    most = world.on_hand[product] if takes else available
    return TransferStock(
        at=at,
        key=StockKey("acme", *product),
        units=random.randint(1, most + random.choice([0, 0, 0, 2])),
        to_warehouse_id=random.choice([each for each in STOCKED if each != product[0]]),
        receipt_id=random.choice(free if free and random.randrange(8) else RECEIPT_IDS),
        expected_at=_moment(random, at),
        take_allocated=takes,
    )


def _moment(random: Random, at: datetime) -> datetime:
    return at + timedelta(hours=random.choice([-2, 1, 4, 12, 48]))
