"""The contract of what is saved, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import BookInStock, ChangePolicy, PlaceOrders, ServeWaiting
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.domain.model.short_part import ShortPart
from orderflow.errors import StaleVersionError
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import CUPS, MUGS, ExampleShop, later, new_order

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.stock import StockKey
    from orderflow.ports import Reading, Repository, UnitOfWork

__all__ = ["EXAMPLE_POLICIES", "SavingContract"]

EXAMPLE_POLICIES = (
    AllocationPolicy(rationing=Rationing.FAIR_SHARE, share_max=3),
    AllocationPolicy(
        queue=Queue.PROMISED_DATE,
        partial_allocation=PartialAllocation.AFTER_WAITING,
        passes_max=2,
        wait_max=timedelta(days=1, seconds=2, microseconds=3),
        allocation_horizon=timedelta(days=5, seconds=2, microseconds=3),
        fulfilment=Fulfilment.PARCELS,
        parcels_max=4,
        preemption=Preemption.URGENT,
        urgent_from=-5,
        split_ids="{order_id}-{number}",
    ),
    AllocationPolicy(
        queue=Queue.PRIORITY,
        fulfilment=Fulfilment.WHOLE_LINES,
        split_units_min=3,
        split_percent_min=40,
        split_wait_min=timedelta(days=2, microseconds=5),
        short_part=ShortPart.HOLD,
        give_up_after=timedelta(days=30, microseconds=7),
        give_up=GiveUp.SPLIT,
        remind_before=timedelta(days=2, seconds=1),
    ),
    AllocationPolicy(),
)
"""Policies in which every setting has a value other than the default, and the default itself."""


class SavingContract(ABC):
    """Tests of `UnitOfWork.save`: what must be found after it."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    def test_every_setting_of_a_policy_is_saved(self) -> None:
        """A policy replaces the one before it, as a whole."""
        repository = self.make_repository()
        for policy in EXAMPLE_POLICIES:
            command = ChangePolicy(seller_id="acme", policy=policy, at=later(0))
            OrderFlow(repository).handle(command)
            require_same("policy", repository.read("acme", lambda reading: reading.policy), policy)

    def test_a_command_without_an_id_is_not_found(self) -> None:
        """Two commands without an id are two commands."""
        acme = OrderFlow(self.make_repository()).seller("acme")
        for received in (1, 2):
            acme.book_in(MUGS, received, at=later(0))
        require_same("stock", acme.stock_of(MUGS).on_hand, 3)

    def test_a_repeated_command_changes_nothing(self) -> None:
        """The first outcome is returned, whichever command of the shop comes again."""
        shop = ExampleShop(self.make_repository())
        flow = OrderFlow(shop.repository)
        for command, outcome in shop.answers:
            what = f"the answer to {type(command).__name__} again"
            require_same(what, flow.handle(command), outcome)
        require_same("events", flow.seller("acme").events(), shop.events)

    def test_an_order_of_another_version_is_not_changed(self) -> None:
        """The version is saved with each change."""
        shop = ExampleShop(self.make_repository())
        acme = OrderFlow(shop.repository).seller("acme")
        version = shop.state.orders["wide"].version
        with pytest.raises(StaleVersionError):
            acme.cancel("wide", at=later(30), expected_version=version - 1)
        acme.cancel("wide", at=later(30), expected_version=version)

    def test_products_are_unserved_until_their_queue_is_served(self) -> None:
        """A saved `ServeWaiting` removes the products that it names, and adds those it leaves."""
        repository = self.make_repository()
        orders = [new_order(f"{n}{sku}", n, (sku, 1)) for n in range(3) for sku in ("CUP", "MUG")]
        steps: tuple[tuple[Command, list[StockKey]], ...] = (
            (PlaceOrders(orders=tuple(orders), at=later(9)), []),
            (BookInStock(key=MUGS, received=3, at=later(9)), [MUGS]),
            (BookInStock(key=CUPS, received=3, at=later(9)), [CUPS, MUGS]),
            (ServeWaiting(keys=(MUGS,), at=later(9)), [CUPS, MUGS]),
            (ServeWaiting(keys=(CUPS,), at=later(9)), [CUPS, MUGS]),
            (ServeWaiting(keys=(MUGS,), at=later(9)), [CUPS]),
            (ServeWaiting(keys=(CUPS,), at=later(9)), []),
        )
        for number, (command, left) in enumerate(steps):
            repository.write("acme", partial(_save_one_page, command))
            what = f"unserved() after step {number}, a {type(command).__name__},"
            require_same(what, list(repository.unserved()), left)
            products = [(key.warehouse_id, key.sku) for key in left]
            for run in (repository.read, repository.write):
                require_same(what, run("acme", _unserved), products)
                require_same(what, list(run("zenith", lambda reading: reading.unserved())), [])


def _save_one_page(command: Command, work: UnitOfWork) -> None:
    work.save(command, decide(command, work, orders_max=1))


def _unserved(reading: Reading) -> list[tuple[str, str]]:
    """Return the unserved products in order. They need to be shown only after they were read."""
    list(reading.stock("leeds", ["CUP", "MUG"]))
    return sorted(reading.unserved())
