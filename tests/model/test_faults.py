"""Negative controls: a fault in the core is found by the test of agreement, within its budget."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.model.agreement import PureCore, picture_after
from tests.model.commands import next_command
from tests.model.faults import FAULTS
from tests.model.naive import NaiveModel
from tests.model.policies import VALID_SETTINGS, with_first_parameters, with_parameters
from tests.model.reallocation_faults import FAULTS as FAULTS_OF_REALLOCATIONS
from tests.model.shop import START
from tests.model.test_agreement import COMMANDS, PAGES, SEQUENCES, seeded
from tests.model.warehouse_faults import FAULTS as FAULTS_OF_WAREHOUSES

if TYPE_CHECKING:
    from orderflow import AllocationPolicy
    from orderflow.commands import Command
    from tests.model.agreement import Picture
    from tests.model.planting import PutIn

ALL_FAULTS = {**FAULTS, **FAULTS_OF_WAREHOUSES, **FAULTS_OF_REALLOCATIONS}


@pytest.mark.parametrize("name", ALL_FAULTS)
def test_a_fault_is_found(name: str) -> None:
    where, put_in = ALL_FAULTS[name]
    assert any(
        they_differ(index, number, put_in)
        for number in range(3 * SEQUENCES)
        for index, each in enumerate(VALID_SETTINGS)
        if where.items() <= each.items()
    )


def they_differ(index: int, number: int, put_in: PutIn) -> bool:
    """Say whether the test of agreement would fail; the core is on one view only."""
    policy, orders_max, played = played_by_the_model(index, number)
    core = PureCore(policy, orders_max)
    with pytest.MonkeyPatch.context() as patch:
        put_in(patch)
        return any(core.picture_after(command) != expected for command, expected in played)


@cache
def played_by_the_model(
    index: int, number: int
) -> tuple[AllocationPolicy, int | None, list[tuple[Command, Picture]]]:
    """Return the commands of a sequence, each with the result of the model: once for all faults."""
    each = VALID_SETTINGS[index]
    random, pick = seeded(each, number), seeded(each, number).choice
    policy = with_parameters(each, pick) if number % 2 else with_first_parameters(each)
    orders_max = (None, *PAGES)[number % 4]
    model = NaiveModel(policy, START, orders_max)
    commands = (next_command(model.world, random) for _ in range(COMMANDS))
    return policy, orders_max, [(each, picture_after(model, each)) for each in commands]
