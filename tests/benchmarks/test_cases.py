"""Every benchmark runs, at a tiny size, and measures what it says."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from benchmarks import (
    backlog,
    booking_in,
    bulk,
    commands,
    frames,
    importing,
    memory,
    postgres,
    promises,
    sqlite,
)
from benchmarks.case import ORDERFLOW, Case, measure
from benchmarks.runs import all_cases
from benchmarks.workloads import RETAIL
from orderflow import Status
from orderflow.events import OrderAllocated, OrderSplit
from orderflow.frames import allocate_lines
from tests.databases import postgres_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.case import Side
    from orderflow import AllocationPolicy


@pytest.fixture(autouse=True)
def _small_heap() -> Iterator[None]:
    """Collecting garbage before each turn visits what the case has made, and not all tests."""
    gc.freeze()
    yield
    gc.unfreeze()


def case(prepare: Callable[[], dict[str, Side]], rounds: int = 1, warm_ups: int = 0) -> Case:
    return Case(name="a/b", per="line", prepare=prepare, rounds=rounds, warm_ups=warm_ups)


def test_sides_take_turns_in_the_opposite_order_every_other_round() -> None:
    turns = list[str]()

    def side(name: str) -> Callable[[], float]:
        def run() -> float:
            turns.append(name)
            return float(len(turns))

        return run

    values = measure(case(lambda: {"a": side("a"), "b": side("b")}, rounds=2, warm_ups=1))
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert values == {"a": [4.0, 5.0], "b": [3.0, 6.0]}


def test_names_differ_and_a_quick_run_is_smaller() -> None:
    for quick in (True, False):
        names = [case.name for case in all_cases(quick=quick)]
        assert len(set(names)) == len(names)
    assert len(all_cases(quick=True)) < len(all_cases(quick=False))
    assert {case.name for case in all_cases(quick=True) if case.name.startswith("memory/")} == {
        f"memory/{name}" for name in booking_in.HOLDINGS
    }


def assert_measured(sides: dict[str, Side]) -> None:
    values = measure(case(lambda: sides))
    assert ORDERFLOW in values
    assert len(values) > 1
    assert all(value > 0 for side in values.values() for value in side)


@pytest.mark.parametrize("package", frames.PACKAGES)
@pytest.mark.parametrize("name", frames.POLICIES)
def test_a_table_is_measured(name: str, package: str) -> None:
    assert_measured(frames.sides(name, package, 600, shuffled=True))


def test_the_engines_allocate_the_same_units_from_the_same_tables() -> None:
    lines, stock = frames.draw_tables(2_000, shuffled=True)
    units = allocate_lines(lines, stock)["allocated"].to_list()
    assert frames.by_window(lines, stock)["allocated"].to_list() == units
    by_sql = frames.by_duckdb(lines, stock).sort("order_id", "line_id")
    by_library = allocate_lines(lines, stock).sort("order_id", "line_id")
    assert by_sql["allocated"].to_list() == by_library["allocated"].to_list()


def test_the_memory_of_a_table_is_measured() -> None:
    values = measure(case(lambda: frames.memory_sides("ALWAYS", 3_000)))
    assert values["input"][0] == pytest.approx(35, abs=5)
    assert values[ORDERFLOW][0] >= 0


@pytest.mark.parametrize("policy", backlog.POLICIES.values(), ids=backlog.POLICIES)
def test_a_backlog_is_measured(policy: AllocationPolicy) -> None:
    assert_measured(backlog.sides(policy, RETAIL, 300))


def test_the_collector_is_on_again_after_it_was_measured() -> None:
    assert_measured(backlog.sides_with_collector(300))
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("scene", commands.SCENES)
def test_a_command_is_measured(scene: str) -> None:
    assert_measured(commands.sides(commands.SCENES[scene], calls=3))


def test_the_commands_do_what_they_are_there_for() -> None:
    results = {name: commands.carry_out(*scene()) for name, scene in commands.SCENES.items()}
    status = {name: state.orders["1001"].status for name, (_, state) in results.items()}
    assert status == {
        "place": Status.ALLOCATED,
        "cancel": Status.CANCELLED,
        "send": Status.SENT_TO_WAREHOUSE,
        "book-in": Status.ALLOCATED,
        "edit": Status.ALLOCATED,
        "split": Status.ON_BACK_ORDER,
    }
    assert any(isinstance(event, OrderSplit) for event in results["split"][0].events)
    assert any(isinstance(event, OrderAllocated) for event in results["book-in"][0].events)


@pytest.mark.parametrize("question", promises.QUESTIONS)
def test_promises_are_measured(question: str) -> None:
    assert_measured(promises.sides(question, booking_in.HOLDINGS["ALWAYS"], many=60, few=30))


@pytest.mark.parametrize("policy", booking_in.HOLDINGS.values(), ids=booking_in.HOLDINGS)
@pytest.mark.parametrize("kind", booking_in.KINDS)
def test_booking_in_is_measured(kind: str, policy: AllocationPolicy) -> None:
    assert_measured(booking_in.sides(kind, policy, many=200, few=100))


@pytest.mark.parametrize("policy", booking_in.HOLDINGS.values(), ids=booking_in.HOLDINGS)
def test_the_queue_is_as_long_before_each_booking(policy: AllocationPolicy) -> None:
    world = booking_in.World(policy, here=100, elsewhere=30, units=lambda _: 4)
    for _ in range(2):
        world.book_in()
        assert world.last is not None
        assert len(world.last.back_orders_completed) == 25
        waiting = world.flow.seller("acme").orders(Status.ON_BACK_ORDER)
        assert len(waiting) == 130


@pytest.mark.parametrize("policy", booking_in.HOLDINGS.values(), ids=booking_in.HOLDINGS)
def test_memory_is_measured(policy: AllocationPolicy) -> None:
    assert_measured(memory.sides(policy, 50))


def test_importing_is_measured() -> None:
    assert_measured(importing.sides())


@pytest.mark.parametrize("action", ["cancel", "priority"])
def test_bulk_runs_are_measured(action: str) -> None:
    assert_measured(bulk.sides(action, 10))


@pytest.mark.parametrize("batch", [1, 3])
def test_placing_in_a_file_is_measured(batch: int) -> None:
    assert_measured(sqlite.sides("relaxed", 5, batch))
    assert_measured(sqlite.sides("full", 5, batch, has_stock=False))


@pytest.mark.parametrize("products", postgres.PRODUCTS)
def test_placing_on_a_server_is_measured(products: postgres.Products) -> None:
    with postgres_url() as url:
        assert_measured(postgres.sides(products, 2, 6, url))


def test_placing_many_on_a_server_is_measured() -> None:
    with postgres_url() as url:
        assert_measured(postgres.sides("many", 1, 6, url, batch=3))
