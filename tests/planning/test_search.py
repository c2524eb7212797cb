"""The search for the orders to complete, compared with trying all choices."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderflow.domain.planning.branching import best_choice
from orderflow.domain.planning.filling import Filling
from orderflow.domain.planning.packing import Packing, parts_of
from orderflow.domain.planning.prices import bound_of
from orderflow.domain.planning.search import Search, search
from tests.planning.large import large_packing

if TYPE_CHECKING:
    from collections.abc import Sequence

PRODUCTS = 4


@st.composite
def packings(draw: st.DrawFn) -> Packing:
    needs = draw(
        st.lists(
            st.dictionaries(st.integers(0, PRODUCTS - 1), st.integers(1, 6), max_size=3),
            max_size=9,
        )
    )
    return Packing(
        tuple(draw(st.sampled_from((1, 1, 1, 2, 7))) for _ in needs),
        tuple(tuple(each) for each in needs),
        tuple(tuple(each.values()) for each in needs),
        tuple(draw(st.lists(st.integers(0, 12), min_size=PRODUCTS, max_size=PRODUCTS))),
    )


def fits(packing: Packing, chosen: Sequence[int]) -> bool:
    return min(packing.left(chosen)) >= 0


def best_value(packing: Packing) -> int:
    everyone = range(len(packing.weights))
    return max(
        packing.value(chosen)
        for count in range(len(everyone) + 1)
        for chosen in combinations(everyone, count)
        if fits(packing, chosen)
    )


@given(packings())
def test_few_orders_are_chosen_as_by_trying_all(packing: Packing) -> None:
    found = search(packing, Search())
    assert fits(packing, found.chosen)
    assert packing.value(found.chosen) == found.value == best_value(packing) == found.bound


@given(packings(), st.lists(st.integers(0, 10**13), min_size=PRODUCTS, max_size=PRODUCTS))
def test_any_prices_prove_a_bound(packing: Packing, prices: list[int]) -> None:
    assert bound_of(packing, prices).bound >= best_value(packing)


@given(packings(), st.integers(0, 40))
def test_a_search_that_is_cut_has_a_choice_that_fits_and_a_bound(
    packing: Packing, times: int
) -> None:
    asked = iter(range(times))
    found = search(packing, Search(go_on=lambda _value, _bound: next(asked, None) is not None))
    assert fits(packing, found.chosen)
    assert found.value <= best_value(packing) <= found.bound


@given(packings())
def test_a_search_is_never_worse_than_what_was_known(packing: Packing) -> None:
    known = search(packing, Search()).chosen
    assert search(packing, Search(rounds=0), known).value == best_value(packing)


@given(packings())
def test_what_is_decided_before_the_search_is_right(packing: Packing) -> None:
    sure, parts = parts_of(packing)
    left = [packing.value(sure), *(best_value(part.packing) for part in parts if part.orders)]
    assert sum(left) == best_value(packing)


@given(packings())
def test_branch_and_bound_finds_the_best_and_says_so(packing: Packing) -> None:
    prices = bound_of(packing, [1 << 37] * PRODUCTS)
    chosen, is_proven = best_choice(packing, prices.each, [], 10_000)
    assert is_proven
    assert packing.value(chosen) == best_value(packing)
    known: list[int] = []
    assert best_choice(packing, prices.each, known, 0) == ([], False)


@pytest.mark.parametrize(("searches", "seconds"), [(1, 8), (2, 4), (4, 2)])
def test_the_first_of_several_searches_has_an_equal_share(searches: int, seconds: float) -> None:
    assert Search(seconds_left=lambda: 8.0).with_share(searches).seconds_left() == seconds


def test_a_search_that_is_over_asks_no_more_for_its_other_parts() -> None:
    one = large_packing(100)
    shifted = tuple(tuple(len(one.supply) + each for each in order) for order in one.products)
    both = Packing(one.weights * 2, one.products + shifted, one.units * 2, one.supply + one.supply)
    asked: list[int] = []

    def never(value: int, _bound: int) -> bool:
        asked.append(value)
        return False

    found = search(both, Search(go_on=never))
    assert len(asked) == 1
    assert found.value == 2 * search(one, Search(go_on=never)).value


def test_taking_out_a_few_orders_of_a_product_can_improve_what_single_exchanges_cannot() -> None:
    packing = large_packing(100, products=5, lines=2, weight_max=99, seed=2)
    values: list[int] = []

    def note(value: int, _bound: int) -> bool:
        values.append(value)
        return True

    found = search(packing, Search(rounds=5, go_on=note))
    assert values == sorted(values)
    assert packing.value(found.chosen) == found.value > values[0]
    assert fits(packing, found.chosen)


@pytest.mark.parametrize("orders", [200, 500])
def test_exchanges_of_one_order_only_improve_a_filling_and_none_leaves_an_order_that_fits(
    orders: int,
) -> None:
    packing = large_packing(orders)
    (part,) = parts_of(packing)[1]
    filling = Filling(part.packing, (1 << 30,) * len(part.packing.supply))
    values = [filling.value]
    for better in filling.exchange_each():
        assert better or filling.value == values[-1]
        values.append(filling.value)
    assert values == sorted(values)
    for product in range(len(part.packing.supply)):
        filling.exchange_some(product, product * 7, product)
    assert filling.value == part.packing.value(filling.chosen)
    left = part.packing.left(filling.chosen)
    assert min(left) >= 0
    for order in set(range(len(part.orders))).difference(filling.chosen):
        needs = zip(part.packing.products[order], part.packing.units[order], strict=True)
        assert any(left[product] < units for product, units in needs)


def test_many_orders_are_chosen_close_to_the_bound_and_alike_each_time() -> None:
    packing = large_packing(1_000)
    found = search(packing, Search(rounds=60))
    assert found == search(packing, Search(rounds=60))
    assert not found.was_cut
    assert fits(packing, found.chosen)
    assert (found.bound - found.value) / found.bound < 0.01
    greedy = search(packing, Search(rounds=0))
    assert greedy.value < found.value
    assert greedy.bound > found.bound


def test_all_orders_are_completed_if_there_is_enough() -> None:
    packing = Packing((1, 2), ((0,), (0,)), ((3,), (4,)), (7,))
    found = search(packing, Search())
    assert (found.chosen, found.value, found.bound) == ((0, 1), 3, 3)


@example(Packing((1,), ((0,),), ((5,),), (4, 0, 0, 0)))
@given(packings())
def test_an_order_that_needs_more_than_there_is_takes_no_part(packing: Packing) -> None:
    sure, parts = parts_of(packing)
    for order in (*sure, *(order for part in parts for order in part.orders)):
        assert fits(packing, [order])


def test_a_search_may_be_cut_at_its_last_exchange() -> None:
    packing = large_packing(100, products=5, lines=2, weight_max=99, seed=2)
    asked: list[int] = []

    def count(value: int, _bound: int) -> bool:
        asked.append(value)
        return True

    found = search(packing, Search(rounds=1, go_on=count))
    left = iter(asked[1:])
    cut = search(packing, Search(rounds=1, go_on=lambda _value, _bound: next(left, 0) > 0))
    assert not found.was_cut
    assert cut.was_cut
    assert cut.value <= found.value
