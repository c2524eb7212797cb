"""A bulk run does what its preview said, once, however often it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from orderflow import Hold, HoldReason, MemoryRepository, OrderFlow
from orderflow.bulk import (
    BulkAction,
    BulkResult,
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    PinOrders,
    ReleaseHolds,
    SplitOrders,
    UnpinOrders,
)
from orderflow.edits import ChangePriority, RemoveShortLines, ReplaceProduct
from orderflow.errors import InvalidValueError, NotFoundError, RefusedError
from orderflow.filters import OrderFilter, filter_of
from orderflow.service import bulk_methods
from orderflow.testing.strategies import CommandHistory, filters, histories
from tests.properties.runs import SCOPE, stored

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow import Order, Seller
    from orderflow.commands import StartBulk
    from orderflow.ports import Repository

    T = TypeVar("T")

ACTIONS: st.SearchStrategy[BulkAction] = st.sampled_from(
    [
        CancelOrders("discontinued"),
        EditOrders((RemoveShortLines(),)),
        EditOrders((ReplaceProduct("MUG", "PAN", units=2),)),
        EditOrders((ChangePriority(2),)),
        HoldOrders(Hold(HoldReason.OTHER), deallocate=True),
        MoveOrders("york"),
        MoveOrders("york", only_short=True),
        ReleaseHolds(),
        PinOrders(),
        UnpinOrders(),
        SplitOrders(),
    ]
)
FILTERS = st.just(OrderFilter()) | st.just(filter_of("status=ON_BACK_ORDER")) | filters()


class KilledError(BaseException):
    """Ends the run, as a signal would."""


class Mortal(MemoryRepository):
    """A repository whose process is killed in a later transaction."""

    lives = -1

    def together(self, seller_id: str, task: Callable[[Repository], T]) -> T:
        def killed(repository: Repository) -> T:
            result = task(repository)
            if self.lives == 0:
                raise KilledError
            self.lives -= 1
            return result

        return super().together(seller_id, killed)


def played(
    history: CommandHistory, repository: MemoryRepository, orders_max: int = 1_000
) -> OrderFlow:
    """Run a history, whatever is refused."""
    flow = OrderFlow(repository, default_policy=history.policy, orders_max=orders_max)
    for command in history.commands:
        try:
            flow.handle(command)
        except (NotFoundError, RefusedError):
            continue
    return flow


def chosen(seller: Seller, action: BulkAction, where: OrderFilter, at: datetime) -> StartBulk:
    """Choose the orders of a run. If none has the product to replace, that is refused."""
    try:
        return seller.choose_orders(action, where, bulk_id="bulk", at=at)
    except InvalidValueError:
        assert action == EditOrders((ReplaceProduct("MUG", "PAN", units=2),))
        reject()


def by_id(orders: tuple[Order, ...]) -> dict[str, Order]:
    return {order.order_id: order for order in orders}


@given(histories(SCOPE), ACTIONS, FILTERS)
def test_a_bulk_run_does_what_its_preview_said(
    history: CommandHistory, action: BulkAction, where: OrderFilter
) -> None:
    repository = MemoryRepository()
    flow = played(history, repository)
    at = history.commands[-1].at if history.commands else SCOPE.opens_at
    seller = flow.seller(SCOPE.seller_ids[0])
    start = chosen(seller, action, where, at)
    before = stored(repository)
    previewed = seller.preview_bulk(start)
    assert stored(repository) == before
    done = seller.run_bulk(start)
    assert done.answers == previewed.answers
    assert by_id(done.other_orders) == by_id(previewed.other_orders)
    for each in done.answers:
        assert each.after == seller.order(each.order_id)
    changed = {*by_id(done.other_orders), *(each.order_id for each in done.answers)}
    now = stored(repository)
    for seller_id, state in before.items():
        for order_id, order in now[seller_id].orders.items():
            if order != state.orders.get(order_id):
                assert order_id in changed


@given(histories(SCOPE), ACTIONS, FILTERS, st.integers(0, 3), st.integers(1, 2))
def test_a_bulk_run_that_was_killed_goes_on_and_ends_as_one_that_was_not(
    history: CommandHistory, action: BulkAction, where: OrderFilter, lives: int, size: int
) -> None:
    ends = []
    for kills in (False, True):
        repository = Mortal()
        flow = played(history, repository)
        at = history.commands[-1].at if history.commands else SCOPE.opens_at
        seller = flow.seller(SCOPE.seller_ids[0])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bulk_methods, "ORDERS_PER_BATCH", size)
            repository.lives = lives if kills else -1
            result: BulkResult | None = None
            while result is None:
                try:
                    start = chosen(seller, action, where, at)
                    result = seller.run_bulk(start)
                except KilledError:
                    repository.lives = -1
        steps = [(each.order_id, each.step) for each in result.answers]
        ends.append((stored(repository), steps, seller.events()))
    assert ends[0] == ends[1]
