"""Converts rows of the database to types of orderflow, and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from orderflow.adapters.sql.stored import read_stored, unreadable
from orderflow.codec import from_data, to_data
from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.next_page import NextPage
from orderflow.domain.model.order import Address, BackOrderWait, Hold, Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy, gives_up_at
from orderflow.domain.model.queue_position import is_served_first
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderflow.adapters.sql.prepared import Row

    Values = dict[str, Any]

__all__ = [
    "LINE_COLUMNS",
    "ORDER_COLUMNS",
    "RECEIPT_COLUMNS",
    "Moments",
    "limits_of",
    "limits_text",
    "line_values",
    "lines_of",
    "next_page_of",
    "order_of",
    "order_values",
    "place_values",
    "policy_of",
    "queue_values",
    "receipt_of",
    "receipt_values",
]

ORDER_COLUMNS = (
    "order_id",
    "warehouse_id",
    "status",
    "placed_at",
    "priority",
    "promised_by",
    "courier",
    "ship_to",
    "holds",
    "split_from",
    "split_count",
    "waits_since",
    "passed_over",
    "allows_partial",
    "version",
    "customer_reference",
    "custom_fields",
    "returned",
    "short_part",
    "not_before",
    "reminded",
    "given_up",
    "give_up_after",
    "replaces",
    "pinned",
    "served_first",
    "erased_at",
    "blocked_on",
)
"""The columns of an order, as `order_of` reads them."""

LINE_COLUMNS = ("line_id", "sku", "quantity", "allocated", "set_id")
"""The columns of a line, as `OrderLine` takes them."""

RECEIPT_COLUMNS = (
    "receipt_id",
    "warehouse_id",
    "sku",
    "quantity",
    "expected_at",
    "from_warehouse_id",
)
"""The columns of an expected receipt, as `receipt_of` reads them."""


_MICROSECOND = timedelta(microseconds=1)


class Moments:
    """Converts times: PostgreSQL has a type for them, SQLite stores sortable text."""

    def __init__(self, *, as_text: bool) -> None:
        self.write: Callable[[datetime], Any] = _as_text if as_text else _as_it_is
        self.read: Callable[[Any], datetime] = _of_text if as_text else _in_utc

    def write_any(self, moment: datetime | None) -> Any:  # noqa: ANN401 - what the driver takes
        """Return a time as the database stores it, or `None`."""
        return None if moment is None else self.write(moment)

    def read_any(self, value: Any) -> datetime | None:  # noqa: ANN401 - what the driver gives
        """Return a stored time, or `None`."""
        return None if value is None else self.read(value)


_TEXT_CHARACTERS = len("2026-03-02 12:00:00.000000")  # without the offset, which is that of UTC


def _as_text(moment: datetime) -> str:
    return _utc_as_text(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


# A command repeats its time often. Pass only times in UTC: an equal time in another zone would
# be found in the cache and has another text.
@lru_cache(maxsize=256)
def _utc_as_text(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")[:_TEXT_CHARACTERS]


def _of_text(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _as_it_is(moment: datetime) -> datetime:
    return moment


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def order_of(seller_id: str, row: Row, lines: tuple[OrderLine, ...], moments: Moments) -> Order:
    """Return the order of a row with `ORDER_COLUMNS`, and its lines."""
    try:
        return _order_of(seller_id, row, lines, moments)
    except ValueError as error:  # a status, a hold or a combination of a later release
        raise unreadable(f"an order {row[0]!r} of {seller_id!r}", error) from error


def _order_of(seller_id: str, row: Row, lines: tuple[OrderLine, ...], moments: Moments) -> Order:
    since = row[11]
    return Order(
        order_id=row[0],
        seller_id=seller_id,
        warehouse_id=row[1],
        lines=lines,
        status=Status(row[2]),
        placed_at=moments.read(row[3]),
        priority=row[4],
        promised_by=moments.read_any(row[5]),
        courier=row[6],
        ship_to=None if row[7] is None else from_data(json.loads(row[7]), Address),
        holds=() if row[8] is None else tuple(from_data(each, Hold) for each in json.loads(row[8])),
        split_from=row[9],
        split_count=row[10],
        wait=None
        if since is None
        else BackOrderWait(
            moments.read(since), row[12], bool(row[13]), bool(row[20]), bool(row[21]), bool(row[25])
        ),
        version=row[14],
        customer_reference=row[15],
        custom_fields=() if row[16] is None else json.loads(row[16]),
        returned=() if row[17] is None else tuple(map(tuple, json.loads(row[17]))),
        short_part=None if row[18] is None else ShortPart(row[18]),
        not_before=moments.read_any(row[19]),
        give_up_after=None if row[22] is None else row[22] * _MICROSECOND,
        replaces=row[23],
        pinned=bool(row[24]),
        erased_at=moments.read_any(row[26]),
    )


def order_values(order: Order, blocked_on: str | None, moments: Moments) -> Values:
    """Return the row of an order."""
    wait, own = order.wait, order.give_up_after
    ends = [hold.until for hold in order.holds if hold.until is not None]
    return {
        "seller_id": order.seller_id,
        "order_id": order.order_id,
        "warehouse_id": order.warehouse_id,
        "status": str(order.status),
        "placed_at": moments.write(order.placed_at),
        "priority": order.priority,
        "promised_by": moments.write_any(order.promised_by),
        "not_before": moments.write_any(order.not_before),
        "courier": order.courier,
        "ship_to": None if order.ship_to is None else _json(to_data(order.ship_to)),
        "customer_reference": order.customer_reference,
        "custom_fields": _json(dict(order.custom_fields)) if order.custom_fields else None,
        "holds": _json([to_data(hold) for hold in order.holds]) if order.holds else None,
        "held_until": moments.write(min(ends)) if ends else None,
        "split_from": order.split_from,
        "replaces": order.replaces,
        "pinned": order.pinned,
        "split_count": order.split_count,
        "waits_since": None if wait is None else moments.write(wait.since),
        "passed_over": 0 if wait is None else wait.passed_over,
        "allows_partial": False if wait is None else wait.allows_partial,
        "reminded": False if wait is None else wait.reminded,
        "given_up": False if wait is None else wait.given_up,
        "served_first": False if wait is None else wait.served_first,
        "give_up_after": None if own is None else own // _MICROSECOND,
        "gives_up_at": None if own is None else moments.write_any(_gives_up_at(order)),
        "short_part": None if order.short_part is None else str(order.short_part),
        "blocked_on": blocked_on,
        "returned": _json(order.returned) if order.returned else None,
        "erased_at": moments.write_any(order.erased_at),
        "version": order.version,
    }


def _gives_up_at(order: Order) -> datetime | None:
    """Return when the order is given up by its own time, if it waits now."""
    return gives_up_at(order, None) if order.status is Status.ON_BACK_ORDER else None


def line_values(order: Order) -> dict[str, Values]:
    """Return the rows of an order's lines, by line id."""
    return {
        line.line_id: {
            "seller_id": order.seller_id,
            "order_id": order.order_id,
            "line_id": line.line_id,
            "position": position,
            "warehouse_id": order.warehouse_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "allocated": line.allocated,
            "set_id": line.set_id,
        }
        for position, line in enumerate(order.lines)
    }


