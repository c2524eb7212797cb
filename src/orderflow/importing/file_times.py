"""How the moments of one file are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.importing.values.times import TimeReader, proof_of_order, zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from orderflow.importing.layouts.layout import OrderLayout, ReceiptLayout
    from orderflow.importing.table import Table

__all__ = ["times_of"]


def times_of(
    table: Table[OrderLayout] | Table[ReceiptLayout], zone: tzinfo | str | None
) -> TimeReader:
    """Return a reader for the moments of a file.

    If the layout does not say whether the day or the month comes first, a date such as 25/03/2026
    near the beginning shows it. This is noted.

    Args:
        table: The file; its rows must not have been read.
        zone: The zone of times without an offset, if the layout has none.
    """
    layout = table.layout
    day_first = layout.day_first
    if day_first is None and layout.time_format is None:
        proof = proof_of_order(
            table.sample(("placed_at", "promised_by", "not_before", "expected_at"))
        )
        if proof is not None:
            day_first, shown = proof
            order = "day" if day_first else "month"
            table.notes.append(f"dates are read with the {order} first, as {shown} shows")
    return TimeReader(zone_of(layout.zone or zone), layout.time_format, day_first)
