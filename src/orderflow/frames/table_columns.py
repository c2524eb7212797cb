"""The columns of the two tables: which there are, and what may be in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import narwhals.stable.v2 as nw

from orderflow.domain.model.policy import PartialAllocation, Queue
from orderflow.domain.model.validators import PRIORITY_MAX, UNITS_MAX, whole_demand
from orderflow.errors import InvalidValueError
from orderflow.frames.faults import TableError
from orderflow.frames.table_rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from orderflow.domain.model.policy import AllocationPolicy

    Types = Mapping[str, Any]

__all__ = [
    "KEYS",
    "OF_ORDER",
    "ORDER_KEYS",
    "Column",
    "line_columns",
    "line_order",
    "position",
    "present",
    "stock_columns",
]

KEYS = ("seller_id", "warehouse_id", "sku")
"""The columns that tell products apart. The first two may be missing in both tables."""

ORDER_KEYS = ("order_id", "seller_id")
"""The columns that tell orders apart."""

OF_ORDER = ("warehouse_id", "status", "passed_over", "waiting_since", "allows_partial")
"""The columns that say something of an order, besides its position in the queue."""


@attrs.frozen
class Column:
    """A column of a table: of texts, unless it is of a class below.

    Attributes:
        name: Its name.
        is_optional: Whether the table may lack it.
        may_be_null: Whether a row may lack its value.
    """

    name: str
    is_optional: bool = attrs.field(default=False, kw_only=True)
    may_be_null: bool = attrs.field(default=False, kw_only=True)

    demand = "a text that is not empty, or a whole number"
    """What each value must be."""

    def fits(self, dtype: nw.dtypes.DType) -> bool:
        """Whether a column of this type can have such values."""
        return isinstance(dtype, nw.String | nw.Categorical | nw.Enum) or dtype.is_integer()

    def value(self, _dtype: nw.dtypes.DType) -> nw.Expr:
        """Return the values in the one type in which they are compared."""
        return nw.col(self.name).cast(nw.String())

    def is_broken(self, dtype: nw.dtypes.DType) -> nw.Expr | None:
        """Return whether a value that is not null is not as demanded."""
        return self.value(dtype) == nw.lit("")

    def rules(self, dtype: nw.dtypes.DType) -> Iterator[Rule]:
        """Yield the rules of the values."""
        demand = f"{self.demand}, or null" if self.may_be_null else self.demand
        if not self.may_be_null:
            yield Rule(self.name, demand, nw.col(self.name).is_null())
        broken = self.is_broken(dtype)
        if broken is not None:
            yield Rule(self.name, demand, broken)


@attrs.frozen
class Number(Column):
    """A column of whole numbers. Floats and decimals without a fraction are whole numbers.

    Of its values, -1 stands for a missing number.
    """

    least: int = 0
    most: int = UNITS_MAX

    @property
    def demand(self) -> str:  # type: ignore[override] # it is read only
        """What each value must be."""
        return whole_demand(self.least, self.most)

    def fits(self, dtype: nw.dtypes.DType) -> bool:
        """Whether a column of this type can have such values."""
        return dtype.is_numeric()

    def value(self, _dtype: nw.dtypes.DType) -> nw.Expr:
        """Return the values in the one type in which they are compared."""
        number = nw.col(self.name)
        return (number.fill_null(-1) if self.may_be_null else number).cast(nw.Int64())

    def is_broken(self, dtype: nw.dtypes.DType) -> nw.Expr:
        """Return whether a value that is not null is not as demanded."""
        number = nw.col(self.name)
        if isinstance(dtype, nw.Decimal):
            number = number.cast(nw.Float64())
        is_whole = (number >= self.least) & (number <= self.most)
        if not dtype.is_integer():
            is_whole &= number % 1 == 0
        return ~is_whole & ~nw.col(self.name).is_null()


@attrs.frozen
class LineId(Column):
    """The column of line ids. Whole numbers stay numbers, which are compared faster."""

    demand = f"a text that is not empty, or a whole number from 0 to {UNITS_MAX}"

    def value(self, dtype: nw.dtypes.DType) -> nw.Expr:
        """Return the values in the one type in which they are compared."""
        return nw.col(self.name).cast(nw.Int64() if dtype.is_integer() else nw.String())

    def is_broken(self, dtype: nw.dtypes.DType) -> nw.Expr | None:
        """Return whether a value that is not null is not as demanded."""
        if not dtype.is_integer():
            return super().is_broken(dtype)
        return (nw.col(self.name) < 0) | (nw.col(self.name) > UNITS_MAX)


@attrs.frozen
class Moment(Column):
    """A column of moments with a time zone."""

    demand = "a moment with a time zone"

    def fits(self, dtype: nw.dtypes.DType) -> bool:
        """Whether a column of this type can have such values."""
        return isinstance(dtype, nw.Datetime) and dtype.time_zone is not None

    def value(self, _dtype: nw.dtypes.DType) -> nw.Expr:
        """Return the values in the one type in which they are compared."""
        return nw.col(self.name)

    def is_broken(self, _dtype: nw.dtypes.DType) -> None:
        """Return None: every moment is as demanded."""


@attrs.frozen
class Flag(Column):
    """A column of truth values; null is false."""

    demand = "true or false"

    def fits(self, dtype: nw.dtypes.DType) -> bool:
        """Whether a column of this type can have such values."""
        return isinstance(dtype, nw.Boolean)

    def value(self, _dtype: nw.dtypes.DType) -> nw.Expr:
        """Return the values in the one type in which they are compared."""
        return nw.col(self.name).fill_null(value=False)

    def is_broken(self, _dtype: nw.dtypes.DType) -> None:
        """Return None: every truth value is as demanded."""


def line_columns(policy: AllocationPolicy) -> list[Column]:
    """Return the columns of the table of lines that a policy reads."""
    columns = [
        *(Column(name, is_optional=name != "sku") for name in KEYS),
        Column("order_id"),
        LineId("line_id"),
        Number("quantity", least=1),
        Number("allocated", is_optional=True),
        Column("status", is_optional=True),
        Moment("placed_at"),
    ]
    if policy.queue is Queue.PRIORITY:
        columns.append(Number("priority", least=-PRIORITY_MAX, most=PRIORITY_MAX))
    if policy.queue is Queue.PROMISED_DATE:
        columns.append(Moment("promised_by", may_be_null=True))
    if policy.passes_max is not None:
        columns.append(Number("passed_over", may_be_null=True))
    if policy.wait_max is not None:
        columns.append(Moment("waiting_since", may_be_null=True))
    if policy.partial_allocation is PartialAllocation.AFTER_WAITING:
        columns.append(Flag("allows_partial", is_optional=True, may_be_null=True))
    return columns


def stock_columns() -> list[Column]:
    """Return the columns of the table of stock."""
    keys = [Column(name, is_optional=name != "sku") for name in KEYS]
    return [*keys, Number("on_hand"), Number("allocated", is_optional=True)]


def present(table: str, columns: Iterable[Column], types: Types) -> list[Column]:
    """Return the columns that a table has.

    Raises:
        InvalidValueError: If a column is missing.
        TableError: If a column is of a wrong type.
    """
    found = []
    for column in columns:
        dtype = types.get(column.name)
        if dtype is not None:
            if not column.fits(dtype):
                demand = f"a column in which each value is {column.demand}"
                raise TableError(table, column.name, None, demand, dtype)
            found.append(column)
        elif not column.is_optional:
            demand = f"a table with the column {column.name!r}: {column.demand}"
            raise InvalidValueError(table, demand, list(types))
    return found


def line_order(types: Types) -> list[tuple[str, nw.Expr]]:
    """Return what the lines of an order are served by: their ids, the shortest first.

    So 2 comes before 10, whether these ids are numbers or texts.

    Returns:
        Pairs of a name and a value.
    """
    line_id = nw.col("line_id")
    if types["line_id"].is_integer():
        return [("line_id", line_id)]
    return [("__of_length", line_id.str.len_chars()), ("line_id", line_id)]


def position(
    policy: AllocationPolicy, moment: Callable[[str], nw.Expr]
) -> list[tuple[str, nw.Expr]]:
    """Return what an order is compared by in the queue, without its id; the smallest is first.

    Args:
        policy: Names the queue.
        moment: Returns the moments of a column in a form that can be compared.

    Returns:
        Pairs of a column and a value made of it.
    """
    placed_at = ("placed_at", moment("placed_at"))
    if policy.queue is Queue.FIRST_COME:
        return [placed_at]
    if policy.queue is Queue.PRIORITY:
        return [("priority", 0 - nw.col("priority")), placed_at]
    promised_by = "promised_by"
    is_last = nw.col(promised_by).is_null().cast(nw.Int8())
    return [(promised_by, is_last), (promised_by, moment(promised_by)), placed_at]