def place_values(order: Order, moments: Moments) -> Values:
    """Return the sort columns of an order in every queue."""
    placed_at = moments.write(order.placed_at)
    return {
        "order_id": order.order_id,
        "turn": 0 if is_served_first(order) else 1,
        "placed_at": placed_at,
        "rank": -order.priority,
        "has_no_promise": int(order.promised_by is None),
        "due_by": placed_at if order.promised_by is None else moments.write(order.promised_by),
    }


def queue_values(
    order: Order | None, blocked_on: str | None, moments: Moments
) -> dict[tuple[str, str, int], Values]:
    """Return the queue rows of an order, by warehouse, SKU and turn: the parts that may change."""
    if order is None or order.status is not Status.ON_BACK_ORDER:
        return {}
    place = place_values(order, moments)
    needed: dict[str, int] = {}
    for line in order.lines:
        if line.allocated < line.quantity:
            needed[line.sku] = needed.get(line.sku, 0) + line.short
    return {
        (order.warehouse_id, sku, place["turn"]): {
            "seller_id": order.seller_id,
            "warehouse_id": order.warehouse_id,
            "sku": sku,
            **place,
            "least": units if blocked_on == sku else 0,
            "is_blocked": blocked_on in (None, sku),
        }
        for sku, units in needed.items()
    }


def policy_of(rows: Sequence[Row]) -> AllocationPolicy | None:
    """Return the policy in a seller's row, or `None` if there is no row or no value."""
    if not rows or rows[0][0] is None:
        return None
    policy: AllocationPolicy = read_stored(rows[0][0], AllocationPolicy)
    return policy


def next_page_of(rows: Sequence[Row]) -> NextPage | None:
    """Return the next page in a seller's row, or `None` if there is no row or no page."""
    if not rows or rows[0][1] is None:
        return None
    page: NextPage = read_stored(rows[0][1], NextPage)
    return page


def limits_of(rows: Sequence[Row]) -> tuple[BackOrderLimit, ...]:
    """Return the limits of back orders in a seller's row."""
    return () if not rows or rows[0][2] is None else _limits_of_text(rows[0][2])


# A seller with limits has them in every command.
@lru_cache(maxsize=64)
def _limits_of_text(text: str) -> tuple[BackOrderLimit, ...]:
    try:
        return tuple(from_data(each, BackOrderLimit) for each in json.loads(text))
    except ValueError as error:
        raise unreadable("a limit of back orders", error) from error


def limits_text(limits: Sequence[BackOrderLimit]) -> str | None:
    """Return limits of back orders as they are stored."""
    return _json([to_data(limit) for limit in limits]) if limits else None


def receipt_of(seller_id: str, row: Row, moments: Moments) -> ExpectedReceipt:
    """Return the expected receipt of a row with `RECEIPT_COLUMNS`."""
    receipt_id, warehouse_id, sku, quantity, expected_at, from_warehouse_id = row
    key = StockKey(seller_id, warehouse_id, sku)
    return ExpectedReceipt(receipt_id, key, quantity, moments.read(expected_at), from_warehouse_id)


def receipt_values(receipt: ExpectedReceipt, moments: Moments) -> Values:
    """Return the row of an expected receipt."""
    return {
        "seller_id": receipt.key.seller_id,
        "receipt_id": receipt.receipt_id,
        "warehouse_id": receipt.key.warehouse_id,
        "sku": receipt.key.sku,
        "quantity": receipt.quantity,
        "expected_at": moments.write(receipt.expected_at),
        "from_warehouse_id": receipt.from_warehouse_id,
    }


def lines_of(text: str | None) -> tuple[OrderLine, ...]:
    """Return an order's lines from the arrays that `JsonArrays` reads."""
    return tuple([OrderLine(*fields) for _, *fields in sorted(json.loads(text or "[]"))])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
