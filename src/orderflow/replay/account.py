"""The account of units: every unit that came in has left or is still on hand.

One side is counted from the events, the other is read from the stock records. So a unit that
appears or vanishes between the two is noticed. Each product has its own account: a surplus of one
product cannot hide a loss of another.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import (
    OrderDespatched,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.domain.model.returns import ReturnState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.stock import Stock

__all__ = ["OPENING", "Account", "Balance"]

OPENING = "opening stock"
"""The note on the counts that create the opening stock."""


@attrs.frozen(kw_only=True)
class Balance:
    """The account in units.

    What came is the opening stock, and what was booked in, found or returned. What went was
    despatched or lost, or is on hand or on the way.

    Attributes:
        returned: The units that customers sent back and that are on hand again.
        lost: Units that were not there, and units of transfers that did not arrive.
        on_the_way: The units of transfers that are still expected.
        difference: The units by which events and stock records disagree, added up over all
            products. Anything but 0 is a bug in orderflow.
    """

    opening: int
    booked_in: int
    found: int
    returned: int
    despatched: int
    lost: int
    on_hand: int
    on_the_way: int
    difference: int

    @property
    def came(self) -> int:
        """Units in the opening stock, booked in, found or returned."""
        return self.opening + self.booked_in + self.found + self.returned

    @property
    def went(self) -> int:
        """Units despatched, lost, still on hand or on the way."""
        return self.despatched + self.lost + self.on_hand + self.on_the_way


class Account:
    """Counts the units in the events."""

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()
        self._on_hand: Counter[str] = Counter()

    def observe(self, _command: Command, outcome: Outcome) -> None:
        """Count the units that came and left through a command."""
        for event in outcome.events:
            match event:
                case StockBookedIn(from_warehouse_id=str()):
                    self._count_arrival(event)
                case StockTransferred(units=units):
                    self._count("on_the_way", event.key.sku, -units, units)
                case TransferWithdrawn(units=units):
                    self._count("on_the_way", event.key.sku, units, -units)
                case StockBookedIn(received=units):
                    self._count("booked_in", event.key.sku, units, units)
                case StockAdjusted(change=change, note=note):
                    name = OPENING if note == OPENING else "found" if change > 0 else "lost"
                    self._count(name, event.key.sku, change, abs(change))
                case OrderDespatched(order_id=order_id):
                    order = next(each for each in outcome.orders if each.order_id == order_id)
                    for line in order.lines:
                        self._count("despatched", line.sku, -line.quantity, line.quantity)
                case UnitsReturned(state=ReturnState.BACK_IN_STOCK, order_id=order_id):
                    order = next(each for each in outcome.orders if each.order_id == order_id)
                    for line_id, units in event.units:
                        self._count("returned", order.line(line_id).sku, units, units)
                case _:
                    pass

    def balance(self, stock: Iterable[Stock]) -> Balance:
        """Compare the units counted with the stock records."""
        records: Counter[str] = Counter()
        for record in stock:
            records[record.key.sku] += record.on_hand
        apart = Counter(self._on_hand)
        apart.subtract(records)
        return Balance(
            opening=self._totals[OPENING],
            booked_in=self._totals["booked_in"],
            found=self._totals["found"],
            returned=self._totals["returned"],
            despatched=self._totals["despatched"],
            lost=self._totals["lost"],
            on_hand=records.total(),
            on_the_way=self._totals["on_the_way"],
            difference=sum(map(abs, apart.values())),
        )

    def _count_arrival(self, event: StockBookedIn) -> None:
        """Count the units of a transfer that arrived, and those that did not."""
        settled = (event.expected or 0) - event.to_come
        self._count("on_the_way", event.key.sku, event.received, -settled)
        missing = settled - event.received
        self._totals["lost" if missing > 0 else "found"] += abs(missing)

    def _count(self, name: str, sku: str, change: int, units: int) -> None:
        self._totals[name] += units
        self._on_hand[sku] += change
