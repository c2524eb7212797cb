"""Online Retail II, read as an import and as a history: both find the same orders."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pytest

from orderflow.importing import read_orders
from orderflow.replay import EntryKind, read_history
from tests.importing.files import AT, SELLER, WAREHOUSE, orders, real
from tests.replay.histories import write_shop

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from orderflow.importing import Import

REAL = real("online_retail_ii/online_retail_II.csv.gz")
_Found = dict[str, tuple["datetime", Counter[tuple[str, int]]]]


def read(path: Path) -> Import:
    return read_orders(path, seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT)


def by_import(path: Path) -> _Found:
    """Orders of the same minute are placed some microseconds apart, in the order of the file."""
    return {
        order_id: (
            order.placed_at.replace(microsecond=0),
            Counter((line.sku, line.quantity) for line in order.lines),
        )
        for order_id, order in orders(read(path)).items()
    }


def by_replay(path: Path) -> _Found:
    return {
        entry.order_id: (entry.at, Counter((row.sku, row.units) for row in entry.rows))
        for entry in read_history(path)
        if entry.kind is EntryKind.SALE
    }


class Left(NamedTuple):
    """What is left of the rows: those of orders."""

    rows: int
    units: int
    orders: set[str]


NOT_GOODS = ("POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "B", "PADS")


def reason_to_skip(row: dict[str, str]) -> str:
    """Tell by the description of the data set, not by the preset."""
    invoice, sku = row["Invoice"], row["StockCode"].strip().upper()
    if invoice.startswith(("C", "A")):
        cancelled = invoice.startswith("C")
        return "cancellation without an order number" if cancelled else "accounting adjustment"
    if int(row["Quantity"]) < 0:
        return "stock written off"
    if sku in NOT_GOODS or sku.startswith(("GIFT_", "TEST")):
        return "not goods (postage, fees, discounts)"
    return ""


def counted(path: Path) -> tuple[Left, Counter[str]]:
    """Count the rows of orders, and the others by their reasons."""
    rows, units, ids, skipped = 0, 0, set(), Counter[str]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reason = reason_to_skip(row)
            if reason:
                skipped[reason] += 1
                continue
            rows, units = rows + 1, units + int(row["Quantity"])
            ids.add(row["Invoice"])
    return Left(rows, units, ids), skipped


def test_an_import_and_a_replay_find_the_same_orders(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz")
    assert len(by_import(path)) > 100
    assert by_import(path) == by_replay(path)


@pytest.mark.skipif(REAL is None, reason="Online Retail II is not in ../shared/data")
def test_real_orders_are_found_alike_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    assert REAL is not None
    path = tmp_path / "real.csv"
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as whole:
        path.write_text("".join(islice(whole, 20_001)), encoding="utf-8")
    result = read(path)
    left, skipped = counted(path)
    assert result.rows == left.rows + skipped.total() == 20_000
    assert result.reasons == skipped
    found = orders(result)
    assert len(found) == len(left.orders)
    assert sum(len(order.lines) for order in found.values()) == left.rows
    assert sum(order.units for order in found.values()) == left.units
    assert (result.faults, result.rejected) == ((), ())
    assert by_import(path) == by_replay(path)
