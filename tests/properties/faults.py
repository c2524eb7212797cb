"""Faults that somebody might make, each put into the core for a moment.

A fault is made in all places that would share it, such as in `decide` and in folding alike, so
that it is not caught by mere disagreement between them.
"""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import total_ordering
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import MemoryRepository, Order, OrderLine, Status
from orderflow.adapters.memory import repository, seller
from orderflow.commands import ReturnState
from orderflow.domain.allocation import deallocation, preemption, serving, serving_state
from orderflow.domain.decisions import order_commands, run_due, short_orders, splitting
from orderflow.domain.model import lifecycle, policy
from orderflow.domain.model.status import FROZEN
from orderflow.domain.state import draft, fold, state
from orderflow.events import (
    HoldReleased,
    OrderDespatched,
    OrderShortPicked,
    StockTransferred,
    TransferWithdrawn,
)

if TYPE_CHECKING:
    from orderflow import ExpectedReceipt, Outcome
    from orderflow.commands import Command

Fault = Callable[[], AbstractContextManager[None]]

FAULTS: dict[str, Fault] = {}


def fault(make: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """List a fault by its name."""

    @contextmanager
    def made() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            make(patch)
            yield

    FAULTS[make.__name__] = made
    return make


@fault
def the_balance_is_not_carried_between_lines(patch: pytest.MonkeyPatch) -> None:
    """Every line of an order is offered what there was before the first one took."""
    good = serving.take_available

    def take(order: Order, shelf: dict[str, int]) -> Any:  # noqa: ANN401
        wanted: Counter[str] = Counter()
        for line in order.short_lines:
            wanted[line.sku] += line.short
        there_was = {sku: shelf[sku] for sku in wanted}
        twice = len(order.short_lines) > len(wanted)
        if not twice or wanted <= Counter(there_was) or isinstance(shelf, Counter):
            return good(order, shelf)
        lines = [good(with_lines(order, line), dict(there_was)) for line in order.short_lines]
        units = tuple(unit for taken, _, _ in lines for unit in taken)
        new = {line.line_id: line for _, (line,), _ in lines}
        for line_id, taken in units:
            shelf[order.line(line_id).sku] -= taken
        changed = tuple(new.get(line.line_id, line) for line in order.lines)
        return units, changed, all(covered for _, _, covered in lines)

    patch.setattr(serving, "take_available", take)


@fault
def a_row_is_missing_from_the_lifecycle(patch: pytest.MonkeyPatch) -> None:
    # A table of its own: a row that is taken out and put back would stand at the end.
    rows = {
        status: {event: to for event, to in row.items() if event is not OrderShortPicked}
        for status, row in lifecycle.TRANSITIONS.items()
    }
    patch.setattr(lifecycle, "TRANSITIONS", rows)


@fault
def a_cancellation_forgets_to_free(patch: pytest.MonkeyPatch) -> None:
    good = fold.stock_moves

    def stock_moves(before: Order | None, after: Order, event: Any) -> Any:  # noqa: ANN401
        return [] if after.status is Status.CANCELLED else good(before, after, event)

    patch.setattr(fold, "stock_moves", stock_moves)


@fault
def a_despatch_leaves_its_units_on_the_shelf(patch: pytest.MonkeyPatch) -> None:
    good = fold.units_removed

    def units_removed(before: Order, event: Any) -> dict[str, int]:  # noqa: ANN401
        return {} if isinstance(event, OrderDespatched) else good(before, event)

    patch.setattr(fold, "units_removed", units_removed)


@fault
def a_transfer_leaves_its_units_on_the_shelf(patch: pytest.MonkeyPatch) -> None:
    """They are expected in the other warehouse as well."""
    leave_out(patch, StockTransferred)


@fault
def a_withdrawn_transfer_goes_back_to_nowhere(patch: pytest.MonkeyPatch) -> None:
    leave_out(patch, TransferWithdrawn)


@fault
def units_that_are_written_off_are_sold_again(patch: pytest.MonkeyPatch) -> None:
    good = fold.units_added

    def units_added(order: Order, event: Any) -> Any:  # noqa: ANN401
        return good(order, attrs.evolve(event, state=ReturnState.BACK_IN_STOCK))

    patch.setattr(fold, "units_added", units_added)


@fault
def every_edited_order_counts_as_covered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lifecycle, "is_covered", lambda _lines: True)
    patch.setattr(fold, "_AGREES", ())  # which would notice


