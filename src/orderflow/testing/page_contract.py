"""The contract of commands in pages, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.domain.decisions.decide import decide
from orderflow.domain.decisions.reallocating import reallocation_of_product
from orderflow.domain.model.commands import (
    ChangePolicy,
    HoldOrder,
    PlaceOrder,
    PlaceOrders,
    RunDue,
    ServeWaiting,
)
from orderflow.domain.model.edits import ChangeNotBefore
from orderflow.domain.model.next_page import NextPage, PageStep, Passing
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.domain.model.policy import AllocationPolicy, Fulfilment, Queue
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import YEAR_MAX
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import (
    HOLD_ENDS_AT,
    MUGS,
    POLICY,
    OnExampleShop,
    later,
    new_order,
)

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.view import View
    from orderflow.ports import Reading, Repository, UnitOfWork

__all__ = ["PageContract"]

_BY_ID = attrgetter("order_id")
_LAST_MOMENT = datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


class PageContract(OnExampleShop):
    """Tests of what a repository reads and stores for commands that change many orders."""

    def test_back_orders_returns_a_page(self) -> None:
        """With `limit`, `back_orders` returns those placed first; with `after`, later ones."""
        shop = self.example_shop()
        big, wide, y1, late = shop.orders("big", "wide", "y1", "late")
        moved = shop.orders("again", "again.1")
        for after, limit, found in (
            (None, 0, []),
            (None, 1, [big]),
            (None, 3, [big, wide, y1]),
            (big, 1, [wide]),
            (wide, 9, [*moved, late, y1]),
            (shop.state.orders["small"], None, [*moved, late]),
            (late, 1, moved[:1]),
            (moved[-1], None, []),
        ):
            shop.require(found, "back_orders", after, limit, sorted_by=_BY_ID)

    @pytest.mark.parametrize(
        ("queue", "order_ids"),
        [
            (Queue.FIRST_COME, ["big", "wide", "late"]),
            (Queue.PRIORITY, ["late", "big", "wide"]),
            (Queue.PROMISED_DATE, ["wide", "big", "late"]),
        ],
    )
    def test_waiting_begins_behind_an_order(self, queue: Queue, order_ids: list[str]) -> None:
        """With `after`, `waiting` returns the orders behind its position in the queue."""
        shop = self.example_shop()
        policy = AllocationPolicy(queue=queue)
        orders = shop.orders(*order_ids)
        for number, order in enumerate(orders, 1):
            shop.require(orders[number:], "waiting", "leeds", "MUG", policy, None, order)
        first_come = AllocationPolicy()
        placed_between = shop.state.orders["9"]  # it does not wait
        late = shop.orders("late")
        shop.require(late, "waiting", "leeds", "MUG", first_come, None, placed_between)

    @pytest.mark.parametrize("queue", Queue)
    def test_waiting_begins_with_orders_that_are_repaid(self, queue: Queue) -> None:
        """An order that gave units comes first in its queues, in the usual order among its like."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        acme.book_in(MUGS, 14, at=later(0))
        orders = [attrs.evolve(each, pinned=False) for each in _orders("a", "b")]
        acme.place_many(orders, at=later(1))  # 9 and 5 of 9 units
        acme.place_many(_orders("z", "y", "x", "w"), at=later(2))
        policy = AllocationPolicy(queue=queue)
        for giver in ("b", "a"):
            changes = [
                reallocation_of_product(acme.order(order_id), "MUG", units)
                for order_id, units in ((giver, -1), ("z", 1))
            ]
            acme.reallocate(changes, note="as a test", by="Ann", repay=True, at=later(3))
        found = ["a", "b", "z", "y", "x", "w"]
        orders = [acme.order(order_id) for order_id in found]
        for number in range(len(found)):
            after = orders[number - 1] if number else None

            def task(view: View, after: Order | None = after) -> list[Order]:
                return list(view.waiting("leeds", "MUG", policy, None, after))

            for run in (repository.read, repository.write):
                require_same("waiting(…)", run("acme", task), orders[number:])

    def test_ended_holds_returns_those_that_ended_first(self) -> None:
        """An order counts once, however many of its holds have ended."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        reasons = (HoldReason.ADDRESS, HoldReason.SELLER_DELAY)
        flow.handle(PlaceOrders(orders=_orders("a", "b", "c"), at=later(0)))
        for order_id, *ends in (("a", 3, 9), ("b", 1, 2), ("c", 3, 4)):
            for reason, end in zip(reasons, ends, strict=True):
                hold = Hold(reason, until=later(end))
                held = HoldOrder(seller_id="acme", order_id=order_id, hold=hold, at=later(0))
                flow.handle(held)
        for limit, found in ((0, ""), (1, "b"), (2, "ab"), (3, "abc"), (4, "abc"), (None, "abc")):
            ended = repository.read("acme", partial(_ended_holds, limit=limit))
            require_same(f"ended_holds(…, {limit})", sorted(ended), list(found))

    def test_postponed_returns_the_earliest_days(self) -> None:
        """`postponed` finds orders by their day, except those on hold."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        horizon = timedelta(seconds=1)
        acme.change_policy(AllocationPolicy(allocation_horizon=horizon), at=later(0))
        for order_id, minutes in (("a", 3), ("b", 1), ("c", 3), ("d", 2)):
            far = new_order(order_id, 0, ("MUG", 1), not_before=later(minutes))
            acme.place(far, at=later(0))
        acme.place(new_order("e", 0, ("MUG", 1)), at=later(0))
        acme.hold("d", HoldReason.OTHER, at=later(0))
        for until, limit, found in (
            (later(1) - timedelta(microseconds=1), None, ""),
            (later(1), None, "b"),
            *((later(3), limit, "bac"[:limit]) for limit in (0, 1, 2, 3, None)),
            (_LAST_MOMENT, None, "bac"),
        ):
            read = partial(_postponed, until=until, limit=limit)
            for run in (repository.read, repository.write):
                name = f"postponed({until}, {limit})"
                require_same(name, run("acme", read), [acme.order(each) for each in sorted(found)])
        acme.edit("b", ChangeNotBefore(None), at=later(0))
        read = partial(_postponed, until=later(9), limit=None)
        others = [acme.order("a"), acme.order("c")]
        require_same("postponed(…)", repository.read("acme", read), others)
        waiting = repository.read("acme", _queue)
        require_same("waiting(…)", waiting, ["b", "e"])

    def test_waiting_since_before_returns_those_that_wait_longest(self) -> None:
        """With `limit`, the longest waits are returned, and of the same length the smaller id."""
        shop = self.example_shop()
        for limit, order_ids in (
            (0, []),
            (1, ["wide"]),
            (2, ["late", "wide"]),
            (3, ["late", "wide", "y1"]),
            (4, ["again", "late", "wide", "y1"]),
        ):
            orders = shop.orders(*order_ids)
            shop.require(orders, "waiting_since_before", HOLD_ENDS_AT, limit, sorted_by=_BY_ID)

    def test_the_next_page_is_saved(self) -> None:
        """`next_page` is that of the last outcome of the seller, also if it has none."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        flow.handle(PlaceOrders(orders=_orders("a", "b", "c"), at=later(0)))
        flow.seller("zenith").change_policy(POLICY, at=later(0))
        change = ChangePolicy(
            seller_id="acme", policy=AllocationPolicy(fulfilment=Fulfilment.SPLIT), at=later(1)
        )
        go_on = ServeWaiting(keys=(MUGS,), at=later(1))
        review, split = PageStep.REVIEW, PageStep.SPLIT
        pages = (
            *(NextPage(review, "b"), NextPage(PageStep.OFFER), NextPage(split)),
            *(NextPage(split, "b"), None),
        )
        for number, expected in enumerate(pages):
            repository.write("acme", partial(_save_one_page, change if number == 0 else go_on))
            _require_next_page(repository, "acme", expected)
            _require_next_page(repository, "zenith", None)
            left = [] if expected is None else [MUGS]
            require_same("unserved()", list(repository.unserved()), left)

    def test_the_queues_of_passed_over_orders_are_saved(self) -> None:
        """The passes of an order are counted once, after the queues are served."""
        repository = self.make_repository()
        OrderFlow(repository).seller("acme").change_policy(POLICY, at=later(0))
        OrderFlow(repository).seller("acme").book_in(MUGS, 2, at=later(0))
        OrderFlow(repository).handle(PlaceOrders(orders=_orders("a", "b", "c"), at=later(0)))
        small = PlaceOrder(order=new_order("d", 9, ("MUG", 1)), at=later(1))
        go_on = ServeWaiting(keys=(MUGS,), at=later(1))
        for command, after, step in (
            (small, "b", PageStep.PASS_OVER),
            (go_on, "d", PageStep.SERVE),
            (go_on, None, None),
        ):
            repository.write("acme", partial(_save_one_page, command))
            passing = (Passing("leeds", "MUG", "d", after),)
            expected = None if step is None else NextPage(step, passing=passing)
            _require_next_page(repository, "acme", expected)
        waits = [order.wait for order in OrderFlow(repository).seller("acme").orders()]
        require_same("passes", [wait and wait.passed_over for wait in waits], [1, 1, 1, None])

    def test_the_orders_that_became_short_are_saved(self) -> None:
        """Those that an earlier page released are cancelled by the last one."""
        repository = self.make_repository()
        acme = OrderFlow(repository).seller("acme")
        for order in _orders("a", "b", "c"):
            to_cancel = attrs.evolve(order, short_part=ShortPart.CANCEL_ORDER)
            acme.place(to_cancel, allocate=False, at=later(0))
            acme.hold(order.order_id, HoldReason.OTHER, until=HOLD_ENDS_AT, at=later(0))
        release = RunDue(seller_id="acme", at=HOLD_ENDS_AT)
        repository.write("acme", partial(_save_one_page, release))
        left = NextPage(PageStep.SERVE, became_short=("a", "b"), runs_due=True)
        _require_next_page(repository, "acme", left)
        go_on = ServeWaiting(keys=(MUGS,), at=HOLD_ENDS_AT)
        repository.write("acme", partial(_save_one_page, go_on))
        _require_next_page(repository, "acme", None)
        statuses = [order.status for order in acme.orders()]
        require_same("statuses", statuses, [Status.CANCELLED] * 3)


def _orders(*order_ids: str) -> tuple[Order, ...]:
    return tuple(new_order(each, placed, ("MUG", 9)) for placed, each in enumerate(order_ids))


def _ended_holds(reading: Reading, limit: int | None) -> list[str]:
    return [order.order_id for order in reading.ended_holds(later(24 * 60), limit)]


def _postponed(reading: Reading, until: datetime, limit: int | None) -> list[Order]:
    return sorted(reading.postponed(until, limit), key=_BY_ID)


def _queue(reading: Reading) -> list[str]:
    waiting = reading.waiting("leeds", "MUG", AllocationPolicy())
    return [order.order_id for order in waiting]


def _save_one_page(command: Command, work: UnitOfWork) -> None:
    work.save(command, decide(command, work, orders_max=2))


def _require_next_page(repository: Repository, seller_id: str, expected: NextPage | None) -> None:
    for run in (repository.read, repository.write):
        require_same("next_page", run(seller_id, lambda reading: reading.next_page), expected)
