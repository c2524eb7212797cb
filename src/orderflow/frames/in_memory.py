"""Allocation of a table in memory: its columns become arrays of whole numbers for the kernel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from orderflow.domain.model.policy import Rationing
from orderflow.domain.model.status import Status
from orderflow.frames.checked import AVAILABLE, checked_lines, checked_stock
from orderflow.frames.compiled import runner
from orderflow.frames.engines import by_slices, left_join_in_order, same_engine
from orderflow.frames.faults import TableError
from orderflow.frames.queue_order import as_number, in_queue_order
from orderflow.frames.table_columns import KEYS
from orderflow.frames.units import AFTERWARDS, Units, status_after

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.frames.engines import Frame

    Table = nw.DataFrame[Any]

__all__ = ["allocate_in_memory"]

_PRODUCT, _WANTED, _RETURNED, _STATUS = (
    "__of_product",
    "__of_wanted",
    "__of_returned",
    "__of_status",
)
_TAKES_PART, _COUNTS, _PASSES = "__of_takes_part", "__of_counts", "__of_passes"


def allocate_in_memory(
    lines: Table, stock: Frame, policy: AllocationPolicy, at: datetime | None
) -> Table:
    """Return the lines with the units allocated to each, and the status of its order.

    Raises:
        InvalidValueError: If a column is missing.
        TableError: If a value breaks its rule.
    """
    table = checked_lines(lines, policy)
    names = table.columns
    records = checked_stock(same_engine(stock, lines), [key for key in KEYS if key in names])
    units = Units.of(policy, names)
    numbers = table.select(units.wanted.alias(_WANTED), *_of_wait(policy, units, names, at))
    of_lines = {name: numbers[name] for name in numbers.columns}
    of_lines[_PRODUCT] = _products(table, records)
    taken, short = _serve(of_lines, *in_queue_order(table, policy), records, policy)
    # No column is added to the lines and dropped again: that would copy those of several chunks.
    engine = lines.implementation
    allocated = nw.new_series("allocated", taken, nw.Int64(), backend=engine)
    if units.kept is not None:
        allocated = table.select(units.kept.alias("allocated"))["allocated"] + allocated
    terms = nw.new_series("served", list(AFTERWARDS), nw.String(), backend=engine)
    status = terms[short]  # by far faster than by a condition
    if "status" in names:
        both = table.select("status").with_columns(status)
        status = both.select(status_after(nw.col("served"), names).alias("status"))["status"]
    return lines.with_columns(allocated, status.alias("status"))


def _products(lines: Table, records: Table) -> nw.Series[Any]:
    """Return the row of the stock record of each line; behind the last one, if there is none."""
    keys = [key for key in KEYS if key in records.columns]
    found = records.select(*keys).with_row_index(_PRODUCT)
    product = nw.col(_PRODUCT).fill_null(len(records)).cast(nw.Int32())

    def join(part: Table) -> Table:
        return left_join_in_order(part, found, keys).select(product)

    return by_slices(lines.select(*keys), join)[_PRODUCT]


def _of_wait(
    policy: AllocationPolicy, units: Units, names: Collection[str], at: datetime | None
) -> Iterator[nw.Expr]:
    """Yield what the kernel reads of orders that may not always have a part."""
    if not policy.restricts_partial:
        return
    returned = nw.lit(0) if units.returned is None else units.returned
    yield returned.alias(_RETURNED)
    waits, enough = [], []
    if "allows_partial" in names:
        enough.append(nw.col("allows_partial"))
    if policy.passes_max is not None:
        passed_over = nw.col("passed_over")
        yield nw.max_horizontal(passed_over, nw.lit(0)).alias(_PASSES)
        waits.append(passed_over >= 0)
        enough.append(passed_over >= policy.passes_max)
    if policy.wait_max is not None and at is not None:
        waits.append(~nw.col("waiting_since").is_null())
        enough.append(as_number("waiting_since") <= _microseconds(at - policy.wait_max))
    if not enough:
        yield nw.lit(value=False).alias(_TAKES_PART)
        return
    is_waiting = nw.any_horizontal(*waits, ignore_nulls=True)
    if "status" in names:
        is_waiting = nw.col("status") == str(Status.ON_BACK_ORDER)
    takes_part = is_waiting & nw.any_horizontal(*enough, ignore_nulls=True)
    yield takes_part.alias(_TAKES_PART)
    yield (is_waiting & ~takes_part).cast(nw.Int64()).alias(_COUNTS)


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _serve(
    of_lines: dict[str, nw.Series[Any]],
    begins: nw.Series[Any],
    rows: nw.Series[Any] | None,
    records: Table,
    policy: AllocationPolicy,
) -> tuple[Any, Any]:
    """Return the units allocated to each line, and whether its order is short, row by row."""
    run, lines = runner(len(begins)), len(begins)
    order = None if rows is None else run.numbers(rows)

    def column(name: str) -> nw.Series[Any]:
        return of_lines[name] if order is None else of_lines[name][order]

    queue = *(run.numbers(column(name)) for name in (_PRODUCT, _WANTED)), run.numbers(begins)
    available = run.units(records[AVAILABLE], extra=1)
    taken, short = run.zeros(lines), run.flags(lines)
    if policy.restricts_partial:
        returned = run.numbers(column(_RETURNED))
        run.function("return_units")(queue[0], returned, available)
        _check_returned(of_lines, records, available)
        takes_part = run.numbers(column(_TAKES_PART))
        run.function("take_in_turn")(queue, takes_part, available, taken)
        if policy.passes_max is not None:
            of_waits = run.units(column(_COUNTS)), run.units(column(_PASSES)), policy.passes_max
            run.function("serve_passed_over")(queue, returned, *of_waits, available, taken)
    elif policy.rationing is Rationing.FAIR_SHARE:
        run.function("share")(queue, policy.share_max or 0, available, taken)
    else:
        run.function("take_parts")(queue, available, taken)
    run.function("mark_short")(queue, taken, short)
    if order is None:
        return taken, short
    in_rows = run.zeros(lines), run.flags(lines)
    run.function("put_back")(order, taken, short, *in_rows)
    return in_rows


def _check_returned(of_lines: dict[str, nw.Series[Any]], records: Table, available: Any) -> None:  # noqa: ANN401 - a list or an array
    """Require that no product gets back more units than its record has allocated.

    Raises:
        TableError: If one does.
    """
    before, allocated = records[AVAILABLE].to_list(), records["allocated"].to_list()
    for product, units in enumerate(available):
        most = before[product] + allocated[product] if product < len(before) else 0
        if units > most:
            demand = "at most what the stock record has allocated, with the other lines of it"
            pairs = zip(of_lines[_PRODUCT], of_lines[_RETURNED], strict=True)
            row, value = next(
                (row, value) for row, (own, value) in enumerate(pairs) if own == product and value
            )
            raise TableError("lines", "allocated", row, demand, value)