@fault
def what_becomes_free_is_not_offered(patch: pytest.MonkeyPatch) -> None:
    good = serving_state.ServingState.take_replenished

    def take_replenished(self: serving_state.ServingState) -> list[Any]:
        good(self)
        return []

    patch.setattr(serving_state.ServingState, "take_replenished", take_replenished)


@fault
def what_is_watched_is_never_moved(patch: pytest.MonkeyPatch) -> None:
    """An order stays in the queue of the product that it waited for at first."""
    good = seller.SellerState.write

    def write(self: Any, command: Command, outcome: Outcome) -> None:  # noqa: ANN401
        changed = {order.order_id for order in outcome.orders}
        blocked_on = tuple(each for each in outcome.queue_index if each[0] in changed)
        good(self, command, attrs.evolve(outcome, queue_index=blocked_on))
        if command.command_id is not None:
            self.answers[command.command_id] = (command, outcome)

    patch.setattr(seller.SellerState, "write", write)


@fault
def the_queue_is_walked_backwards(patch: pytest.MonkeyPatch) -> None:
    good = seller.SellerState.waiting

    def waiting(self: Any, *arguments: Any) -> Iterator[Order]:  # noqa: ANN401
        return iter(list(good(self, *arguments))[::-1])

    patch.setattr(seller.SellerState, "waiting", waiting)


@fault
def an_urgent_order_takes_from_those_in_front_of_it(patch: pytest.MonkeyPatch) -> None:
    """It takes from all that are not urgent: two urgent ones would take from each other for ever.

    What it may take counts as in its reach, so the fault is in all that decides about that.
    """
    good = preemption._later_orders  # noqa: SLF001

    def later_holders(serving: serving_state.ServingState, order: Order, sku: str) -> list[Order]:
        draft = serving.draft
        others = [
            holder
            for holder in draft.orders_with_units(order.warehouse_id, sku)
            if holder.status not in FROZEN and not policy.is_urgent(holder, draft.policy)
        ]
        return [*{each.order_id: each for each in [*good(serving, order, sku), *others]}.values()]

    patch.setattr(preemption, "_later_orders", later_holders)


@fault
def more_is_taken_back_than_is_needed(patch: pytest.MonkeyPatch) -> None:
    good = deallocation.last_lines_first

    def last_lines_first(order: Order, sku: str, units: int) -> Any:  # noqa: ANN401
        return good(order, sku, units + 1)

    patch.setattr(preemption, "last_lines_first", last_lines_first)


@fault
def all_agree_on_the_wrong_order(patch: pytest.MonkeyPatch) -> None:
    """The later one comes first, for the core, the repository and the invariants alike."""
    good = policy.queue_position

    def queue_position(order: Order, queue: policy.Queue) -> Any:  # noqa: ANN401
        *keys, order_id = good(order, queue)
        return (*(_Reversed(key) for key in keys), order_id)

    for name, module in list(sys.modules.items()):
        if name.startswith("orderflow") and hasattr(module, "queue_position"):
            patch.setattr(module, "queue_position", queue_position)


@fault
def a_notice_is_kept_although_it_is_settled(patch: pytest.MonkeyPatch) -> None:
    good = draft.Draft.put_receipt

    def put_receipt(self: draft.Draft, receipt_id: str, receipt: ExpectedReceipt | None) -> None:
        good(self, receipt_id, receipt or self.find_receipt(receipt_id))

    patch.setattr(draft.Draft, "put_receipt", put_receipt)


