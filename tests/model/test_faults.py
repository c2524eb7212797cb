"""Negative controls: a fault in the core is found by the test of agreement, within its budget."""

from __future__ import annotations

import pytest

from tests.model.agreement import DisagreementError, PurePair
from tests.model.commands import next_command
from tests.model.faults import FAULTS
from tests.model.policies import VALID_SETTINGS, Settings, with_first_parameters, with_parameters
from tests.model.reallocation_faults import FAULTS as FAULTS_OF_REALLOCATIONS
from tests.model.test_agreement import COMMANDS, PAGES, SEQUENCES, seeded
from tests.model.warehouse_faults import FAULTS as FAULTS_OF_WAREHOUSES

ALL_FAULTS = {**FAULTS, **FAULTS_OF_WAREHOUSES, **FAULTS_OF_REALLOCATIONS}


@pytest.mark.parametrize("name", ALL_FAULTS)
def test_a_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, put_in = ALL_FAULTS[name]
    put_in(monkeypatch)
    assert any(
        they_differ(each, number)
        for number in range(3 * SEQUENCES)
        for each in VALID_SETTINGS
        if where.items() <= each.items()
    )


def they_differ(each: Settings, number: int) -> bool:
    """Say whether the test of agreement would fail; the core is on one view only."""
    random = seeded(each, number)
    pick = seeded(each, number).choice
    policy = with_parameters(each, pick) if number % 2 else with_first_parameters(each)
    pair = PurePair(policy, (None, *PAGES)[number % 4])
    try:
        for _ in range(COMMANDS):
            pair.handle(next_command(pair.model.world, random))
    except DisagreementError:
        return True
    return False
