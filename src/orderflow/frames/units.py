"""What each line has, gives back and wants before the stock is offered, as expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import narwhals.stable.v2 as nw

from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["AFTERWARDS", "WAITING", "Units", "status_after"]

WAITING = (str(Status.NEW), str(Status.ON_BACK_ORDER))
"""The statuses of orders that are offered stock."""

AFTERWARDS = (str(Status.ALLOCATED), str(Status.ON_BACK_ORDER))
"""The statuses of such orders afterwards: of those that are not short, and of those that are."""


@attrs.frozen
class Units:
    """The units of each line.

    Attributes:
        wanted: The units that are offered to it, if available.
        returned: The units that it gives back first, because its order may not have a part. None
            if no line gives back any.
        kept: The units that it keeps. None if no line has any.
    """

    wanted: nw.Expr
    returned: nw.Expr | None
    kept: nw.Expr | None

    @classmethod
    def of(cls, policy: AllocationPolicy, names: Collection[str]) -> Units:
        """Return the units of lines that have these columns."""
        quantity = nw.col("quantity")
        waits = nw.col("status").is_in(WAITING) if "status" in names else None
        if "allocated" not in names:
            return cls(_where(waits, quantity), None, None)
        kept, returned = nw.col("allocated"), None
        if policy.restricts_partial:
            gives_back = ~nw.col("allows_partial") if "allows_partial" in names else None
            if waits is not None:
                gives_back = waits if gives_back is None else waits & gives_back
            returned = _where(gives_back, kept)
            kept -= returned
        return cls(_where(waits, quantity - kept), returned, kept)


def status_after(served: nw.Expr, names: Collection[str]) -> nw.Expr:
    """Return the status of the order of each line: one of `AFTERWARDS`, unless it did not wait."""
    if "status" not in names:
        return served
    before = nw.col("status").cast(nw.String())
    return nw.when(before.is_in(WAITING)).then(served).otherwise(before)


def _where(condition: nw.Expr | None, units: nw.Expr) -> nw.Expr:
    return units if condition is None else nw.when(condition).then(units).otherwise(nw.lit(0))
