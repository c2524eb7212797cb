"""Small files to import, written by hand."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.commands import PlaceOrder
from orderflow.importing import FileFormat, read_orders

if TYPE_CHECKING:
    from orderflow import Order
    from orderflow.importing import Import

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SELLER, WAREHOUSE = "acme", "leeds"

HEADER = "order_id,sku,quantity,placed_at"


def stream(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def imported(text: str | bytes, **options: Any) -> Import:  # noqa: ANN401 - of `read_orders`
    """Import a text as a file."""
    data = text if isinstance(text, bytes) else text.encode()
    names = [each.name for each in attrs.fields(FileFormat) if each.name in options]
    file_format = FileFormat(**{name: options.pop(name) for name in names})
    settings: dict[str, Any] = {"at": AT, "name": "a.csv", "file_format": file_format, **options}
    return read_orders(io.BytesIO(data), seller_id=SELLER, warehouse_id=WAREHOUSE, **settings)


def plain(*rows: str, header: str = HEADER, **options: Any) -> Import:  # noqa: ANN401 - as above
    """Import rows of the plain form; a row without a time gets one."""
    return imported("\n".join([header, *rows, ""]), **options)


def row(order_id: str = "1", sku: str = "MUG", quantity: object = 1, more: str = "") -> str:
    return f"{order_id},{sku},{quantity},2026-03-01T10:00Z{more}"


def orders(result: Import) -> dict[str, Order]:
    """The orders that an import places, by their ids."""
    placed = [each.order for each in result.commands if isinstance(each, PlaceOrder)]
    return {order.order_id: order for order in placed}


def lines(result: Import, order_id: str = "1") -> list[tuple[str, str, int]]:
    return [(each.line_id, each.sku, each.quantity) for each in orders(result)[order_id].lines]


def reasons(result: Import) -> list[tuple[int, str, str]]:
    """The row, the column and the value of each fault."""
    return [(each.row, each.column, each.value) for each in result.faults]


def real(path: str) -> Path | None:
    """Find a real file beside this checkout, or beside the one that it is a copy of."""
    found = (up / "shared" / "data" / path for up in Path(__file__).parents)
    return next((each for each in found if each.exists()), None)
