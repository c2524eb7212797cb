"""The result of a replay, as plain values."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from orderflow.replay.account import Balance
from orderflow.replay.entries import EntryKind, SkipReason
from orderflow.replay.figures import BackOrders, FirstAttempt, WaitingTimes
from orderflow.replay.simulated_seller import CancelledUnits

__all__ = ["Additions", "Summary"]


@attrs.frozen(kw_only=True)
class Additions:
    """What the replay added to the history.

    Attributes:
        products: The number of products with an opening stock.
        opening_units: The units of opening stock.
        receipts_announced: The number of receipts ordered by the replenishment rule.
        receipts_booked_in: The number of receipts that arrived before the history ended.
        units_booked_in: The units booked in, including returns that go back into stock.
        units_not_there: Units that the history writes off, but that were not on hand.
        cut_offs: The number of days on which the warehouse despatched.
        rebalances: The number of rebalances that changed anything.
        orders_that_gave: How often an order gave units to others in a rebalance.
        units_moved: The units that orders gave to others in rebalances.
    """

    products: int
    opening_units: int
    receipts_announced: int
    receipts_booked_in: int
    units_booked_in: int
    units_not_there: int
    cut_offs: int
    rebalances: int = 0
    orders_that_gave: int = 0
    units_moved: int = 0


@attrs.frozen(kw_only=True)
class Summary:
    """The result of a replay.

    Attributes:
        units: Units ordered, and units served at first attempt.
        lines: Lines ordered, and lines served at first attempt.
        orders: Orders placed, and orders served at first attempt.
        despatched: Orders despatched, including those that were split off.
        back_orders: Back orders by how they ended.
        waiting: How long completed back orders waited.
        cancelled: Units that customers cancelled.
        balance: The account of units.
        rows: The number of rows by kind.
        skipped: The number of rows that changed nothing, by reason.
        refused: The orders that could not be placed, with the reason: the first 10,000.
        refusals: The number of all orders that could not be placed.
        rows_refused: The number of their rows.
        added: What the replay added to the history.
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
    skipped: Counter[SkipReason]
    refused: dict[str, str]
    refusals: int
    rows_refused: int
    added: Additions

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain dictionaries, lists, strings and numbers."""
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
