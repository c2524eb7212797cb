"""The lines of a table in the order of the queue, with the lines of each order together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.frames.checks import check, fault
from orderflow.frames.engines import ROW, by_slices
from orderflow.frames.table_columns import OF_ORDER, ORDER_KEYS, line_order, position
from orderflow.frames.table_rules import other_id, same_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

    Table = nw.DataFrame[Any]

__all__ = ["as_number", "begins", "in_queue_order"]

_FOLLOWS, _BEGINS = "__of_follows", "__of_begins"
_NO_MOMENT = 2**62
"""Stands for a missing moment: later than all others."""


def in_queue_order(
    lines: Table, policy: AllocationPolicy
) -> tuple[nw.Series[Any], nw.Series[Any] | None]:
    """Find the order of the queue, and where each order begins in it.

    Returns:
        Whether each line of the queue is the first one of its order. Then the rows of the table in
        the order of the queue, or None if they are in that order.

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
    head = [*names, *order]
    of_order = [name for name in OF_ORDER if name in lines.columns]
    queue = lines.select(*key, *of_order)
    compared = _compared(queue, key, head)
    if not _all_follow(compared):
        # Numbers are sorted fast, and then the texts are nearly in order.
        queue = queue.with_row_index(ROW).sort(*names).sort(*key)
        compared = _compared(queue, key, head)
        if not _all_follow(compared):
            raise fault("lines", queue, other_id(~_follows(key)))
    heads = queue.select(*order).filter(compared[_BEGINS])
    if not _all_follow(_compared(heads, order, order)) and len(heads.unique()) < len(heads):
        differ = [nw.col(name) != nw.col(name).min().over(*order) for name in names]
        check("lines", lines, same_in_order([column for column, _ in places], differ))
    differ = [~begins(head) & _differs(name) for name in of_order]
    check("lines", queue, same_in_order(of_order, differ))
    return compared[_BEGINS], queue[ROW] if ROW in queue.columns else None


def as_number(name: str) -> nw.Expr:
    """Return moments as microseconds since 1970; a missing one is later than all others."""
    return nw.col(name).dt.timestamp("us").fill_null(_NO_MOMENT)


def _compared(lines: Table, key: Sequence[str], head: Sequence[str]) -> Table:
    """Compare each line with the one before: whether it follows, and whether an order begins."""
    return by_slices(
        lines.select(*dict.fromkeys((*key, *head))),
        lambda part: part.select(_follows(key).alias(_FOLLOWS), begins(head).alias(_BEGINS)),
        overlap=1,
    )


def _all_follow(compared: Table) -> bool:
    """Whether each line comes after the one before. The first one has none before."""
    return bool(compared[_FOLLOWS].tail(max(0, len(compared) - 1)).all())


def begins(head: Sequence[str]) -> nw.Expr:
    """Return whether a line is the first one of its order."""
    return nw.any_horizontal(*(_differs(name) for name in head), ignore_nulls=True)


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
