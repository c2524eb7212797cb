"""The policies that there are: every combination of settings that does not contradict itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from orderflow import (
    AllocationPolicy,
    Fulfilment,
    GiveUp,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    ShortPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Settings = dict[str, Any]

SETTINGS: list[Settings] = [
    {
        "queue": queue,
        "rationing": rationing,
        "partial_allocation": partial_allocation,
        "fulfilment": fulfilment,
        "preemption": preemption,
    }
    for queue, rationing, partial_allocation, fulfilment, preemption in product(
        Queue, Rationing, PartialAllocation, Fulfilment, Preemption
    )
]


MINIMUMS = ((None, None, None), (2, None, None), (None, 50, None), (3, 60, 6), (None, None, 4))
"""What is worth sending: units, percent of the order, or any part after so many hours."""


def contradict_each_other(settings: Settings) -> bool:
    """Say whether the page lists these settings under "refused"."""
    shares = settings["rationing"] is Rationing.FAIR_SHARE
    return (
        (shares and settings["partial_allocation"] is not PartialAllocation.ALWAYS)
        or (shares and settings["preemption"] is Preemption.URGENT)
        or (
            settings["fulfilment"] is not Fulfilment.COMPLETE
            and settings["partial_allocation"] is PartialAllocation.NEVER
        )
    )


VALID_SETTINGS = [settings for settings in SETTINGS if not contradict_each_other(settings)]


def with_parameters(settings: Settings, pick: Callable[[Sequence[Any]], Any]) -> AllocationPolicy:
    """Make a policy of these settings, with small parameters picked where they belong."""
    parameters: Settings = {}
    if settings["rationing"] is Rationing.FAIR_SHARE:
        parameters["share_max"] = pick([2, 1, 3, None])
    if settings["partial_allocation"] is PartialAllocation.AFTER_WAITING:
        passes_max, hours = pick([(2, 12), (1, None), (2, None), (3, None), (None, 6)])
        parameters["passes_max"] = passes_max
        parameters["wait_max"] = hours and timedelta(hours=hours)
    if settings["fulfilment"] is Fulfilment.PARCELS:
        parameters["parcels_max"] = pick([2, 3])
    if settings["fulfilment"] is not Fulfilment.COMPLETE:
        units_min, percent_min, hours = pick(MINIMUMS)
        parameters["split_units_min"] = units_min
        parameters["split_percent_min"] = percent_min
        if settings["partial_allocation"] is PartialAllocation.ALWAYS:
            parameters["split_wait_min"] = hours and timedelta(hours=hours)
    horizons = [timedelta(hours=4), timedelta(hours=1)]
    parameters["allocation_horizon"] = pick(
        horizons if settings["queue"] is Queue.FIRST_COME else [None, *horizons]
    )
    if settings["preemption"] is Preemption.URGENT:
        parameters["urgent_from"] = pick([1, 0, 2])
    parameters["short_part"] = pick([ShortPart.WAIT, *_short_parts(settings)])
    # Whoever waits for a part waits no longer than 12 hours for it.
    hours, parameters["give_up"] = pick([None, None, 13, 20]), pick(list(GiveUp))
    parameters["give_up_after"] = hours and timedelta(hours=hours)
    parameters["remind_before"] = pick([None, timedelta(hours=4)])
    return AllocationPolicy(**settings, **parameters)


def _short_parts(settings: Settings) -> list[ShortPart]:
    """Return the short parts that do not contradict these settings, besides `WAIT`."""
    nobody_waits = (
        settings["partial_allocation"] is not PartialAllocation.AFTER_WAITING
        and settings["fulfilment"] is Fulfilment.COMPLETE
        and settings["preemption"] is Preemption.NEVER
    )
    if not nobody_waits:
        return [ShortPart.HOLD]
    if settings["rationing"] is Rationing.FAIR_SHARE:
        return [ShortPart.HOLD, ShortPart.CANCEL_SHORT]
    return [ShortPart.HOLD, ShortPart.CANCEL_SHORT, ShortPart.CANCEL_ORDER]


def with_first_parameters(settings: Settings) -> AllocationPolicy:
    return with_parameters(settings, lambda options: options[0])


def name_of(settings: Settings) -> str:
    return "-".join(settings.values())
