"""The core has the same results as the naive model, whatever is asked for under whatever policy."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orderflow import InvalidValueError
from orderflow.commands import PlaceOrder, PlaceOrders, ReturnState
from orderflow.core import PageStep
from orderflow.sourcing import Division, SourcingPreference
from tests.model.agreement import Pair, agree_at_random
from tests.model.commands import next_command
from tests.model.policies import (
    SETTINGS,
    VALID_SETTINGS,
    Settings,
    contradict_each_other,
    name_of,
    with_first_parameters,
    with_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.commands import Command
    from tests.model.world import World

COMMANDS = 34
SEQUENCES = 7
PAGES = (1, 2, 3)
"""How many orders a page may change."""


def test_settings_that_contradict_each_other_are_refused() -> None:
    assert len(SETTINGS) == 144
    assert len(VALID_SETTINGS) == 66
    for each in SETTINGS:
        if contradict_each_other(each):
            with pytest.raises(InvalidValueError):
                with_first_parameters(each)


@pytest.mark.parametrize("each", VALID_SETTINGS, ids=name_of)
def test_they_agree_under_every_combination_of_settings(each: Settings) -> None:
    for number in range(SEQUENCES):
        agree_at_random(with_first_parameters(each), seeded(each, number), COMMANDS)


@pytest.mark.parametrize("each", VALID_SETTINGS, ids=name_of)
def test_they_agree_page_by_page(each: Settings) -> None:
    for orders_max in PAGES:
        for number in range(2):
            random = seeded(each, SEQUENCES + number)
            agree_at_random(with_parameters(each, random.choice), random, COMMANDS, orders_max)


# What fails is shortened command by command, which hypothesis could not do: what can be drawn
# depends on the state.
@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(
    each=st.sampled_from(VALID_SETTINGS),
    orders_max=st.sampled_from([None, *PAGES]),
    random=st.randoms(use_true_random=True),
)
def test_they_agree_with_any_parameters(
    each: Settings, orders_max: int | None, random: Random
) -> None:
    agree_at_random(with_parameters(each, random.choice), random, COMMANDS, orders_max)


def test_the_random_commands_reach_everything() -> None:
    """A test of what does not happen would find nothing."""
    happened: Counter[str] = Counter()
    for each in VALID_SETTINGS:
        for number in range(3):
            policy = with_parameters(each, seeded(each, number).choice)
            happened += what_happens(Pair(policy), seeded(each, number))
    share_refused = happened["refused"] / (3 * COMMANDS * len(VALID_SETTINGS))
    assert 0.05 < share_refused < 0.3
    rare = {name: happened[name] for name in EVERYTHING if happened[name] < 3}
    assert rare == {}


def test_the_random_commands_leave_everything_to_the_next_page() -> None:
    left: Counter[str] = Counter()
    for each in VALID_SETTINGS:
        for number in range(2):
            pair = Pair(with_first_parameters(each), PAGES[0])
            what_happens(pair, seeded(each, number))
            left += pair.pure.pages
    assert left.keys() == {"queues", "short", *PageStep}
    assert min(left.values()) >= 5


EVERYTHING = (
    *("OrderPlaced", "OrderAllocated", "OrderPutOnBackOrder", "OrderPartlyAllocated"),
    *("OrderPostponed", "PostponementEnded", "OrderReallocated"),
    *("PersonalDataErased", "OrderPinned", "OrderUnpinned", "the givers are served first"),
    *(
        "OrderReallocated",
        "OrderPassedOver",
        "OrderWaitedEnough",
        "OrderEdited",
        "OrderHeld",
        "HoldReleased",
    ),
    *(
        "OrderSplit",
        "OrderSplitAtWarehouse",
        "OrderSplitOff",
        "OrderCancelled",
        "OrderSentToWarehouse",
        "CancellationRequested",
    ),
    *("CancellationAccepted", "CancellationRejected", "OrderShortPicked", "OrderRecalled"),
    *("OrderDespatched", "OrderDelivered", "UnitsReturned", *ReturnState),
    *("StockBookedIn", "StockAdjusted", "PolicyChanged"),
    *("SplitOrder of units", "DespatchOrder of units", "ReturnUnits of units"),
    *("BackOrdersLimited", "its product may have no more back orders"),
    *("HOLD", "INCOMPLETE", "COUNT", "PREEMPTED", "POSTPONED"),
    *("ShortUnitsCancelled", "SHORT_PART", "LIMIT", "OrderGivenUp", "SellerReminded"),
    *("OrderMoved", "OrderPartMoved", "MoveOrder of units", "MoveOrder of what is short", "MOVED"),
    *("StockTransferred", "TransferWithdrawn", "TRANSFERRED"),
    *("ReceiptAnnounced", "ReceiptWithdrawn", "booked in, and more to come"),
    *(f"sourced by {each}" for each in (*SourcingPreference, *Division)),
    *("sourced together", "sourced from one", "sourced from several warehouses"),
    "in place of a cancelled order",
)


def what_happens(pair: Pair, random: Random) -> Counter[str]:
    happened: Counter[str] = Counter()
    for _ in range(COMMANDS):
        command = next_command(pair.model.world, random)
        refused = pair.handle(command)
        happened["refused"] += refused
        if not refused:
            happened.update(what_was_asked(command, pair.model.world))
    for event in pair.core.events():
        happened[type(event).__name__] += 1
        happened[getattr(event, "reason", "")] += 1
        happened[getattr(event, "state", "")] += 1
        happened["booked in, and more to come"] += getattr(event, "to_come", 0) > 0
    return happened


def what_was_asked(command: Command, world: World) -> Iterator[str]:
    """Name what is special about a command that was carried out."""
    if getattr(command, "units", None):
        yield f"{type(command).__name__} of units"
    if getattr(command, "repay", False):
        yield "the givers are served first"
    if getattr(command, "only_short", False):
        yield f"{type(command).__name__} of what is short"
    if isinstance(command, PlaceOrder) and command.order.replaces:
        yield "in place of a cancelled order"
    if isinstance(command, PlaceOrder | PlaceOrders) and command.sourcing:
        yield f"sourced by {command.sourcing.preference}"
        yield f"sourced by {command.sourcing.division}"
        if isinstance(command, PlaceOrders):
            yield "sourced together"
        else:
            warehouses = {
                order.warehouse
                for order in world.orders
                if command.order_id in (order.order_id, order.split_from)
            }
            yield f"sourced from {'several warehouses' if len(warehouses) > 1 else 'one'}"


def seeded(each: Settings, number: int) -> Random:
    return Random(f"{name_of(each)} {number}")  # noqa: S311 - the same commands in every run
