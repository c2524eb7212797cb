"""Both tables with checked values, each of one type whatever the package is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import narwhals.stable.v2 as nw

from orderflow.errors import InvalidValueError
from orderflow.frames.checks import check, check_quantities
from orderflow.frames.engines import ROW
from orderflow.frames.table_columns import KEYS, line_columns, present, stock_columns
from orderflow.frames.table_rules import Rule, line_rules, stock_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.frames.table_columns import Column

    FrameT = TypeVar("FrameT", nw.DataFrame[Any], nw.LazyFrame[Any])

__all__ = ["AVAILABLE", "checked_lines", "checked_stock"]

AVAILABLE = "__of_available"


def checked_lines(lines: FrameT, policy: AllocationPolicy) -> FrameT:
    """Return what the policy reads of the lines.

    Raises:
        InvalidValueError: If a column is missing.
        TableError: If a value breaks its rule.
    """
    types = lines.collect_schema()
    found = _checked("lines", lines, present("lines", line_columns(policy), types))
    check("lines", found, line_rules(set(found.collect_schema().names())))
    check_quantities(found)
    return found


def checked_stock(stock: FrameT, keys: Sequence[str]) -> FrameT:
    """Return the stock records, with the available units of each.

    Raises:
        InvalidValueError: If a column is missing, or the lines have other keys.
        TableError: If a value breaks its rule, or two records are of one product.
    """
    types = stock.collect_schema()
    found = _checked("stock", stock, present("stock", stock_columns(), types))
    names = set(found.collect_schema().names())
    own = [key for key in KEYS if key in names]
    if own != list(keys):
        demand = f"a table with the keys of the lines, which are {', '.join(keys)}"
        raise InvalidValueError("stock", demand, own)
    check("stock", found, stock_rules(names))
    if "allocated" not in names:
        found = found.with_columns(nw.lit(0).alias("allocated"))
    available = nw.col("on_hand") - nw.col("allocated")
    found = found.with_columns(available.alias(AVAILABLE))
    is_repeated = nw.col(AVAILABLE).count().over(*keys) > 1
    check("stock", found, [Rule("sku", "a product that has one record", is_repeated)])
    return found


def _checked(table: str, frame: FrameT, columns: list[Column]) -> FrameT:
    types = frame.collect_schema()
    check(table, frame, [rule for column in columns for rule in column.rules(types[column.name])])
    rows = [ROW] if ROW in types else []
    return frame.select(
        *rows, *(column.value(types[column.name]).alias(column.name) for column in columns)
    )
