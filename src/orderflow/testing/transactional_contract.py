"""The contract of repositories that commit several units of work together, as tests to inherit.

Inherit it beside `orderflow.testing.repository_contract`::

    from orderflow.testing.transactional_contract import TransactionalContract

    class TestMyTransactions(TransactionalContract):
        def make_repository(self):
            return MyRepository(...)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from orderflow.domain.model.commands import BookInStock, CancelOrder, PlaceOrder
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy, PartialAllocation
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.errors import NotFoundError
from orderflow.service import Batches, OrderFlow

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command
    from orderflow.ports import Repository, TransactionalRepository

__all__ = ["TransactionalContract"]

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MUGS = StockKey("acme", "leeds", "MUG")


def _place(order_id: str, quantity: int) -> PlaceOrder:
    order = Order(
        order_id=order_id,
        seller_id="acme",
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", quantity),),
        placed_at=_NOON,
    )
    return PlaceOrder(order=order, at=_NOON, command_id=f"place {order_id}")


class TransactionalContract(ABC):
    """Tests of `together`. Inherit them and implement `make_repository`."""

    @abstractmethod
    def make_repository(self) -> TransactionalRepository:
        """Make an empty repository."""

    def test_units_of_work_see_each_other_and_are_committed_together(self) -> None:
        """Each unit of work reads what the earlier ones saved."""
        policy = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
        repository = self.make_repository()
        OrderFlow(repository, default_policy=policy).handle(_place("1", 3))

        def task(inside: Repository) -> None:
            flow = OrderFlow(inside, default_policy=policy)
            flow.handle(_place("2", 1))
            flow.handle(BookInStock(key=_MUGS, received=3, at=_NOON))
            assert [order.status for order in flow.seller("acme").orders()] == [
                Status.ALLOCATED,
                Status.ON_BACK_ORDER,
            ]

        repository.together("acme", task)
        flow = OrderFlow(repository, default_policy=policy)
        assert [order.status for order in flow.seller("acme").orders()] == [
            Status.ALLOCATED,
            Status.ON_BACK_ORDER,
        ]
        completed = flow.handle(BookInStock(key=_MUGS, received=1, at=_NOON))
        assert completed.back_orders_completed == ("2",)

    def test_a_task_reads_everything_that_was_saved_before(self) -> None:
        """Orders and their parts, stock, receipts, events, the policy and the queues."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        acme.book_in(_MUGS, 2, at=_NOON)
        acme.announce(ExpectedReceipt("R-1", _MUGS, 4, _NOON), at=_NOON)
        for order_id in "12":
            acme.handle(_place(order_id, 3))
        acme.split("1", "1.1", at=_NOON)
        acme.change_policy(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), at=_NOON)

        def everything(within: Repository) -> list[object]:
            seller = OrderFlow(within).seller("acme")
            return [
                *(seller.orders(), seller.parts_of("1"), seller.parts_of("1.1")),
                *(seller.stock(), seller.receipts(), seller.events(), seller.policy()),
                *(seller.queue(_MUGS), seller.explain("2", at=_NOON)),
                within.read("acme", lambda reading: reading.blocked_on("2")),
            ]

        assert repository.together("acme", everything) == everything(repository)

    def test_an_error_undoes_all_of_them(self) -> None:
        """Nothing is saved, for a known seller or for a new one."""
        repository = self.make_repository()

        def task(inside: Repository) -> None:
            OrderFlow(inside).handle(_place("1", 3))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            repository.together("acme", task)
        assert list(repository.sellers()) == []
        flow = OrderFlow(repository)
        flow.handle(_place("2", 1))
        with pytest.raises(ZeroDivisionError):
            repository.together("acme", task)
        assert [order.order_id for order in flow.seller("acme").orders()] == ["2"]
        assert flow.handle(_place("1", 3)).order_id == "1"

    def test_one_that_is_refused_undoes_itself_alone(self) -> None:
        """A task that catches a refusal continues, and the rest is committed."""
        repository = self.make_repository()

        def task(inside: Repository) -> None:
            flow = OrderFlow(inside)
            flow.handle(_place("1", 3))
            with pytest.raises(NotFoundError):
                flow.seller("acme").cancel("none", at=_NOON)
            flow.handle(_place("2", 1))

        repository.together("acme", task)
        assert [order.order_id for order in OrderFlow(repository).seller("acme").orders()] == [
            "1",
            "2",
        ]

    def test_batches_save_what_single_commands_do(self) -> None:
        """Batches of any size end in the same state, and a second run changes nothing."""
        commands: list[Command] = [
            _place("1", 3),
            CancelOrder(seller_id="acme", order_id="none", at=_NOON),
            BookInStock(key=_MUGS, received=4, at=_NOON, command_id="delivery"),
            _place("2", 2),
        ]
        repository = self.make_repository()
        flow = OrderFlow(repository)
        batches = Batches(flow, repository, size=3)
        first, second = batches.run(commands), batches.run(commands)
        assert first.done == {PlaceOrder: 2, BookInStock: 1}
        assert (second.done, second.repeated) == ({}, 3)
        assert [each.command for each in second.refused] == [commands[1]]
        assert first.back_orders_completed == 1
        assert [order.allocated for order in flow.seller("acme").orders()] == [3, 1]

    def test_a_preview_of_batches_saves_nothing(self) -> None:
        """`run_all_or_none` saves nothing either if a command is refused."""
        repository = self.make_repository()
        batches = Batches(OrderFlow(repository), repository)
        commands: list[Command] = [_place("1", 3), _place("2", 1)]
        assert batches.preview(commands).placed == {Status.ON_BACK_ORDER: 2}
        refused = CancelOrder(seller_id="acme", order_id="none", at=_NOON)
        result = batches.run_all_or_none([*commands, refused])
        assert [each.command for each in result.refused] == [refused]
        assert result.done == {}
        assert list(repository.sellers()) == []
        assert batches.run_all_or_none(commands).done == {PlaceOrder: 2}
