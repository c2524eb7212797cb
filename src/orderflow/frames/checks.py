"""Finds the first row of a table that breaks a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.engines import ROW, collected
from orderflow.frames.faults import TableError
from orderflow.frames.table_rules import UNITS_OF_ALL_MAX, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

__all__ = ["check", "check_quantities", "fault"]


def check(table: str, frame: Frame, rules: Iterable[Rule]) -> None:
    """Require that all rows obey all rules.

    Raises:
        TableError: If one does not: of the first rule that is broken, the first row.
    """
    rules = list(rules)
    if not rules:
        return
    found = frame.select(*(rule.is_broken.alias(str(i)) for i, rule in enumerate(rules)))
    any_broken = collected(found.select(nw.all().any())).row(0)
    for rule, is_broken in zip(rules, any_broken, strict=True):
        if is_broken:
            raise fault(table, frame, rule)


def check_quantities(frame: Frame) -> None:
    """Require that the sum of all quantities is far from leaving 64 bits.

    Raises:
        TableError: If it is not.
    """
    quantity = nw.col("quantity").cast(nw.Float64())
    # No sum of fewer units leaves 64 bits, so few tables need a sum of floats, which takes memory.
    bounds = frame.select(nw.col("quantity").max(), nw.len().alias("lines"))
    most, lines = collected(bounds).row(0)
    if not lines or most * lines <= UNITS_OF_ALL_MAX:
        return
    if collected(frame.select(quantity.sum())).row(0)[0] > UNITS_OF_ALL_MAX:
        demand = f"such that all lines together have at most {UNITS_OF_ALL_MAX} units"
        so_far = quantity.cum_sum()
        if not isinstance(frame, nw.DataFrame):
            so_far = so_far.over(order_by=ROW if _has_rows(frame) else "order_id")
        raise fault("lines", frame, Rule("quantity", demand, so_far > float(UNITS_OF_ALL_MAX)))


def fault(table: str, frame: Frame, rule: Rule) -> TableError:
    """Return the error of the first row that breaks a rule."""
    has_rows = _has_rows(frame)
    value = nw.col(rule.column)
    columns = [value, value.is_null().alias("is_null"), rule.is_broken.alias("is_broken")]
    found = frame.select(*([nw.col(ROW)] * has_rows), *columns)
    if isinstance(found, nw.DataFrame) and not has_rows:
        found, has_rows = found.with_row_index(ROW), True
    found = found.filter(nw.col("is_broken"))
    row = collected((found.sort(ROW) if has_rows else found).head(1)).rows(named=True)[0]
    shown = None if row["is_null"] else row[rule.column]
    return TableError(table, rule.column, row.get(ROW), rule.demand, shown)


def _has_rows(frame: Frame) -> bool:
    return ROW in frame.collect_schema().names()
