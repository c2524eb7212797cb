"""`AsyncSeller`: `Seller` for async code.

No method is written twice. Each passes a task to the repository, which runs it without blocking
the event loop. The task calls the method of `Seller` of the same name.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from orderflow.domain.model.arguments import (
    require_function,
    require_identifier,
    require_kind,
    require_methods,
)
from orderflow.service.seller import Seller
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from orderflow.ports import AsyncRepository
    from orderflow.service.flow import OrderFlow

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["AsyncSeller"]


class AsyncTasks(Protocol):
    """The part of `AsyncOrderFlow` that a handle needs."""

    @property
    def repository(self) -> AsyncRepository: ...

    async def run(self, task: Callable[[OrderFlow], T]) -> T: ...


def _awaited(
    method: Callable[Concatenate[Seller, P], T],
) -> Callable[Concatenate[AsyncSeller, P], Coroutine[Any, Any, T]]:
    """Return the method as a coroutine function with the same parameters."""

    @wraps(method)
    async def run(self: AsyncSeller, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(lambda seller: method(seller, *args, **kwargs))

    return run


class AsyncSeller:
    """One seller's handle on an `AsyncOrderFlow`: the methods of `Seller` as coroutines.

    `AsyncOrderFlow.seller` returns one. The names, arguments, results and errors are those of
    `Seller`. A cancelled call was either saved as a whole or changed nothing. Repeat it with its
    ``command_id`` to find out.
    """

    def __init__(self, flow: AsyncTasks, seller_id: str) -> None:
        require_kind("AsyncSeller.flow", flow, Flow, demand="an AsyncOrderFlow")
        require_methods("AsyncSeller.flow", flow.repository, "run", demand="an AsyncOrderFlow")
        require_identifier("AsyncSeller.seller_id", seller_id)
        self._flow = flow
        self._seller_id = seller_id

    def __repr__(self) -> str:
        return f"AsyncSeller({self._seller_id!r})"

    @property
    def seller_id(self) -> str:
        """The seller's id."""
        return self._seller_id

    handle = _awaited(Seller.handle)

    place = _awaited(Seller.place)
    place_many = _awaited(Seller.place_many)
    allocate = _awaited(Seller.allocate)
    edit = _awaited(Seller.edit)
    remove_short_lines = _awaited(Seller.remove_short_lines)
    split = _awaited(Seller.split)
    move = _awaited(Seller.move)
    reallocate = _awaited(Seller.reallocate)
    pin = _awaited(Seller.pin)
    unpin = _awaited(Seller.unpin)
    hold = _awaited(Seller.hold)
    release_hold = _awaited(Seller.release_hold)
    run_due = _awaited(Seller.run_due)
    cancel = _awaited(Seller.cancel)
    cancel_all_parts = _awaited(Seller.cancel_all_parts)
    request_cancellation = _awaited(Seller.request_cancellation)
    choose_orders = _awaited(Seller.choose_orders)
    preview_bulk = _awaited(Seller.preview_bulk)
    run_bulk = _awaited(Seller.run_bulk)
    erase = _awaited(Seller.erase)
    orders_to_erase = _awaited(Seller.orders_to_erase)

    send_to_warehouse = _awaited(Seller.send_to_warehouse)
    accept_cancellation = _awaited(Seller.accept_cancellation)
    reject_cancellation = _awaited(Seller.reject_cancellation)
    report_short_pick = _awaited(Seller.report_short_pick)
    despatch = _awaited(Seller.despatch)
    deliver = _awaited(Seller.deliver)
    return_units = _awaited(Seller.return_units)

    announce = _awaited(Seller.announce)
    withdraw = _awaited(Seller.withdraw)
    book_in = _awaited(Seller.book_in)
    adjust = _awaited(Seller.adjust)
    count = _awaited(Seller.count)
    transfer = _awaited(Seller.transfer)
    limit_back_orders = _awaited(Seller.limit_back_orders)

    change_policy = _awaited(Seller.change_policy)

    order = _awaited(Seller.order)
    orders = _awaited(Seller.orders)
    parts_of = _awaited(Seller.parts_of)
    all_parts_of = _awaited(Seller.all_parts_of)
    queue = _awaited(Seller.queue)
    stock = _awaited(Seller.stock)
    stock_of = _awaited(Seller.stock_of)
    receipts = _awaited(Seller.receipts)
    unit_account = _awaited(Seller.unit_account)
    events = _awaited(Seller.events)
    policy = _awaited(Seller.policy)
    back_order_limits = _awaited(Seller.back_order_limits)

    actions = _awaited(Seller.actions)
    preview = _awaited(Seller.preview)
    unknown_products = _awaited(Seller.unknown_products)
    replacement_offers = _awaited(Seller.replacement_offers)
    explain = _awaited(Seller.explain)

    source = _awaited(Seller.source)
    available_to_promise = _awaited(Seller.available_to_promise)
    available_to_promise_over = _awaited(Seller.available_to_promise_over)
    earliest_promise = _awaited(Seller.earliest_promise)
    receipt_allocation = _awaited(Seller.receipt_allocation)
    what_if = _awaited(Seller.what_if)

    rebalance = _awaited(Seller.rebalance)
    edit_plan = _awaited(Seller.edit_plan)
    apply = _awaited(Seller.apply)

    backlog = _awaited(Seller.backlog)
    exceptions = _awaited(Seller.exceptions)
    low_stock = _awaited(Seller.low_stock)
    service_levels = _awaited(Seller.service_levels)

    async def run(self, task: Callable[[Seller], T]) -> T:
        """Run a task on a synchronous `Seller`, without blocking the event loop.

        Each command in the task has its own transaction.

        Raises:
            InvalidValueError: If the task is not a function.
        """
        require_function("run.task", task)
        return await self._flow.run(lambda flow: task(flow.seller(self._seller_id)))
