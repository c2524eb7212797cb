"""Policies: settings that combine freely, but for those that contradict each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderflow import AllocationPolicy, Fulfilment, PartialAllocation, Preemption, Queue, Rationing
from orderflow.errors import InvalidValueError

DAY = timedelta(days=1)
PATIENT: dict[str, Any] = {"partial_allocation": PartialAllocation.AFTER_WAITING, "passes_max": 3}


def test_the_default_is_first_come_first_served_keep_what_there_is() -> None:
    policy = AllocationPolicy()
    assert (policy.queue, policy.partial_allocation, policy.fulfilment) == (
        "FIRST_COME",
        "ALWAYS",
        "COMPLETE",
    )
    assert (policy.rationing, policy.preemption, policy.restricts_partial) == (
        "STRICT",
        "NEVER",
        False,
    )


@pytest.mark.parametrize("queue", Queue)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"rationing": Rationing.FAIR_SHARE, "share_max": 2},
        {"partial_allocation": PartialAllocation.NEVER},
        PATIENT,
        {
            "partial_allocation": PartialAllocation.AFTER_WAITING,
            "wait_max": DAY,
            "fulfilment": Fulfilment.SPLIT,
        },
        {"fulfilment": Fulfilment.PARCELS, "parcels_max": 2},
        {"fulfilment": Fulfilment.WHOLE_LINES, "rationing": Rationing.FAIR_SHARE},
        {
            "fulfilment": Fulfilment.SPLIT,
            "split_units_min": 5,
            "split_percent_min": 100,
            "split_wait_min": DAY,
        },
        {**PATIENT, "fulfilment": Fulfilment.SPLIT, "split_units_min": 5, "split_percent_min": 1},
        {
            "partial_allocation": PartialAllocation.NEVER,
            "preemption": Preemption.URGENT,
            "urgent_from": 1,
        },
    ],
)
def test_settings_combine(queue: Queue, settings: dict[str, Any]) -> None:
    policy = AllocationPolicy(queue=queue, **settings)
    assert policy.restricts_partial == (policy.partial_allocation is not PartialAllocation.ALWAYS)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"share_max": 1}, "share_max"),
        ({"passes_max": 1}, "partial_allocation"),
        ({"wait_max": DAY}, "partial_allocation"),
        ({"partial_allocation": PartialAllocation.AFTER_WAITING}, "partial_allocation"),
        ({"parcels_max": 2}, "parcels_max"),
        ({"fulfilment": Fulfilment.PARCELS}, "parcels_max"),
        ({"fulfilment": Fulfilment.PARCELS, "parcels_max": 1}, "parcels_max"),
        ({"urgent_from": 1}, "urgent_from"),
        ({"split_units_min": 2}, "split_units_min"),
        ({"split_percent_min": 2}, "split_percent_min"),
        ({"split_wait_min": DAY}, "split_wait_min"),
        ({"fulfilment": Fulfilment.SPLIT, "split_units_min": 0}, "split_units_min"),
        ({"fulfilment": Fulfilment.SPLIT, "split_percent_min": 0}, "split_percent_min"),
        ({"fulfilment": Fulfilment.SPLIT, "split_percent_min": 101}, "split_percent_min"),
        ({"fulfilment": Fulfilment.SPLIT, "split_wait_min": 0 * DAY}, "split_wait_min"),
        ({**PATIENT, "fulfilment": Fulfilment.SPLIT, "split_wait_min": DAY}, "split_wait_min"),
        ({"preemption": Preemption.URGENT}, "urgent_from"),
        (
            {"rationing": Rationing.FAIR_SHARE, "partial_allocation": PartialAllocation.NEVER},
            "rationing",
        ),
        ({"rationing": Rationing.FAIR_SHARE, **PATIENT}, "rationing"),
        (
            {"rationing": Rationing.FAIR_SHARE, "preemption": Preemption.URGENT, "urgent_from": 1},
            "rationing",
        ),
        (
            {"partial_allocation": PartialAllocation.NEVER, "fulfilment": Fulfilment.SPLIT},
            "fulfilment",
        ),
        (
            {"partial_allocation": PartialAllocation.NEVER, "fulfilment": Fulfilment.WHOLE_LINES},
            "fulfilment",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        AllocationPolicy(**settings)
    assert refusal.value.field == f"AllocationPolicy.{field}"
