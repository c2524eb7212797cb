"""What is ordered from suppliers: each product up to a level that follows its recent demand.

The warehouse reviews every product at a fixed interval of days. It reads the position: the units
on hand and expected, less the units that customers wait for. If the position is below the level,
the warehouse orders the difference. The receipt is booked in after a lead time.

The level covers a number of days of recent demand, but is never below a minimum of units. Units
that customers cancel no longer count as demand.

Lead times depend on the seed, the product and the day alone. So two runs under different policies
have the same suppliers, and only the policy differs.
"""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.domain.model.validators import UNITS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from attrs import Attribute

    from orderflow.domain.calendar.calendar import WarehouseCalendar

__all__ = ["DAYS_MAX", "Replenishment", "ReplenishmentRule"]


DAYS_MAX = 3_650
"""The most days that any setting may have."""


def _days(smallest: int) -> Callable[[object, Attribute[int], int], None]:
    def check(_instance: object, attribute: Attribute[int], value: int) -> None:
        validators.require(
            ok=type(value) is int and smallest <= value <= DAYS_MAX,
            field=f"ReplenishmentRule.{attribute.name}",
            demand=f"a whole number of days from {smallest} to {DAYS_MAX}",
            value=value,
        )

    return check


@attrs.frozen(kw_only=True)
class ReplenishmentRule:
    """How much of each product to order, how often, and how long it takes to arrive.

    Attributes:
        opening_units: Units on hand of a product when it is first seen.
        level_units: The lowest level up to which a product is ordered.
        cover_days: Days of recent demand that the level covers, if more than `level_units`.
        recent_days: The number of days that count as recent.
        review_days: Days from one review of all products to the next.
        lead_days_min: The shortest lead time of a supplier, in days.
        lead_days_max: The longest lead time of a supplier, in days.
        seed: The seed for the lead times.
    """

    opening_units: int = attrs.field(default=100, validator=validators.units(0))
    level_units: int = attrs.field(default=48, validator=validators.units(0))
    cover_days: int = attrs.field(default=42, validator=_days(0))
    recent_days: int = attrs.field(default=56, validator=_days(1))
    review_days: int = attrs.field(default=7, validator=_days(1))
    lead_days_min: int = attrs.field(default=3, validator=_days(0))
    lead_days_max: int = attrs.field(default=14, validator=_days(0))
    seed: int = attrs.field(default=1, validator=validators.whole(0))

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.lead_days_min <= self.lead_days_max,
            field="ReplenishmentRule.lead_days_max",
            demand=f"no less than lead_days_min, which is {self.lead_days_min}",
            value=self.lead_days_max,
        )

    def lead_time(self, sku: str, day: date) -> timedelta:
        """Draw the lead time of a product that is ordered on a day."""
        drawn = Random(f"{self.seed}/{sku}/{day}")  # noqa: S311 - a simulation, no secret
        return timedelta(days=drawn.randint(self.lead_days_min, self.lead_days_max))


@attrs.define
class _Product:
    key: StockKey
    since: date
    position: int = 0
    recent: deque[tuple[date, int]] = attrs.field(factory=deque)
    recent_units: int = 0


class Replenishment:
    """Tracks the position of every product, and orders from suppliers."""

    def __init__(
        self, rule: ReplenishmentRule, calendar: WarehouseCalendar, books_in: time
    ) -> None:
        self._rule = rule
        self._calendar = calendar
        self._books_in = books_in
        self._products: dict[str, _Product] = {}
        self._receipts = 0
        self._next_review: date | None = None
        self._demand_at: datetime | None = None
        self._demand_day = date.min

    def add_product(self, key: StockKey, units: int, at: datetime) -> None:
        """Add a new product and its opening stock."""
        self._products[key.sku] = _Product(key, self._calendar.local_day(at), units)

    def add_demand(self, sku: str, units: int, at: datetime) -> None:
        """Add units that customers ordered. Negative units were cancelled."""
        if at != self._demand_at:  # once for all lines of an order
            self._demand_at, self._demand_day = at, self._calendar.local_day(at)
        product = self._products[sku]
        product.position -= units
        product.recent.append((self._demand_day, units))
        product.recent_units += units

    def adjust(self, sku: str, units: int) -> None:
        """Change the position by units that are not demand."""
        self._products[sku].position += units

    def position(self, sku: str) -> int:
        """Return the units on hand and expected, less those that customers wait for."""
        return self._products[sku].position

    def review(self, at: datetime) -> Iterator[ExpectedReceipt]:
        """Order every product that is below its level, if a review is due."""
        day = self._calendar.local_day(at)
        if self._next_review is not None and day < self._next_review:
            return
        self._next_review = day + timedelta(days=self._rule.review_days)
        for sku, product in self._products.items():
            missing = min(self._level(product, day) - product.position, UNITS_MAX // 2)
            if missing > 0:
                product.position += missing
                self._receipts += 1
                arrives = day + self._rule.lead_time(sku, day)
                yield ExpectedReceipt(
                    f"R{self._receipts}",
                    product.key,
                    missing,
                    max(self._booked_in_at(arrives), at),
                )

    def _booked_in_at(self, arrives: date) -> datetime:
        """Return when a receipt is booked in if it arrives on a day."""
        day = self._calendar.working_day_from(arrives)
        return self._calendar.first_moment(day, self._books_in)

    def _level(self, product: _Product, day: date) -> int:
        rule, recent = self._rule, product.recent
        begin = day - timedelta(days=rule.recent_days)
        while recent and recent[0][0] <= begin:
            product.recent_units -= recent.popleft()[1]
        days = min((day - product.since).days + 1, rule.recent_days)
        return max(rule.level_units, product.recent_units * rule.cover_days // days)
