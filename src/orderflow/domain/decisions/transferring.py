"""Transfers: units leave a warehouse, and are expected in another one.

A transfer takes the units off the stock on hand where they are, and announces a receipt where they
are to be. They are on the way until that receipt is booked in or withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.decisions.shortfall import deallocate_missing
from orderflow.domain.model.events import DeallocationReason, ReceiptAnnounced, StockTransferred
from orderflow.domain.model.stock import ExpectedReceipt
from orderflow.errors import StockRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from orderflow.domain.model.commands import TransferStock
    from orderflow.domain.state.draft import Draft

__all__ = ["transfer"]


def transfer(draft: Draft, command: TransferStock) -> None:
    """Take units off the stock of a warehouse, and announce them in another one.

    Raises:
        StockRefusedError: If too few units are there, or the receipt is announced already.
    """
    key, units, receipt_id = command.key, command.units, command.receipt_id
    if draft.find_receipt(receipt_id) is not None:
        raise StockRefusedError(
            key.sku, f"receipt {receipt_id!r} is announced already; choose another id"
        )
    shelf = draft.shelves[key.warehouse_id]
    on_hand, available = shelf.on_hand(key.sku), shelf[key.sku]
    if units > (on_hand if command.take_allocated else available):
        raise StockRefusedError(key.sku, _too_few(command, on_hand, available))
    deallocate_missing(draft, key, units - available, DeallocationReason.TRANSFERRED)
    draft.emit(StockTransferred(key, draft.at, units, command.to_warehouse_id, receipt_id))
    there = attrs.evolve(key, warehouse_id=command.to_warehouse_id)
    receipt = ExpectedReceipt(
        receipt_id, there, units, command.expected_at, from_warehouse_id=key.warehouse_id
    )
    draft.emit(ReceiptAnnounced(draft.at, receipt))


def _too_few(command: TransferStock, on_hand: int, available: int) -> str:
    where = f"on hand in warehouse {command.key.warehouse_id!r}"
    there = f"{counted(command.units, 'unit')} cannot be transferred: {on_hand} {where}"
    if not on_hand:
        return f"{there}; book units in first"
    if available < on_hand:
        there = f"{there}, of which {on_hand - available} are allocated to orders"
    most = [f"at most {available}"] if available else []
    if available < on_hand:
        most.append(f"at most {on_hand} with take_allocated")
    return f"{there}; transfer {', or '.join(most)}"
