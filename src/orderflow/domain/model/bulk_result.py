"""The result of a bulk run: an answer for each order, and the other orders that changed."""

from __future__ import annotations

import attrs

from orderflow.domain.model.order import Order
from orderflow.domain.model.terms import Term

__all__ = ["BulkAnswer", "BulkResult", "BulkStep"]


class BulkStep(Term):
    """What a bulk run did with one order."""

    DONE = "DONE"
    """The action was done, by this call or an earlier one of the same run."""
    UNCHANGED = "UNCHANGED"
    """There was nothing to do: the order was as it should be."""
    REFUSED = "REFUSED"
    """The action was refused, and the order was left as it was."""
    SKIPPED = "SKIPPED"
    """Somebody changed the order after it was chosen, and the filter no longer matches it."""


@attrs.frozen(kw_only=True)
class BulkAnswer:
    """What a bulk run did with one order.

    Attributes:
        order_id: The order.
        step: What was done.
        reason: Why it was refused or skipped.
        before: The order before its turn. `None` if an earlier call did the action and the events
            before it are missing.
        after: The order at the end of the run.
        is_repeated: Whether an earlier call of the same run did the action.
        completed_by_run: Whether the action was done with an order that the run itself had
            completed before, with units that other orders gave back.
    """

    order_id: str
    step: BulkStep
    reason: str = ""
    before: Order | None = None
    after: Order | None = None
    is_repeated: bool = False
    completed_by_run: bool = False


@attrs.frozen(kw_only=True)
class BulkResult:
    """The result of a bulk run.

    Attributes:
        bulk_id: The id of the run. A call with the same id goes on with it.
        answers: An answer for each chosen order, in queue order.
        other_orders: Every other order that changed, as it is at the end of the run.
    """

    bulk_id: str
    answers: tuple[BulkAnswer, ...] = ()
    other_orders: tuple[Order, ...] = ()

    def count(self, step: BulkStep) -> int:
        """Return the number of orders with which this was done."""
        return sum(answer.step is step for answer in self.answers)

    @property
    def completed_by_run(self) -> int:
        """The number of orders that the run itself had completed before their turn."""
        return sum(answer.completed_by_run for answer in self.answers)
