"""What is used up first: arithmetic on what an order takes, held to figures worked out by hand."""

from __future__ import annotations

import pytest

from benchmarks.capacity import Load, Steps, measure, resources
from benchmarks.postgres import draw_orders
from tests.databases import postgres_url

LOAD = Load(sellers=101, hot_seller=0.5, hot_product=0.1, cores=10, round_trip=1e-3, log=1e6)
ONE = Steps(batch=1, worker=1e-3, server=2e-3, flush=4e-3, log=1_000)


def test_a_worker_is_busy_with_work_waits_and_round_trips() -> None:
    assert ONE.busy(LOAD) == pytest.approx(9e-3)  # 1 + 2 + 4, and twice a round trip
    assert ONE.holds(LOAD) == pytest.approx(8e-3)  # the same without the first
    ten = Steps(batch=10, worker=1e-3, server=2e-3, flush=4e-3, log=1_000)
    assert ten.busy(LOAD) == pytest.approx(3.6e-3)


def test_each_resource_is_used_up_at_its_own_load() -> None:
    found = {each.name: each for each in resources(ONE, LOAD)}
    at = {name: round(each.orders) for name, each in found.items()}
    assert at == {
        "the log of the server": 1_000,
        "the product that the large seller sells most": 2_500,  # 125 a second, of a twentieth
        "processors of the server": 5_000,
        "processors of the workers": 10_000,
        "all products of an average other seller": 25_000,  # 125 a second, of a 200th
    }
    assert list(at.values()) == sorted(at.values())
    assert found["the log of the server"].workers == pytest.approx(9)


def test_in_batches_all_orders_of_the_large_seller_wait_for_each_other() -> None:
    batch = Steps(batch=10, worker=1e-3, server=2e-3, flush=4e-3, log=1_000)
    found = {each.name: each.orders for each in resources(batch, LOAD)}
    hold = 1e-3 + 2e-3 + 5e-4
    expected = pytest.approx(2 / hold)
    assert found["the product that the large seller sells most"] == expected


def test_it_is_measured_on_a_real_server() -> None:
    with postgres_url() as url:
        one, many = (measure(url, draw_orders(100, 32), batch) for batch in (1, 16))
    assert one.worker > many.worker > 0
    assert one.log > 500
