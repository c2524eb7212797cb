"""The comparison of a repository with the reference, `MemoryRepository`, over a history."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.adapters.memory.repository import MemoryRepository
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from orderflow.errors import NotFoundError, RefusedError
from orderflow.service import OrderFlow
from orderflow.testing.bounded import BoundedRepository
from orderflow.testing.differences import require_same, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Repository
    from orderflow.service import Seller
    from orderflow.testing.strategies import CommandHistory

__all__ = ["compare", "require_like_reference"]

_SHORTENING_SECONDS_MAX = 10.0


def require_like_reference(
    make_repository: Callable[[], Repository], history: CommandHistory
) -> None:
    """Require that a repository answers a history as the reference does.

    If it does not, the history is shortened first, for at most about ten seconds.

    Raises:
        AssertionError: If an answer or a read differs. The message says which one, and how.
        Exception: Any error of the repository, with a note that says where it was raised.
    """
    __tracebackhide__ = True
    error = _failure(make_repository, history)
    if error is not None:
        raise _failure(make_repository, _shorten(make_repository, history)) or error


def compare(repository: Repository, history: CommandHistory) -> None:
    """Run a history on a repository and on the reference; see `require_like_reference`."""
    __tracebackhide__ = True
    bounded = BoundedRepository(repository)
    flow, reference = (_flow(each, history) for each in (bounded, MemoryRepository()))
    step = ""
    try:
        for number, command in enumerate(history.commands, 1):
            step = f"the answer to command {number}"
            bounded.restart()
            require_same(step, _answer(flow, command), _answer(reference, command))
        for seller_id in dict.fromkeys(command.seller_id for command in history.commands):
            sound, seller = reference.seller(seller_id), flow.seller(seller_id)
            for name, *given in _reads(sound):
                step = f"{name}({', '.join(map(to_text, given))}) of seller {seller_id!r}"
                found, expected = (getattr(each, name)(*given) for each in (seller, sound))
                require_same(step, found, expected)
    except Exception as error:
        error.add_note(f"Found in {step}, after these commands:\n{_listed(history)}")
        raise


def _flow(repository: Repository, history: CommandHistory) -> OrderFlow:
    return OrderFlow(
        repository,
        default_policy=history.policy,
        orders_max=history.orders_max,
        clock=_StoppedClock(history.commands[-1].at),
    )


def _answer(flow: OrderFlow, command: Command) -> Outcome | str:
    try:
        return flow.handle(command)
    except (NotFoundError, RefusedError) as refusal:
        return str(refusal)


def _reads(seller: Seller) -> Iterator[tuple[Any, ...]]:
    """Yield the names and arguments of the reads to compare, for what a seller has."""
    yield from (("orders",), ("stock",), ("receipts",), ("events",), ("policy",))
    for stock in seller.stock():
        yield "queue", stock.key
    for order in seller.orders():
        yield "events", order.order_id
        if order.status in MAY_BE_ALLOCATED:
            yield "explain", order.order_id


def _failure(
    make_repository: Callable[[], Repository], history: CommandHistory
) -> Exception | None:
    __tracebackhide__ = True
    try:
        compare(make_repository(), history)
    except Exception as error:  # noqa: BLE001 - whatever the repository raises
        return error
    return None


def _shorten(make_repository: Callable[[], Repository], history: CommandHistory) -> CommandHistory:
    """Return a shorter history that fails too: remove commands, more at once at first."""
    end = time.monotonic() + _SHORTENING_SECONDS_MAX
    for simpler in (
        attrs.evolve(history, policy=AllocationPolicy(), orders_max=1_000),
        attrs.evolve(history, orders_max=1_000),
    ):
        if _failure(make_repository, simpler):
            history = simpler
            break
    size = len(history.commands)
    while size:
        for begin in range(len(history.commands) - size, -1, -size):
            rest = history.commands[:begin] + history.commands[begin + size :]
            shorter = attrs.evolve(history, commands=rest)
            if rest and _failure(make_repository, shorter):
                history = shorter
            if time.monotonic() > end:
                return history
        size //= 2
    return history


def _listed(history: CommandHistory) -> str:
    commands = [f"{n}. {to_text(each)}\n" for n, each in enumerate(history.commands, 1)]
    settings = f"default_policy={to_text(history.policy)}, orders_max={history.orders_max}"
    return f"{''.join(commands)}They ran with {settings}."


class _StoppedClock:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at
