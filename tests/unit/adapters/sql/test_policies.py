"""Policies in the database: each seller's own, which is state, and the default beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from orderflow import (
    AllocationPolicy,
    OrderFlow,
    PartialAllocation,
    Preemption,
    Queue,
    StorageError,
)
from orderflow.adapters.sql import SqlDefaultPolicy, SqlRepository
from orderflow.checking import Rule, check
from tests.unit.shop import NOON, key, later, order

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
URGENT_FIRST = AllocationPolicy(queue=Queue.PRIORITY, preemption=Preemption.URGENT, urgent_from=2)


def test_there_is_a_default_without_any_being_kept(engine: Engine) -> None:
    default = SqlDefaultPolicy(engine)
    assert (default.is_set, default.get()) == (False, AllocationPolicy())


def test_the_default_is_kept_and_makes_no_seller(engine: Engine) -> None:
    for policy in (URGENT_FIRST, NEVER):
        SqlDefaultPolicy(engine).set(policy)
    default = SqlDefaultPolicy(engine)
    assert (default.is_set, default.get()) == (True, NEVER)
    assert SqlRepository(engine).sellers() == []
    assert check(SqlRepository(engine)).sellers == 0


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("'FIRST_COME'", "is not JSON"),
        ("{}", r"\$\.type: is missing"),
        ('{"type": "StockKey", "version": 1, "data": {}}', "must be AllocationPolicy"),
        ('{"type": "AllocationPolicy", "version": 9, "data": {}}', r"version: is 9"),
        (
            '{"type": "AllocationPolicy", "version": 1, "data": {"queue": "LOUDEST"}}',
            r"queue: must be FIRST_COME or .* not \"LOUDEST\"",
        ),
    ],
)
def test_what_is_no_policy_is_an_error_that_says_what(
    engine: Engine, policy: str, fault: str
) -> None:
    with engine.begin() as connection:
        row = {"seller_id": "", "policy": policy}
        connection.execute(
            text("INSERT INTO orderflow_policies (seller_id, value) VALUES (:seller_id, :policy)"),
            row,
        )
    with pytest.raises(StorageError, match=f"default policy .*{fault}.*set another one"):
        SqlDefaultPolicy(engine).get()


def test_every_process_and_the_check_go_by_the_policy_of_the_seller(engine: Engine) -> None:
    OrderFlow(SqlRepository(engine)).seller("acme").change_policy(NEVER, at=NOON)
    OrderFlow(SqlRepository(engine)).seller("acme").book_in(key("MUG"), 2, at=NOON)
    waiting = (
        OrderFlow(SqlRepository(engine))
        .seller("acme")
        .place(order("A", ("MUG", 3)), at=later(1))
        .order
    )
    assert waiting is not None
    assert waiting.allocated == 0
    assert OrderFlow(SqlRepository(engine)).seller("acme").policy() == NEVER
    assert check(SqlRepository(engine)).violations == ()


def test_the_check_holds_the_policy_to_the_events(engine: Engine) -> None:
    OrderFlow(SqlRepository(engine)).seller("acme").change_policy(NEVER, at=NOON)
    for value, rule in (("NULL", Rule.HISTORY), ("'?'", Rule.ROWS)):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE orderflow_policies SET value = {value}"))  # noqa: S608
        assert rule in {each.rule for each in check(SqlRepository(engine)).violations}


def test_a_policy_changes_with_what_the_host_changes_or_not_at_all(engine: Engine) -> None:
    flow = OrderFlow(SqlRepository(engine))
    flow.seller("acme").book_in(key("MUG"), 2, at=NOON)
    flow.seller("acme").place(order("A", ("MUG", 3)), at=NOON)
    with engine.connect() as connection:
        within = OrderFlow(SqlRepository.within(connection))
        within.seller("acme").change_policy(NEVER, at=NOON)
        assert within.seller("acme").policy() == NEVER
        connection.rollback()
    assert flow.seller("acme").policy() == AllocationPolicy()
    assert flow.seller("acme").order("A").allocated == 2
    with engine.begin() as connection:
        OrderFlow(SqlRepository.within(connection)).seller("acme").change_policy(NEVER, at=NOON)
    assert flow.seller("acme").policy() == NEVER
    assert flow.seller("acme").order("A").allocated == 0


def test_two_commands_of_one_unit_of_work_go_by_the_policy_that_the_first_has_set(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        flow = OrderFlow(SqlRepository.within(connection))
        flow.seller("acme").book_in(key("MUG"), 2, at=NOON)
        flow.seller("acme").change_policy(NEVER, at=NOON)
        flow.seller("acme").place(order("A", ("MUG", 3)), at=NOON)
    assert check(SqlRepository(engine)).violations == ()
    assert OrderFlow(SqlRepository(engine)).seller("acme").order("A").allocated == 0


def test_eight_writers_and_changes_of_policy_leave_nothing_that_a_check_finds(
    engine: Engine,
) -> None:
    policies = (NEVER, URGENT_FIRST, AllocationPolicy())

    def work(worker: int) -> None:
        flow = OrderFlow(SqlRepository(engine), orders_max=3)
        for number in range(8):
            order_id = f"{worker}-{number}"
            wanted = [("MUG", 1 + number % 3), ("PAN", 1 + worker % 2)][: 1 + number % 2]
            flow.seller("acme").place(
                order(order_id, *wanted, priority=number % 3), at=later(number)
            )
            if number % 4 == 1:
                flow.seller("acme").cancel(order_id, at=later(number))
            if number % 4 == 2:
                flow.seller("acme").book_in(key(("MUG", "PAN")[worker % 2]), 3, at=later(number))
            if number == 4 and worker < 3:
                flow.seller("acme").change_policy(policies[worker], at=later(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    flow = OrderFlow(SqlRepository(engine))
    flow.recover()
    assert len(flow.seller("acme").orders()) == 64
    assert flow.seller("acme").policy() in policies
    assert check(SqlRepository(engine)).violations == ()
