"""The strategies draw good values, all kinds of them, and histories that get somewhere."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
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
from orderflow.commands import Command, DespatchOrder, PlaceOrder, PlaceOrders
from orderflow.core import State, decide
from orderflow.domain.model.validators import is_identifier
from orderflow.errors import NotFoundError, RefusedError
from orderflow.events import (
    DeallocationReason,
    OrderDeallocated,
    OrderPlaced,
    ReceiptAnnounced,
    ShortReason,
    ShortUnitsCancelled,
    StockBookedIn,
)
from orderflow.sourcing import Division, SourcingPreference
from orderflow.testing import strategies
from orderflow.testing.strategies import (
    CommandHistory,
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
    sourcing_policies,
    stock_keys,
    stock_records,
)
from orderflow.testing.strategies.commands import draw_history
from orderflow.testing.strategies.values import SCOPE, draw_policy
from tests.unit.dice import Dice
from tests.unit.shop import ACME, NOON, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from orderflow import Outcome

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


@given(
    st.one_of(
        *(addresses(), stock_keys(), stock_records(), receipts(), orders(), policies()),
        sourcing_policies(),
    )
)
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


def test_every_way_to_choose_warehouses_is_drawn() -> None:
    found = drawn(sourcing_policies())
    assert {policy.preference for policy in found} == set(SourcingPreference)
    assert {policy.division for policy in found} == set(Division)
    assert {policy.waits_at for policy in found} == {None, "leeds", "york"}


def test_some_receipts_are_transfers() -> None:
    origins = {(each.key.warehouse_id, each.from_warehouse_id) for each in drawn(receipts())}
    assert origins == {("leeds", None), ("leeds", "york"), ("york", None), ("york", "leeds")}


def test_every_edit_is_drawn() -> None:
    edited = order("A", ("MUG", 2), ("PAN", 1))
    found = {type(edit) for drawn_edits in drawn(edits(edited)) for edit in drawn_edits}
    assert found == set(orderflow.edits.Edit.__args__)


@given(histories(length_max=5))
def test_a_history_is_no_longer_than_asked(history: CommandHistory) -> None:
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


@cache
def effects() -> Counter[str]:
    """Count what happens in long histories. What is drawn, and changes nothing, tests nothing.

    From dice: what Hypothesis draws depends on the constants in all modules that are imported.
    """
    found: Counter[str] = Counter()
    dice = Dice(1)
    for _ in range(300):
        history = draw_history(dice, SCOPE, lambda: draw_policy(dice), 60)
        state = State(ACME)
        for command in history.commands:
            try:
                outcome = decide(command, state, history.policy)
            except (NotFoundError, RefusedError):
                continue
            found.update(effects_of(command, outcome))
            state = state.after(outcome)
    return found


def effects_of(command: Command, outcome: Outcome) -> Iterator[str]:
    if getattr(command, "units", None):
        yield f"{type(command).__name__} of units"
    if isinstance(command, PlaceOrder | PlaceOrders) and command.sourcing is not None:
        yield f"{type(command).__name__} with sourcing"
        yield f"{type(command).__name__} over {command.sourcing.preference}"
        yield f"{type(command).__name__} divided {command.sourcing.division}"
        yield f"{len({each.warehouse_id for each in outcome.orders})} warehouses of one command"
    for event in outcome.events:
        yield type(event).__name__
        match event:
            case ShortUnitsCancelled(reason=reason) | OrderDeallocated(reason=reason):
                yield str(reason)
            case OrderPlaced(order=order) if order.replaces is not None:
                yield "an order replaces one"
            case ReceiptAnnounced(receipt=receipt) if receipt.from_warehouse_id is not None:
                yield "a transfer is announced"
            case StockBookedIn(from_warehouse_id=str()):
                rest = "less" if event.short else "more" if event.over else "all, or not yet all"
                yield f"a transfer arrives: {rest}"
            case _:
                pass


def test_limits_of_back_orders_and_named_units_have_an_effect() -> None:
    named = [f"{each} of units" for each in ("SplitOrder", "DespatchOrder", "ReturnUnits")]
    assert min(effects()[each] for each in named) >= 1
    assert effects()[ShortReason.LIMIT] >= 10


def test_several_warehouses_have_an_effect() -> None:
    frequent = [
        *("OrderMoved", "OrderPartMoved", "MoveOrder of units", DeallocationReason.MOVED),
        *("StockTransferred", "a transfer is announced"),
        *("a transfer arrives: all, or not yet all", "2 warehouses of one command"),
        *(f"PlaceOrder over {each}" for each in SourcingPreference),
        *(f"PlaceOrder divided {each}" for each in Division),
        *("an order replaces one", "PlaceOrders with sourcing"),
    ]
    rare = [
        *("a transfer arrives: less", "a transfer arrives: more", "TransferWithdrawn"),
        DeallocationReason.TRANSFERRED,
    ]
    assert {each: effects()[each] for each in frequent if effects()[each] < 5} == {}
    assert {each: effects()[each] for each in rare if not effects()[each]} == {}


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
