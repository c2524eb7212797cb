"""The state of one seller: what `decide` reads, and how events change it.

`State` is a plain immutable `View`, fast enough for tests and small shops. A repository offers a
view with indexed queues.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import attrs

from orderflow.domain.model.arguments import (
    require_kind,
    require_policy,
    tuple_of,
)
from orderflow.domain.model.back_order_limit import BackOrderLimit, sorted_limits
from orderflow.domain.model.events import Event
from orderflow.domain.model.next_page import NextPage
from orderflow.domain.model.order import Order
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.policy import AllocationPolicy, queue_position
from orderflow.domain.model.queue_position import placing
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import (
    ExpectedReceipt,
    ProductKey,
    Stock,
    StockKey,
    by_expectation,
)
from orderflow.domain.state.fold import fold
from orderflow.domain.state.waits import is_postponed_to, to_give_up, to_remind, waits_since_before
from orderflow.errors import InvalidValueError, NotFoundError, RefusedError, TransitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime, timedelta

    from orderflow.domain.state.fold import StockMove

__all__ = ["MutableState", "State", "evolve"]

_EVENTS = get_args(Event)
_WAITING = Status.ON_BACK_ORDER
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


_NONE: Mapping[Any, Any] = MappingProxyType({})


def _repr_of(mapping: Mapping[Any, Any]) -> str:
    """Return the text of a mapping as if it was a dictionary."""
    return repr(dict(mapping))


@attrs.frozen(slots=False)
class State:
    """The orders, stock and expected receipts of one seller, as an immutable value.

    Attributes:
        seller_id: The seller.
        orders: The orders by their id.
        records: The stock records by warehouse and SKU.
        receipts: The expected receipts by their id.
        queue_index: The SKU that each order is blocked on: see `Outcome.queue_index`. Events do
            not have it, so `after` sets it, and `evolve` drops it.
        policy: The seller's own policy, if there is one.
        next_page: What the next page does: see `Outcome.next_page`. Like `queue_index`, it is not
            in the events.
        back_order_limits: The limits of back orders, sorted by product.
    """

    seller_id: str
    orders: Mapping[str, Order] = attrs.field(default=_NONE, repr=_repr_of)
    records: Mapping[ProductKey, Stock] = attrs.field(default=_NONE, repr=_repr_of)
    receipts: Mapping[str, ExpectedReceipt] = attrs.field(default=_NONE, repr=_repr_of)
    queue_index: Mapping[str, str] = attrs.field(default=_NONE, eq=False, repr=_repr_of)
    policy: AllocationPolicy | None = None
    next_page: NextPage | None = attrs.field(default=None, eq=False)
    back_order_limits: tuple[BackOrderLimit, ...] = ()

    @classmethod
    def of(
        cls,
        seller_id: str,
        orders: Iterable[Order] = (),
        stock: Iterable[Stock] = (),
        receipts: Iterable[ExpectedReceipt] = (),
        policy: AllocationPolicy | None = None,
        *,
        back_order_limits: Iterable[BackOrderLimit] = (),
    ) -> State:
        """Make a state from plain collections.

        Raises:
            InvalidValueError: If an argument is not valid.
        """
        orders = tuple_of("State.orders", orders, Order)
        stock = tuple_of("State.stock", stock, Stock)
        receipts = tuple_of("State.receipts", receipts, ExpectedReceipt)
        if policy is not None:
            require_policy("State.policy", policy)
        return cls(
            seller_id,
            MappingProxyType({order.order_id: order for order in orders}),
            MappingProxyType({(each.key.warehouse_id, each.key.sku): each for each in stock}),
            MappingProxyType({receipt.receipt_id: receipt for receipt in receipts}),
            policy=policy,
            back_order_limits=sorted_limits(
                tuple_of("State.back_order_limits", back_order_limits, BackOrderLimit)
            ),
        )

    def after(self, outcome: Outcome) -> State:
        """Return the state after an outcome: the same as folding its events, but faster.

        Raises:
            InvalidValueError: If it is not an outcome.
        """
        require_kind("after.outcome", outcome, Outcome, demand="an Outcome")
        orders, records = _copy(self.orders), _copy(self.records)
        receipts, queue_index = _copy(self.receipts), _copy(self.queue_index)
        for order in outcome.orders:
            orders[order.order_id] = order
            queue_index.pop(order.order_id, None)
        for order_id, sku in outcome.queue_index:
            queue_index.pop(order_id, None)
            if sku is not None:
                queue_index[order_id] = sku
        for stock in outcome.stock:
            records[stock.key.warehouse_id, stock.key.sku] = stock
        for receipt in outcome.receipts:
            receipts[receipt.receipt_id] = receipt
        for receipt_id in outcome.receipts_closed:
            receipts.pop(receipt_id, None)
        return State(
            self.seller_id,
            MappingProxyType(orders),
            MappingProxyType(records),
            MappingProxyType(receipts),
            MappingProxyType(queue_index),
            outcome.policy or self.policy,
            outcome.next_page,
            self.back_order_limits
            if outcome.back_order_limits is None
            else outcome.back_order_limits,
        )

    def order(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        return self.orders.get(order_id)

    def prefetch(self, order_ids: Collection[str]) -> None:
        """Do nothing: all orders are in memory."""

    def stock(self, warehouse_id: str, skus: Collection[str]) -> Iterable[Stock]:
        """Return the existing stock records of these products."""
        found = []
        for sku in skus:
            stock = self.records.get((warehouse_id, sku))
            if stock is not None:
                found.append(stock)
        return found

    def receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if the seller announced it."""
        return self.receipts.get(receipt_id)

    def waiting(
        self,
        warehouse_id: str,
        sku: str,
        policy: AllocationPolicy,
        at_most: Callable[[], int] | None = None,  # noqa: ARG002 - a view need not omit any
        after: Order | None = None,
    ) -> Iterable[Order]:
        """Return the orders with a line short of a product, in the order of the queue."""
        index = self._blocked if policy.restricts_partial else self._waiting
        queue = index.get((warehouse_id, sku))
        if queue is None:
            return ()
        return _in_order(queue, partial(queue_position, queue=policy.queue), after)

    def back_orders(self, after: Order | None = None, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order: all, or those placed first."""
        found = [order for order in self.orders.values() if order.status is _WAITING]
        return _in_order(found, placing, after)[:limit]

    def blocked_on(self, order_id: str) -> str | None:
        """Return the SKU that an order is blocked on, if an outcome named it."""
        return self.queue_index.get(order_id)

    def orders_with_units(self, warehouse_id: str, sku: str) -> Iterable[Order]:
        """Return the orders that have units of a product."""
        return self._orders_with_units.get((warehouse_id, sku), ())

    def expected(self, warehouse_id: str, sku: str) -> Iterable[ExpectedReceipt]:
        """Return the receipts of a product, by the moment they are expected, then by id."""
        return self._expected.get((warehouse_id, sku), ())

    def ended_holds(self, at: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on hold with a hold that ends at this moment or before it."""
        ends = sorted(
            (hold.until, order.order_id)
            for order in self.orders.values()
            for hold in order.holds
            if hold.until is not None and hold.until <= at
        )
        order_ids = dict.fromkeys(order_id for _, order_id in ends)
        return [self.orders[order_id] for order_id in order_ids][:limit]

    def postponed(self, until: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the postponed orders whose day is this moment or before it."""
        found = [order for order in self.orders.values() if is_postponed_to(order, until)]
        return sorted(found, key=lambda order: (order.not_before, order.order_id))[:limit]

    def waiting_since_before(self, since: datetime, limit: int | None = None) -> Iterable[Order]:
        """Return the orders on back order since this moment or longer that allow no part yet."""
        found = [order for order in self.orders.values() if waits_since_before(order, since)]
        return sorted(found, key=lambda order: (order.wait and order.wait.since, order.order_id))[
            :limit
        ]

    def to_give_up(
        self, by: datetime, give_up_after: timedelta | None, limit: int | None = None
    ) -> Iterable[Order]:
        """Return the orders on back order that are to be given up at this moment or before it."""
        return to_give_up(self.orders.values(), by, give_up_after)[:limit]

    def to_remind(
        self,
        after: datetime,
        until: datetime,
        give_up_after: timedelta | None,
        limit: int | None = None,
    ) -> Iterable[Order]:
        """Return the orders on back order whose sellers are to be reminded."""
        return to_remind(self.orders.values(), after, until, give_up_after)[:limit]

    @cached_property
    def _orders_with_units(self) -> dict[ProductKey, list[Order]]:
        index: dict[ProductKey, list[Order]] = {}
        for order in self.orders.values():
            for sku in {line.sku: None for line in order.lines if line.allocated}:
                index.setdefault((order.warehouse_id, sku), []).append(order)
        return index

    @cached_property
    def _expected(self) -> dict[ProductKey, list[ExpectedReceipt]]:
        index: dict[ProductKey, list[ExpectedReceipt]] = {}
        for receipt in sorted(self.receipts.values(), key=by_expectation):
            index.setdefault((receipt.key.warehouse_id, receipt.key.sku), []).append(receipt)
        return index

    @cached_property
    def _waiting(self) -> dict[ProductKey, list[Order]]:
        index: dict[ProductKey, list[Order]] = {}
        for order in self.orders.values():
            if order.status is _WAITING:
                for sku in {line.sku: None for line in order.short_lines}:
                    index.setdefault((order.warehouse_id, sku), []).append(order)
        return index

    @cached_property
    def _blocked(self) -> dict[ProductKey, list[Order]]:
        index: dict[ProductKey, list[Order]] = {}
        for product, orders in self._waiting.items():
            for order in orders:
                if self.queue_index.get(order.order_id, product[1]) == product[1]:
                    index.setdefault(product, []).append(order)
        return index


def evolve(state: State, *events: Event) -> State:
    """Return the state of a seller after some events, applied one after another.

    All events together make one copy of the state, not one for each event.

    Raises:
        InvalidValueError: If an argument is not a state, or not an event.
        TransitionError: If an event cannot happen in the state before it.
    """
    require_kind("evolve.state", state, State, demand="a State, such as State('acme')")
    copy = MutableState(state)
    for event in events:
        require_kind("evolve.events", event, _EVENTS, demand="events of orderflow.events")
        if event.seller_id != state.seller_id:
            raise TransitionError(
                f"{type(event).__name__} of seller {event.seller_id!r} cannot happen in the "
                f"state of seller {state.seller_id!r}"
            )
        try:
            fold(event, copy)
        except (InvalidValueError, NotFoundError, RefusedError) as error:
            raise TransitionError(f"{type(event).__name__} cannot happen: {error}") from error
    return copy.freeze()


def _in_order(
    orders: Iterable[Order], key: Callable[[Order], tuple[object, ...]], after: Order | None
) -> list[Order]:
    """Return the orders sorted by a key, only those behind an order if given."""
    behind = None if after is None else key(after)
    placed = [(key(order), order) for order in orders]
    found = [entry for entry in placed if behind is None or entry[0] > behind]
    return [order for _, order in sorted(found, key=itemgetter(0))]


def _copy(mapping: Mapping[_Key, _Value]) -> dict[_Key, _Value]:
    # A proxy copies its mapping at once; `dict` would read one key after another.
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)


class MutableState:
    """A copy of a state, into which events are folded."""

    def __init__(self, state: State) -> None:
        self._seller_id = state.seller_id
        self._orders = _copy(state.orders)
        self._records = _copy(state.records)
        self._receipts = _copy(state.receipts)
        self._policy = state.policy
        self._limits = {limit.key: limit for limit in state.back_order_limits}

    def find(self, order_id: str) -> Order | None:
        """Return the order, if it is there."""
        return self._orders.get(order_id)

    def find_receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if there is one."""
        return self._receipts.get(receipt_id)

    def put_order(self, order: Order) -> None:
        """Store an order."""
        self._orders[order.order_id] = order

    def drop_order(self, order_id: str) -> None:
        """Remove an order."""
        self._orders.pop(order_id, None)

    def put_receipt(self, receipt_id: str, receipt: ExpectedReceipt | None) -> None:
        """Store a receipt; `None` if it is closed."""
        self._receipts.pop(receipt_id, None)
        if receipt is not None:
            self._receipts[receipt_id] = receipt

    def put_policy(self, policy: AllocationPolicy) -> None:
        """Store the policy that is in force now."""
        self._policy = policy

    def put_limit(self, key: StockKey, limit: BackOrderLimit | None) -> None:
        """Store the limit of a product's back orders; `None` if it was removed."""
        self._limits.pop(key, None)
        if limit is not None:
            self._limits[key] = limit

    def move_stock(self, warehouse_id: str, moves: list[StockMove]) -> None:
        """Change the stock of some products; a product without a record gets one."""
        for sku, on_hand, allocated in moves:
            stock = self._records.get((warehouse_id, sku))
            if stock is None:
                stock = Stock(StockKey(self._seller_id, warehouse_id, sku))
            self._records[warehouse_id, sku] = Stock(
                stock.key, stock.on_hand + on_hand, stock.allocated + allocated
            )

    def freeze(self) -> State:
        """Return the state as it is now."""
        return State(
            self._seller_id,
            MappingProxyType(self._orders),
            MappingProxyType(self._records),
            MappingProxyType(self._receipts),
            policy=self._policy,
            back_order_limits=sorted_limits(self._limits.values()),
        )
