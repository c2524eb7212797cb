"""The errors about what a seller does not have."""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError
from orderflow.errors.quoting import listed

__all__ = [
    "LineNotFoundError",
    "NotFoundError",
    "OrderNotFoundError",
    "ProductNotFoundError",
    "ReceiptNotFoundError",
]


_LIST = "list the receipts to see which are expected"


class NotFoundError(OrderFlowError, LookupError):
    """The seller does not have such an object."""


class OrderNotFoundError(NotFoundError):
    """The seller has no order with this id. Orders of other sellers are not visible."""

    def __init__(self, seller_id: str, order_id: str) -> None:
        self.seller_id = seller_id
        self.order_id = order_id
        super().__init__(f"seller {seller_id!r} has no order {order_id!r}")


class LineNotFoundError(NotFoundError):
    """The order has no line with this id."""

    def __init__(self, order_id: str, line_id: str, line_ids: tuple[str, ...]) -> None:
        self.order_id = order_id
        self.line_id = line_id
        self.line_ids = line_ids
        super().__init__(
            f"order {order_id!r} has no line {line_id!r}; its lines are {listed(line_ids)}"
        )


class ProductNotFoundError(NotFoundError):
    """A read of a product's stock: the seller has no record of it in this warehouse.

    The products of others are not visible. An order may name a product without a record.
    """

    def __init__(self, seller_id: str, warehouse_id: str, sku: str) -> None:
        self.seller_id = seller_id
        self.warehouse_id = warehouse_id
        self.sku = sku
        super().__init__(
            f"seller {seller_id!r} has no product {sku!r} in warehouse {warehouse_id!r}; "
            f"announce, book in or count its stock first"
        )


class ReceiptNotFoundError(NotFoundError):
    """The receipt was not announced, or was already booked in or withdrawn."""

    def __init__(self, seller_id: str, receipt_id: str, way_out: str = _LIST) -> None:
        self.seller_id = seller_id
        self.receipt_id = receipt_id
        super().__init__(
            f"seller {seller_id!r} expects no receipt {receipt_id!r}: it is not announced yet, "
            f"or is closed; {way_out}"
        )
