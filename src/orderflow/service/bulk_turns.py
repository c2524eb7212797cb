"""The turns of some orders in a bulk run, on one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.allocation.expected_cover import ExpectedCovers
from orderflow.domain.decisions.bulk_steps import repeated_turn, take_turn
from orderflow.domain.model.bulk_commands import id_for_order
from orderflow.domain.model.bulk_result import BulkAnswer, BulkStep
from orderflow.domain.model.order import Order
from orderflow.domain.model.outcome import Outcome
from orderflow.errors import ContentionError, OrderNotFoundError, StaleVersionError
from orderflow.service.matching import only_matching

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderflow.domain.model.bulk_commands import StartBulk
    from orderflow.domain.model.order_filter import OrderFilter
    from orderflow.ports import Reading, Repository
    from orderflow.service.settings import Flow

__all__ = ["Turn", "earlier_turn", "take_turns"]

Turn = tuple[BulkAnswer, Outcome | None]
"""The answer for an order, and the outcome of its command if it was done."""

ATTEMPTS_MAX = 5
"""How often an order is read again because somebody else changed it before its command."""


def take_turns(
    start: StartBulk,
    where: OrderFilter,
    orders: Sequence[tuple[str, int]],
    flow: Flow[Repository, Outcome],
) -> list[Turn]:
    """Return the turns of some orders, which were chosen with these versions.

    Raises:
        ContentionError: If others keep changing an order.
    """
    return [_turn(start, where, order_id, version, flow) for order_id, version in orders]


def earlier_turn(
    start: StartBulk, order_id: str, reading: Reading
) -> tuple[BulkAnswer, Outcome] | None:
    """Return the turn that an order had in an earlier call of the run, if it had one."""
    answered = reading.answered(id_for_order(start.bulk_id, order_id))
    if answered is None:
        return None
    return repeated_turn(order_id, answered[1], reading.events(order_id))


def _turn(
    start: StartBulk,
    where: OrderFilter,
    order_id: str,
    version: int,
    flow: Flow[Repository, Outcome],
) -> Turn:
    def find(reading: Reading) -> Order | Turn:
        """Return the order, or its turn if an earlier call took it or it is omitted."""
        earlier = earlier_turn(start, order_id, reading)
        if earlier is not None:
            return earlier
        order = reading.order(order_id)
        if order is None:
            raise OrderNotFoundError(start.seller_id, order_id)
        if order.version != version and _is_of_others(order, version, start.at, reading):
            covers = ExpectedCovers(start.at, reading.policy or flow.default_policy)
            if not only_matching([order], where, start.at, covers, reading):
                return _skipped(order), None
        return order

    for _ in range(ATTEMPTS_MAX):
        found = flow.repository.read(start.seller_id, find)
        if not isinstance(found, Order):
            return found
        try:
            return take_turn(start, found, flow.handle)
        except StaleVersionError:
            continue
    raise ContentionError(ATTEMPTS_MAX)


def _is_of_others(order: Order, version: int, at: datetime, reading: Reading) -> bool:
    """Whether an event after a version is not of the bulk run, whose events are all at one time."""
    events = reading.events(order.order_id)
    return any(event.at != at for event in events[-(order.version - version) :])


def _skipped(order: Order) -> BulkAnswer:
    reason = "it was changed after the run began, and the filter does not match it any more"
    return BulkAnswer(order_id=order.order_id, step=BulkStep.SKIPPED, reason=reason, before=order)
