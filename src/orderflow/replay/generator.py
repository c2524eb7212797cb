"""Generate the history of a made-up shop, with the shape of a real one.

The shape follows Online Retail II, two years of orders at a gift-ware seller:

- Half of the orders have at most 15 lines, and one in twenty has 75 or more.
- Half of the lines have at most 3 units, and one in twenty has 32 or more.
- A few products sell often, and many sell rarely.
- About 70 orders arrive each day, except on Saturdays.

The same seed generates the same shop.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, product
from math import log
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from orderflow.replay.entries import Entry, EntryKind, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["COLUMNS", "Shop", "cells_of", "generate", "stock_for"]

COLUMNS = (
    *("Invoice", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "Price", "Customer ID", "Country"),
)
"""The columns of Online Retail II."""

_THINGS = (
    *("BASKET", "BELL", "BOWL", "BUNTING", "CANDLE", "CLOCK", "CUSHION", "DOORMAT", "EASEL"),
    *("FRAME", "GARLAND", "HEART", "HOOK", "JAR", "JUG", "LANTERN", "MAGNET", "MIRROR", "MUG"),
    *("NAPKIN", "PLATE", "POSTCARD", "SIGN", "SPOON", "TEAPOT", "TIN", "TRAY", "VASE", "WREATH"),
    "YARN",
)
_COLOURS = ("BLUE", "CREAM", "GOLD", "GREEN", "IVORY", "MINT", "PINK", "RED", "SILVER", "WHITE")
_SIZES = ("XS", "S", "M", "L", "XL")
_SATURDAY = 5
_ZONE = ZoneInfo("Europe/London")


@attrs.frozen(kw_only=True)
class Shop:
    """The size of a shop, and the shape of its orders."""

    seed: int = 1
    orders: int = 3_000
    orders_a_day: int = 70
    customers: int = 600
    lines_median: float = 15
    lines_p95: float = 75
    units_median: float = 3
    units_p95: float = 32
    cancelled_share: float = 0.02
    written_off_share: float = 0.01
    begin: date = date(2026, 3, 2)


def generate(shop: Shop) -> list[Entry]:
    """Generate the history of a shop, in time order."""
    draw = Random(shop.seed)  # noqa: S311 - a simulation, no secret
    skus = ["-".join(parts) for parts in product(_THINGS, _COLOURS, _SIZES)]
    draw.shuffle(skus)
    popularity = list(accumulate(1 / (rank + 30) for rank in range(len(skus))))
    entries: list[Entry] = []
    for number, at in enumerate(_moments(shop, draw), 100_001):
        named = draw.random() < 0.85  # noqa: PLR2004 - most customers have an account
        customer = str(12_000 + int(shop.customers * draw.random() ** 2)) if named else ""
        lines = _size(draw, shop.lines_median, shop.lines_p95)
        chosen = draw.choices(skus, cum_weights=popularity, k=lines)
        units = [_size(draw, shop.units_median, shop.units_p95) for _ in chosen]
        sold = list(zip(chosen, units, strict=True))
        entries.append(_entry(EntryKind.SALE, str(number), at, customer, sold))
    later = [*_cancellations(shop, draw, entries), *_write_offs(shop, draw, entries)]
    return sorted([*entries, *later], key=lambda entry: (entry.at, entry.order_id))


def stock_for(entries: Iterable[Entry], seed: int) -> dict[str, int]:
    """Return an opening stock that covers about 85 % of the units ordered.

    Some products have enough stock, others have about half.
    """
    draw = Random(seed)  # noqa: S311 - a simulation, no secret
    ordered: Counter[str] = Counter()
    for entry in entries:
        if entry.kind is EntryKind.SALE:
            ordered.update({row.sku: 0 for row in entry.rows})
            for row in entry.rows:
                ordered[row.sku] += row.units
    return {sku: round(units * min(1, draw.uniform(0.55, 1.25))) for sku, units in ordered.items()}


def cells_of(entry: Entry) -> Iterator[list[str]]:
    """Yield the rows of an entry, in the columns of Online Retail II."""
    sign = -1 if entry.kind in {EntryKind.CANCELLATION, EntryKind.WRITE_OFF} else 1
    price = "2.55" if entry.kind in {EntryKind.SALE, EntryKind.CANCELLATION} else "0.0"
    at = f"{entry.at.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"
    for row in entry.rows:
        units = str(sign * row.units)
        yield [entry.order_id, row.sku, "", units, at, price, entry.customer, "United Kingdom"]


def _moments(shop: Shop, draw: Random) -> Iterator[datetime]:
    """Yield the moments at which orders are placed, most of them around noon."""
    day, left = shop.begin, shop.orders
    while left:
        if day.weekday() != _SATURDAY:
            today = min(left, round(shop.orders_a_day * draw.uniform(0.7, 1.3)) or 1)
            minutes = sorted(int(draw.triangular(7.5, 19, 12.5) * 60) for _ in range(today))
            for hour, minute in (divmod(each, 60) for each in minutes):
                yield datetime.combine(day, time(hour, minute), _ZONE).astimezone(UTC)
            left -= today
        day += timedelta(days=1)


def _size(draw: Random, median: float, p95: float) -> int:
    """Draw a size from a distribution with this median and 95th percentile."""
    return max(1, min(1_000, round(draw.lognormvariate(log(median), log(p95 / median) / 1.645))))


def _cancellations(shop: Shop, draw: Random, sales: Sequence[Entry]) -> Iterator[Entry]:
    """Cancel one line of some orders, minutes to days later."""
    named = [sale for sale in sales if sale.customer]
    for sale in draw.sample(named, round(len(named) * shop.cancelled_share)):
        row = draw.choice(sale.rows)
        at = sale.at + timedelta(minutes=int(draw.expovariate(1 / 1_440)) + 1)
        units = draw.randint(1, row.units)
        order_id = f"C{sale.order_id}"
        yield _entry(EntryKind.CANCELLATION, order_id, at, sale.customer, [(row.sku, units)])


def _write_offs(shop: Shop, draw: Random, sales: Sequence[Entry]) -> Iterator[Entry]:
    """Write off a few units of products that were just sold."""
    for sale in draw.sample(sales, round(len(sales) * shop.written_off_share)):
        broken = [(draw.choice(sale.rows).sku, draw.randint(1, 3))]
        number = f"9{sale.order_id}"
        yield _entry(EntryKind.WRITE_OFF, number, sale.at + timedelta(minutes=1), "", broken)


def _entry(
    kind: EntryKind, order_id: str, at: datetime, customer: str, units: Iterable[tuple[str, int]]
) -> Entry:
    rows = tuple(Row(sku, each) for sku, each in units)
    return Entry(kind, order_id, at, customer, rows)
