"""Random policies of sourcing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow import Division, Preference, SourcingCost, SourcingPolicy

if TYPE_CHECKING:
    from random import Random

RANKINGS = (
    *[("leeds", "york"), ("leeds", "york", "hull"), ("leeds", "york", "hull")],
    *[("york", "leeds"), ("hull", "york", "leeds"), ("york",)],
)


def draw_sourcing(random: Random) -> SourcingPolicy:
    warehouses = random.choice(RANKINGS)
    preference = random.choice(list(Preference))
    costs: tuple[SourcingCost, ...] = ()
    if preference is Preference.CHEAPEST:
        costs = tuple(
            SourcingCost(each, random.choice([0, 3, 5]), random.choice([0, 1, 2]))
            for each in warehouses
        )
    return SourcingPolicy(
        warehouses=warehouses,
        preference=preference,
        division=random.choice([Division.ALWAYS, *Division]),
        waits_at=random.choice([None, None, *warehouses]),
        costs=costs,
    )
