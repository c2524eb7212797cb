"""The account of units, and that it can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow import Stock, StockKey
from orderflow.adapters.memory.repository import MemoryUnitOfWork
from orderflow.commands import BookInStock, RunDue
from orderflow.events import OrderDespatched
from orderflow.replay import SELLER, Account, Balance, Replay
from orderflow.replay.generator import generate
from tests.replay.histories import SMALL
from tests.unit.shop import ACME, NOON, Shop, key

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


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ([], {"on_the_way": 5, "on_hand": 4}),
        ([(5, False)], {"on_hand": 9}),
        ([(2, False)], {"on_hand": 6, "lost": 3}),
        ([(2, True)], {"on_hand": 6, "on_the_way": 3}),
        ([(2, True), (4, False)], {"on_hand": 10, "found": 1}),
    ],
)
def test_a_transfer_is_on_the_way_until_it_arrives(
    arrivals: list[tuple[int, bool]], expected: dict[str, int]
) -> None:
    balance = _balance_of_a_transfer(arrivals, withdrawn=False)
    assert balance.came == balance.went
    found = attrs.asdict(balance)
    assert {name: units for name, units in found.items() if units} == {"booked_in": 9, **expected}


def test_a_withdrawn_transfer_is_on_hand_again() -> None:
    balance = _balance_of_a_transfer([(2, True)], withdrawn=True)
    assert (balance.on_hand, balance.on_the_way, balance.difference) == (9, 0, 0)


def _balance_of_a_transfer(arrivals: list[tuple[int, bool]], *, withdrawn: bool) -> Balance:
    account, shop = Account(), Shop()
    mugs, there = key("MUG"), key("MUG", warehouse_id="york")

    def observe(outcome: Outcome) -> None:
        account.observe(RunDue(seller_id=ACME, at=NOON), outcome)

    observe(shop.book_in(mugs, 9))
    observe(shop.transfer(mugs, 5, "york", receipt_id="T", expected_at=NOON))
    for received, more_to_come in arrivals:
        observe(shop.book_in(there, received, receipt_id="T", more_to_come=more_to_come))
    if withdrawn:
        observe(shop.withdraw("T"))
    return account.balance(shop.stock())
