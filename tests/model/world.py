"""The orders and the stock of one seller, in lists and dictionaries that anyone may change.

What is allocated of a product is not stored: it is counted over all orders each time. The words
are those of `docs/explanation/who-gets-the-stock.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from orderflow import PartialAllocation, Preemption, Queue, ShortPart, Status

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from orderflow import AllocationPolicy, HoldReason

ProductKey = tuple[str, str]
"""A warehouse and a SKU; the seller is always the same."""

QueuePosition = Any
"""What orders are compared by: a tuple that depends on the policy."""

ENDED = (Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED)
FROZEN = (Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED)
BEFORE_THE_WAREHOUSE = (
    *(Status.NEW, Status.POSTPONED, Status.ON_HOLD),
    *(Status.ON_BACK_ORDER, Status.ALLOCATED),
)


class RefusedByModelError(Exception):
    """The command cannot be carried out."""


@dataclass(eq=False)
class Line:
    """Some units of one product."""

    line_id: str
    sku: str
    quantity: int
    allocated: int = 0
    returned: int = 0
    set_id: str | None = None

    @property
    def short(self) -> int:
        return self.quantity - self.allocated


@dataclass(eq=False)
class Order:
    """An order, and how it has fared."""

    order_id: str
    warehouse: str
    lines: list[Line]
    placed_at: datetime
    priority: int
    promised_by: datetime | None
    not_before: datetime | None = None
    status: Status = Status.NEW
    holds: dict[HoldReason, datetime | None] = field(default_factory=dict)
    split_from: str | None = None
    split_count: int = 0
    since: datetime | None = None  # on back order since
    passed_over: int = 0
    allows_partial: bool = False  # whether it began to keep, under AFTER_WAITING
    give_up_after: timedelta | None = None
    reminded: bool = False
    given_up: bool = False
    served_first: bool = False
    queue_index: ProductKey | None = None
    short_part: ShortPart | None = None
    replaces: str | None = None
    pinned: bool = False
    is_erased: bool = False

    def product(self, line: Line) -> ProductKey:
        return (self.warehouse, line.sku)

    def products(self) -> list[ProductKey]:
        """Each product once, in the order of the lines."""
        return list(dict.fromkeys(self.product(line) for line in self.lines))

    def lines_of(self, product: ProductKey) -> list[Line]:
        return [line for line in self.lines if self.product(line) == product]

    def short_of(self, product: ProductKey) -> int:
        return sum(line.short for line in self.lines_of(product))

    def holds_of(self, product: ProductKey) -> int:
        return sum(line.allocated for line in self.lines if self.product(line) == product)

    def is_short(self) -> bool:
        return any(line.short for line in self.lines)

    def holds_units(self) -> bool:
        return any(line.allocated for line in self.lines)

    def waits(self) -> bool:
        return self.status is Status.ON_BACK_ORDER

    def is_frozen(self) -> bool:
        return self.status in FROZEN

    def let_go(self) -> None:
        for line in self.lines:
            line.allocated = 0

    def give_one_back(self, product: ProductKey) -> None:
        """Give a unit back, from the last line that holds one."""
        partial_allocation = [line for line in self.lines_of(product) if line.allocated]
        partial_allocation[-1].allocated -= 1


@dataclass
class Receipt:
    """Some units of one product that are expected, perhaps from another warehouse."""

    product: ProductKey
    quantity: int
    expected_at: datetime
    origin: str | None = None


def by_placing(order: Order) -> tuple[datetime, str]:
    return (order.placed_at, order.order_id)


@dataclass
class Passing:
    """The places in a queue between which orders are still to be passed over."""

    until: QueuePosition
    after: QueuePosition | None = None

    def covers(self, place: QueuePosition) -> bool:
        return (self.after is None or self.after < place) and bool(place < self.until)


@dataclass
class Page:
    """What is left to the next page of a command besides the queues."""

    step: str
    after: Order | None = None
    passing: dict[ProductKey, Passing] = field(default_factory=dict)


@dataclass
class World:
    """Everything there is, and what the command of the moment has done so far."""

    policy: AllocationPolicy  # the one in force
    now: datetime
    orders_max: int | None = None
    own_policy: AllocationPolicy | None = None  # until one is set, it is the default
    orders: list[Order] = field(default_factory=list)
    on_hand: dict[ProductKey, int] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    changed: list[Order] = field(default_factory=list)
    visited: list[Order] = field(default_factory=list)
    hold_ended: list[tuple[Order, HoldReason]] = field(default_factory=list)
    passed_over: list[Order] = field(default_factory=list)
    # Who stood in which queue before the command, and between which places orders are passed over.
    queued_before: list[tuple[Order, ProductKey]] = field(default_factory=list)
    back_orders_before: list[Order] = field(default_factory=list)
    stay_in_queue: list[Order] = field(default_factory=list)  # however far they are
    postponed_before: list[Order] = field(default_factory=list)
    passing: dict[ProductKey, Passing] = field(default_factory=dict)
    passes_count: bool = True
    has_repaid: bool = False
    # Pages: how many orders may have changed, and what is left to the next page.
    changed_max: float = inf
    moving: list[Order] = field(default_factory=list)
    reviewed: list[Order] = field(default_factory=list)
    deferred: bool = False
    deferred_products: list[ProductKey] = field(default_factory=list)
    limits: dict[ProductKey, tuple[int, datetime | None, datetime | None]] = field(
        default_factory=dict
    )
    became_short: list[Order] = field(default_factory=list)  # and must still be handled
    preempted: list[Order] = field(default_factory=list)  # by the command itself
    is_passing: bool = False
    runs_due: bool = False  # whether a RunDue, or a page of one, still has orders to give up
    page: Page | None = None

    def begin(self, now: datetime) -> None:
        """Begin a command: it has done nothing so far."""
        self.now = now
        self.changed, self.visited, self.hold_ended = [], [], []
        self.passed_over, self.passing, self.passes_count = [], {}, True
        self.moving, self.reviewed = [], []
        self.deferred, self.is_passing, self.page = False, False, None
        self.deferred_products = []
        waiting = [order for order in self.orders if order.waits()]
        self.back_orders_before = sorted(waiting, key=by_placing)
        self.stay_in_queue = list(waiting)
        self.postponed_before = [each for each in self.orders if each.status is Status.POSTPONED]
        self.queued_before = [
            (order, product)
            for order in self.orders
            for product in order.products()
            if self.is_in_queue(order, product)
        ]

    def products(self) -> list[ProductKey]:
        wanted = [order.product(line) for order in self.orders for line in order.lines]
        return list(dict.fromkeys([*self.on_hand, *wanted]))

    def allocated(self, product: ProductKey) -> int:
        return sum(order.holds_of(product) for order in self.orders)

    def available(self, product: ProductKey) -> int:
        return self.on_hand.get(product, 0) - self.allocated(product)

    def all_available(self) -> dict[ProductKey, int]:
        left = {product: self.on_hand.get(product, 0) for product in self.products()}
        for order in self.orders:
            for line in order.lines:
                left[order.product(line)] -= line.allocated
        return left

    def find(self, order_id: str) -> Order | None:
        for order in self.orders:
            if order.order_id == order_id:
                return order
        return None

    def place(self, order: Order) -> QueuePosition:
        """Say what the order is compared by: the smaller place is earlier."""
        turn = "1 repaid" if order.served_first else "2 in turn"
        if self.policy.queue is Queue.FIRST_COME:
            return (turn, order.placed_at, order.order_id)
        if self.policy.queue is Queue.PRIORITY:
            return (turn, -order.priority, order.placed_at, order.order_id)
        if order.promised_by is None:
            return (turn, "2 without", order.placed_at, order.order_id)
        return (turn, "1 promised", order.promised_by, order.placed_at, order.order_id)

    def is_later(self, order: Order, other: Order) -> bool:
        """Whether an order is later than another by more than the id, or by being repaid."""
        place, another = self.place(order), self.place(other)
        return bool(place > another and place[1:-1] > another[1:-1])

    def in_turn(self, orders: list[Order]) -> list[Order]:
        return sorted(orders, key=self.place)

    def allows_partial(self, order: Order) -> bool:
        if self.policy.partial_allocation is PartialAllocation.AFTER_WAITING:
            return order.allows_partial
        return self.policy.partial_allocation is PartialAllocation.ALWAYS

    def is_urgent(self, order: Order) -> bool:
        if self.policy.preemption is Preemption.NEVER:
            return False
        return self.policy.urgent_from is not None and order.priority >= self.policy.urgent_from

    def is_in_queue(self, order: Order, product: ProductKey) -> bool:
        if not order.waits():
            return False
        if self.allows_partial(order) or order.queue_index is None:
            return order.short_of(product) > 0
        return order.queue_index == product

    def begin_to_serve(self) -> None:
        """Let a page's worth of further orders change."""
        if self.orders_max is not None:
            self.changed_max = self._how_many_changed() + self.orders_max

    def is_full(self) -> bool:
        return self._how_many_changed() >= self.changed_max

    def _how_many_changed(self) -> int:
        passed = [order for order in self.passed_over if order not in self.changed]
        return len(self.changed) + len(passed) + len(self.moving)

    def moves(self, order: Order) -> bool:
        """Whether an order that cannot be completed is blocked on another product from now on."""
        if order in self.changed or order in self.passed_over:
            return False
        product = order.queue_index
        return product is None or order.short_of(product) <= self.available(product)

    def leaves_more(self) -> bool:
        """Whether the next page has anything to do."""
        is_open = self.page is not None or self.deferred or self.is_passing
        return is_open or self.runs_due or bool(self.became_short)

    def serves_further(self) -> bool:
        """Whether the next page serves queues, or goes on with a step."""
        preempts = self.policy.preemption is Preemption.URGENT
        is_left = any(preempts or self.available(each) > 0 for each in self.deferred_products)
        return is_left or self.is_passing or self.page is not None

    def limit(self, product: ProductKey) -> float:
        """Return how many units of a product may be short now in all that wait."""
        units, begins, ends = self.limits.get(product, (inf, None, None))
        is_now = (begins is None or begins <= self.now) and (ends is None or self.now < ends)
        return units if is_now else inf

    def short_part(self, order: Order) -> ShortPart:
        return self.policy.short_part if order.short_part is None else order.short_part

    def gives_up_at(self, order: Order) -> datetime | None:
        """Return when an order on back order will have waited for as long as it may."""
        after = order.give_up_after or self.policy.give_up_after
        if after is None or order.since is None or order.given_up or not order.waits():
            return None
        return order.since + after

    def is_to_give_up(self, order: Order) -> bool:
        moment = self.gives_up_at(order)
        return moment is not None and moment <= self.now

    def is_far(self, order: Order) -> bool:
        """Whether the day of the order is farther than the horizon."""
        horizon, day = self.policy.allocation_horizon, order.not_before
        return horizon is not None and day is not None and day - self.now > horizon

    def postpone_if_far(self, order: Order) -> None:
        """Take an order that begins to wait out of its queues, if its day is far."""
        if order.waits() and self.is_far(order) and order not in self.stay_in_queue:
            order.let_go()
            order.status = Status.POSTPONED
            self.has_changed(order)

    def has_changed(self, order: Order) -> None:
        """Note that the command has changed the order, and set what follows from its lines."""
        if order not in self.changed:
            self.changed.append(order)
        self._set_status(order)
        if not order.is_short() or order.status not in (Status.ON_BACK_ORDER, Status.ON_HOLD):
            order.since, order.passed_over, order.allows_partial = None, 0, False
            order.reminded, order.given_up, order.served_first = False, False, False
        elif order.status is Status.ON_BACK_ORDER and order.since is None:
            order.since = self.now

    def _set_status(self, order: Order) -> None:
        if order.status is Status.ON_BACK_ORDER and not order.is_short():
            order.status = Status.ALLOCATED
        if order.status in (Status.ALLOCATED, Status.SENT_TO_WAREHOUSE) and order.is_short():
            order.status = Status.ON_BACK_ORDER
        if order.status is Status.CANCELLATION_REQUESTED and order.is_short():
            order.status = Status.CANCELLED
            order.let_go()
