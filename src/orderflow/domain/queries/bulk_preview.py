"""The effect of a whole bulk run, without running it: each turn on top of the ones before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.decisions.bulk_steps import BulkRecord, take_turn
from orderflow.domain.decisions.decide import decide
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.state.overlay import Overlay
from orderflow.errors import OrderNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.domain.model.bulk_commands import StartBulk
    from orderflow.domain.model.bulk_result import BulkAnswer, BulkResult
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
    turn_of: Callable[[str], tuple[BulkAnswer, Outcome] | None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
    *,
    is_started: bool = False,
) -> BulkResult:
    """Return the result of a bulk run as if it was run now.

    Args:
        start: The run.
        view: The state of the seller; it is not changed.
        default_policy: Who gets the stock, if the seller has no policy of its own.
        turn_of: Returns the turn that an order had in an earlier call of the run, if it had one.
        progress: Called after each order with the number of orders so far.
        is_started: Whether an earlier call has recorded the run.
    """
    record, state = BulkRecord(start), _Layers(view)

    def handle(command: Command) -> Outcome:
        outcome = decide(command, state.view, default_policy)
        state.add(outcome)
        return outcome

    if start.orders and not is_started:
        record.note(handle(start))
    for number, (order_id, _) in enumerate(start.orders, 1):
        earlier = turn_of(order_id)
        if earlier is not None:
            record.add(*earlier)
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
