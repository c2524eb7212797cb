"""The lines of a table in the order of the queue, with the lines of each order together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.checks import check, fault
from orderflow.frames.engines import ROW
from orderflow.frames.table_columns import OF_ORDER, ORDER_KEYS, line_order, position
from orderflow.frames.table_rules import other_id, same_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

    Table = nw.DataFrame[Any]

__all__ = ["BEGINS", "as_number", "in_queue_order"]

BEGINS = "__of_begins"
"""Whether a line is the first one of its order."""

_FOLLOWS = "__of_follows"
_NO_MOMENT = 2**62
"""Stands for a missing moment: later than all others."""


def in_queue_order(lines: Table, policy: AllocationPolicy) -> Table:
    """Return the lines in queue order. If that is not their own order, they have `ROW`.

    Raises:
        TableError: If two lines have the same key, or the lines of an order do not agree.
    """
    order = [name for name in ORDER_KEYS if name in lines.columns]
    places = position(policy, as_number)
    names = [f"__of_place_{i}" for i in range(len(places))]
    of_line = line_order(lines.schema)
    lines = lines.with_columns(
        *(place.alias(name) for name, (_, place) in zip(names, places, strict=True)),
        *(value.alias(name) for name, value in of_line),
    )
    key = [*names, *order, *(name for name, _ in of_line)]
    begins = nw.any_horizontal(*(_differs(each) for each in (*names, *order)), ignore_nulls=True)
    lines = lines.with_columns(_follows(key).alias(_FOLLOWS), begins.alias(BEGINS))
    if not _all_follow(lines):
        # Numbers are sorted fast, and then the texts are nearly in order.
        lines = lines.drop(_FOLLOWS, BEGINS).with_row_index(ROW).sort(*names).sort(*key)
        lines = lines.with_columns(_follows(key).alias(_FOLLOWS), begins.alias(BEGINS))
        if not _all_follow(lines):
            raise fault("lines", lines, other_id(~nw.col(_FOLLOWS)))
    _check_orders(lines, policy, order, names)
    return lines.drop(*key, _FOLLOWS)


def _check_orders(
    lines: Table, policy: AllocationPolicy, order: Sequence[str], names: Sequence[str]
) -> None:
    """Require that the lines of each order say the same of it."""
    heads = lines.filter(nw.col(BEGINS)).select(*order)
    heads = heads.with_columns(_follows(order).alias(_FOLLOWS))
    if not _all_follow(heads) and len(heads.select(*order).unique()) < len(heads):
        differ = [nw.col(name) != nw.col(name).min().over(*order) for name in names]
        said = [column for column, _ in position(policy, as_number)]
        check("lines", lines, same_in_order(said, differ))
    of_order = [name for name in OF_ORDER if name in lines.columns]
    differ = [~nw.col(BEGINS) & _differs(name) for name in of_order]
    check("lines", lines, same_in_order(of_order, differ))


def as_number(name: str) -> nw.Expr:
    """Return moments as microseconds since 1970; a missing one is later than all others."""
    return nw.col(name).dt.timestamp("us").fill_null(_NO_MOMENT)


def _all_follow(lines: Table) -> bool:
    """Whether each line comes after the one before. The first one has none before."""
    return bool(lines[_FOLLOWS].tail(max(0, len(lines) - 1)).all())


def _follows(key: Sequence[str]) -> nw.Expr:
    """Return whether a line comes after the one before, by several columns."""
    *first, last = (nw.col(name) for name in key)
    follows = last > last.shift(1)
    for column in reversed(first):
        before = column.shift(1)
        follows = (column > before) | ((column == before) & follows)
    return follows


def _differs(name: str) -> nw.Expr:
    """Return whether a value is not that of the line before, or there is none before."""
    column, before = nw.col(name), nw.col(name).shift(1)
    return (column != before).fill_null(value=True) & ~(column.is_null() & before.is_null())
