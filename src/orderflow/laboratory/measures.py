"""What is compared: the figures of a run, each with its unit and what is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from orderflow.domain.model.terms import Term
from orderflow.laboratory.trial import Trial

__all__ = ["MEASURES", "WEEK_SECONDS", "Measure", "Unit"]

WEEK_SECONDS = 7 * 86_400


class Unit(Term):
    """What the values of a measure are."""

    SHARE = "SHARE"
    """A share from 0 to 1."""
    SECONDS = "SECONDS"
    """A length of time."""
    NUMBER = "NUMBER"
    """A number."""


@attrs.frozen(kw_only=True)
class Measure:
    """A figure of a run.

    Attributes:
        key: Its name in JSON and CSV.
        title: Its name for people.
        unit: What its values are.
        higher_is_better: Whether the higher value is the better one.
        text: What it says, in a sentence.
        value: Returns its value; None if there is none.
    """

    key: str
    title: str
    unit: Unit
    higher_is_better: bool = False
    text: str
    value: Callable[[Trial], float | None]


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


MEASURES: Final = (
    Measure(
        key="order_fill_rate",
        title="order fill rate",
        unit=Unit.SHARE,
        higher_is_better=True,
        text="The share of orders that were served at first attempt.",
        value=lambda trial: trial.summary.orders.rate,
    ),
    Measure(
        key="line_fill_rate",
        title="line fill rate",
        unit=Unit.SHARE,
        higher_is_better=True,
        text="The share of lines that were served at first attempt.",
        value=lambda trial: trial.summary.lines.rate,
    ),
    Measure(
        key="unit_fill_rate",
        title="unit fill rate",
        unit=Unit.SHARE,
        higher_is_better=True,
        text="The share of units that were served at first attempt.",
        value=lambda trial: trial.summary.units.rate,
    ),
    Measure(
        key="wait_per_order",
        title="wait per order",
        unit=Unit.SECONDS,
        text="The mean wait of all orders, with those that did not wait and those that still do.",
        value=lambda trial: _share(sum(trial.waited), len(trial.waited)),
    ),
    Measure(
        key="waiting_median",
        title="median wait",
        unit=Unit.SECONDS,
        text="Half of the completed back orders waited no longer.",
        value=lambda trial: trial.summary.waiting.median,
    ),
    Measure(
        key="waiting_p95",
        title="p95 wait",
        unit=Unit.SECONDS,
        text="95 % of the completed back orders waited no longer.",
        value=lambda trial: trial.summary.waiting.p95,
    ),
    Measure(
        key="longest_wait",
        title="longest wait",
        unit=Unit.SECONDS,
        text="The longest wait of an order, completed or not.",
        value=lambda trial: max(trial.waited, default=None),
    ),
    Measure(
        key="over_a_week",
        title="waited over a week",
        unit=Unit.SHARE,
        text="The share of all orders that waited longer than a week, completed or not.",
        value=lambda trial: _share(
            sum(each > WEEK_SECONDS for each in trial.waited), len(trial.waited)
        ),
    ),
    Measure(
        key="still_waiting",
        title="still waiting",
        unit=Unit.NUMBER,
        text="The orders that wait when the history ends.",
        value=lambda trial: trial.still_waiting,
    ),
    Measure(
        key="units_lost",
        title="units lost",
        unit=Unit.NUMBER,
        text="The units of orders that were cancelled because they were short or waited too long.",
        value=lambda trial: sum(trial.lost.values()),
    ),
    Measure(
        key="completed_by_rebalance",
        title="completed by a rebalance",
        unit=Unit.NUMBER,
        higher_is_better=True,
        text="The back orders that a rebalance has completed.",
        value=lambda trial: trial.summary.back_orders.completed_by_rebalance,
    ),
    Measure(
        key="passed_over",
        title="orders passed over",
        unit=Unit.NUMBER,
        text="The orders that waited for a product while a later order got units of it.",
        value=lambda trial: trial.passed_over,
    ),
    Measure(
        key="parcels_per_order",
        title="parcels an order",
        unit=Unit.NUMBER,
        text="The mean number of parcels of the orders that were despatched at least in part.",
        value=lambda trial: _share(trial.parcels, trial.despatched),
    ),
    Measure(
        key="idle_units",
        title="idle units",
        unit=Unit.NUMBER,
        text="The units that could leave but for other products, at the end of a mean day.",
        value=lambda trial: _share(sum(day.idle for day in trial.days), len(trial.days)),
    ),
)
"""All measures, in the order in which they are shown."""
