"""Small scope, but all of it: whatever can go wrong goes wrong with three orders already."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import settings

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
from orderflow.commands import ChangePolicy, RunDue
from orderflow.domain.allocation.serving_state import ServingState
from orderflow.events import (
    OrderMoved,
    OrderPartMoved,
    OrderPinned,
    OrderReallocated,
    OrderSplitOff,
    OrderUnpinned,
    StockTransferred,
    TransferWithdrawn,
)
from tests.machine.reallocations import by_hand
from tests.machine.small_world import explore
from tests.machine.two_warehouses import between_two_warehouses
from tests.properties.faults import FAULTS
from tests.unit.shop import ACME, NOON

TRANSITIONS_MAX = 70 * settings().max_examples  # the profile says how long it may take

POLICIES = {
    "keep": AllocationPolicy(),
    "complete only": AllocationPolicy(
        queue=Queue.PRIORITY, partial_allocation=PartialAllocation.NEVER
    ),
    "complete, then keep": AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING,
        passes_max=1,
        wait_max=timedelta(hours=1),
    ),
    "fair share": AllocationPolicy(rationing=Rationing.FAIR_SHARE),
    "whole lines": AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES),
    "two parcels": AllocationPolicy(
        queue=Queue.PRIORITY, fulfilment=Fulfilment.PARCELS, parcels_max=2
    ),
    "take-back": AllocationPolicy(
        queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=2
    ),
    "take-back of complete orders": AllocationPolicy(
        partial_allocation=PartialAllocation.NEVER, preemption=Preemption.URGENT, urgent_from=2
    ),
    "no short units": AllocationPolicy(
        partial_allocation=PartialAllocation.NEVER, short_part=ShortPart.CANCEL_SHORT
    ),
    "short orders on hold": AllocationPolicy(short_part=ShortPart.HOLD),
    "days that are far": AllocationPolicy(allocation_horizon=timedelta(hours=1)),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_everything_holds_in_every_state_of_a_small_world(policy: str) -> None:
    explored = explore(POLICIES[policy], TRANSITIONS_MAX)
    assert explored.depth >= 4
    assert explored.transitions >= TRANSITIONS_MAX
    assert explored.refusals < explored.transitions * 0.8


@pytest.mark.parametrize("policy", POLICIES)
def test_the_policy_may_change_in_every_state_of_a_small_world(policy: str) -> None:
    changes = [ChangePolicy(at=NOON, seller_id=ACME, policy=each) for each in POLICIES.values()]
    explored = explore(POLICIES[policy], TRANSITIONS_MAX // 4, changes)
    assert explored.depth >= 3


@pytest.mark.parametrize("how", GiveUp)
@pytest.mark.parametrize("policy", ["keep", "complete only", "whole lines", "two parcels"])
def test_orders_are_given_up_in_every_state_of_a_small_world(policy: str, how: GiveUp) -> None:
    hour = timedelta(hours=1)
    giving_up = attrs.evolve(POLICIES[policy], give_up_after=hour, give_up=how)
    due = RunDue(at=NOON + hour, seller_id=ACME)
    explored = explore(giving_up, TRANSITIONS_MAX // 8, [due])
    assert explored.depth >= 3


@pytest.mark.parametrize(
    "policy", ["keep", "complete only", "two parcels", "no short units", "short orders on hold"]
)
def test_everything_holds_in_every_state_of_two_small_warehouses(policy: str) -> None:
    explored = explore(POLICIES[policy], TRANSITIONS_MAX // 2, (), between_two_warehouses)
    assert explored.depth >= 4
    assert explored.refusals < explored.transitions * 0.8
    assert explored.happened >= {
        *(OrderMoved, OrderPartMoved, OrderSplitOff),
        *(StockTransferred, TransferWithdrawn),
    }


@pytest.mark.parametrize(
    "policy", ["keep", "complete only", "complete, then keep", "two parcels", "take-back"]
)
def test_everything_holds_in_every_state_that_reallocations_lead_to(policy: str) -> None:
    explored = explore(POLICIES[policy], TRANSITIONS_MAX // 2, (), by_hand)
    assert explored.depth >= 4
    assert explored.refusals < explored.transitions * 0.8
    assert explored.happened >= {OrderReallocated, OrderPinned, OrderUnpinned}


@pytest.mark.parametrize(
    "fault",
    [
        "a_cancellation_forgets_to_free",
        "what_becomes_free_is_not_offered",
        "a_row_is_missing_from_the_lifecycle",
        "every_edited_order_counts_as_covered",
        "those_that_wait_already_do_not_count",
        "an_order_is_sent_before_its_day",
    ],
)
def test_a_fault_shows_in_a_small_world(fault: str) -> None:
    """Negative controls: the same walk, with the fault, does not come through."""
    with FAULTS[fault](), pytest.raises(Exception):  # noqa: B017, PT011 - any will do
        explore(POLICIES["keep"], 200_000)


@pytest.mark.parametrize(
    "fault",
    ["a_transfer_leaves_its_units_on_the_shelf", "a_withdrawn_transfer_goes_back_to_nowhere"],
)
def test_a_fault_shows_in_two_small_warehouses(fault: str) -> None:
    with FAULTS[fault](), pytest.raises(AssertionError):
        explore(POLICIES["keep"], 200_000, (), between_two_warehouses)


def test_a_fault_with_repaid_orders_shows_in_a_small_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ServingState, "take_repaid", lambda _: False)  # no turn for urgent orders
    with pytest.raises(AssertionError):
        explore(POLICIES["take-back"], 200_000, (), by_hand)
