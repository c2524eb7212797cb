"""`AsyncOrderFlow`: `OrderFlow` for a host whose database driver is async.

No method is written twice. Each passes a task to the repository, which runs it without blocking
the event loop. The task calls the method of `OrderFlow` of the same name.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from orderflow.domain.model.arguments import require_function
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
    """Return the method as a coroutine function with the same parameters."""

    @wraps(method)
    async def run(flow: AsyncOrderFlow, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await flow.run(lambda waiting: method(waiting, *args, **kwargs))

    return run


class AsyncOrderFlow(Flow[AsyncRepository, Coroutine[Any, Any, Outcome]]):
    """Orders, stock and back orders of any number of sellers, for async code.

    The names, arguments, results and errors are those of `OrderFlow`, but `seller` returns an
    `AsyncSeller`. A cancelled call was either saved as a whole or changed nothing. Repeat it with
    its command id to find out. If it was serving a long queue, the next command that reads this
    queue serves the rest first. `recover` serves all such queues.

    Args:
        repository: Where the state is stored.
        default_policy: The policy of sellers without one of their own.
        clock: The clock, for commands without a time. Default: the system's.
        catalogue: Which products may replace which.
        orders_max: About how many other orders a command changes in one transaction. Further
            transactions change the rest.
    """

    _port = AsyncRepository

    handle = _awaited(OrderFlow.handle)
    recover = _awaited(OrderFlow.recover)
    sellers = _awaited(OrderFlow.sellers)

    def seller(self, seller_id: str) -> AsyncSeller:
        """Return the handle of one seller, for every command and read of that seller.

        Raises:
            InvalidValueError: If the id is not an identifier.
        """
        return AsyncSeller(self, seller_id)

    async def run(self, task: Callable[[OrderFlow], T]) -> T:
        """Run a task on a synchronous `OrderFlow`, without blocking the event loop.

        Each command in the task has its own transaction.

        Raises:
            InvalidValueError: If the task is not a function.
        """
        require_function("run.task", task)

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
