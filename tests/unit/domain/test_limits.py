"""What a command leads to has limits too: it is refused by its own error, which says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import (
    Action,
    AdjustmentReason,
    AllocationPolicy,
    BackOrderWait,
    ExpectedReceipt,
    Fulfilment,
    LimitRefusedError,
    OrderLine,
    PartialAllocation,
    Status,
    Stock,
)
from orderflow.commands import BookInStock, CancelOrder, PlaceOrder, SplitOrder
from orderflow.core import State, TransitionError, actions, decide, evolve
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.edits import ChangeQuantity, ReplaceLine
from orderflow.events import OrderEdited, OrderPlaced, StockBookedIn
from tests.unit.shop import ACME, NOON, Shop, about, key, later, order, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.commands import Command
    from orderflow.events import Event


def full() -> Shop:
    """Return a shop with as many mugs on hand as there can be."""
    shop = shop_with(MUG=UNITS_MAX, PAN=0)
    shop.take("A", ("MUG", 2), allocate=False)
    shop.announce(ExpectedReceipt("R1", key(), UNITS_MAX, NOON))
    return shop


ABOVE: list[tuple[str, Callable[[Shop], object], str]] = [
    ("a delivery", lambda shop: shop.receive("MUG", 1), "stock of 'MUG' in warehouse 'leeds'"),
    (
        "a delivery of what was announced",
        lambda shop: shop.book_in(key(), 1, receipt_id="R1", more_to_come=True),
        "stock of 'MUG' in warehouse 'leeds'",
    ),
    (
        "an adjustment",
        lambda shop: shop.adjust(key(), 1, AdjustmentReason.FOUND),
        "stock of 'MUG' in warehouse 'leeds'",
    ),
    (
        "a replacement",
        lambda shop: shop.edit("A", ReplaceLine("1", "PAN", units=UNITS_MAX // 2 + 1)),
        "line '1' of order 'A'",
    ),
]


@pytest.mark.parametrize(
    ("ask", "subject"), [pytest.param(ask, subject, id=name) for name, ask, subject in ABOVE]
)
def test_a_result_above_its_limit_is_refused_and_changes_nothing(
    ask: Callable[[Shop], object], subject: str
) -> None:
    shop = full()
    before = shop.stored()
    with pytest.raises(LimitRefusedError) as refusal:
        ask(shop)
    assert shop.stored() == before
    error = refusal.value
    assert (error.subject, error.limit) == (subject, UNITS_MAX)
    assert error.result > UNITS_MAX
    assert f"{subject} would have {error.result:,} units" in str(error)
    assert "at most 1,000,000,000,000 are allowed; " in str(error)


def test_a_result_at_its_limit_is_allowed() -> None:
    shop = shop_with(MUG=UNITS_MAX - 3)
    shop.receive("MUG", 1)
    shop.announce(ExpectedReceipt("R1", key(), UNITS_MAX, NOON))
    shop.book_in(key(), 1, rejected=UNITS_MAX, receipt_id="R1", more_to_come=True)
    shop.adjust(key(), 1, AdjustmentReason.FOUND)
    assert shop.shelf() == (UNITS_MAX, 0)
    shop.count(key(), UNITS_MAX)
    shop.adjust(key(), -UNITS_MAX, AdjustmentReason.LOSS)
    shop.receive("MUG", UNITS_MAX)
    assert shop.shelf() == (UNITS_MAX, 0)


def test_the_way_out_of_a_full_stock_is_a_count() -> None:
    shop = full()
    with pytest.raises(LimitRefusedError, match=r"count the stock and record the count first"):
        shop.receive("MUG", 1)
    shop.count(key(), 5)
    shop.receive("MUG", 1)
    assert shop.shelf() == (6, 0)


def test_a_split_and_a_return_of_all_units_stay_within_the_limits() -> None:
    shop = shop_with(MUG=UNITS_MAX)
    shop.take("A", ("MUG", UNITS_MAX), ("MUG", UNITS_MAX))
    shop.split("A", "B")
    assert (shop.order("A").units, shop.order("B").units) == (UNITS_MAX, UNITS_MAX)
    shop.cancel("B")
    shop.edit("A", ChangeQuantity("2", 1))
    assert shop.shelf() == (UNITS_MAX, 1)


# Counts that a command increases by one


WAITING = order(
    "A", status=Status.ON_BACK_ORDER, lines=(OrderLine("1", "MUG", 2, 1),), wait=BackOrderWait(NOON)
)
MUGS = Stock(key(), on_hand=1, allocated=1)


@pytest.mark.parametrize(
    ("field", "unit", "command"),
    [
        ("version", "events", CancelOrder(**about())),
        ("split_count", "splits", SplitOrder(**about(), new_order_id="B")),
    ],
)
def test_an_order_is_not_counted_beyond_the_limit(field: str, unit: str, command: Command) -> None:
    last = attrs.evolve(WAITING, **{field: UNITS_MAX - 1})  # type: ignore[arg-type]
    outcome = decide(command, State.of(ACME, [last], [MUGS]))
    assert getattr(outcome.order, field) == UNITS_MAX
    full = attrs.evolve(WAITING, **{field: UNITS_MAX})  # type: ignore[arg-type]
    with pytest.raises(LimitRefusedError, match=f"order 'A' would have .* {unit}, .* another id"):
        decide(command, State.of(ACME, [full], [MUGS]))


def test_an_order_is_not_passed_over_beyond_the_limit() -> None:
    policy = AllocationPolicy(
        partial_allocation=PartialAllocation.AFTER_WAITING, passes_max=UNITS_MAX
    )

    def passed_over(times: int, command: Command) -> object:
        wait = BackOrderWait(NOON, times)
        waiting = order("A", ("MUG", 5), status=Status.ON_BACK_ORDER, wait=wait)
        return decide(command, State.of(ACME, [waiting], [Stock(key(), 1)]), policy)

    small = PlaceOrder(order=order("B", placed_at=later(1)), at=later(1))
    passed_over(UNITS_MAX - 1, small)
    with pytest.raises(LimitRefusedError, match=r"order 'A' would have .* passes, .* on hold"):
        passed_over(UNITS_MAX, small)
    passed_over(UNITS_MAX, BookInStock(key=key(), received=1, at=later(1)))


def test_an_automatic_split_is_counted_like_any_other() -> None:
    full = attrs.evolve(WAITING, split_count=UNITS_MAX, lines=(OrderLine("1", "MUG", 2, 0),))
    policy = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
    with pytest.raises(LimitRefusedError, match="splits"):
        decide(BookInStock(key=key(), received=1, at=later(1)), State.of(ACME, [full]), policy)


def test_an_action_beyond_a_limit_is_not_allowed_and_says_why() -> None:
    state = State.of(ACME, [attrs.evolve(WAITING, version=UNITS_MAX)], [MUGS])
    answers = {answer.action: answer for answer in actions("A", state, NOON)}
    cancel = answers[Action.CANCEL]
    assert not cancel.allowed
    assert "order 'A' would have 1,000,000,000,001 events" in cancel.reason


# Events from elsewhere


@pytest.mark.parametrize(
    "event",
    [
        StockBookedIn(key(), NOON, UNITS_MAX, 0),
        StockBookedIn(key(), NOON, -9, 0),
        OrderEdited(ACME, "A", NOON, (ReplaceLine("1", "MUG", units=UNITS_MAX),)),
        OrderEdited(ACME, "A", NOON, (ChangeQuantity("7", 1),)),
    ],
    ids=["too many units", "too few", "a line too long", "no such line"],
)
def test_an_event_whose_result_breaks_a_rule_is_impossible(event: Event) -> None:
    state = evolve(
        State(ACME), OrderPlaced(NOON, order("A", ("MUG", 2))), StockBookedIn(key(), NOON, 1, 0)
    )
    with pytest.raises(TransitionError, match=r"^(StockBookedIn|OrderEdited) cannot happen: "):
        evolve(state, event)
