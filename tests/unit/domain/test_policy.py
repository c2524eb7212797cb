"""Policies: settings that combine freely, but for those that contradict each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import AllocationPolicy, Fulfilment, Holding, Queue, Rationing, TakeBack
from orderflow.errors import InvalidValueError

DAY = timedelta(days=1)
PATIENT: dict[str, Any] = {"holding": Holding.COMPLETE_THEN_KEEP, "passes_max": 3}


def test_the_default_is_first_come_first_served_keep_what_there_is() -> None:
    policy = AllocationPolicy()
    assert (policy.queue, policy.holding, policy.fulfilment) == ("FIRST_COME", "KEEP", "COMPLETE")
    assert (policy.rationing, policy.take_back, policy.holds_nothing) == ("STRICT", "NEVER", False)


@pytest.mark.parametrize("queue", Queue)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"rationing": Rationing.FAIR_SHARE, "share_max": 2},
        {"holding": Holding.COMPLETE_ONLY},
        PATIENT,
        {"holding": Holding.COMPLETE_THEN_KEEP, "wait_max": DAY, "fulfilment": Fulfilment.SPLIT},
        {"fulfilment": Fulfilment.PARCELS, "parcels_max": 2},
        {"fulfilment": Fulfilment.WHOLE_LINES, "rationing": Rationing.FAIR_SHARE},
        {"holding": Holding.COMPLETE_ONLY, "take_back": TakeBack.URGENT, "urgent_from": 1},
    ],
)
def test_settings_combine(queue: Queue, settings: dict[str, Any]) -> None:
    policy = AllocationPolicy(queue=queue, **settings)
    assert policy.holds_nothing == (policy.holding is not Holding.KEEP)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"share_max": 1}, "share_max"),
        ({"passes_max": 1}, "holding"),
        ({"wait_max": DAY}, "holding"),
        ({"holding": Holding.COMPLETE_THEN_KEEP}, "holding"),
        ({"parcels_max": 2}, "parcels_max"),
        ({"fulfilment": Fulfilment.PARCELS}, "parcels_max"),
        ({"fulfilment": Fulfilment.PARCELS, "parcels_max": 1}, "parcels_max"),
        ({"urgent_from": 1}, "urgent_from"),
        ({"take_back": TakeBack.URGENT}, "urgent_from"),
        ({"rationing": Rationing.FAIR_SHARE, "holding": Holding.COMPLETE_ONLY}, "rationing"),
        ({"rationing": Rationing.FAIR_SHARE, **PATIENT}, "rationing"),
        (
            {"rationing": Rationing.FAIR_SHARE, "take_back": TakeBack.URGENT, "urgent_from": 1},
            "rationing",
        ),
        ({"holding": Holding.COMPLETE_ONLY, "fulfilment": Fulfilment.SPLIT}, "fulfilment"),
        ({"holding": Holding.COMPLETE_ONLY, "fulfilment": Fulfilment.WHOLE_LINES}, "fulfilment"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        AllocationPolicy(**settings)
    assert refusal.value.field == f"AllocationPolicy.{field}"
