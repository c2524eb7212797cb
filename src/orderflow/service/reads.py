"""Answers that save nothing: the effect of a command, and reads of the served state."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.commands import ServeWaiting
from orderflow.domain.model.events import PersonalDataErased
from orderflow.domain.model.personal_data import erase, orders_of
from orderflow.domain.model.stock import StockKey
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import CommandIdReusedError, OrderFlowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.view import View
    from orderflow.ports import Reading

    T = TypeVar("T")

__all__ = ["preview", "read_served", "repeated", "served_by"]


def preview(command: Command, reading: Reading, default_policy: AllocationPolicy) -> Outcome:
    """Return the effect of a command, with every page of a long queue."""
    if command.command_id is not None:
        answered = reading.answered(command.command_id)
        if answered is not None:
            return repeated(command, *answered, reading)

    def task(view: View) -> Outcome:
        return decide(command, view, default_policy)

    return read_served(reading, task, default_policy, command.at, own=served_by(command))


def read_served(
    reading: Reading,
    task: Callable[[View], T],
    default_policy: AllocationPolicy,
    at: datetime,
    *,
    own: frozenset[ProductKey] = frozenset(),
) -> T:
    """Run a task on the state as it will be once all unserved queues are served.

    The task runs again if its reads show further queues that are unserved.

    Args:
        reading: The stored state.
        task: The task.
        default_policy: The policy of a seller without one of their own.
        at: The current time.
        own: The products whose queues the task serves itself.
    """
    view: View = reading
    served = set(own)
    while True:
        try:
            answer = task(view)
        except OrderFlowError:
            if served.issuperset(reading.unserved()):
                raise
        else:
            if served.issuperset(reading.unserved()):
                return answer
        served.update(reading.unserved())
        keys = tuple(StockKey(reading.seller_id, *each) for each in sorted(served - own))
        served_anew = decide(ServeWaiting(keys=keys, at=at), reading, default_policy)
        view = Overlay(reading, served_anew)


def served_by(command: Command) -> frozenset[ProductKey]:
    """Return the products whose queues a command serves."""
    keys = command.keys if isinstance(command, ServeWaiting) else ()
    return frozenset((key.warehouse_id, key.sku) for key in keys)


def repeated(command: Command, first: Command, outcome: Outcome, reading: Reading) -> Outcome:
    """Return the first outcome, if it is that of this command.

    Only the time may differ, and personal data that was erased since.
    """
    same = attrs.evolve(command, at=first.at)
    if same != first:
        erased = [each for each in orders_of(command) if _was_erased(reading, each)]
        if erase(same, erased) != first:
            raise CommandIdReusedError(command.seller_id, str(command.command_id))
    return outcome


def _was_erased(reading: Reading, order_id: str) -> bool:
    return any(isinstance(event, PersonalDataErased) for event in reading.events(order_id))
