"""What a replay came to, as plain values: for tables and for machines."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from orderflow.replay.account import Balance
from orderflow.replay.figures import BackOrders, FirstAttempt, WaitingTimes
from orderflow.replay.rows import EntryKind, Skip
from orderflow.replay.simulated_seller import CancelledUnits

__all__ = ["Additions", "Summary"]


@attrs.frozen(kw_only=True)
class Additions:
    """What the replay added to the history.

    Attributes:
        products: The products that were given an opening stock.
        opening_units: The units of it.
        receipts_announced: The receipts that were ordered by the replenishment rule.
        receipts_booked_in: Those of them that had come when the history ended.
        units_booked_in: What was booked in, returns among it if they go back into stock.
        units_not_there: Units that the history writes off, but that were not on hand.
        cut_offs: The days on which the warehouse despatched.
    """

    products: int
    opening_units: int
    receipts_announced: int
    receipts_booked_in: int
    units_booked_in: int
    units_not_there: int
    cut_offs: int


@attrs.frozen(kw_only=True)
class Summary:
    """What a replay came to.

    Attributes:
        units: The units that were ordered, and those of them that were served at first attempt.
        lines: The same of the lines.
        orders: The same of the orders.
        despatched: The orders that left, those among them that were split off.
        back_orders: What became of the back orders.
        waiting: How long they waited.
        cancelled: What became of units that customers cancelled.
        balance: The account of units.
        rows: The rows of the history by what they stand for.
        skipped: Rows that changed nothing, by the reason.
        added: What was added to the history.
    """

    units: FirstAttempt
    lines: FirstAttempt
    orders: FirstAttempt
    despatched: int
    back_orders: BackOrders
    waiting: WaitingTimes
    cancelled: CancelledUnits
    balance: Balance
    rows: Counter[EntryKind]
    skipped: Counter[Skip]
    added: Additions

    def as_json(self) -> dict[str, Any]:
        """Return it as plain dictionaries, lists, texts and numbers."""
        return {
            "orders": self.orders.total,
            "lines": self.lines.total,
            "units": self.units.total,
            "first_attempt": {
                "order_fill_rate": self.orders.rate,
                "line_fill_rate": self.lines.rate,
                "unit_fill_rate": self.units.rate,
                "orders_served": self.orders.served,
                "lines_served": self.lines.served,
                "units_served": self.units.served,
            },
            "back_orders": attrs.asdict(self.back_orders),
            "waiting_seconds": attrs.asdict(self.waiting),
            "orders_despatched": self.despatched,
            "units_cancelled": attrs.asdict(self.cancelled),
            "account": attrs.asdict(self.balance),
            "added": attrs.asdict(self.added),
        }
