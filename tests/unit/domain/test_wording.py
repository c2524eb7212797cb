"""Explanations in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import (
    AllocationPolicy,
    ExpectedReceipt,
    HoldReason,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
    in_words,
)
from orderflow.core import explain
from tests.unit.domain.test_walks import OPENINGS
from tests.unit.shop import NOON, Shop, key, later, shop_with

if TYPE_CHECKING:
    from collections.abc import Callable

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
FAIR = AllocationPolicy(rationing=Rationing.FAIR_SHARE)
URGENT = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=5)


def patient(**options: Any) -> AllocationPolicy:  # noqa: ANN401
    return AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, **options)


def words(shop: Shop, order_id: str = "A", **options: Any) -> str:  # noqa: ANN401
    return " ".join(in_words(shop.explain(order_id, **options)))


def expect(shop: Shop, *units: int) -> None:
    for number, quantity in enumerate(units, 1):
        day = later(number * 24 * 60)
        shop.announce(ExpectedReceipt(f"R{number}", key(), quantity, day))


def test_an_order_on_back_order_is_explained_in_full() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    expect(shop, 3, 9)
    assert in_words(shop.explain("B")) == (
        (
            "Order 'B' has been on back order since 2025-03-03 12:02 UTC: "
            "it is short of all its 2 units."
        ),
        "Line '1' is short of all its 2 units of 'MUG', and has none.",
        "It is number 2 in the queue for 'MUG', behind 'A' (2 units).",
        "No unit of 'MUG' is available in 'leeds' now.",
        (
            "Receipt 'R2', expected at 2025-03-05 12:00 UTC, would cover this line, "
            "after 1 that is expected before it."
        ),
        "It takes units while it waits for the rest.",
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("ALLOCATED", "every line is covered, and it waits to be sent to the warehouse."),
        ("SENT_TO_WAREHOUSE", "is at the warehouse, which picks and packs it."),
        ("CANCELLATION_REQUESTED", "which has not answered the cancellation request yet."),
        ("DESPATCHED", "has left the warehouse, and its stock with it."),
        ("DELIVERED", "was delivered."),
        ("CANCELLED", "was cancelled, and has no units."),
    ],
)
def test_an_order_that_does_not_wait_is_explained_in_one_sentence(
    status: str, sentence: str
) -> None:
    (said,) = in_words(OPENINGS[status]().explain("A"))
    assert said.startswith("Order 'A' ")
    assert said.endswith(sentence)


def test_a_new_order_has_a_place_that_it_would_take() -> None:
    said = words(OPENINGS["NEW"]())
    assert "'A' is new: it has not been allocated yet" in said
    assert "It would be at the head of the queue for 'MUG'." in said
    assert "2 units of 'MUG' are available in 'leeds' now. That is enough for this line." in said
    assert "allows_partial" not in said


def test_a_hold_is_told_with_its_reasons_and_its_end() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.hold("A", HoldReason.SELLER_DELAY, until=later(90))
    shop.hold("A", HoldReason.ADDRESS)
    said = words(shop)
    assert "on hold (address, seller delay until 2025-03-03 13:30 UTC)" in said
    assert "It would be at the head of the queue for 'MUG'." in said


def test_an_order_without_a_known_beginning_is_on_back_order_all_the_same() -> None:
    explanation = OPENINGS["ON_BACK_ORDER"]().explain("A")
    order = attrs.evolve(explanation.order, wait=None)
    sentence = in_words(attrs.evolve(explanation, order=order))[0]
    assert sentence == "Order 'A' is on back order: it is short of 1 of its 2 units."


def behind(how_many: int, earlier_max: int) -> str:
    shop = shop_with(MUG=0)
    for number in range(how_many):
        shop.take(str(number), ("MUG", 2))
    shop.take("A")
    return words(shop, earlier_max=earlier_max)


@pytest.mark.parametrize(
    ("how_many", "earlier_max", "sentence"),
    [
        (2, 2, "behind '0' (2 units) and '1' (2 units)."),
        (3, 2, "behind '0' (2 units), '1' (2 units) and 1 further order (2 units)."),
        (3, 1, "behind '0' (2 units) and 2 further orders (4 units)."),
        (1, 0, "behind 1 order (2 units)."),
        (3, 0, "behind 3 orders (6 units)."),
    ],
)
def test_those_before_it_are_listed(how_many: int, earlier_max: int, sentence: str) -> None:
    assert sentence in behind(how_many, earlier_max)


def test_those_who_share_with_it_are_listed() -> None:
    shop = shop_with(FAIR, MUG=0)
    shop.take("A")
    assert "No other order waits for 'MUG'." in words(shop)
    shop.take("B", ("MUG", 3))
    assert "Stock of 'MUG' is shared with 'B' (3 units)." in words(shop)


def test_one_unit_is_said_to_be_one() -> None:
    shop = shop_with(NEVER, MUG=1)
    shop.take("A", ("MUG", 2))
    assert "1 unit of 'MUG' is available in 'leeds' now." in words(shop)
    assert "short of its 1 unit of 'MUG'" in behind(0, 0)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (AllocationPolicy(), "would cover this line, after 2 that are expected before it."),
        (FAIR, "would cover this line at the latest, after 2 that are expected before it."),
        (NEVER, "would cover this line as far as is known, after 2 that"),
    ],
)
def test_a_forecast_says_how_sure_it_is(policy: AllocationPolicy, sentence: str) -> None:
    shop = shop_with(policy, MUG=0)
    shop.take("A", ("MUG", 3))
    expect(shop, 1, 1, 1)
    assert sentence in words(shop)


def test_a_line_that_needs_an_overdue_receipt_has_no_date() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 3))
    expect(shop, 1, 1, 1)
    needs = "This line needs receipt 'R1', overdue since 2025-03-04 12:00 UTC"
    assert f"{needs}, so it has no date." in in_words(shop.explain("A", at=later(24 * 60 + 1)))


def test_what_is_not_announced_is_not_known() -> None:
    assert "so its date is unknown." in words(OPENINGS["ON_BACK_ORDER"]())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"passes_max": 1}, "begins to take units when it is passed over once more."),
        ({"passes_max": 3}, "begins to take units when it is passed over 3 more times."),
        (
            {"passes_max": 2, "wait_max": timedelta(days=1)},
            "when it is passed over 2 more times or from 2025-03-04 12:01 UTC on.",
        ),
        ({"wait_max": timedelta(days=1)}, "begins to take units from 2025-03-04 12:01 UTC on."),
    ],
)
def test_it_is_said_when_an_order_begins_to_keep(options: dict[str, Any], sentence: str) -> None:
    shop = shop_with(patient(**options), MUG=0)
    shop.take("A")
    said = words(shop)
    assert sentence in said
    assert "It takes no units until all its short lines can be covered at once." in said
    assert "It is blocked on 'MUG'." in said


def test_an_order_that_may_keep_already_does_so_when_it_is_offered_any() -> None:
    shop = shop_with(patient(passes_max=5), MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    said = in_words(explain("A", shop.state(), NOON, patient(passes_max=1)))
    assert said[-1] == "It begins to take units when it is next offered any."


def test_an_order_that_has_begun_to_keep_says_why() -> None:
    shop = shop_with(patient(passes_max=1), MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B")
    assert "It has waited long enough: it takes units" in words(shop)


def test_an_order_that_watches_another_product_does_not_stand_in_the_queue() -> None:
    shop = shop_with(NEVER, MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    said = words(shop)
    assert "It would be at the head of the queue for 'MUG'." in said
    assert "It is at the head of the queue for 'PAN'." in said


TAKE_BACK = "An order of priority 5 or higher that comes before it may preempt its units."


@pytest.mark.parametrize(
    ("opening", "said"),
    [(OPENINGS["ON_BACK_ORDER"], True), (OPENINGS["ALLOCATED"], True), (OPENINGS["NEW"], False)],
)
def test_it_is_said_who_may_take_back(opening: Callable[[], Shop], said: bool) -> None:  # noqa: FBT001
    sentences = in_words(explain("A", opening().state(), NOON, URGENT))
    assert (sentences[-1] == TAKE_BACK) == said


def test_an_urgent_order_says_so() -> None:
    shop = shop_with(URGENT, MUG=2)
    shop.take("B", ("MUG", 2))
    shop.take("A", ("MUG", 2), priority=5, allocate=False)
    said = words(shop)
    assert "No unit of 'MUG' is available in 'leeds' now, and it may preempt 2 units." in said
    assert said.endswith("It is urgent: it may preempt units of later orders.")
    shop.allocate("A")
    shop.take("C", ("MUG", 1), priority=5)
    assert "behind 'A'" not in words(shop, "C")
    assert "behind 'C' (1 unit, urgent)" in words(shop, "B")
