"""`allocate_lines`: which way a table is allocated depends on the package it is of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import narwhals.stable.v2 as nw

from orderflow.domain.model.arguments import require_kind, require_moment, require_policy
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.validators import MOMENT_DEMAND
from orderflow.frames.deferred import allocate_deferred
from orderflow.frames.engines import as_frame
from orderflow.frames.in_memory import allocate_in_memory
from orderflow.frames.supported import require_supported

if TYPE_CHECKING:
    TableT = TypeVar("TableT")

__all__ = ["allocate_lines"]

_DEFAULT = AllocationPolicy()


def allocate_lines(
    lines: TableT,
    stock: object,
    policy: AllocationPolicy = _DEFAULT,
    *,
    at: datetime | None = None,
) -> TableT:
    """Allocate the stock of any number of sellers to the lines of their orders.

    The units and statuses are those that `orderflow.core.allocate` would give each seller's orders.

    >>> import polars as pl
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> lines = pl.DataFrame({
    ...     "order_id": ["A", "B"], "line_id": [1, 1], "sku": ["MUG", "MUG"],
    ...     "quantity": [5, 3], "placed_at": [noon, noon],
    ... })
    >>> stock = pl.DataFrame({"sku": ["MUG"], "on_hand": [6]})
    >>> allocate_lines(lines, stock).select("order_id", "allocated", "status").rows()
    [('A', 5, 'ALLOCATED'), ('B', 1, 'ON_BACK_ORDER')]

    A table in memory is allocated at once. A lazy frame of Polars is allocated when it is
    collected. A relation of DuckDB is checked at once, and allocated when its rows are read, unless
    the policy needs all of them in memory. A data frame of Spark is checked at once, and allocated
    by its workers when its rows are read. The rows are in the order of the lines. Spark has no such
    order: in each of its partitions, they come by seller, warehouse and the order of the queue.

    Args:
        lines: A table with a row for each line, with the columns `order_id`, `line_id`, `sku`,
            `quantity` and `placed_at`. The how-to page about tables lists those that may be added.
        stock: A table with a row for each stock record, with the columns `sku` and `on_hand`. A
            product without a record has no units.
        policy: Who gets the stock.
        at: The moment of the allocation, which a policy with `wait_max` needs.

    Returns:
        The lines with the columns `allocated`, the units that each line has now, and `status`, the
        status of its order. They replace columns of these names.

    Raises:
        InvalidValueError: If a column is missing, the policy makes no sense for a table, or a
            worker of Spark has no memory for what it has to see at once.
        TableError: If a value breaks its rule. Its row is counted from 0.
        MissingExtraError: If a package is missing.
    """
    require_policy("allocate_lines.policy", policy)
    require_supported(policy)
    frame, records = as_frame("lines", lines), as_frame("stock", stock)
    if policy.wait_max is not None:
        require_kind("allocate_lines.at", at, datetime, demand=MOMENT_DEMAND)
    if at is not None:
        at = require_moment("allocate_lines.at", at)
    if isinstance(frame, nw.DataFrame):
        result: TableT = allocate_in_memory(frame, records, policy, at).to_native()
        return result
    deferred: TableT = allocate_deferred(frame, records, policy, at)
    return deferred
