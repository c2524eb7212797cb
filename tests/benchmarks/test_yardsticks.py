"""What is done by hand is the same work: its outcome equals the library's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from benchmarks.backlog import POLICIES
from benchmarks.commands import SCENES, carry_out
from benchmarks.workloads import MARKET, PLAIN, RETAIL, Shape, draw
from benchmarks.yardsticks import by_constructors, by_hand, count, rebuilding, refolding
from orderflow import AllocationPolicy, Order, Outcome, Stock
from orderflow.core import allocate

if TYPE_CHECKING:
    from collections.abc import Callable


def in_any_order(outcome: Outcome) -> Outcome:
    """Sort what has no order of its own; events keep theirs."""
    return attrs.evolve(
        outcome,
        orders=tuple(sorted(outcome.orders, key=lambda order: order.order_id)),
        stock=tuple(sorted(outcome.stock, key=lambda stock: stock.key)),
        back_orders_opened=tuple(sorted(outcome.back_orders_opened)),
        queue_index=tuple(sorted(outcome.queue_index)),
    )


@pytest.mark.parametrize("shape", [PLAIN, RETAIL, MARKET], ids=lambda shape: shape.name)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("build", [by_hand, by_constructors], ids=["by_hand", "by_constructors"])
def test_by_hand_comes_to_what_the_library_does(
    build: Callable[..., Outcome], policy: AllocationPolicy, shape: Shape
) -> None:
    backlog = draw(shape, 600)
    outcome = allocate(backlog.orders, backlog.stock, policy, at=backlog.at)
    built = build(backlog.orders, backlog.stock, policy, backlog.at)
    assert in_any_order(built) == in_any_order(outcome)


def test_counting_gives_out_as_many_units() -> None:
    backlog = draw(PLAIN, 600)
    outcome = allocate(backlog.orders, backlog.stock, at=backlog.at)
    assert count(backlog.orders, backlog.stock) == sum(order.allocated for order in outcome.orders)


def test_what_is_built_by_hand_passes_the_checks() -> None:
    backlog = draw(PLAIN, 600)
    built = by_hand(backlog.orders, backlog.stock, AllocationPolicy(), backlog.at)
    assert all(attrs.evolve(order) == order for order in built.orders)
    assert {type(each) for each in (*built.orders, *built.stock)} == {Order, Stock}


@pytest.mark.parametrize("scene", SCENES)
def test_an_outcome_is_built_again(scene: str) -> None:
    outcome, after = carry_out(*SCENES[scene]())
    assert rebuilding(outcome)() == outcome
    assert refolding(outcome, after)() == after
