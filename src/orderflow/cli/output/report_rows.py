"""The reports as rows of listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.cli.output.listing import Column, day_cell, moment_cell, time_column
from orderflow.cli.output.records import receipt_row
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orderflow.reports import Backlog, BacklogGroup, Delay, LowStock, Miss, ServiceLevel

__all__ = [
    "LEVEL_COLUMNS",
    "LOW_STOCK_COLUMNS",
    "MISS_COLUMNS",
    "backlog_columns",
    "backlog_rows",
    "flat",
    "level_row",
    "low_stock_row",
    "miss_row",
]

_SELLER = Column("seller_id", "seller", if_differs=True)
_WAREHOUSE = Column("warehouse_id", "warehouse", if_differs=True)


def _receipt_cell(receipt: dict[str, Any]) -> str:
    due = "overdue" if receipt["is_overdue"] else day_cell(receipt["expected_at"])
    return f"{receipt['receipt_id']}: {receipt['quantity']:,}, {due}"


def backlog_columns(by: str, *, with_value: bool, whole: bool) -> tuple[Column, ...]:
    """Return the columns of a backlog.

    Args:
        by: What it is counted by.
        with_value: Whether the values are known.
        whole: Whether to have all columns, or only those that people need.
    """
    value = (Column("value"), Column("orders_without_value", "without value"))
    since = Column("oldest_since", "waiting since", day_cell, has_times=True, if_any=True)
    receipt = Column("next_receipt", "next receipt", _receipt_cell, has_times=True, if_any=True)
    return (
        *_KEYS[by],
        Column("orders"),
        Column("units", "units short"),
        *(() if by == "AGE" and not whole else (since,)),
        Column("expected_at", "expected", day_cell, has_times=True, if_any=True),
        Column("orders_without_date", "without date", if_any=True),
        *(_WHOLE_RECEIPT if whole else (receipt,)),
        *(value if with_value else ()),
    )


_KEYS = {
    "AGE": (Column("age"), _SELLER),
    "PRODUCT": (Column("sku"), _SELLER, _WAREHOUSE),
    "SELLER": (Column("seller_id", "seller"),),
}
_OF_RECEIPT = ("receipt_id", "sku", "quantity", "expected_at", "is_overdue")
_WHOLE_RECEIPT = tuple(Column(f"next_{name}") for name in _OF_RECEIPT)
LOW_STOCK_COLUMNS = (
    Column("sku"),
    _SELLER,
    _WAREHOUSE,
    Column("available"),
    Column("waiting", "orders short of"),
    Column("expected"),
    Column("overdue"),
    Column("per_day", "ordered a day", "{:,.1f}".format),
    Column("lead_days", "lead days", "{:g}".format),
    Column("short", "will be short"),
    time_column("lasts_until", "lasts until"),
)
LEVEL_COLUMNS = (
    Column("target", "against"),
    Column("begins_on", "from"),
    _SELLER,
    Column("orders", "orders due"),
    Column("on_time", "on time"),
    Column("missed"),
    Column("rate", "share on time", "{:.1%}".format),
)


def _delays_cell(delays: list[dict[str, Any]]) -> str:
    return "; ".join(map(_delay_text, delays))


def _delay_text(delay: dict[str, Any]) -> str:
    of = ", ".join([*delay["skus"], *delay["reasons"]])
    late = "".join(f", receipt {each['receipt_id']} late" for each in delay["late_receipts"])
    end = "" if delay["end"] is None else moment_cell(delay["end"])
    of = f" ({of}{late})" if of else ""
    return (
        f"{delay['status'] or 'not here yet'}{of} {moment_cell(delay['begin'])} to {end}".rstrip()
    )


MISS_COLUMNS = (
    Column("order_id", "order"),
    _SELLER,
    Column("target", "against"),
    time_column("due_at", "due"),
    Column("left_at", "left", moment_cell, has_times=True),
    Column("late_seconds", "late by", duration),
    Column("delays", "where it was", _delays_cell, has_times=True),
)


def backlog_rows(backlog: Backlog, by: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a backlog, by age, by product or all together."""
    seller = {"seller_id": backlog.seller_id}
    if by == "AGE":
        for band, group in backlog.by_age:
            yield {"age": str(band), **seller, **_group_row(group, backlog.at)}
    elif by == "PRODUCT":
        worst = sorted(backlog.by_product, key=lambda each: -each[1].units)
        for (warehouse_id, sku), group in worst:
            yield {
                "sku": sku,
                **seller,
                "warehouse_id": warehouse_id,
                **_group_row(group, backlog.at),
            }
    elif backlog.total.orders:
        yield {**seller, **_group_row(backlog.total, backlog.at)}


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a backlog with the next receipt in cells of its own."""
    receipt = row["next_receipt"] or {}
    return row | {f"next_{name}": receipt.get(name) for name in _OF_RECEIPT}


def _group_row(group: BacklogGroup, at: datetime) -> dict[str, Any]:
    receipt = group.next_receipt
    return {
        "orders": group.orders,
        "units": group.units,
        "value": None if group.value is None else str(group.value),
        "orders_without_value": group.orders_without_value,
        "oldest_since": _text(group.oldest_since),
        "expected_at": _text(group.expected_at),
        "orders_without_date": group.orders_without_date,
        "next_receipt": None if receipt is None else receipt_row(receipt, at),
    }


def low_stock_row(low: LowStock) -> dict[str, Any]:
    """Return a product that is low as a row."""
    day = 86_400
    return {
        "sku": low.key.sku,
        "seller_id": low.key.seller_id,
        "warehouse_id": low.key.warehouse_id,
        "available": low.available,
        "waiting": low.waiting,
        "expected": low.expected,
        "overdue": low.overdue,
        "ordered": low.ordered,
        "window_days": low.window.total_seconds() / day,
        "per_day": round(low.per_day, 3),
        "lead_days": low.lead.total_seconds() / day,
        "needed": low.needed,
        "short": low.short,
        "lasts_until": low.lasts_until.isoformat(),
    }


def level_row(seller_id: str, level: ServiceLevel) -> dict[str, Any]:
    """Return a service level as a row."""
    return {
        "target": level.target,
        "begins_on": level.begins_on.isoformat(),
        "seller_id": seller_id,
        "orders": level.orders,
        "on_time": level.on_time,
        "missed": level.orders - level.on_time,
        "rate": round(level.rate, 4),
    }


def miss_row(seller_id: str, miss: Miss, now: datetime) -> dict[str, Any]:
    """Return a miss as a row."""
    late = (miss.left_at or now) - miss.due_at
    return {
        "order_id": miss.order_id,
        "seller_id": seller_id,
        "target": miss.target,
        "due_at": miss.due_at.isoformat(),
        "left_at": _text(miss.left_at),
        "late_seconds": late.total_seconds(),
        "delays": [_delay_row(each) for each in miss.delays],
    }


def _delay_row(delay: Delay) -> dict[str, Any]:
    return {
        "status": delay.status,
        "begin": delay.begin.isoformat(),
        "end": _text(delay.end),
        "skus": list(delay.skus),
        "reasons": list(delay.reasons),
        "late_receipts": [
            {
                "receipt_id": each.receipt_id,
                "sku": each.sku,
                "expected_at": each.expected_at.isoformat(),
                "arrived_at": _text(each.arrived_at),
            }
            for each in delay.late_receipts
        ],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
