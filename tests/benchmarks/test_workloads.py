"""The workloads have the figures that they are said to have, and are the same in every run."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.workloads import MARKET, PLAIN, RETAIL, Shape, draw, draw_lines

SHAPES = pytest.mark.parametrize("shape", [PLAIN, RETAIL, MARKET], ids=lambda shape: shape.name)
LINES = 100_000


def percentile(values: list[int], part: float) -> int:
    return sorted(values)[int(len(values) * part)]


def share_of_top(shape: Shape, part: float) -> float:
    lines = Counter(sku for order in draw_lines(shape, LINES) for sku, _ in order)
    products = LINES // 200
    return sum(count for _, count in lines.most_common(round(products * part))) / LINES


@SHAPES
def test_there_are_as_many_lines_as_asked_for(shape: Shape) -> None:
    assert sum(len(order) for order in draw_lines(shape, 3_000)) == 3_000
    assert sum(len(order.lines) for order in draw(shape, 300).orders) == 300


@SHAPES
def test_the_same_seed_draws_the_same(shape: Shape) -> None:
    assert draw(shape, 300) == draw(shape, 300)
    assert draw(shape, 300) != draw(shape, 300, seed=1)


@SHAPES
def test_units_have_the_figures_of_the_real_file(shape: Shape) -> None:
    units = [units for order in draw_lines(shape, LINES) for _, units in order]
    assert percentile(units, 0.5) == 3
    assert percentile(units, 0.95) == pytest.approx(32, abs=2)


def test_orders_of_a_retailer_have_the_figures_of_the_real_file() -> None:
    lines = [len(order) for order in draw_lines(RETAIL, LINES)]
    assert percentile(lines, 0.5) == pytest.approx(15, abs=1)
    assert percentile(lines, 0.95) == pytest.approx(75, abs=5)
    assert max(lines) <= 1_112
    assert share_of_top(RETAIL, 0.1) == pytest.approx(0.48, abs=0.05)


def test_a_marketplace_has_a_third_of_its_lines_in_a_hundredth_of_its_products() -> None:
    orders = list(draw_lines(MARKET, LINES))
    assert len(orders) == pytest.approx(LINES / 1.1, rel=0.01)
    assert share_of_top(MARKET, 0.01) == pytest.approx(1 / 3, abs=0.03)


def test_plain_orders_have_three_lines_of_products_that_are_all_alike() -> None:
    assert {len(order) for order in draw_lines(PLAIN, 3_000)} == {3}
    assert share_of_top(PLAIN, 0.1) == pytest.approx(0.1, abs=0.03)


@SHAPES
def test_there_is_less_stock_than_is_wanted(shape: Shape) -> None:
    backlog = draw(shape, 3_000)
    wanted = sum(order.units for order in backlog.orders)
    assert 0.5 * wanted < sum(each.on_hand for each in backlog.stock) < wanted
