"""The checks of the tables of Spark, which run before its workers allocate them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.checked import AVAILABLE, checked_lines, checked_stock
from orderflow.frames.engines import collected
from orderflow.frames.faults import TableError
from orderflow.frames.table_columns import KEYS, ORDER_KEYS
from orderflow.frames.units import Units
from orderflow.frames.window import check_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]

__all__ = ["checked_records"]

_RETURNED, _ALLOCATED = "__of_returned", "__of_allocated"


def checked_records(lines: Lazy, stock: Lazy, policy: AllocationPolicy) -> Lazy:
    """Check both tables, and return what is available of each product at the start.

    The units that orders give back are available too.

    Raises:
        InvalidValueError: If a column is missing.
        TableError: If a value breaks its rule, or a product gets back more units than its record
            has allocated.
    """
    checked = checked_lines(lines, policy)
    names = checked.collect_schema().names()
    check_orders(checked, policy, [key for key in ORDER_KEYS if key in names])
    keys = [key for key in KEYS if key in names]
    records = checked_stock(stock, keys)
    returned = Units.of(policy, names).returned
    if returned is not None:
        units = checked.select(*keys, returned.alias(_RETURNED)).group_by(*keys)
        returned_units = units.agg(nw.col(_RETURNED).sum())
        _check_returned(returned_units, records, keys)
        available = nw.col(AVAILABLE) + nw.col(_RETURNED).fill_null(0)
        both = records.join(returned_units, on=keys, how="left")
        records = both.with_columns(available.alias(AVAILABLE))
    return records.select(*keys, AVAILABLE)


def _check_returned(returned: Lazy, records: Lazy, keys: Sequence[str]) -> None:
    allocated = records.select(*keys, nw.col("allocated").alias(_ALLOCATED))
    both = returned.join(allocated, on=list(keys), how="left")
    broken = both.filter(nw.col(_RETURNED) > nw.col(_ALLOCATED).fill_null(0))
    for row in collected(broken.head(1)).rows(named=True):
        demand = f"at most what the stock record of {row['sku']!r} has allocated, in all lines"
        raise TableError("lines", "allocated", None, demand, row[_RETURNED])
