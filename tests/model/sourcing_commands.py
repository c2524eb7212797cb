"""Random policies of sourcing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.sourcing import Division, SourcingCost, SourcingPolicy, SourcingPreference

if TYPE_CHECKING:
    from random import Random

    from tests.model.world import World

RANKINGS = (
    *[("leeds", "york"), ("leeds", "york", "hull")],
    *[("york", "leeds"), ("york", "leeds", "hull"), ("hull", "york", "leeds"), ("york",)],
)


def draw_sourcing(world: World, random: Random) -> SourcingPolicy | None:
    """Draw a policy for some new orders; for half of them, if several warehouses have stock."""
    stocked = {product[0] for product, units in world.all_available().items() if units}
    if random.randrange(2 if len(stocked) > 1 else 6):
        return None
    warehouses = random.choice(RANKINGS)
    preference = random.choice(list(SourcingPreference))
    costs: tuple[SourcingCost, ...] = ()
    if preference is SourcingPreference.CHEAPEST:
        costs = tuple(
            SourcingCost(each, random.choice([0, 3, 5]), random.choice([0, 1, 2]))
            for each in warehouses
        )
    return SourcingPolicy(
        warehouses=warehouses,
        preference=preference,
        division=random.choice([Division.ALWAYS, *Division]),
        waits_at=random.choice([None, None, None, None, *warehouses]),
        costs=costs,
    )
