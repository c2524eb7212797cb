"""Allocation as one window expression, which a lazy engine runs itself.

It suffices if orders are served one after another and may have a part. A line gets what
the lines before it leave of its product: the available units less what those lines want together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.domain.model.policy import PartialAllocation, Rationing
from orderflow.frames.checked import AVAILABLE, checked_lines, checked_stock
from orderflow.frames.checks import check, fault
from orderflow.frames.engines import collected
from orderflow.frames.table_columns import (
    KEYS,
    OF_ORDER,
    ORDER_KEYS,
    line_columns,
    line_order,
    position,
    present,
)
from orderflow.frames.table_rules import other_id, same_in_order
from orderflow.frames.units import AFTERWARDS, Units, status_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]

__all__ = ["allocate_by_window", "check_orders", "suits_window"]

_WANTED, _KEPT, _SO_FAR, _TAKEN = "__of_wanted", "__of_kept", "__of_so_far", "__of_taken"
_SHORT = "__of_short"


def suits_window(policy: AllocationPolicy) -> bool:
    """Whether a window expression is enough for a policy."""
    return (
        policy.partial_allocation is PartialAllocation.ALWAYS
        and policy.rationing is Rationing.STRICT
    )


def allocate_by_window(lines: Lazy, stock: Lazy, policy: AllocationPolicy) -> Lazy:
    """Return the lines with their units and the status of their orders, to be computed later.

    The checks run now.

    Raises:
        InvalidValueError: If a column is missing.
        TableError: If a value breaks its rule.
    """
    checked = checked_lines(lines, policy)
    types = lines.collect_schema()
    columns = present("lines", line_columns(policy), types)
    names = [column.name for column in columns]
    keys = [key for key in KEYS if key in names]
    order = [key for key in ORDER_KEYS if key in names]
    check_orders(checked, policy, order)
    records = checked_stock(stock, keys).select(*keys, AVAILABLE)
    units = Units.of(policy, names)
    kept = nw.lit(0) if units.kept is None else units.kept
    places = [place for _, place in position(policy, nw.col)]
    queue = [(f"__of_place_{i}", place) for i, place in enumerate(places)]
    lines_of = line_order(checked.collect_schema())
    by = [*(name for name, _ in queue), *order, *(name for name, _ in lines_of)]
    result = (
        lines.with_columns(
            *(nw.col(name).alias(_own(name)) for name in names),
            *(column.value(types[column.name]).alias(column.name) for column in columns),
        )
        .with_columns(
            units.wanted.alias(_WANTED),
            kept.alias(_KEPT),
            *(value.alias(name) for name, value in (*queue, *lines_of)),
        )
        .join(records, on=keys, how="left")
        .with_columns(_so_far(keys, by).alias(_SO_FAR))
        .with_columns(_taken().alias(_TAKEN))
        .with_columns((nw.col(_TAKEN) < nw.col(_WANTED)).any().over(*order).alias(_SHORT))
    )
    allocated = (nw.col(_KEPT) + nw.col(_TAKEN)).cast(nw.Int64())
    covered, waits = (nw.lit(status) for status in AFTERWARDS)
    served = nw.when(nw.col(_SHORT)).then(waits).otherwise(covered)
    outcome = {"allocated": allocated, "status": status_after(served, names)}
    own = {name: nw.col(_own(name) if name in names else name) for name in types.names()}
    return result.select(*(each.alias(name) for name, each in (own | outcome).items()))


def _own(name: str) -> str:
    """Return the name of a column as it came, while its own name has the checked values."""
    return f"__of_own_{name}"


def _so_far(keys: Sequence[str], queue: Sequence[str]) -> nw.Expr:
    """Return what a line and those before it want of its product."""
    return nw.col(_WANTED).cum_sum().over(*keys, order_by=queue)


def _taken() -> nw.Expr:
    left = nw.col(AVAILABLE).fill_null(0) - (nw.col(_SO_FAR) - nw.col(_WANTED))
    return nw.max_horizontal(nw.min_horizontal(left, nw.col(_WANTED)), nw.lit(0))


def check_orders(lines: Lazy, policy: AllocationPolicy, order: Sequence[str]) -> None:
    """Require that the lines of each order say the same of it, and have ids of their own."""
    line = [*order, "line_id"]
    repeated = lines.group_by(*line).agg(nw.len().alias("lines")).filter(nw.col("lines") > 1)
    if len(collected(repeated.head(1))):
        raise fault("lines", lines, other_id(nw.col("quantity").count().over(*line) > 1))
    names = lines.collect_schema().names()
    said = position(policy, nw.col) + [(each, nw.col(each)) for each in OF_ORDER if each in names]
    if "waiting_since" in names:  # a comparison leaves a null out
        said.append(("waiting_since", nw.col("waiting_since").is_null().cast(nw.Int8())))
    columns = [f"__of_said_{i}" for i in range(len(said))]
    lines = lines.with_columns(
        *(value.alias(name) for name, (_, value) in zip(columns, said, strict=True))
    )
    ends = [
        end.alias(f"{name}_{which}")
        for name in columns
        for which, end in (("least", nw.col(name).min()), ("most", nw.col(name).max()))
    ]
    differ = [nw.col(f"{name}_least") != nw.col(f"{name}_most") for name in columns]
    orders = lines.group_by(*order).agg(*ends)
    if len(collected(orders.filter(nw.any_horizontal(*differ, ignore_nulls=True)).head(1))):
        first = [nw.col(name) != nw.col(name).min().over(*order) for name in columns]
        check("lines", lines, same_in_order([name for name, _ in said], first))
