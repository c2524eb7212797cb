"""The checks of the tables of Spark, which run before its workers allocate them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.checked import checked_lines, checked_stock
from orderflow.frames.engines import collected
from orderflow.frames.faults import TableError
from orderflow.frames.table_columns import KEYS, ORDER_KEYS
from orderflow.frames.units import Units
from orderflow.frames.window import check_orders

if TYPE_CHECKING:
    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]

__all__ = ["check_tables"]

_RETURNED, _ALLOCATED = "__of_returned", "__of_allocated"


def check_tables(lines: Lazy, stock: Lazy, policy: AllocationPolicy) -> None:
    """Require that both tables can be allocated.

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
    if returned is None:
        return
    units = checked.select(*keys, returned.alias(_RETURNED)).group_by(*keys)
    allocated = records.select(*keys, nw.col("allocated").alias(_ALLOCATED))
    both = units.agg(nw.col(_RETURNED).sum()).join(allocated, on=keys, how="left")
    broken = both.filter(nw.col(_RETURNED) > nw.col(_ALLOCATED).fill_null(0))
    for row in collected(broken.head(1)).rows(named=True):
        demand = f"at most what the stock record of {row['sku']!r} has allocated, in all lines"
        raise TableError("lines", "allocated", None, demand, row[_RETURNED])
