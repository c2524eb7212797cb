"""One order's turn in a bulk run: whether there is anything to do, and the command that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import attrs

from orderflow.domain.model.bulk_commands import (
    CancelOrders,
    EditOrders,
    HoldOrders,
    MoveOrders,
    PinOrders,
    ReleaseHolds,
    SplitOrders,
    UnpinOrders,
    id_for_order,
)
from orderflow.domain.model.bulk_result import BulkAnswer, BulkResult, BulkStep
from orderflow.domain.model.chosen_lines import RemoveShortLines, ReplaceProduct
from orderflow.domain.model.commands import (
    CancelOrder,
    EditOrder,
    HoldOrder,
    MoveOrder,
    PinOrder,
    ReleaseHold,
    SplitOrder,
    UnpinOrder,
)
from orderflow.domain.model.edits import apply_edits
from orderflow.domain.model.status import Status
from orderflow.domain.state.order_before import order_before
from orderflow.errors import CommandIdReusedError, NotFoundError, RefusedError, StaleVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.domain.model.bulk_commands import BulkAction, StartBulk
    from orderflow.domain.model.chosen_lines import RequestedEdit
    from orderflow.domain.model.commands import OrderCommand
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome

__all__ = ["BulkRecord", "command_for", "repeated_turn", "take_turn"]


def _is_as_wanted(order: Order, action: BulkAction) -> bool:
    """Whether an order is already as the action would leave it."""
    match action:
        case CancelOrders():
            return order.status is Status.CANCELLED
        case EditOrders(edits=edits):
            return all(_changes_nothing(order, edit) for edit in edits)
        case HoldOrders(hold=hold, deallocate=deallocate):
            return hold in order.holds and not (deallocate and order.allocated)
        case ReleaseHolds(reason=reason):
            return all(reason not in {None, hold.reason} for hold in order.holds)
        case MoveOrders(warehouse_id=warehouse_id, only_short=only_short):
            return order.warehouse_id == warehouse_id or (only_short and not order.short)
        case PinOrders():
            return order.pinned
        case UnpinOrders():
            return not order.pinned
        case SplitOrders():
            return False
        case _:
            assert_never(action)


def command_for(start: StartBulk, order: Order) -> OrderCommand:
    """Return the command of a bulk run for one order, as it is now."""
    fields: dict[str, Any] = {
        "seller_id": start.seller_id,
        "order_id": order.order_id,
        "at": start.at,
        "command_id": id_for_order(start.bulk_id, order.order_id),
        "expected_version": order.version,
    }
    match start.action:
        case CancelOrders(reason=reason):
            return CancelOrder(reason=reason, **fields)
        case EditOrders(edits=edits):
            return EditOrder(edits=edits, **fields)
        case HoldOrders(hold=hold, deallocate=deallocate):
            return HoldOrder(hold=hold, deallocate=deallocate, **fields)
        case ReleaseHolds(reason=only):
            return ReleaseHold(reason=only, **fields)
        case MoveOrders(warehouse_id=warehouse_id, only_short=only_short):
            return MoveOrder(warehouse_id=warehouse_id, only_short=only_short, **fields)
        case PinOrders():
            return PinOrder(**fields)
        case UnpinOrders():
            return UnpinOrder(**fields)
        case SplitOrders():
            return SplitOrder(**fields)
        case _:
            assert_never(start.action)


def _changes_nothing(order: Order, edit: RequestedEdit) -> bool:
    match edit:
        case RemoveShortLines():
            return not order.short
        case ReplaceProduct(sku=sku):
            return not order.lines_of(sku)
        case _:
            try:
                fields = apply_edits(order, (edit,))
            except (NotFoundError, RefusedError):
                return False
            return all(getattr(order, name) == value for name, value in fields.items())


def take_turn(
    start: StartBulk, order: Order, handle: Callable[[OrderCommand], Outcome]
) -> tuple[BulkAnswer, Outcome | None]:
    """Do the action of a bulk run with one order, unless there is nothing to do.

    Args:
        start: The run.
        order: The order, as it is now.
        handle: Runs a command.

    Returns:
        The answer, and the outcome of the command if it was done.

    Raises:
        CommandIdReusedError: If the id of the command was used for another one.
        StaleVersionError: If somebody else has just changed the order.
    """
    order_id = order.order_id
    if _is_as_wanted(order, start.action):
        return BulkAnswer(order_id=order_id, step=BulkStep.UNCHANGED, before=order), None
    try:
        outcome = handle(command_for(start, order))
    except (CommandIdReusedError, StaleVersionError):
        raise
    except (NotFoundError, RefusedError) as error:
        reason = str(error)
        step = BulkStep.REFUSED
        return BulkAnswer(order_id=order_id, step=step, reason=reason, before=order), None
    return BulkAnswer(order_id=order_id, step=BulkStep.DONE, before=order), outcome


def repeated_turn(
    order_id: str, outcome: Outcome, events: Iterable[Event]
) -> tuple[BulkAnswer, Outcome]:
    """Return the turn that an order had in an earlier call of the same run.

    Args:
        order_id: The order.
        outcome: The outcome of its command.
        events: All events of the order, the oldest first.
    """
    before = order_before(order_id, outcome, events)
    step, is_repeated = BulkStep.DONE, True
    answer = BulkAnswer(order_id=order_id, step=step, before=before, is_repeated=is_repeated)
    return answer, outcome


class BulkRecord:
    """Collects the answers of a bulk run, and the orders that it changed.

    Attributes:
        has_more: Whether an outcome left queues unserved, so that it has not all changes.
    """

    def __init__(self, start: StartBulk) -> None:
        self._start = start
        self._answers: dict[str, BulkAnswer] = {}
        self._latest: dict[str, Order] = {}
        self._completed: set[str] = set()
        self.has_more = False

    def add(self, answer: BulkAnswer, outcome: Outcome | None) -> None:
        """Add an answer, and the outcome of its command, if there was one."""
        self._answers[answer.order_id] = answer
        if answer.order_id in self._completed:
            self.note_completed([answer.order_id])
        if outcome is not None:
            self.note(outcome)

    def note(self, outcome: Outcome) -> None:
        """Note the orders that a command has changed."""
        self.note_orders(outcome.orders)
        self._completed.update(outcome.back_orders_completed)
        self.has_more |= bool(outcome.unserved)

    def note_orders(self, orders: Iterable[Order]) -> None:
        """Note orders that have changed, as they are now."""
        for order in orders:
            self._latest[order.order_id] = order

    def note_completed(self, order_ids: Iterable[str]) -> None:
        """Note orders that the run itself has completed before their turn."""
        for order_id in order_ids:
            answer = self._answers.get(order_id)
            if answer is not None and answer.step is BulkStep.DONE:
                self._answers[order_id] = attrs.evolve(answer, completed_by_run=True)

    def result(self) -> BulkResult:
        """Return the result: each order as it was after all that the run did."""
        latest = self._latest
        return BulkResult(
            bulk_id=self._start.bulk_id,
            answers=tuple(
                [
                    attrs.evolve(each, after=latest.get(each.order_id, each.before))
                    for each in self._answers.values()
                ]
            ),
            other_orders=tuple(
                [order for order_id, order in latest.items() if order_id not in self._answers]
            ),
        )
