"""Pages come to the same as one transaction, under the policies of which the page says so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from orderflow import Fulfilment, MemoryRepository, OrderFlow
from orderflow.commands import ChangePolicy
from orderflow.errors import RefusedError
from tests.model.agreement import picture_of_core, picture_of_model
from tests.model.commands import next_command
from tests.model.naive import NaiveModel
from tests.model.policies import VALID_SETTINGS, Settings, name_of, with_parameters
from tests.model.shop import START
from tests.model.test_agreement import COMMANDS, PAGES, seeded
from tests.model.world import RefusedByModelError

if TYPE_CHECKING:
    from orderflow import AllocationPolicy

SEQUENCES = 3


def comes_to_the_same(policy: AllocationPolicy) -> bool:
    """Whether the order of events does not matter to the policy."""
    return policy.passes_max is None and policy.fulfilment is Fulfilment.COMPLETE


@pytest.mark.parametrize(
    "each",
    [each for each in VALID_SETTINGS if each["fulfilment"] is Fulfilment.COMPLETE],
    ids=name_of,
)
@pytest.mark.parametrize("orders_max", PAGES)
def test_pages_come_to_the_same_as_one_transaction(each: Settings, orders_max: int) -> None:
    for number in range(SEQUENCES):
        random = seeded(each, number)
        # The last parameters have no passes.
        policy = with_parameters(each, lambda options: options[-1])
        whole = NaiveModel(policy, START)
        flow = OrderFlow(MemoryRepository(), default_policy=policy, orders_max=orders_max)
        acme = flow.seller("acme")
        for _ in range(COMMANDS):
            command = next_command(whole.world, random)
            if isinstance(command, ChangePolicy) and not comes_to_the_same(command.policy):
                continue
            try:
                whole.handle(command)
            except RefusedByModelError:
                continue  # in pages, the effects of time would stay
            with suppress(RefusedError):  # the hold has ended on a page before
                acme.handle(command)
            assert picture_of_core(
                acme.orders(), acme.stock(), acme.receipts()
            ) == picture_of_model(whole.world)
