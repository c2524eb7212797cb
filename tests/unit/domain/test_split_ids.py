"""The ids of orders that are split off: free, within the limit, and in the form that is set."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Fulfilment, Order, Stock
from orderflow.commands import PlaceOrder, SplitOrder
from orderflow.core import State, decide
from orderflow.domain.model.validators import is_identifier
from orderflow.errors import DuplicateOrderError
from tests.unit.shop import ACME, NOON, Shop, about, key, order, shop_with

SPLIT = AllocationPolicy(fulfilment=Fulfilment.SPLIT)
LONG = "A" * 128


def parts(shop: Shop, order_id: str) -> list[str]:
    return [each.order_id for each in shop.parts_of(order_id).children]


def in_form(split_ids: str) -> AllocationPolicy:
    return AllocationPolicy(fulfilment=Fulfilment.SPLIT, split_ids=split_ids)


def test_the_parts_of_an_order_are_numbered() -> None:
    shop = shop_with(MUG=1)
    shop.take("1001", ("MUG", 3))
    shop.split("1001")
    shop.receive("MUG", 1)
    shop.split("1001")
    assert parts(shop, "1001") == ["1001.1", "1001.2"]


def test_the_parts_of_a_part_are_numbered_within_it() -> None:
    shop = shop_with(SPLIT, MUG=2)
    shop.take("A", ("MUG", 3))
    shop.send_to_warehouse("A.1")
    shop.report_short_pick("A.1", {"1": 1})
    assert parts(shop, "A.1") == ["A.1.1"]


def test_an_id_that_is_taken_is_passed_over() -> None:
    shop = shop_with(SPLIT, MUG=0)
    shop.take("A.1", ("PAN", 1))
    shop.take("A", ("MUG", 3))
    shop.receive("MUG", 1)
    shop.receive("MUG", 1)
    assert parts(shop, "A") == ["A.2", "A.3"]


def test_where_many_ids_are_taken_few_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [order(f"A.{number}") for number in range(1, 2_000)]
    state = State.of(ACME, taken, [Stock(key(), 1)])
    looked_up: list[str] = []

    def find(self: State, order_id: str) -> Order | None:
        looked_up.append(order_id)
        return self.orders.get(order_id)

    monkeypatch.setattr(State, "order", find)
    outcome = decide(PlaceOrder(order=order("A", ("MUG", 2)), at=NOON), state, SPLIT)
    assert [each.order_id for each in outcome.orders] == ["A", "A.2048"]
    assert len(looked_up) < 20


def test_orders_of_one_command_may_have_the_id_that_a_part_would_get() -> None:
    shop = shop_with(SPLIT, MUG=1)
    shop.place_many([order("A", ("MUG", 2)), order("A.1", ("PAN", 1))])
    assert parts(shop, "A") == ["A.2"]


def test_an_order_that_comes_under_the_id_of_a_part_is_told_of_whom_it_is_a_part() -> None:
    shop = shop_with(SPLIT, MUG=1)
    shop.take("A", ("MUG", 3))
    with pytest.raises(DuplicateOrderError, match="split off from order 'A'") as refusal:
        shop.take("A.1")
    assert (refusal.value.order_id, refusal.value.split_from) == ("A.1", "A")


def test_the_id_of_a_part_is_shortened_to_the_limit() -> None:
    shop = shop_with(SPLIT, MUG=1)
    shop.take(LONG, ("MUG", 4))
    shop.receive("MUG", 1)
    assert parts(shop, LONG) == ["A" * 126 + ".1", "A" * 126 + ".2"]


def test_orders_whose_ids_differ_only_beyond_the_limit_can_all_be_split() -> None:
    shop = shop_with(SPLIT, MUG=0)
    for last in "ABC":
        shop.take(LONG[1:] + last, ("MUG", 2))
    for _ in "ABC":
        shop.receive("MUG", 1)
        shop.receive("MUG", 1)
    split_off = {each.order_id for each in shop.orders() if each.split_from}
    assert split_off == {"A" * 126 + f".{number}" for number in (1, 2, 4)}


def test_the_id_of_a_part_has_no_blank_where_it_is_cut() -> None:
    assert AllocationPolicy().split_id("A" * 125 + " BC", 1) == "A" * 125 + ".1"


def test_a_part_of_a_part_at_the_limit_can_be_split() -> None:
    shop = shop_with(SPLIT, MUG=3)
    shop.take(LONG, ("MUG", 4))
    part = "A" * 126 + ".1"
    shop.send_to_warehouse(part)
    shop.report_short_pick(part, {"1": 2})
    assert parts(shop, part) == ["A" * 126 + ".2"]


@pytest.mark.parametrize(
    ("split_ids", "expected"),
    [
        ("{order_id}-{number}", "1001-1"),
        ("part-{number}-of-{order_id}", "part-1-of-1001"),
        ("{order_id}~{number}_", "1001~1_"),
    ],
)
def test_a_policy_sets_the_form_of_the_ids(split_ids: str, expected: str) -> None:
    shop = shop_with(in_form(split_ids), MUG=1)
    shop.take("1001", ("MUG", 2))
    assert parts(shop, "1001") == [expected]


@pytest.mark.parametrize("order_id", [LONG, "{number}{order_id}" * 7, f"{'A' * 100} {'B' * 27}"])
@pytest.mark.parametrize("split_ids", ["{order_id}.{number}", f"{{number}}{'-' * 32}{{order_id}}"])
def test_every_form_of_the_ids_has_room_for_the_number(order_id: str, split_ids: str) -> None:
    policy = in_form(split_ids)
    for number in (1, 10**12):
        split_id = policy.split_id(order_id, number)
        assert is_identifier(split_id)
        assert str(number) in split_id


def test_the_actions_name_the_id_that_a_split_would_give() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    (split,) = [each for each in shop.actions("A") if each.action == "SPLIT"]
    assert split.outcome is not None
    assert split.outcome == shop.preview(SplitOrder(**about(at=shop.clock.moment)))
    assert [each.order_id for each in split.outcome.other_orders] == ["A.1"]
