"""Rebalancing in a replay: at fixed cut-offs, the whole backlog is planned anew.

A plan completes as many orders as it can. Orders on back order may lose units to others; orders
that are complete keep theirs. The plan is applied at once, before the warehouse despatches.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.domain.planning.applying import command_of
from orderflow.domain.planning.rebalancing import rebalance
from orderflow.replay.replenishment import DAYS_MAX

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.calendar.calendar import WarehouseCalendar
    from orderflow.replay.session import ReplaySession

__all__ = ["Rebalancing", "rebalance_days_of"]

_BY = "rebalance"
_WORDS = {"daily": 1, "weekly": 7}
_NUMBER = re.compile(r"[0-9]{1,4}")


def rebalance_days_of(text: str) -> int:
    """Return the days from one rebalance to the next that a text names.

    >>> [rebalance_days_of(text) for text in ("daily", "weekly", "14")]
    [1, 7, 14]

    Raises:
        InvalidValueError: If it names none.
    """
    word = text.strip().lower()
    days = int(word) if _NUMBER.fullmatch(word) else _WORDS.get(word, 0)
    validators.require(
        ok=1 <= days <= DAYS_MAX,
        field="rebalance",
        demand=f"daily, weekly, or a whole number of days from 1 to {DAYS_MAX}",
        value=text,
    )
    return days


class Rebalancing:
    """Plans and applies the rebalances of a replay.

    Attributes:
        applied: The number of plans that changed something.
        orders_that_gave: How often an order gave units to others.
        units_moved: The units that orders gave to others.
    """

    def __init__(
        self, days: int | None, calendar: WarehouseCalendar, session: ReplaySession
    ) -> None:
        self.applied = 0
        self.orders_that_gave = 0
        self.units_moved = 0
        self._days = days
        self._calendar = calendar
        self._session = session
        self._next = date.min

    def at_cut_off(self, at: datetime) -> None:
        """Rebalance the backlog if it is time, and apply the plan if it changes anything.

        Raises:
            PlanRefusedError: If more than 100,000 orders wait.
        """
        if self._days is None:
            return
        day = self._calendar.local_day(at)
        if day < self._next:
            return
        self._next = day + timedelta(days=self._days)
        plan = self._session.read(lambda view: rebalance(view, at, self._session.policy))
        if not plan.orders:
            return
        self._session.handle(command_of(plan, at=at, by=_BY))
        self.applied += 1
        self.orders_that_gave += sum(order.lost > 0 for order in plan.orders)
        self.units_moved += sum(order.lost for order in plan.orders)
