"""`AsyncOrderFlow`: what `OrderFlow` does, for a host that awaits its database.

There is no second copy of it. Each method hands a task to the port, which runs it where one can
wait without holding up the event loop; the task is the method of `OrderFlow` of the same name.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from orderflow.domain.model.outcome import Outcome
from orderflow.ports import AsyncRepository, Repository
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
    """Return the method, as one to await."""

    @wraps(method)
    async def run(flow: AsyncOrderFlow, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await flow.run(lambda waiting: method(waiting, *args, **kwargs))

    return run


class AsyncOrderFlow(Flow[AsyncRepository, Coroutine[Any, Any, Outcome]]):
    """Orders, stock and back orders of any number of sellers, to be awaited.

    Every method of `OrderFlow` is here, by the same name, with the same arguments, the same
    answers and the same errors. One that is cancelled has either happened as a whole or not at
    all; a repeat with the same command id tells which. Where a long queue was being served, what
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

    order = _awaited(OrderFlow.order)
    orders = _awaited(OrderFlow.orders)
    queue = _awaited(OrderFlow.queue)
    stock = _awaited(OrderFlow.stock)
    policy_of = _awaited(OrderFlow.policy_of)
    receipts = _awaited(OrderFlow.receipts)
    events = _awaited(OrderFlow.events)
    actions = _awaited(OrderFlow.actions)

    preview = _awaited(OrderFlow.preview)
    replacement_offers = _awaited(OrderFlow.replacement_offers)
    explain = _awaited(OrderFlow.explain)

    async def run(self, task: Callable[[OrderFlow], T]) -> T:
        """Carry out a task on a flow that waits, where that does not hold up the event loop.

        Each method of this class is such a task; several commands in one task are, like several
        calls of `OrderFlow`, one transaction each.
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
