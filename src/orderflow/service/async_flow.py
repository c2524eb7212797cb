"""`AsyncOrderFlow`: what `OrderFlow` does, for a host whose database driver is async.

No method is written twice. Each hands a task to the port, which runs it without blocking the
event loop; the task calls the method of `OrderFlow` of the same name.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from orderflow.domain.model.outcome import Outcome
from orderflow.ports import AsyncRepository, Repository
from orderflow.service.async_seller import AsyncSeller
from orderflow.service.flow import OrderFlow
from orderflow.service.settings import Flow

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["AsyncOrderFlow"]


def _awaited(
    method: Callable[Concatenate[OrderFlow, P], T],
) -> Callable[Concatenate[AsyncOrderFlow, P], Coroutine[Any, Any, T]]:
    """Return the method as a coroutine function; its parameters stay as they are."""

    @wraps(method)
    async def run(flow: AsyncOrderFlow, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await flow.run(lambda waiting: method(waiting, *args, **kwargs))

    return run


class AsyncOrderFlow(Flow[AsyncRepository, Coroutine[Any, Any, Outcome]]):
    """Orders, stock and back orders of any number of sellers, to be awaited.

    The names, arguments, results and errors are those of `OrderFlow`; `seller` returns an
    `AsyncSeller`. A call that is cancelled has happened as a whole or not at all; repeat it with
    its command id to learn which. Where a long queue was being served, what
    is left of it is written down, and the next command that comes across goes on, or `recover`.

    Args:
        repository: Where the state is kept.
        default_policy: Who gets the stock of sellers without a policy of their own.
        clock: What time it is, for commands that do not say.
        catalogue: Which products may stand in for which.
        orders_max: About so many waiting orders are served in one transaction; what is left of
            the queue follows in others.
    """

    handle = _awaited(OrderFlow.handle)
    recover = _awaited(OrderFlow.recover)
    sellers = _awaited(OrderFlow.sellers)

    def seller(self, seller_id: str) -> AsyncSeller:
        """Return the handle of one seller: every command and every read, to be awaited.

        Raises:
            InvalidValueError: If it is not an identifier.
        """
        return AsyncSeller(self, seller_id)

    async def run(self, task: Callable[[OrderFlow], T]) -> T:
        """Run a task on an `OrderFlow` that waits, without blocking the event loop.

        Several commands in one task are one transaction each.
        """

        def on_a_flow(repository: Repository) -> T:
            flow = OrderFlow(
                repository,
                default_policy=self._default_policy,
                clock=self._clock,
                catalogue=self._catalogue,
                orders_max=self._orders_max,
            )
            return task(flow)

        return await self._repository.run(on_a_flow)
