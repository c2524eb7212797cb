"""Receipts: announced, withdrawn, and booked in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.back_order_limit import LIMITS_MAX
from orderflow.domain.model.events import (
    BackOrdersLimited,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    StockBookedIn,
    TransferWithdrawn,
)
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import LimitRefusedError, ReceiptNotFoundError, StockRefusedError

if TYPE_CHECKING:
    from orderflow.domain.model.commands import (
        AnnounceReceipt,
        BookInStock,
        LimitBackOrders,
        WithdrawReceipt,
    )
    from orderflow.domain.model.stock import ExpectedReceipt, StockKey
    from orderflow.domain.state.draft import Draft

__all__ = ["announce", "book_in", "check_on_hand", "limit_back_orders", "withdraw"]


def announce(draft: Draft, command: AnnounceReceipt) -> None:
    """Announce a receipt. An earlier one with the same id is replaced; a transfer stays one."""
    receipt = command.receipt
    announced = draft.view.receipt(receipt.receipt_id)
    if announced is not None and announced.key != receipt.key:
        raise _other_product(receipt.key.sku, announced)
    if announced is not None and receipt.from_warehouse_id is None:
        receipt = attrs.evolve(receipt, from_warehouse_id=announced.from_warehouse_id)
    _check_transfer(receipt, announced)
    draft.emit(ReceiptAnnounced(draft.at, receipt))


def withdraw(draft: Draft, command: WithdrawReceipt) -> None:
    """Withdraw an announced receipt. The units of a transfer go back to where they came from."""
    receipt = _find(draft, command.receipt_id)
    draft.emit(ReceiptWithdrawn(draft.seller_id, command.receipt_id, draft.at))
    if receipt.from_warehouse_id is not None:
        origin = attrs.evolve(receipt.key, warehouse_id=receipt.from_warehouse_id)
        check_on_hand(draft, origin, receipt.quantity)
        draft.emit(TransferWithdrawn(origin, draft.at, receipt.quantity, receipt.receipt_id))


def book_in(draft: Draft, command: BookInStock) -> None:
    """Book in stock, against an announced receipt if the command names one."""
    expected = from_warehouse_id = None
    if command.receipt_id is not None:
        receipt = _find(draft, command.receipt_id, *_WITHOUT_RECEIPT)
        if receipt.key != command.key:
            raise _other_product(command.key.sku, receipt)
        expected, from_warehouse_id = receipt.quantity, receipt.from_warehouse_id
    check_on_hand(draft, command.key, command.received)
    draft.emit(
        StockBookedIn(
            command.key,
            draft.at,
            command.received,
            command.rejected,
            command.receipt_id,
            expected,
            command.more_to_come,
            from_warehouse_id,
        )
    )


def limit_back_orders(draft: Draft, command: LimitBackOrders) -> None:
    """Limit the back orders of a product, or remove the limit."""
    key = command.key
    fields = (command.units_max, command.begins_at, command.ends_at)
    before = draft.limits.get((key.warehouse_id, key.sku))
    if fields == ((before.units_max, before.begins_at, before.ends_at) if before else (None,) * 3):
        return
    draft.emit(BackOrdersLimited(key, draft.at, *fields))
    if len(draft.limits) > LIMITS_MAX:
        raise LimitRefusedError(
            f"seller {draft.seller_id!r}",
            "products with a limit of back orders",
            len(draft.limits),
            LIMITS_MAX,
            "remove limits that have ended",
        )


def check_on_hand(draft: Draft, key: StockKey, change: int) -> None:
    """Refuse a change that would leave more units on hand than a stock record can have."""
    on_hand = draft.shelves[key.warehouse_id].on_hand(key.sku) + change
    if on_hand > UNITS_MAX:
        raise LimitRefusedError(
            f"stock of {key.sku!r} in warehouse {key.warehouse_id!r}",
            "units on hand",
            on_hand,
            UNITS_MAX,
            "add fewer units, or count the stock and record the count first",
        )


_WITHOUT_RECEIPT = ("announce it first, or book the stock in without a receipt",)


def _find(draft: Draft, receipt_id: str, *way_out: str) -> ExpectedReceipt:
    receipt = draft.view.receipt(receipt_id)
    if receipt is None:
        raise ReceiptNotFoundError(draft.seller_id, receipt_id, *way_out)
    return receipt


def _check_transfer(receipt: ExpectedReceipt, announced: ExpectedReceipt | None) -> None:
    """Refuse to announce units as a transfer that did not leave another warehouse."""
    origin = announced.from_warehouse_id if announced is not None else None
    if receipt.from_warehouse_id != origin:
        raise StockRefusedError(
            receipt.key.sku,
            f"receipt {receipt.receipt_id!r} comes from {_origin_text(origin)}, not from "
            f"{_origin_text(receipt.from_warehouse_id)}; transfer the stock instead",
        )
    if origin is not None and announced is not None and receipt.quantity != announced.quantity:
        raise StockRefusedError(
            receipt.key.sku,
            f"receipt {receipt.receipt_id!r} is a transfer of {announced.quantity}, and only its "
            f"date can change; book in what arrives, or withdraw it",
        )


def _origin_text(warehouse_id: str | None) -> str:
    return "outside" if warehouse_id is None else f"warehouse {warehouse_id!r}"


def _other_product(sku: str, receipt: ExpectedReceipt) -> StockRefusedError:
    return StockRefusedError(
        sku,
        f"receipt {receipt.receipt_id!r} announces {receipt.key.sku!r} in warehouse "
        f"{receipt.key.warehouse_id!r}; name a receipt of this product, or none",
    )
