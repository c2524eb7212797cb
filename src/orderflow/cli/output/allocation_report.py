"""The result of an allocation of files, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import narwhals.stable.v2 as nw

from orderflow.cli.output import tables
from orderflow.errors.quoting import counted, listed
from orderflow.frames.engines import collected
from orderflow.frames.table_columns import KEYS, ORDER_KEYS
from orderflow.replay import FirstAttempt

if TYPE_CHECKING:
    from rich.console import Console

    from orderflow.frames.engines import Frame

__all__ = ["AllocationReport"]

SHOWN_MAX = 5


@attrs.frozen(kw_only=True)
class AllocationReport:
    """How much the stock covers.

    Attributes:
        title: The file that was written.
        orders: The orders, and those of which no line is short.
        lines: The lines, and those that are not short.
        units: The units ordered, and those allocated.
        unknown: The number of products that have no stock record, and some of them.
        seconds: How long it took.
    """

    title: str
    orders: FirstAttempt
    lines: FirstAttempt
    units: FirstAttempt
    unknown: tuple[int, list[str]]
    seconds: float

    @classmethod
    def of(cls, lines: Frame, stock: Frame, *, title: str, seconds: float) -> AllocationReport:
        """Count what the lines were allocated."""
        names = lines.collect_schema().names()
        order = [name for name in ORDER_KEYS if name in names]
        quantity, allocated = (nw.col(each).cast(nw.Int64()) for each in ("quantity", "allocated"))
        counted = lines.select(
            *order,
            quantity.alias("quantity"),
            allocated.alias("allocated"),
            (allocated < quantity).cast(nw.Int64()).alias("short"),
        )
        count, units, units_allocated, short = _row(
            counted.select(nw.len().alias("lines"), nw.col("quantity", "allocated", "short").sum())
        )
        of_orders = counted.group_by(*order).agg(nw.col("short").max())
        orders, short_orders = _row(
            of_orders.select(nw.len().alias("orders"), nw.col("short").sum())
        )
        return cls(
            title=title,
            orders=FirstAttempt(orders, orders - (short_orders or 0)),
            lines=FirstAttempt(count, count - (short or 0)),
            units=FirstAttempt(units or 0, units_allocated or 0),
            unknown=_unknown(lines, stock, [name for name in KEYS if name in names]),
            seconds=seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        kinds = {"orders": self.orders, "lines": self.lines, "units": self.units}
        return {
            "file": self.title,
            **{
                name: {"total": each.total, "allocated": each.served, "fill_rate": each.rate}
                for name, each in kinds.items()
            },
            "products_without_stock_record": self.unknown[0],
            "wall_seconds": round(self.seconds, 3),
            "lines_per_second": round(self.lines.total / self.seconds),
        }

    def print_warnings(self, console: Console) -> None:
        """Print which products have no stock record."""
        count, some = self.unknown
        if count:
            verb = "product has" if count == 1 else "products have"
            shown = listed(some, further=count - len(some))
            console.print(f"{count:,} {verb} no stock record, so no units: {shown}")

    def print(self, console: Console) -> None:
        """Print the report as a table."""
        kinds = {"orders": self.orders, "lines": self.lines, "units": self.units}
        console.print(tables.fill_rates("Allocated", "allocated", kinds))
        lines, seconds = self.lines.total, self.seconds
        console.print(
            f"{counted(lines, 'line')} in {seconds:.1f} s: {lines / seconds:,.0f} lines a second, "
            f"with reading and writing; in {self.title}"
        )


def _row(frame: Frame) -> tuple[Any, ...]:
    return collected(frame).row(0)


def _unknown(lines: Frame, stock: Frame, keys: list[str]) -> tuple[int, list[str]]:
    """Return how many products of the lines have no stock record, and some of them."""
    products, records = (
        collected(each.select(*(nw.col(key).cast(nw.String()).alias(key) for key in keys)).unique())
        for each in (lines, stock)
    )
    unknown = products.join(records, on=keys, how="anti").sort(*keys)
    return len(unknown), [" ".join(map(str, row)) for row in unknown.head(SHOWN_MAX).rows()]
