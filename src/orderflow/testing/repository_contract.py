"""The contract of repositories, as tests to inherit.

For example::

    from orderflow.testing.repository_contract import RepositoryContract

    class TestMyRepository(RepositoryContract):
        def make_repository(self):
            return MyRepository(...)

There is an example for each read, and for each kind of change. Random commands compare the
repository with the reference, `MemoryRepository`: they must give the same answers under every
policy. Needs Hypothesis and pytest, from the extra `testing`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.commands import (
    BookInStock,
    ChangePolicy,
    HoldOrder,
    PlaceOrder,
)
from orderflow.domain.model.order import Hold, HoldReason, Order, OrderLine
from orderflow.domain.model.policy import AllocationPolicy, PartialAllocation
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.domain.state.state import State
from orderflow.invariants import history_violations, violations
from orderflow.service import OrderFlow
from orderflow.testing.bounded import BoundedRepository
from orderflow.testing.erasing_contract import ErasingContract
from orderflow.testing.giving_up_contract import GivingUpContract
from orderflow.testing.page_contract import PageContract
from orderflow.testing.read_arguments_contract import ReadArgumentsContract
from orderflow.testing.reading_contract import ReadingContract
from orderflow.testing.reference import require_like_reference
from orderflow.testing.saving_contract import SavingContract
from orderflow.testing.strategies import CommandHistory, histories
from orderflow.testing.view_contract import ViewContract

if TYPE_CHECKING:
    from orderflow.ports import Repository, UnitOfWork

__all__ = ["RepositoryContract"]

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MUGS, _MUGS_OF_YORK = StockKey("acme", "leeds", "MUG"), StockKey("acme", "york", "MUG")
_SETTINGS = settings(
    deadline=None,  # a database may take its time
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # `require_like_reference` shortens,
    verbosity=Verbosity.quiet,  # and lists what it has shortened
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


def _order(order_id: str, quantity: int, *, seller_id: str = "acme") -> Order:
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id="leeds",
        lines=(OrderLine("1", "MUG", quantity),),
        placed_at=_NOON,
    )


class RepositoryContract(
    ViewContract,
    ReadingContract,
    SavingContract,
    PageContract,
    GivingUpContract,
    ErasingContract,
    ReadArgumentsContract,
):
    """Tests of a repository. Inherit them and implement `make_repository`."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    @_SETTINGS
    @given(history=histories())
    def test_it_answers_as_the_reference_does(self, history: CommandHistory) -> None:
        """For all commands and policies, answers and state equal those of the reference."""
        require_like_reference(self.make_repository, history)

    def test_nothing_is_written_when_the_block_is_left_by_an_error(self) -> None:
        """A unit of work is written completely or not at all."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        acme.book_in(_MUGS, 1, at=_NOON)
        command = BookInStock(key=_MUGS, received=3, at=_NOON)

        def save_and_fail(work: UnitOfWork) -> None:
            work.save(command, decide(command, work))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            repository.write("acme", save_and_fail)
        assert [stock.on_hand for stock in acme.stock()] == [1]
        assert len(acme.events()) == 1

    def test_a_unit_of_work_shows_one_seller(self) -> None:
        """Orders, stock and answers of another seller are not found."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        acme.book_in(_MUGS, 3, command_id="delivery", at=_NOON)
        acme.place(_order("1", 5), at=_NOON)

        def check(work: UnitOfWork) -> None:
            assert work.order("1") is None
            assert list(work.stock("leeds", ["MUG"])) == []
            assert list(work.waiting("leeds", "MUG", AllocationPolicy())) == []
            assert list(work.orders_with_units("leeds", "MUG")) == []
            assert work.answered("delivery") is None

        repository.write("zenith", check)
        assert list(repository.sellers()) == ["acme"]

    def test_it_finds_what_is_due(self) -> None:
        """Ended holds and long waits are found when they are due, and not before."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        acme = flow.seller("acme")
        acme.place(_order("1", 5), at=_NOON)
        end = _NOON + timedelta(hours=2)
        hold = Hold(HoldReason.SELLER_DELAY, until=end)
        flow.handle(HoldOrder(seller_id="acme", order_id="1", hold=hold, at=_NOON))

        def ended(at: datetime) -> list[str]:
            return repository.read(
                "acme", lambda reading: [each.order_id for each in reading.ended_holds(at)]
            )

        def waiting(since: datetime) -> list[str]:
            return repository.read(
                "acme",
                lambda reading: [each.order_id for each in reading.waiting_since_before(since)],
            )

        assert (ended(end - timedelta(seconds=1)), ended(end)) == ([], ["1"])
        acme.run_due(at=end)
        assert ended(end) == []
        assert (waiting(_NOON - timedelta(seconds=1)), waiting(end)) == ([], ["1"])

    def test_the_policy_is_part_of_the_state(self) -> None:
        """It is written together with its event, or not at all."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
        flow.seller("acme").book_in(_MUGS, 3, at=_NOON)
        for order_id in "12":
            flow.seller("acme").place(_order(order_id, 5), at=_NOON)
        command = ChangePolicy(seller_id="acme", policy=never, at=_NOON)

        def back_orders() -> list[str]:
            orders = repository.read("acme", lambda reading: list(reading.back_orders()))
            return sorted(order.order_id for order in orders)

        def save_and_fail(work: UnitOfWork) -> None:
            work.save(command, decide(command, work))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            repository.write("acme", save_and_fail)
        assert flow.seller("acme").policy() == flow.default_policy
        assert [order.allocated for order in flow.seller("acme").orders()] == [3, 0]
        flow.handle(command)
        assert (flow.seller("acme").policy(), flow.seller("zenith").policy()) == (
            never,
            flow.default_policy,
        )
        assert [order.allocated for order in flow.seller("acme").orders()] == [0, 0]
        assert repository.read("acme", lambda reading: reading.blocked_on("2")) == "MUG"
        assert back_orders() == ["1", "2"]
        flow.seller("acme").change_policy(AllocationPolicy(), at=_NOON)
        assert [order.allocated for order in flow.seller("acme").orders()] == [3, 0]
        assert repository.read("acme", lambda reading: reading.blocked_on("2")) is None
        flow.seller("acme").cancel("1", at=_NOON)
        assert back_orders() == ["2"]

    def test_it_finds_the_parts_of_a_split_order(self) -> None:
        """The orders that were split from one are found, whatever their status."""
        acme = OrderFlow(self.make_repository()).seller("acme")
        acme.place(_order("1", 3), at=_NOON)
        for part in ("b", "a"):
            acme.book_in(_MUGS, 1, at=_NOON)
            acme.split("1", part, at=_NOON)
        acme.cancel("a", at=_NOON)
        parts = acme.parts_of("1")
        assert [each.order_id for each in parts.children] == ["a", "b"]
        assert [each.status for each in parts.children] == ["CANCELLED", "ALLOCATED"]
        of_part = acme.parts_of("a")
        assert (of_part.parent, of_part.children) == (acme.order("1"), ())
        assert of_part.siblings == (acme.order("b"),)

    def test_a_repeated_command_gets_the_first_answer(self) -> None:
        """The outcome of a command id is stored, and no command runs twice."""
        flow = OrderFlow(self.make_repository())
        acme = flow.seller("acme")
        command = BookInStock(key=_MUGS, received=3, at=_NOON, command_id="delivery")
        first = flow.handle(command)
        acme.place(_order("1", 5), at=_NOON)
        assert flow.handle(command) == first
        assert [stock.on_hand for stock in acme.stock()] == [3]

    def test_a_preview_saves_nothing_and_comes_true(self) -> None:
        """A preview returns the effect of a command, or the stored outcome of an earlier one."""
        flow = OrderFlow(self.make_repository())
        acme = flow.seller("acme")
        acme.place(_order("1", 5), at=_NOON)
        command = BookInStock(key=_MUGS, received=7, at=_NOON, command_id="delivery")
        previewed = acme.preview(command)
        assert previewed.back_orders_completed == ("1",)
        assert (acme.stock(), len(acme.events())) == ((), 2)
        assert flow.handle(command) == previewed
        acme.cancel("1", at=_NOON)
        assert acme.preview(command) == previewed

    def test_a_reading_serves_unserved_queues_first(self) -> None:
        """Between two pages of a long queue, a preview or a command serves the rest first."""
        repository = BoundedRepository(self.make_repository())
        flow = OrderFlow(repository)
        acme = flow.seller("acme")
        for order_id in "12":
            acme.place(_order(order_id, 1), at=_NOON)
        command = BookInStock(key=_MUGS, received=2, at=_NOON)

        def end_after_one_order(work: UnitOfWork) -> None:
            work.save(command, decide(command, work, orders_max=1))

        repository.write("acme", end_after_one_order)
        assert acme.explain("2", at=_NOON).order.allocated == 1
        late = PlaceOrder(order=_order("3", 1), at=_NOON)
        previewed = flow.seller(late.seller_id).preview(late)
        assert previewed.back_orders_opened == ("3",)
        assert list(repository.unserved()) == [_MUGS]
        assert flow.handle(late) == previewed
        assert list(repository.unserved()) == []
        acme.place(_order("4", 1), at=_NOON)
        repository.write("acme", end_after_one_order)
        acme.hold("4", HoldReason.OTHER, at=_NOON)
        assert acme.order("4").allocated == 1

    def test_writers_at_the_same_time_never_exceed_a_limit_of_back_orders(self) -> None:
        """Eight threads place more than may wait: as much waits as may, and no unit more."""
        acme = OrderFlow(self.make_repository()).seller("acme")
        acme.book_in(_MUGS, 5, at=_NOON)
        acme.limit_back_orders(_MUGS, 7, at=_NOON)

        def work(worker: int) -> None:
            for number in range(4):
                acme.place(_order(f"{worker}-{number}", 2), at=_NOON)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        placed = [order for order in acme.orders() if order.status is not Status.CANCELLED]
        assert sum(order.short for order in placed) == 7  # noqa: PLR2004 - the limit
        assert sum(order.allocated for order in placed) == 5  # noqa: PLR2004 - all there is
        assert history_violations(State("acme"), acme.events(), AllocationPolicy()) == []

    def test_limits_of_back_orders_are_saved(self) -> None:
        """They are read with the policy, and a preview knows them."""
        acme = OrderFlow(self.make_repository()).seller("acme")
        acme.limit_back_orders(_MUGS, 0, ends_at=_NOON + timedelta(days=9), at=_NOON)
        acme.limit_back_orders(_MUGS_OF_YORK, 3, at=_NOON)
        limits = (
            BackOrderLimit(_MUGS, 0, None, _NOON + timedelta(days=9)),
            BackOrderLimit(_MUGS_OF_YORK, 3),
        )
        assert acme.back_order_limits() == limits
        acme.limit_back_orders(_MUGS_OF_YORK, None, at=_NOON)
        assert acme.back_order_limits() == limits[:1]
        previewed = acme.preview(PlaceOrder(order=_order("1", 1), at=_NOON))
        assert [order.status for order in previewed.orders] == [Status.CANCELLED]

    def test_writers_at_the_same_time_lose_and_oversell_nothing(self) -> None:
        """Threads that place, cancel and book in: everything answered is saved, and it adds up."""
        flow = OrderFlow(self.make_repository())
        acme = flow.seller("acme")
        answered = [*acme.book_in(_MUGS, 20, at=_NOON).events]

        def work(worker: int) -> None:
            for number in range(10):
                order_id = f"{worker}-{number}"
                answered.extend(acme.place(_order(order_id, 1 + number % 3), at=_NOON).events)
                if number % 4 == 1:
                    answered.extend(acme.cancel(order_id, at=_NOON).events)
                if number % 4 == 2:  # noqa: PLR2004 - every fourth, two after the first
                    answered.extend(acme.book_in(_MUGS, 2, at=_NOON).events)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        policy = AllocationPolicy()
        assert Counter(acme.events()) == Counter(answered)
        assert violations(acme.orders(), acme.stock(), policy, _NOON) == []
        assert history_violations(State("acme"), acme.events(), policy) == []
