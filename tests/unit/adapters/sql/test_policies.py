"""Policies in the database: every process that works on it gives the stock alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from orderflow import (
    AllocationPolicy,
    InvalidValueError,
    OrderFlow,
    PartialAllocation,
    Queue,
    StorageError,
)
from orderflow.adapters.sql import SqlPolicies, SqlRepository
from orderflow.checking import Rule, check
from tests.unit.shop import NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

PATIENT = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
URGENT_FIRST = AllocationPolicy(queue=Queue.PRIORITY)


def flow_of(engine: Engine) -> OrderFlow:
    """Make what a process makes that works on this database."""
    policies = SqlPolicies(engine)
    return OrderFlow(SqlRepository(engine), policy=policies.usual(), policies=policies.all())


def test_nobody_has_a_policy_of_their_own_until_one_is_kept(engine: Engine) -> None:
    policies = SqlPolicies(engine)
    assert policies.usual() == policies.of("acme") == AllocationPolicy()
    assert policies.all() == {}


def test_a_seller_has_the_usual_policy_unless_one_is_the_seller_s_own(engine: Engine) -> None:
    policies = SqlPolicies(engine)
    policies.set(PATIENT)
    policies.set(URGENT_FIRST, "bolt")
    other = SqlPolicies(engine)
    assert other.usual() == other.of("acme") == PATIENT
    assert other.of("bolt") == URGENT_FIRST
    assert other.all() == {"bolt": URGENT_FIRST}


def test_a_policy_takes_the_place_of_the_one_before(engine: Engine) -> None:
    policies = SqlPolicies(engine)
    for policy in (PATIENT, URGENT_FIRST):
        policies.set(policy)
        policies.set(policy, "acme")
    assert (policies.usual(), policies.all()) == (URGENT_FIRST, {"acme": URGENT_FIRST})


def test_a_policy_that_is_taken_away_leaves_the_usual_one(engine: Engine) -> None:
    policies = SqlPolicies(engine)
    policies.set(PATIENT)
    policies.set(URGENT_FIRST, "acme")
    policies.set(None, "acme")
    policies.set(None, "acme")
    assert policies.of("acme") == PATIENT
    policies.set(None)
    assert policies.of("acme") == AllocationPolicy()


def test_every_process_and_the_check_go_by_what_is_kept(engine: Engine) -> None:
    SqlPolicies(engine).set(PATIENT, "acme")
    flow_of(engine).seller("acme").book_in(key("MUG"), 2, at=NOON)
    waiting = flow_of(engine).seller("acme").place(order("A", ("MUG", 3)), at=later(1)).order
    assert waiting is not None
    assert [line.allocated for line in waiting.lines] == [0]
    repository, policies = SqlRepository(engine), SqlPolicies(engine)
    found = check(repository, policy=policies.usual(), policies=policies.all())
    assert found.violations == ()
    under_another = check(repository)
    assert [each.rule for each in under_another.violations] == [Rule.IDLE_STOCK]


@pytest.mark.parametrize("seller_id", ["", " acme", "a" * 129, 7])
def test_what_cannot_be_a_seller_has_no_policy(engine: Engine, seller_id: str) -> None:
    with pytest.raises(InvalidValueError, match=r"seller_id must be .* or None for the usual"):
        SqlPolicies(engine).set(PATIENT, seller_id)
    assert SqlPolicies(engine).usual() == AllocationPolicy()


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("'FIRST_COME'", "is not JSON"),
        ("{}", r"\$\.type: is missing"),
        ('{"type": "StockKey", "version": 1, "data": {}}', "must be AllocationPolicy"),
        ('{"type": "AllocationPolicy", "version": 9, "data": {}}', r"version: must be from 1 to 1"),
        (
            '{"type": "AllocationPolicy", "version": 1, "data": {"queue": "LOUDEST"}}',
            r"queue: must be FIRST_COME or .* not \"LOUDEST\"",
        ),
        (
            '{"type": "AllocationPolicy", "version": 1, "data": {"loudest_first": true}}',
            "loudest_first: is unknown",
        ),
    ],
)
def test_what_is_no_policy_is_an_error_that_says_whose_and_what(
    engine: Engine, policy: str, fault: str
) -> None:
    policies = SqlPolicies(engine)
    reads: dict[tuple[str, str], list[Callable[[], object]]] = {
        ("acme", "policy of 'acme'"): [policies.all, lambda: policies.of("acme")],
        ("", "usual policy"): [policies.usual, lambda: policies.of("bolt")],
    }
    for (seller_id, whose), some in reads.items():
        with engine.begin() as connection:
            row = {"seller_id": seller_id, "policy": policy}
            connection.execute(text("DELETE FROM orderflow_policies"))
            connection.execute(
                text("INSERT INTO orderflow_policies VALUES (:seller_id, :policy)"), row
            )
        for read in some:
            with pytest.raises(StorageError, match=f"{whose} .*{fault}.*SqlPolicies.set"):
                read()
    policies.set(PATIENT)
    assert policies.usual() == PATIENT


def test_policies_change_with_what_the_host_changes_or_not_at_all(engine: Engine) -> None:
    with engine.connect() as connection:
        policies = SqlPolicies.within(connection)
        policies.set(PATIENT, "acme")
        assert policies.of("acme") == PATIENT
        connection.rollback()
    assert SqlPolicies(engine).all() == {}
    with engine.begin() as connection:
        SqlPolicies.within(connection).set(PATIENT, "acme")
    assert SqlPolicies(engine).all() == {"acme": PATIENT}


def test_who_sets_policies_at_once_is_not_in_the_way_of_each_other(engine: Engine) -> None:
    def keep(number: int) -> None:
        SqlPolicies(engine).set(AllocationPolicy(share_max=None), f"seller {number % 3}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(keep, range(24)))
    assert sorted(SqlPolicies(engine).all()) == ["seller 0", "seller 1", "seller 2"]


def test_a_policy_alone_makes_no_seller(engine: Engine) -> None:
    SqlPolicies(engine).set(PATIENT)
    SqlPolicies(engine).set(PATIENT, "acme")
    assert SqlRepository(engine).sellers() == []
    assert check(SqlRepository(engine)).sellers == 0
