"""The account of units, and that it can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Stock, StockKey
from orderflow.adapters.memory.repository import MemoryUnitOfWork
from orderflow.commands import BookInStock
from orderflow.events import OrderDespatched
from orderflow.replay import SELLER, Account, Replay
from orderflow.replay.generator import generate
from tests.replay.histories import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow import Outcome
    from orderflow.commands import Command


@pytest.fixture(name="account_and_stock", scope="module")
def _account_and_stock() -> tuple[Account, list[Stock]]:
    run = Replay()
    account = Account()
    run.session.add_observers(account)
    run.run(generate(SMALL))
    return account, list(run.session.flow.seller(SELLER).stock())


def test_what_came_is_what_went_and_is_there(
    account_and_stock: tuple[Account, list[Stock]],
) -> None:
    account, stock = account_and_stock
    balance = account.balance(stock)
    assert balance.difference == 0
    assert balance.came == balance.went > 0
    assert min(balance.opening, balance.booked_in, balance.despatched, balance.lost) > 0


def test_a_unit_that_appears_is_seen(account_and_stock: tuple[Account, list[Stock]]) -> None:
    account, (first, *others) = account_and_stock
    more = Stock(first.key, first.on_hand + 1, first.allocated)
    assert account.balance([more, *others]).difference == 1


def test_two_faults_do_not_make_up_for_each_other(
    account_and_stock: tuple[Account, list[Stock]],
) -> None:
    account, stock = account_and_stock
    first, second, *others = sorted(stock, key=lambda each: -each.available)
    more = Stock(first.key, first.on_hand + 1, first.allocated)
    fewer = Stock(second.key, second.on_hand - 1, second.allocated)
    balance = account.balance([more, fewer, *others])
    assert balance.came == balance.went
    assert balance.difference == 2


def test_a_record_that_vanishes_is_seen(account_and_stock: tuple[Account, list[Stock]]) -> None:
    account, stock = account_and_stock
    assert account.balance(stock[1:]).difference == stock[0].on_hand > 0


def test_a_record_of_nothing_that_ever_came_is_seen() -> None:
    assert Account().balance([Stock(StockKey("seller", "warehouse", "MUG"), 3)]).difference == 3


def loses_a_booking_in(command: Command, outcome: Outcome) -> Outcome:
    return attrs.evolve(outcome, stock=()) if isinstance(command, BookInStock) else outcome


def forgets_to_take_off_what_left(_command: Command, outcome: Outcome) -> Outcome:
    left = any(isinstance(event, OrderDespatched) for event in outcome.events)
    return attrs.evolve(outcome, stock=()) if left else outcome


@pytest.mark.parametrize("fault", [loses_a_booking_in, forgets_to_take_off_what_left])
def test_a_repository_that_loses_a_write_is_seen(
    fault: Callable[[Command, Outcome], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    save = MemoryUnitOfWork.save
    faults = 0

    def save_once_wrongly(work: MemoryUnitOfWork, command: Command, outcome: Outcome) -> None:
        nonlocal faults
        wrong = fault(command, outcome)
        faults += wrong is not outcome
        save(work, command, wrong if faults == 1 else outcome)

    monkeypatch.setattr(MemoryUnitOfWork, "save", save_once_wrongly)
    assert Replay().run(generate(SMALL)).balance.difference > 0
