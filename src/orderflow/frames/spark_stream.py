"""Sellers of any size on Spark: a worker serves their orders as a stream.

In strict order, an order gets exactly the same units whatever is behind it. So a queue
can be served in parts. Each part is a table in memory, whose stock is what the parts before it have
left. A worker holds one part, and the stock records of one seller's warehouse. Spark sorts the
lines, on disk if they are many.

The stock records are rows of the stream too, before the lines of their seller and warehouse. They
have what is available at the start, with the units that orders give back, wherever these orders are
in the queue. So in the stream, a line has only the units that it keeps.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.domain.model.policy import Rationing
from orderflow.frames.checked import AVAILABLE, checked_lines
from orderflow.frames.in_memory import allocate_in_memory
from orderflow.frames.queue_order import begins
from orderflow.frames.spark_rows import BY, in_utc, order_columns, read, schema_of, with_outcome
from orderflow.frames.table_columns import KEYS, ORDER_KEYS, line_columns, present
from orderflow.frames.units import Units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.policy import AllocationPolicy

    Lazy = nw.LazyFrame[Any]
    Table = nw.DataFrame[Any]
    Native = Any  # a data frame of Spark or a table of PyArrow; neither need be installed
    Worker = Callable[[Iterable[Native]], Iterator[Native]]

__all__ = ["allocate_by_stream", "serve_in_parts", "suits_stream"]

_TAKEN = "__of_taken"


def suits_stream(policy: AllocationPolicy) -> bool:
    """Whether what an order gets does not depend on the orders behind it.

    A fair share does. So does the number of times that an order was passed over.
    """
    return policy.rationing is Rationing.STRICT and policy.passes_max is None


def allocate_by_stream(
    lines: Lazy, records: Lazy, policy: AllocationPolicy, at: datetime | None, *, part: int
) -> Lazy:
    """Return the lines as the workers will allocate them, in the order of the queue.

    Args:
        lines: The lines, which are checked already.
        records: What is available of each product at the start.
        policy: A policy that suits a stream.
        at: The moment of the allocation.
        part: How many lines a worker serves at a time, at least.
    """
    columns = present("lines", line_columns(policy), lines.collect_schema())
    names = [column.name for column in columns]
    keys = {key: f"{BY}{key}" for key in KEYS if key in names}
    by = order_columns(lines, policy)
    added = by | {keys["sku"]: nw.lit(None).cast(nw.String())}
    of_lines = lines.with_columns(*(value.alias(name) for name, value in added.items()))
    of_stock = records.select(*(nw.col(key).alias(name) for key, name in keys.items()), AVAILABLE)
    rows = of_lines.to_native().unionByName(of_stock.to_native(), allowMissingColumns=True)
    groups = [name for key, name in keys.items() if key != "sku"]
    nothing = import_module("pyspark.sql.functions").lit("")
    # Stock records have no place in the queue, and Spark sorts nulls first.
    in_turn = rows.repartition(*groups or [nothing]).sortWithinPartitions(*by)
    stream = in_turn.drop(*(name for name in by if name not in groups))
    worker = serve_in_parts(names, policy, at, part=part)
    found: Lazy = nw.from_native(stream.mapInArrow(worker, schema_of(lines.to_native())))
    return found


def serve_in_parts(
    names: Sequence[str], policy: AllocationPolicy, at: datetime | None, *, part: int
) -> Worker:
    """Return what a worker does with a stream of rows."""
    keys = [key for key in KEYS if key in names]
    order = [key for key in ORDER_KEYS if key in names]

    def allocate(batches: Iterable[Native]) -> Iterator[Native]:
        stock: Table | None = None
        for rows in _whole_orders(batches, order, part):
            frame = nw.from_native(in_utc(rows), eager_only=True)
            records = _records(frame, keys)
            stock = records if stock is None else nw.concat([stock, records])
            of_lines = frame.filter(nw.col(AVAILABLE).is_null())
            lines = of_lines.drop(AVAILABLE, *(f"{BY}{key}" for key in keys)).to_native()
            if len(lines):
                orders = _without_returned(read(lines, names), policy)
                served = allocate_in_memory(orders, stock, policy, at)
                stock = _left(stock, orders, served, keys)
                yield from with_outcome(lines, served).to_batches()
            stock = _of_last(stock, frame, keys)

    return allocate


def _whole_orders(batches: Iterable[Native], order: Sequence[str], part: int) -> Iterator[Native]:
    """Yield tables of at least this many rows, and hold back the last order until it is whole."""
    table_of = import_module("pyarrow").Table.from_batches
    held: list[Native] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) < part:
            continue
        rows = table_of(held)
        first = read(rows, order).select(begins(order).alias("first"))["first"]
        last = max(first.arg_true().tail(1).to_list(), default=0)
        if last:
            yield rows[:last]
            held = rows[last:].to_batches()
    if held:
        yield table_of(held)


def _records(rows: Table, keys: Sequence[str]) -> Table:
    """Return the stock records of a part, as a table of the package that allocates."""
    texts = (nw.col(f"{BY}{key}").cast(nw.String()).alias(key) for key in keys)
    records = rows.filter(~nw.col(AVAILABLE).is_null())
    records = records.select(*texts, nw.col(AVAILABLE).alias("on_hand"))
    return read(records.to_native(), records.columns)


def _without_returned(lines: Table, policy: AllocationPolicy) -> Table:
    """Return lines with the units that they keep: the others are in the stock already."""
    checked = checked_lines(lines, policy)
    kept = Units.of(policy, checked.columns).kept
    if kept is None:
        return lines
    return lines.with_columns(checked.select(kept.alias("allocated"))["allocated"])


def _left(stock: Table, before: Table, after: Table, keys: Sequence[str]) -> Table:
    """Return the stock without the units that these orders have taken."""
    units = after["allocated"]
    if "allocated" in before.columns:
        units -= before["allocated"]
    texts = before.select(nw.col(*keys).cast(nw.String())).with_columns(units.alias(_TAKEN))
    taken = texts.group_by(*keys).agg(nw.col(_TAKEN).sum())
    left = nw.col("on_hand") - nw.col(_TAKEN).fill_null(0)
    return stock.join(taken, on=list(keys), how="left").select(*keys, left.alias("on_hand"))


def _of_last(stock: Table, rows: Table, keys: Sequence[str]) -> Table:
    """Return the stock of the seller and the warehouse of the last row: the others are done."""
    for key in keys[:-1]:
        stock = stock.filter(nw.col(key) == rows.item(len(rows) - 1, f"{BY}{key}"))
    return stock
