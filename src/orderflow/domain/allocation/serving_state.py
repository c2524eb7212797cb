"""What one serving of the queues remembers.

A `Draft` has the changes so far. A `ServingState` derives from them which orders and products to
serve. It remembers which orders were offered stock, and which are deferred to a later page.
"""

from __future__ import annotations

from functools import cached_property
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING

from orderflow.domain.allocation.postponing import postpone_far
from orderflow.domain.allocation.with_units import OrdersWithUnits
from orderflow.domain.model.events import (
    STOCK_EVENTS,
    OrderAllocated,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    PolicyChanged,
)
from orderflow.domain.model.next_page import NextPage, PageStep, Passing
from orderflow.domain.model.policy import Preemption, queue_position
from orderflow.domain.model.queue_position import is_served_first
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import WarehouseSku

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.events import Event, LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import QueuePosition
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

__all__ = ["QueuePassing", "ServingState"]

_NEW, _WAITING = Status.NEW, Status.ON_BACK_ORDER
_OFFERED = (*STOCK_EVENTS, PolicyChanged, OrderAllocated, OrderPartlyAllocated, OrderPutOnBackOrder)
"""Events after which no order is offered stock: either it has just been, or there is none."""


class QueuePassing:
    """The orders of a queue that are passed over.

    Attributes:
        until: The last order in the queue that took units.
        after: The order up to which the passes are counted, if any are.
    """

    def __init__(self, until: Order, after: Order | None = None) -> None:
        self.until = until
        self.after = after

    @property
    def after_id(self) -> str | None:
        """The id of `after`."""
        return None if self.after is None else self.after.order_id

    @property
    def is_counted(self) -> bool:
        """Whether all passes are counted."""
        return self.after_id == self.until.order_id


