"""The rules that the values of a table obey, besides those of a single column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import narwhals.stable.v2 as nw

from orderflow.domain.model.status import COVERED, WITHOUT_UNITS, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "UNITS_OF_ALL_MAX",
    "Rule",
    "line_rules",
    "other_id",
    "same_in_order",
    "stock_rules",
]

UNITS_OF_ALL_MAX = 2**61
"""The most units of all lines together, so that no sum of them leaves 64 bits."""


@attrs.frozen
class Rule:
    """What is true of every row.

    Attributes:
        column: The column that is at fault otherwise.
        demand: What it requires.
        is_broken: Whether a row breaks the rule.
    """

    column: str
    demand: str
    is_broken: nw.Expr


def line_rules(names: set[str]) -> Iterator[Rule]:
    """Yield the rules by which the values of a line agree with each other."""
    if "allocated" in names:
        allocated = nw.col("allocated")
        yield Rule("allocated", "at most the quantity", allocated > nw.col("quantity"))
    if "status" not in names:
        return
    status = nw.col("status")
    one_of = f"one of {', '.join(Status)}"
    yield Rule("status", one_of, ~status.is_in([str(each) for each in Status]))
    without = status.is_in([str(each) for each in WITHOUT_UNITS])
    covered = status.is_in([str(each) for each in COVERED])
    if "allocated" in names:
        demand = "one that agrees with the units that the line was allocated"
        covered &= nw.col("allocated") < nw.col("quantity")
        yield Rule("status", demand, (without & (nw.col("allocated") > 0)) | covered)
    else:
        demand = f"one of {', '.join(sorted(WITHOUT_UNITS | {Status.ON_BACK_ORDER}))}, because "
        yield Rule("status", f"{demand}there is no column 'allocated'", covered)


def stock_rules(names: set[str]) -> Iterator[Rule]:
    """Yield the rules by which the values of a stock record agree with each other."""
    if "allocated" in names:
        demand = "at most what is on hand"
        yield Rule("allocated", demand, nw.col("allocated") > nw.col("on_hand"))


def same_in_order(columns: Iterable[str], differ: Iterable[nw.Expr]) -> list[Rule]:
    """Return the rules that columns have one value in all lines of an order."""
    demand = "the same in all lines of an order"
    return [Rule(name, demand, each) for name, each in zip(columns, differ, strict=True)]


def other_id(is_broken: nw.Expr) -> Rule:
    """Return the rule that the lines of an order have ids of their own."""
    return Rule("line_id", "an id that no other line of the order has", is_broken)