@fault
def holds_that_a_refused_command_saw_ended_are_lost(patch: pytest.MonkeyPatch) -> None:
    good = seller.SellerState.ended_holds

    def ended_holds(self: Any, at: Any, limit: Any) -> list[Order]:  # noqa: ANN401
        ended = good(self, at, limit)
        self._hold_ends = [each for each in self._hold_ends if each[0] > at]
        return ended

    patch.setattr(seller.SellerState, "ended_holds", ended_holds)


@fault
def nobody_is_given_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run_due, "_to_give_up", lambda _draft, _limit: [])


@fault
def the_answer_to_a_command_id_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repository.MemoryUnitOfWork, "answered", lambda _self, _command_id: None)


@fault
def ties_are_served_as_they_were_read(patch: pytest.MonkeyPatch) -> None:
    def place_without_id(order: Order, queue: policy.Queue) -> Any:  # noqa: ANN401
        return policy.queue_position(order, queue)[:-1]

    patch.setattr(state, "queue_position", place_without_id)


@fault
def a_split_loses_a_unit(patch: pytest.MonkeyPatch) -> None:
    good = splitting._split_off  # noqa: SLF001

    def split_off(*arguments: Any) -> Order:  # noqa: ANN401
        part = good(*arguments)
        first, *others = part.lines
        if first.quantity == 1 or "-" in part.order_id:  # or what the policy split off by itself
            return part
        fewer = OrderLine(first.line_id, first.sku, first.quantity - 1, first.allocated - 1)
        return attrs.evolve(part, lines=(fewer, *others))

    patch.setattr(splitting, "_split_off", split_off)


@fault
def all_sellers_share_one_store(patch: pytest.MonkeyPatch) -> None:
    good = MemoryRepository.unit_of_work

    def unit_of_work(self: MemoryRepository, _seller_id: str) -> Any:  # noqa: ANN401
        return good(self, "acme")

    patch.setattr(MemoryRepository, "unit_of_work", unit_of_work)


@fault
def an_order_that_was_on_hold_goes_to_the_end(patch: pytest.MonkeyPatch) -> None:
    good = fold.evolve_order

    def evolve_order(order: Order | None, event: Any) -> Order:  # noqa: ANN401
        after = good(order, event)
        if isinstance(event, HoldReleased):
            return attrs.evolve(after, placed_at=event.at)
        return after

    patch.setattr(fold, "evolve_order", evolve_order)


@fault
def those_that_wait_already_do_not_count(patch: pytest.MonkeyPatch) -> None:
    good = short_orders._above_limit  # noqa: SLF001

    def above_limit(made: draft.Draft, order: Order, sku: str, unhandled: set[str]) -> int:
        others = [each.order_id for each in made.view.back_orders()]
        return good(made, order, sku, {*unhandled, *others, *made.orders})

    patch.setattr(short_orders, "_above_limit", above_limit)


@fault
def an_order_is_sent_before_its_day(patch: pytest.MonkeyPatch) -> None:
    good = order_commands.send

    def send(made: draft.Draft, order: Order) -> None:
        good(made, attrs.evolve(order, not_before=None))

    patch.setattr(order_commands, "send", send)


def leave_out(patch: pytest.MonkeyPatch, kind: type) -> None:
    """Let no event of a type happen."""
    good = draft.Draft.emit

    def emit(self: draft.Draft, event: Any) -> None:  # noqa: ANN401
        if not isinstance(event, kind):
            good(self, event)

    patch.setattr(draft.Draft, "emit", emit)


def with_lines(order: Order, *lines: OrderLine) -> Order:
    made = copy.copy(order)
    vars(made)["lines"] = lines
    return made


@total_ordering
@attrs.frozen(order=False)
class _Reversed:
    """A key that sorts the other way round."""

    key: Any

    def __lt__(self, other: _Reversed) -> bool:
        return bool(other.key < self.key)
