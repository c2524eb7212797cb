"""Bulk runs, as methods of a seller's handle: one action on each order that a filter names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args
from uuid import uuid4

from orderflow.domain.decisions.bulk_steps import BulkRecord
from orderflow.domain.model.arguments import (
    require_function,
    require_identifier,
    require_kind,
    require_number,
)
from orderflow.domain.model.bulk_commands import (
    BULK_ORDERS_MAX,
    BulkAction,
    EditOrders,
    StartBulk,
)
from orderflow.domain.model.chosen_lines import ReplaceProduct
from orderflow.domain.model.events import OrderAllocated, OrderPartlyAllocated
from orderflow.domain.model.order_filter import OrderFilter
from orderflow.domain.model.personal_data import ERASED
from orderflow.domain.model.policy import queue_position
from orderflow.domain.queries.bulk_preview import preview_bulk
from orderflow.domain.queries.filter_text import filter_of
from orderflow.errors import (
    BatchInterruptedError,
    CommandIdReusedError,
    InvalidValueError,
    LimitRefusedError,
    StorageError,
)
from orderflow.service.bulk_turns import earlier_turn, take_turns
from orderflow.service.matching import matching_orders
from orderflow.service.read_methods import ReadMethods
from orderflow.service.reads import read_served

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.bulk_result import BulkResult
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Reading, Repository
    from orderflow.service.bulk_turns import Turn
    from orderflow.service.settings import Flow

__all__ = ["BulkMethods"]

ORDERS_PER_BATCH = 200
"""A batch of this size blocks other writers for about a second."""


class BulkMethods(ReadMethods):
    """The methods for bulk runs."""

    def choose_orders(
        self,
        action: BulkAction,
        where: OrderFilter,
        *,
        bulk_id: str | None = None,
        at: datetime | None = None,
        at_most: int = BULK_ORDERS_MAX,
    ) -> StartBulk:
        """Choose the orders of a bulk run, for `run_bulk` or `preview_bulk`. It saves nothing.

        They are in queue order. Orders that are cancelled or have left the warehouse are omitted,
        unless the filter says with ``status=`` or ``id=`` that it means them. If this run was
        started before, the orders are those that were chosen then.

        Args:
            action: What to do with each order.
            where: The filter that chooses the orders.
            bulk_id: An id of your choice. With the same one, an interrupted run goes on. Default:
                a random one.
            at: The time of the run, and of all its commands. Default: now.
            at_most: Refuse to choose more orders than this.

        Raises:
            InvalidValueError: If the action replaces a product that none of the orders has.
            LimitRefusedError: If the filter names more orders, or more than 20,000.
            CommandIdReusedError: If the id was used for another action or filter.
        """
        demand = "an action of orderflow.bulk, such as CancelOrders()"
        require_kind("choose_orders.action", action, get_args(BulkAction), demand=demand)
        demand = "an OrderFilter, such as filter_of('sku=MUG')"
        require_kind("choose_orders.where", where, OrderFilter, demand=demand)
        require_number("choose_orders.at_most", at_most, 0, of="orders")
        moment = self._read_moment("choose_orders.at", at)
        if bulk_id is not None:
            require_identifier("choose_orders.bulk_id", bulk_id)
            earlier = self._read(lambda reading: reading.answered(bulk_id))
            if earlier is not None:
                return self._same_run(bulk_id, earlier[0], action, where)
        policy, limit = self.policy(), min(at_most, BULK_ORDERS_MAX)
        chosen, count = [], 0
        missing = _replaced_skus(action)
        for order in matching_orders(where, self._read, moment, policy):
            count += 1
            missing.difference_update([line.sku for line in order.lines])
            if count <= limit:
                chosen.append((queue_position(order, policy.queue), order.order_id, order.version))
        if count > limit:
            way_out = "choose fewer by a further condition, such as placed<2026-01-01"
            raise LimitRefusedError("the bulk run", "orders", count, limit, way_out)
        if missing and chosen:
            demand = "a product that a matching order has"
            raise InvalidValueError("ReplaceProduct.sku", demand, min(missing))
        return StartBulk(
            seller_id=self.seller_id,
            action=action,
            where=str(where),
            orders=tuple([(order_id, version) for _, order_id, version in sorted(chosen)]),
            at=moment,
            command_id=bulk_id if bulk_id is not None else uuid4().hex,
        )

    def run_bulk(
        self, start: StartBulk, *, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> BulkResult:
        """Do the action of a bulk run with each of its orders, one after another.

        A refused order does not stop the others. A few hundred orders are saved together. If that
        is interrupted, call this again with the same run: what was done is not done twice.

        An order that somebody else has changed since it was chosen gets its turn only if the
        filter still matches it. What the run itself has changed does not count.

        A run without orders is not recorded. With the same id, `choose_orders` chooses again.

        Args:
            start: What `choose_orders` returned.
            progress: Called with the number of orders so far, and the number of all.

        Raises:
            CommandIdReusedError: If the id of the run was used for another command.
            BatchInterruptedError: If the database failed after some orders were saved.
            StorageError: If it failed before.
        """
        self._check_start("run_bulk.start", start)
        require_function("run_bulk.progress", progress)
        record, where, total = BulkRecord(start), filter_of(start.where), len(start.orders)
        if start.orders:  # else it would keep its texts, and nothing is repeated
            record.note(self.handle(start))
        for begin in range(0, total, ORDERS_PER_BATCH):
            part = start.orders[begin : begin + ORDERS_PER_BATCH]
            try:
                turns = self._together(partial(take_turns, start, where, part))
            except StorageError as error:
                if begin == 0:
                    raise
                raise BatchInterruptedError(str(error), begin) from error
            for turn in turns:
                record.add(*turn)
            progress(begin + len(part), total)
        if record.has_more:
            orders, completed = self._read(partial(_changed_at, start.at))
            record.note_orders(orders)
            record.note_completed(completed)
        return record.result()

    def preview_bulk(
        self, start: StartBulk, *, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> BulkResult:
        """Return what `run_bulk` would do now, without doing it: each order, and all others.

        Args:
            start: What `choose_orders` returned.
            progress: Called with the number of orders so far, and the number of all.
        """
        self._check_start("preview_bulk.start", start)
        require_function("preview_bulk.progress", progress)
        default_policy, total = self._default_policy, len(start.orders)

        def task(reading: Reading) -> BulkResult:
            return read_served(
                reading,
                lambda view: preview_bulk(
                    start,
                    view,
                    default_policy,
                    lambda order_id: earlier_turn(start, order_id, reading),
                    lambda done: progress(done, total),
                    is_started=reading.answered(start.bulk_id) is not None,
                ),
                default_policy,
                start.at,
            )

        return self._read(task)

    def _check_start(self, field: str, start: StartBulk) -> None:
        demand = "what choose_orders returned"
        require_kind(field, start, StartBulk, demand=demand)
        self._require_own_command(field, start)
        require_identifier(f"{field}.command_id", start.command_id)

    def _same_run(
        self, bulk_id: str, earlier: Command, action: BulkAction, where: OrderFilter
    ) -> StartBulk:
        """Return a run that was started before, if it is for the same action and filter."""
        if isinstance(earlier, StartBulk) and earlier.where == ERASED:
            demand = "the id of a new run, as the filter of this one was erased, so it cannot go on"
            raise InvalidValueError("choose_orders.bulk_id", demand, bulk_id)
        if (
            isinstance(earlier, StartBulk)
            and earlier.action == action
            and earlier.where == str(where)
        ):
            return earlier
        raise CommandIdReusedError(self.seller_id, bulk_id)

    def _together(self, task: Callable[[Flow[Repository, Outcome]], list[Turn]]) -> list[Turn]:
        """Run a task on a flow whose commands are committed together, if the repository can."""
        together = getattr(self._flow.repository, "together", None)
        if together is None:
            return task(self._flow)
        turns: list[Turn] = together(
            self.seller_id, lambda repository: task(self._flow.on(repository))
        )
        return turns


def _replaced_skus(action: BulkAction) -> set[str]:
    """Return the products that an action replaces."""
    edits = action.edits if isinstance(action, EditOrders) else ()
    return {edit.sku for edit in edits if isinstance(edit, ReplaceProduct)}


def _changed_at(at: datetime, reading: Reading) -> tuple[list[Order], list[str]]:
    """Return the orders with an event at this time, and those that were completed first of all."""
    first: dict[str, Event] = {}
    for event in reading.events(since=at):
        order_id = getattr(event, "order_id", None)
        if order_id is not None and event.at == at:
            earlier = first.get(order_id)
            if earlier is None or isinstance(earlier, OrderPartlyAllocated):
                first[order_id] = event
    orders = [reading.order(order_id) for order_id in first]
    completed = [each for each, event in first.items() if isinstance(event, OrderAllocated)]
    return [order for order in orders if order is not None], completed
