"""The strategies draw good values, all kinds of them, and histories that get somewhere."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import orderflow
import orderflow.edits
from orderflow import (
    AllocationPolicy,
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    Status,
    StockKey,
)
from orderflow.commands import DespatchOrder
from orderflow.core import State, decide
from orderflow.domain.model.validators import is_identifier
from orderflow.errors import NotFoundError, RefusedError
from orderflow.events import ShortReason, ShortUnitsCancelled
from orderflow.testing import strategies
from orderflow.testing.strategies import (
    History,
    Scope,
    addresses,
    commands,
    edits,
    histories,
    holds,
    identifiers,
    moments,
    next_commands,
    order_lines,
    orders,
    policies,
    receipts,
    stock_keys,
    stock_records,
)
from tests.unit.shop import ACME, NOON, order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TINY = Scope(
    seller_ids=("zenith",),
    warehouse_ids=("york",),
    skus=("HAT",),
    order_ids=("X", "Y"),
    lines_max=2,
    quantity_max=1,
)


def drawn(strategy: SearchStrategy[Any], count: int = 150) -> list[Any]:
    """Draw many, the same ones each time."""
    collected: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: object) -> None:
        collected.append(value)

    draw()
    return collected


@given(identifiers())
def test_identifiers_may_name_something(identifier: str) -> None:
    assert is_identifier(identifier)


@given(st.one_of(addresses(), stock_keys(), stock_records(), receipts(), orders(), policies()))
def test_values_pass_their_checks_again_when_they_are_made_again(value: Any) -> None:  # noqa: ANN401
    assert attrs.evolve(value) == value


@given(orders(TINY), order_lines(TINY), stock_keys(TINY))
def test_a_scope_is_kept_to(
    made: orderflow.Order, lines: tuple[orderflow.OrderLine, ...], key: StockKey
) -> None:
    assert made.order_id in {"X", "Y"}
    assert (made.seller_id, made.warehouse_id, made.status) == ("zenith", "york", Status.NEW)
    assert {(line.sku, line.quantity) for line in (*made.lines, *lines)} == {("HAT", 1)}
    assert max(len(made.lines), len(lines)) <= 2
    assert key == StockKey("zenith", "york", "HAT")


def test_holds_end_after_the_moment_or_not_at_all() -> None:
    ends = {hold.until for hold in drawn(holds(NOON))}
    assert None in ends
    assert all(end > NOON for end in ends if end is not None)


def test_moments_are_of_the_first_days() -> None:
    scope = Scope()
    limit = scope.opens_at + timedelta(days=3)
    assert all(scope.opens_at <= moment <= limit for moment in drawn(moments()))


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("queue", Queue),
        ("rationing", Rationing),
        ("partial_allocation", PartialAllocation),
        ("fulfilment", Fulfilment),
        ("preemption", Preemption),
    ],
)
def test_every_setting_is_drawn(field: str, kind: type) -> None:
    assert {getattr(policy, field) for policy in drawn(policies())} == set(kind)  # type: ignore[call-overload]


def test_every_edit_is_drawn() -> None:
    edited = order("A", ("MUG", 2), ("PAN", 1))
    found = {type(edit) for drawn_edits in drawn(edits(edited)) for edit in drawn_edits}
    assert found == set(orderflow.edits.Edit.__args__)


@given(histories(length_max=5))
def test_a_history_is_no_longer_than_asked(history: History) -> None:
    assert 1 <= len(history.commands) <= 5


def test_the_clock_of_a_history_goes_on_and_is_set_back() -> None:
    steps = [
        later.at - earlier.at
        for history in drawn(histories(length_max=5))
        for earlier, later in pairwise(history.commands)
    ]
    assert min(steps) < timedelta(0) < max(steps)


def test_a_history_is_drawn_under_the_policy_that_is_asked_for() -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY)
    assert {history.policy for history in drawn(histories(policy=st.just(policy)), 20)} == {policy}


def test_most_commands_of_a_history_can_be_carried_out() -> None:
    """Where most are refused, little is tested: at least two thirds have to be carried out."""
    done, refused = 0, 0
    for history in drawn(histories(), 60):
        state = State(ACME)
        for command in history.commands:
            try:
                state = state.after(decide(command, state, history.policy))
            except (NotFoundError, RefusedError):
                refused += 1
            else:
                done += 1
    assert done > 2 * refused > 0


def test_limits_of_back_orders_and_named_units_have_an_effect() -> None:
    """What is drawn, and changes nothing, tests nothing."""
    effects: Counter[str] = Counter()
    for history in drawn(histories(length_max=60), 200):
        state = State(ACME)
        for command in history.commands:
            try:
                outcome = decide(command, state, history.policy)
            except (NotFoundError, RefusedError):
                continue
            state = state.after(outcome)
            effects[f"{type(command).__name__} of units"] += bool(getattr(command, "units", None))
            for event in outcome.events:
                effects[getattr(event, "reason", "")] += isinstance(event, ShortUnitsCancelled)
    named = [effects[f"{each} of units"] for each in ("SplitOrder", "DespatchOrder", "ReturnUnits")]
    assert min(named) >= 1
    assert effects[ShortReason.LIMIT] >= 10


def test_commands_are_drawn_whether_or_not_they_can_be_carried_out() -> None:
    state = State.of(ACME, [order("1")])
    anything = {type(command) for command in drawn(commands(state), 400)}
    sensible = {type(command) for command in drawn(next_commands(state), 400)}
    assert DespatchOrder in anything - sensible
    assert {
        orderflow.commands.PlaceOrder,
        orderflow.commands.AllocateOrder,
        orderflow.commands.BookInStock,
    } <= sensible


@pytest.mark.parametrize("name", strategies.__all__)
def test_every_strategy_says_what_it_draws(name: str) -> None:
    assert getattr(strategies, name).__doc__
