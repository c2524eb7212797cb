"""A policy as a text: what it means, and what is wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from orderflow import AllocationPolicy, InvalidValueError, PartialAllocation, Queue
from orderflow.laboratory import policy_of, policy_text
from orderflow.testing.strategies import policies


@given(policies())
def test_the_text_of_a_policy_makes_the_same_policy(policy: AllocationPolicy) -> None:
    assert policy_of(policy_text(policy)) == policy


def test_a_text_names_only_settings_that_differ() -> None:
    assert policy_text(AllocationPolicy()) == ""
    policy = AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=timedelta(hours=36)
    )
    assert policy_text(policy) == "partial_allocation=AFTER_WAITING, wait_max=36h"


def test_values_may_be_written_small_and_with_spaces() -> None:
    assert policy_of(" queue = priority,give_up_after= 1.5d").queue is Queue.PRIORITY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("queu=PRIORITY", "policy must be made of its settings, which are queue, .*not 'queu'"),
        ("queue", "settings such as queue=PRIORITY, .*not 'queue'"),
        ("queue=", "settings such as queue=PRIORITY, .*not 'queue='"),
        ("queue=PRIORITY, queue=PRIORITY", "each given once, not 'queue'"),
        ("queue=LAST", "queue must be one of FIRST_COME, PRIORITY, PROMISED_DATE, not 'LAST'"),
        ("give_up_after=7", "a length of time, such as 7d, 36h or 90m, .*not '7'"),
        ("give_up_after=99999d", "36525d at most, not '99999d'"),
        ("give_up_after=0d", "give_up_after must be a timedelta above 0"),
        ("parcels_max=many", "parcels_max must be a whole number"),
        ("parcels_max=3", "parcels_max must be given exactly when fulfilment is PARCELS"),
        ("fulfilment=SPLIT, partial_allocation=NEVER", "fulfilment must be COMPLETE if"),
        ("x" * 1_001, "a text of at most 1,000 characters"),
    ],
)
def test_a_fault_names_the_setting_and_the_demand(text: str, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        policy_of(text)


@pytest.mark.parametrize("value", [True, 1.5, None, ["PRIORITY"]])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError, match="queue must be"):
        policy_of({"queue": value})  # type: ignore[dict-item]