class ServingState:
    """What serving the queues remembers while one command is decided."""

    def __init__(self, draft: Draft, orders_max: int | None = None) -> None:
        self.draft = draft
        self.orders_max = orders_max
        """About how many orders each serving changes; the others are deferred."""
        self.to_allocate: set[str] = set()
        """The new orders to allocate."""
        self.visited: dict[str, Order] = {}
        """The waiting orders that were offered stock and could not take any."""
        self.deferred: dict[ProductKey, None] = {}
        """The products that deferred orders are short of."""
        self.resumed: list[ProductKey] = []
        """The products whose queue an earlier command left unserved, and this one serves."""
        self.passing: dict[ProductKey, QueuePassing] = {}
        """The queues in which a later order took units, unless nobody is passed over."""
        self.passes_over = draft.policy.passes_max is not None
        self.is_passing = False
        """Whether the next page continues to count passes."""
        self._step: NextPage | None = None
        self._continue_with: ProductKey | None = None
        self.reviewed: dict[str, Order] = {}
        """The orders on back order that a change of policy has reviewed; each counts as changed."""
        self.became_short: dict[str, None] = {}
        """The orders whose short part is still to be handled."""
        self.to_give_up: dict[str, datetime] = {}
        """The orders that this page of `RunDue` gives up, with the moments at which it was due."""
        self.runs_due = False
        """Whether the next page of `RunDue` looks for orders to give up."""
        self._touched: dict[str, None] = {}
        self._events_read = 0
        self._events_handled = 0
        self._replenished: dict[ProductKey, None] = {}
        self._increases_read = 0
        self._full_at: float = inf
        self._moving = 0
        self._repaid = False

    @cached_property
    def with_units(self) -> OrdersWithUnits:
        """The orders that have units allocated, in the order of the queue."""
        return OrdersWithUnits(self.draft)

    def allocate(self, order: Order) -> None:
        """Offer stock to a new order when the queues are served next."""
        self.draft.shelves[order.warehouse_id].load([line.sku for line in order.lines])
        self.to_allocate.add(order.order_id)
        self._touched[order.order_id] = None

    def is_waiting(self, order: Order) -> bool:
        """Whether the order is to be offered stock."""
        return order.status is _WAITING or (
            order.status is _NEW and order.order_id in self.to_allocate
        )

    def take_touched(self) -> list[Order]:
        """Return, once, the waiting orders that changed and were not offered stock since.

        Those that begin to wait, but whose day is far, are postponed.
        """
        events, touched = self.draft.events, self._touched
        for event in events[self._events_read :]:
            if not isinstance(event, _OFFERED):
                touched[event.order_id] = None
        self._events_read = len(events)
        orders = [self.draft.order(order_id) for order_id in touched]
        touched.clear()
        return postpone_far(self.draft, [order for order in orders if self.is_waiting(order)])

    def take_new_events(self) -> list[Event]:
        """Return, once, the events that may have made orders short."""
        events = self.draft.events[self._events_handled :]
        self._events_handled += len(events)
        return events

    def resume(self, product: ProductKey) -> None:
        """Serve the queue of a product, although its available units did not increase."""
        self._replenished[product] = None
        self.resumed.append(product)

    def begin_new_policy(self) -> None:
        """Forget the queues of the policy before; nobody is passed over by its change."""
        self.__dict__.pop("with_units", None)
        self.passing.clear()
        self.passes_over = False

    def offer_anew(self) -> None:
        """Offer stock to the reviewed orders, which are all orders on back order.

        No queue needs to be read, because all its orders are among them.
        """
        self._touched.update(dict.fromkeys(self.reviewed))
        self._replenished.clear()
        self._increases_read = len(self.draft.increased)

    @property
    def is_replenished(self) -> bool:
        """Whether more of a product is available and its queue was not read since."""
        return bool(self._replenished) or len(self.draft.increased) > self._increases_read

    def take_replenished(self) -> list[ProductKey]:
        """Return, once, the products of which more is available than before."""
        increased, replenished = self.draft.increased, self._replenished
        replenished.update(dict.fromkeys(increased[self._increases_read :]))
        self._increases_read = len(increased)
        available = self.draft.available
        products = sorted([product for product in replenished if available(product) > 0])
        replenished.clear()
        return products

    def begin_page(self) -> None:
        """Begin to count the orders that this page may still change."""
        if self.orders_max is not None:
            changed = len(self.draft.orders.keys() | self.to_allocate) + self._moving
            self._full_at = changed + self.orders_max

    @property
    def is_full(self) -> bool:
        """Whether this page changes no further order.

        An order that could take nothing and stays in its queue does not count. Otherwise a page
        might have only such orders, and the next page would read the same orders again, forever.
        """
        return len(self.draft.orders) + self._moving >= self._full_at

    def take_repaid(self) -> bool:
        """Return, once, whether an order that is served first took units before urgent orders."""
        repaid, self._repaid = self._repaid, False
        return repaid

    def visit_in_vain(self, order: Order, *, takes_part: bool) -> None:
        """Note a waiting order that could not take anything."""
        if not takes_part and order.order_id not in self.visited:
            self._moving += self.moves(order)
        self.visited[order.order_id] = order

    def moves(self, order: Order) -> bool:
        """Whether an unchanged order that cannot be completed waits for another product now."""
        if order.order_id in self.draft.orders:
            return False
        sku = self.draft.view.blocked_on(order.order_id)
        shelf = self.draft.shelves[order.warehouse_id]
        return sku is None or order.short_of(sku) <= shelf[sku]

    def defer(self, order: Order) -> None:
        """Defer the queues of the products that an order is short of to a later page."""
        for line in order.short_lines:
            self.deferred[order.warehouse_id, line.sku] = None

    def defer_replenished(self) -> None:
        """Defer the queues of the products of which more is available to a later page."""
        self.deferred.update(dict.fromkeys(self.take_replenished()))

    def continue_later(self, product: ProductKey, step: NextPage | None = None) -> None:
        """Leave more to the next page than to serve queues.

        Args:
            product: A product that is unserved in any case, so that the next page is found.
            step: What the next page does, if a change of policy is not finished.
        """
        self._continue_with = product
        self._step = step

    @property
    def leaves_more(self) -> bool:
        """Whether the next page serves queues, or does the rest of a step."""
        return self.is_passing or self.is_continued or bool(self._servable())

    @property
    def is_continued(self) -> bool:
        """Whether another page does the rest before any queue is served."""
        return self._continue_with is not None

    def unserved(self) -> list[WarehouseSku]:
        """Return the products whose queue the next page serves: at least one if there is a page."""
        if not (self.deferred or self.became_short or self.is_passing or self._continue_with):
            return []  # as nearly always: this costs every command
        products = self._servable()
        if not products and self.became_short:
            order = self.draft.order(next(iter(self.became_short)))
            products = [(order.warehouse_id, order.short_lines[0].sku)]
        if not products and (self.is_passing or self._continue_with is not None):
            products = [self._continue_with or min(self.passing)]
        return sorted(WarehouseSku(*product) for product in products)

    def _servable(self) -> list[ProductKey]:
        """Return the deferred products that a later page can allocate."""
        preempts = self.draft.policy.preemption is not Preemption.NEVER
        return [each for each in self.deferred if preempts or self.draft.available(each) > 0]

    def next_page(self) -> NextPage | None:
        """Return what the next page does besides serving the unserved queues, if anything."""
        page = self._next_step()
        if not (self.became_short or self.runs_due):
            return page
        page = page or NextPage(PageStep.SERVE)
        return NextPage(
            page.step, page.after, page.passing, tuple(self.became_short), self.runs_due
        )

    def _next_step(self) -> NextPage | None:
        if self._step is not None:
            return self._step
        if self.reviewed and self._servable():
            return NextPage(PageStep.OFFER)
        if not (self.passing and (self.is_passing or self._servable())):
            return None
        passing = [
            Passing(*product, of_queue.until.order_id, of_queue.after_id)
            for product, of_queue in sorted(self.passing.items(), key=itemgetter(0))
        ]
        step = PageStep.PASS_OVER if self.is_passing else PageStep.SERVE
        return NextPage(step, passing=tuple(passing))

    def record_taker(self, order: Order, units: LineUnits) -> None:
        """Record that an order took units, unless a later order in the queue did.

        An order that is served first passes nobody over.
        """
        if is_served_first(order):
            self._repaid = True
            return
        if not self.passes_over:
            return
        taken = dict(units)
        for line in order.lines:
            if line.line_id in taken:
                product = (order.warehouse_id, line.sku)
                passing = self.passing.setdefault(product, QueuePassing(order))
                passing.until = max(passing.until, order, key=self._position)

    def _position(self, order: Order) -> QueuePosition:
        return queue_position(order, self.draft.policy.queue)
