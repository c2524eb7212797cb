"""What the docs of the ports leave free does not matter to any answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.different import DifferentRepository, DifferentUnitOfWork
from tests.drills.freedoms import compare_histories

if TYPE_CHECKING:
    from orderflow import AllocationPolicy, Order


def test_a_repository_that_uses_every_freedom_answers_as_the_reference_does() -> None:
    drilled = compare_histories(80, seed=7, progress=lambda *_: None)
    assert drilled.found == ()
    assert min(drilled.notes.values()) > 20


class OmitsTooMany(DifferentUnitOfWork):
    """Omits orders that are not blocked on the product, too."""

    def is_omitted(self, order: Order, sku: str, limit: int) -> bool:
        return order.short_of(sku) > limit


class FollowsNoIndex(DifferentUnitOfWork):
    """Returns orders that are blocked on another product, too."""

    def is_in_queue(self, order: Order, sku: str, policy: AllocationPolicy) -> bool:
        del policy
        return order.short_of(sku) > 0


@pytest.mark.parametrize(("unit_of_work", "runs"), [(OmitsTooMany, 300), (FollowsNoIndex, 30)])
def test_a_repository_that_goes_beyond_its_freedom_is_found(
    unit_of_work: type[DifferentUnitOfWork], runs: int
) -> None:
    drilled = compare_histories(
        runs, 7, lambda *_: None, lambda dice: DifferentRepository(dice, unit_of_work)
    )
    assert drilled.found
