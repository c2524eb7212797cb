"""What a host sees if the contract fails: a short history, the read, and what differs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest

from orderflow import AllocationPolicy, Order
from orderflow.commands import BookInStock, CancelOrder, PlaceOrder, RunDue, ServeWaiting
from orderflow.testing.reference import require_like_reference
from orderflow.testing.strategies import CommandHistory
from tests.conformance.faults import FaultyRepository, answering, saving, without
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow import Outcome
    from orderflow.commands import Command
    from tests.conformance.faults import Fault

NOTHING = RunDue(seller_id="acme", at=NOON)
HISTORY = CommandHistory(
    policy=AllocationPolicy(),
    commands=(
        *[NOTHING] * 20,
        PlaceOrder(order=order("A", courier="VAN"), at=NOON),
        *[NOTHING] * 5,
        PlaceOrder(order=order("B"), at=NOON),
        BookInStock(key=key(), received=2, at=NOON),
        CancelOrder(seller_id="acme", order_id="A", at=NOON),
    ),
    orders_max=1,
)


def failure(**faults: Fault) -> str:
    """Return the message of the contract, with its notes."""
    make = partial(FaultyRepository, Random(1), faults)  # noqa: S311 - no secret
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever is raised
        require_like_reference(make, HISTORY)
    return "\n".join([repr(caught.value), *getattr(caught.value, "__notes__", ())])


def test_a_sound_repository_passes() -> None:
    require_like_reference(partial(FaultyRepository, Random(1), {}), HISTORY)  # noqa: S311 - as above


def test_a_read_that_differs_is_named_after_a_short_history() -> None:
    text = failure(orders=answering(without(Order, "courier")))
    assert "orders() of seller 'acme' differs:" in text
    assert "[0].courier: None, a NoneType, expected 'VAN'" in text
    assert "\n1. PlaceOrder(" in text
    assert "\n2. " not in text
    assert text.endswith("They ran with default_policy=AllocationPolicy(), orders_max=1000.")


def test_an_answer_that_differs_is_named_with_its_command() -> None:
    text = failure(waiting=lambda *_: ())
    assert "the answer to command 2 differs:" in text
    assert ".events: 1 item, expected 2" in text
    assert "\n2. BookInStock(" in text


def test_an_error_of_the_repository_is_raised_with_its_command() -> None:
    def save(_: object, sound: Fault, command: Command, outcome: Outcome) -> None:
        if isinstance(command, CancelOrder):
            raise KeyError("no such column")
        sound(command, outcome)

    text = failure(save=save)
    assert text.startswith("KeyError('no such column')")
    assert "Found in the answer to command 2, after these commands:\n1. PlaceOrder(" in text


def test_a_queue_that_is_never_served_ends_the_test() -> None:
    def lasting(command: Command, outcome: Outcome) -> tuple[Command, Outcome]:
        return (NOTHING if isinstance(command, ServeWaiting) else command), outcome

    assert "a saved `ServeWaiting` must remove its products" in failure(save=saving(lasting))


HOST = """
import time
from hypothesis import settings

settings.register_profile("few", max_examples=3)
settings.load_profile("few")

from orderflow import MemoryRepository
from orderflow.testing.notice_store_contract import NoticeStoreContract
from orderflow.testing.repository_contract import RepositoryContract


class Slow(MemoryRepository):
    def write(self, seller_id, task):
        time.sleep(0.02)
        return super().write(seller_id, task)


class TestSlow(RepositoryContract):
    def make_repository(self):
        return Slow()


class Forgets:
    def get(self, seller_id, key): return "b"
    def put(self, seller_id, key, text): pass
    def compare_and_set(self, seller_id, key, old, new): return True


class TestForgets(NoticeStoreContract):
    def make_notice_store(self):
        return Forgets()
"""


def test_a_host_runs_the_contracts_on_a_slow_repository_and_sees_values(tmp_path: Path) -> None:
    """Hypothesis demands no speed, and pytest shows the values of plain assertions."""
    (tmp_path / "test_host.py").write_text(HOST, encoding="utf-8")
    chosen = "as_the_reference or until_it_is_replaced"
    done = subprocess.run(  # noqa: S603 - our own test
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "AssertionError: assert 'b' is None" in done.stdout
