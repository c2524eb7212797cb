"""The result of a comparison: each policy's figures, its noise, and who gains and who loses."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.laboratory.kept_history import OrderFacts
from orderflow.laboratory.measures import MEASURES
from orderflow.laboratory.noise import difference_of, spread_of
from orderflow.laboratory.product_classes import product_classes
from orderflow.laboratory.trial import NamedPolicy, Trial
from orderflow.laboratory.waiting_changes import (
    DAY_SECONDS,
    SIZES,
    WaitingChange,
    size_of,
    waiting_change,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderflow.laboratory.measures import Measure

__all__ = ["WAITING_DAYS", "Comparison"]

WAITING_DAYS = (0, 1, 2, 4, 7, 14, 21, 28, 42, 56, 84)
"""The waits, in days, for which a comparison says how many orders waited longer."""


@attrs.frozen(kw_only=True, eq=False)
class Comparison:
    """A history under several policies, each with the same seeds.

    Attributes:
        policies: The policies. The others are compared with the first one.
        seeds: The seeds of the suppliers.
        trials: The runs of each policy, one for each seed.
        facts: What the history says about its orders.
    """

    policies: tuple[NamedPolicy, ...]
    seeds: tuple[int, ...]
    trials: tuple[tuple[Trial, ...], ...]
    facts: OrderFacts

    @property
    def difference(self) -> int:
        """The units by which the accounts of all runs do not balance: 0, or orderflow has a bug."""
        return sum(trial.summary.balance.difference for each in self.trials for trial in each)

    def values(self, measure: Measure) -> list[list[float | None]]:
        """Return the values of a measure: a list for each policy, a value for each seed."""
        return [[measure.value(trial) for trial in trials] for trials in self.trials]

    def changes(self) -> Iterator[tuple[NamedPolicy, WaitingChange]]:
        """Yield who gains and who loses under each policy but the first one."""
        for policy, trials in zip(self.policies[1:], self.trials[1:], strict=True):
            yield policy, waiting_change(self.facts, self.trials[0], trials)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain dictionaries, lists, texts and numbers."""
        changes = list(self.changes())
        return {
            "orders": len(self.facts.lines),
            "seeds": list(self.seeds),
            "policies": [{"name": each.name, "settings": each.settings} for each in self.policies],
            "measures": [self._measure(each) for each in MEASURES],
            "product_classes": self._classes(),
            "waiting": self._waiting(),
            "order_sizes": self._sizes([change for _, change in changes]),
            "changes": [{"name": each.name, **change.as_json()} for each, change in changes],
            "backlog": self._backlog(),
        }

    def _measure(self, measure: Measure) -> dict[str, Any]:
        values = self.values(measure)
        first, *_ = values
        found = []
        for number, (policy, own) in enumerate(zip(self.policies, values, strict=True)):
            row = {"name": policy.name, **attrs.asdict(spread_of(own))}
            if number:
                change = difference_of(first, own, higher_is_better=measure.higher_is_better)
                row |= {
                    "difference": change.mean,
                    "margin": change.margin,
                    "finding": str(change.finding),
                }
            found.append(row)
        return {
            "key": measure.key,
            "title": measure.title,
            "unit": str(measure.unit),
            "higher_is_better": measure.higher_is_better,
            "policies": found,
        }

    def _of_each(self, key: str, value: Callable[[Trial], float | None]) -> list[dict[str, Any]]:
        """Return the mean of a value over the seeds, for each policy."""
        return [
            {"name": policy.name, key: spread_of([value(trial) for trial in trials]).mean}
            for policy, trials in zip(self.policies, self.trials, strict=True)
        ]

    def _classes(self) -> list[dict[str, Any]]:
        return [
            {
                "class": each.name,
                "products": len(each.products),
                "units": each.units,
                "policies": self._of_each("unit_fill_rate", each.fill_rate),
            }
            for each in product_classes(self.facts.units)
        ]

    def _waiting(self) -> list[dict[str, Any]]:
        def share(days: int) -> Callable[[Trial], float | None]:
            def longer(trial: Trial) -> float | None:
                waited = trial.waited
                most = days * DAY_SECONDS
                return sum(each > most for each in waited) / len(waited) if waited else None

            return longer

        return [
            {"longer_than_days": days, "policies": self._of_each("share", share(days))}
            for days in WAITING_DAYS
        ]

    def _sizes(self, changes: list[WaitingChange]) -> list[dict[str, Any]]:
        """Return the mean wait of orders of each size, and how many of them gain and lose."""
        members: list[list[int]] = [[] for _ in range(len(SIZES) + 1)]
        for order, lines in enumerate(self.facts.lines):
            members[size_of(lines)].append(order)
        rows = []
        for size, orders in enumerate(members):

            def wait(trial: Trial, orders: list[int] = orders) -> float | None:
                return fmean(trial.waited[each] for each in orders) if orders else None

            policies = self._of_each("wait_per_order", wait)
            for each, change in zip(policies[1:], changes, strict=True):
                each["gain"], each["lose"] = change.by_size[size]
            least = SIZES[size - 1] + 1 if size else 1
            most = SIZES[size] if size < len(SIZES) else None
            row = {"lines_from": least, "lines_to": most, "orders": len(orders)}
            rows.append({**row, "policies": policies})
        return rows

    def _backlog(self) -> dict[str, Any]:
        """Return the end of each day: the mean over the seeds."""
        days = [day.day.isoformat() for day in self.trials[0][0].days]
        return {
            "days": days,
            "policies": [
                {
                    "name": policy.name,
                    **{
                        key: [
                            fmean(getattr(trial.days[number], key) for trial in trials)
                            for number in range(len(days))
                        ]
                        for key in ("orders", "units", "idle")
                    },
                }
                for policy, trials in zip(self.policies, self.trials, strict=True)
            ],
        }
