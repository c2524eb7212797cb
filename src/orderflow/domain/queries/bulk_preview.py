"""The effect of a whole bulk run, without running it: each turn on top of the ones before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.bulk_steps import BulkRecord, take_turn
from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.bulk_commands import id_for_order
from orderflow.domain.model.bulk_result import BulkAnswer, BulkResult, BulkStep
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.domain.model.bulk_commands import StartBulk
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.state.view import View

__all__ = ["preview_bulk"]

_LAYER_MAX = 64
"""How many outcomes the upper overlay has. Each command goes through all that it has changed."""


def preview_bulk(
    start: StartBulk,
    view: View,
    default_policy: AllocationPolicy,
    outcome_of: Callable[[str], Outcome | None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> BulkResult:
    """Return the result of a bulk run as if it was run now.

    Args:
        start: The run.
        view: The state of the seller; it is not changed.
        default_policy: Who gets the stock, if the seller has no policy of its own.
        outcome_of: Returns the outcome of an earlier command by its id, if there was one.
        progress: Called after each order with the number of orders so far.
    """
    record, state = BulkRecord(start), _Layers(view)

    def handle(command: Command) -> Outcome:
        outcome = decide(command, state.view, default_policy)
        state.add(outcome)
        return outcome

    if outcome_of(start.bulk_id) is None:
        record.note(handle(start))
    for number, (order_id, _) in enumerate(start.orders, 1):
        earlier = outcome_of(id_for_order(start.bulk_id, order_id))
        if earlier is not None:
            step, is_repeated = BulkStep.DONE, True
            record.add(BulkAnswer(order_id=order_id, step=step, is_repeated=is_repeated), earlier)
        else:
            order = state.view.order(order_id)
            if order is None:
                raise OrderNotFoundError(start.seller_id, order_id)
            record.add(*take_turn(start, order, handle))
        progress(number)
    return record.result()


class _Layers:
    """A view after many outcomes: those of long ago below, and the latest ones above.

    Each outcome copies what the overlay that it goes to has changed before. With two of them, that
    is little.
    """

    def __init__(self, view: View) -> None:
        self._below = Overlay(view, Outcome(seller_id=view.seller_id))
        self._recent: list[Outcome] = []
        self.view: Overlay = self._below

    def add(self, outcome: Outcome) -> None:
        self._recent.append(outcome)
        if len(self._recent) < _LAYER_MAX:
            is_first = self.view is self._below
            self.view = Overlay(self._below, outcome) if is_first else self.view.after(outcome)
            return
        for each in self._recent:
            self._below = self._below.after(each)
        self.view = self._below
        self._recent.clear()
