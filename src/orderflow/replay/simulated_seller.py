"""The seller in a replay: carries out customers' cancellations, and gives up or splits back orders.

A history says that a customer cancels units of a product, but not which order they belong to. The
seller takes them off the customer's orders that have not been sent to the warehouse, newest first.
These are a seller's ordinary commands: reduce or remove a line, or cancel the order if nothing is
left.

Units that these orders do not contain have already been despatched, so they are a return. By
default, returns do not go back on sale. Units that the customer never bought in this history
cannot be cancelled.

A shop's own export names the order that was cancelled, and when. The seller cancels that order if
it has not been despatched; otherwise its units are a return.
"""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.commands import BookInStock, CancelOrder, EditOrder, SplitOrder
from orderflow.domain.model.edits import ChangeQuantity, Edit, RemoveLine
from orderflow.domain.model.events import (
    OrderCancelled,
    OrderPlaced,
    OrderSplitOff,
    ShortReason,
    ShortUnitsCancelled,
)
from orderflow.domain.model.status import Status
from orderflow.errors import SplitRefusedError
from orderflow.replay.entries import SkipReason
from orderflow.replay.session import SELLER

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.replay.entries import Entry
    from orderflow.replay.session import ReplaySession

__all__ = ["WAITED_TOO_LONG", "CancelledUnits", "SellerBehaviour", "SimulatedSeller"]

WAITED_TOO_LONG = "waited too long"
"""The reason of cancellations for which `SellerBehaviour.patience` is the cause."""

_FINAL = frozenset({Status.DESPATCHED, Status.CANCELLED})


@attrs.frozen(kw_only=True)
class SellerBehaviour:
    """What the seller does about back orders and returns.

    Attributes:
        split: Split a back order at the next cut-off if some of it is allocated. If the policy
            restricts partial allocation, try once.
        patience: Cancel an order after this time on back order. Default: never.
        returns_to_stock: Book returned units back into stock.
    """

    split: bool = attrs.field(default=False, validator=validators.one_of(bool))
    patience: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    returns_to_stock: bool = attrs.field(default=False, validator=validators.one_of(bool))


@attrs.define
class CancelledUnits:
    """The units that customers cancelled, by what they were.

    Attributes:
        before_despatch: Units taken off orders.
        returned: Units that had already been despatched.
        without_sale: Units that the customer never bought, or units without a customer.
    """

    before_despatch: int = 0
    returned: int = 0
    without_sale: int = 0


@attrs.define
class _Customer:
    open_orders: dict[str, None] = attrs.field(factory=dict)
    bought: Counter[str] = attrs.field(factory=Counter)


class SimulatedSeller:
    """The seller's side of a replay.

    Attributes:
        cancelled: The units that customers cancelled.
        skipped: The number of cancellation rows that cancelled nothing, by reason.
    """

    def __init__(self, behaviour: SellerBehaviour, session: ReplaySession) -> None:
        self.cancelled = CancelledUnits()
        self.skipped: Counter[SkipReason] = Counter()
        self._behaviour = behaviour
        self._session = session
        self._customers: dict[str, _Customer] = {}
        self._customer_of: dict[str, str] = {}
        self._waiting: dict[str, datetime] = {}
        self._waiting_since: deque[tuple[datetime, str]] = deque()
        self._may_split: dict[str, None] = {}
        self._open_orders: dict[str, Order] = {}

    def set_customer(self, order_id: str, customer: str) -> None:
        """Record the customer of an order that is about to be placed."""
        if customer:
            self._customer_of[order_id] = customer

    def observe(self, command: Command, outcome: Outcome) -> None:
        """Record how a command changed the orders."""
        self._count_cancelled_by_policy(outcome)
        for order_id in outcome.back_orders_opened:
            self._waiting[order_id] = command.at
            self._waiting_since.append((command.at, order_id))
        for order in outcome.orders:
            if order.status is not Status.ON_BACK_ORDER:
                self._waiting.pop(order.order_id, None)
            if self._behaviour.split:
                self._track_split(order)
            self._track_customer(order)
        for order in outcome.orders:
            if order.status in _FINAL:  # a long history has many
                self._customer_of.pop(order.order_id, None)

    def cancel(self, entry: Entry) -> None:
        """Carry out a customer's cancellation."""
        if not entry.customer:
            self.skipped[SkipReason.NO_CUSTOMER] += len(entry.rows)
            self.cancelled.without_sale += sum(row.units for row in entry.rows)
            return
        customer = self._customers.setdefault(entry.customer, _Customer())
        wanted: Counter[str] = Counter()
        for row in entry.rows:
            wanted[row.sku] += row.units
        before = 0
        while before != wanted.total():  # stock that one order frees may split another
            before = wanted.total()
            for order_id in self._newest_first(customer):
                self._take_off(self._session.order(order_id), wanted, entry)
        self._count_returns(wanted, customer.bought, entry.at)
        self.cancelled.without_sale += wanted.total()
        for row in reversed(entry.rows):
            if wanted[row.sku] >= row.units:
                wanted[row.sku] -= row.units
                self.skipped[SkipReason.NO_SALE] += 1

    def cancel_order(self, entry: Entry) -> None:
        """Cancel an order as the shop did, with the parts that were split off from it."""
        for order in self._session.with_parts(entry.order_id):
            if order.status is Status.DESPATCHED:
                units = Counter[str]()
                for line in order.lines:
                    units[line.sku] += line.quantity
                self._count_returns(units, units.copy(), entry.at)
            elif order.status is not Status.CANCELLED:
                for line in order.lines:
                    self.cancelled.before_despatch += line.quantity
                    self._session.replenishment.add_demand(line.sku, -line.quantity, entry.at)
                self._cancel(order.order_id, entry.at, "cancelled in the shop")

    def at_cut_off(self, at: datetime) -> None:
        """Cancel orders that have waited too long, and split those that can leave in part."""
        if self._behaviour.patience is not None:
            self._give_up(at - self._behaviour.patience, at)
        for order_id in tuple(self._may_split):
            if order_id in self._may_split:  # an earlier split may have completed it
                self._split(order_id, at)
        self._may_split.clear()

    def _count_cancelled_by_policy(self, outcome: Outcome) -> None:
        """Order no stock for units that the policy has cancelled."""
        adjust, open_orders = self._session.replenishment.adjust, self._open_orders
        for event in outcome.events:
            match event:
                case OrderPlaced(order=order) | OrderSplitOff(order=order):
                    open_orders[order.order_id] = order
                case (
                    ShortUnitsCancelled(units=units)
                    | OrderCancelled(short_reason=ShortReason(), units=units)
                ):
                    for line_id, number in units:
                        adjust(open_orders[event.order_id].line(line_id).sku, number)
                case _:
                    pass
        for order in outcome.orders:
            if order.status in _FINAL:
                del open_orders[order.order_id]
            else:
                open_orders[order.order_id] = order

    def _track_split(self, order: Order) -> None:
        waits = order.status is Status.ON_BACK_ORDER
        if waits and (order.allocated or self._session.policy.restricts_partial):
            self._may_split[order.order_id] = None
        else:
            self._may_split.pop(order.order_id, None)

    def _track_customer(self, order: Order) -> None:
        name = self._customer_of.get(order.order_id)
        if name is None and order.split_from is not None:
            name = self._customer_of.get(order.split_from)
        if name is None:
            return
        self._customer_of[order.order_id] = name
        customer = self._customers.setdefault(name, _Customer())
        if order.status is Status.DESPATCHED:
            customer.open_orders.pop(order.order_id, None)
            for line in order.lines:
                customer.bought[line.sku] += line.quantity
        elif order.status is Status.CANCELLED:
            customer.open_orders.pop(order.order_id, None)
        else:
            customer.open_orders[order.order_id] = None

    def _newest_first(self, customer: _Customer) -> list[str]:
        """Return the open orders, newest first; of a split order, the short part comes first."""
        orders = [self._session.order(order_id) for order_id in reversed(customer.open_orders)]
        orders.sort(key=lambda order: (order.placed_at, order.short > 0), reverse=True)
        return [order.order_id for order in orders]

    def _take_off(self, order: Order, wanted: Counter[str], entry: Entry) -> None:
        """Take cancelled units off an order, starting from the last line."""
        changes: list[Edit] = []
        removed = 0
        for line in reversed(order.lines):
            units = min(wanted[line.sku], line.quantity)
            if not units:
                continue
            wanted[line.sku] -= units
            self.cancelled.before_despatch += units
            self._session.replenishment.add_demand(line.sku, -units, entry.at)
            if units < line.quantity:
                changes.append(ChangeQuantity(line.line_id, line.quantity - units))
            else:
                changes.append(RemoveLine(line.line_id))
                removed += 1
        if removed == len(order.lines):
            self._cancel(order.order_id, entry.at, entry.order_id)
        elif changes:
            self._session.handle(
                EditOrder(
                    seller_id=SELLER, order_id=order.order_id, at=entry.at, edits=tuple(changes)
                )
            )

    def _count_returns(self, wanted: Counter[str], bought: Counter[str], at: datetime) -> None:
        """Count cancelled units that the customer has received as returns."""
        for sku, units in wanted.items():
            returned = min(units, bought[sku])
            if not returned:
                continue
            wanted[sku] -= returned
            bought[sku] -= returned
            self.cancelled.returned += returned
            if self._behaviour.returns_to_stock:
                self._session.handle(
                    BookInStock(key=self._session.key(sku), received=returned, at=at)
                )
                self._session.replenishment.adjust(sku, returned)

    def _give_up(self, before: datetime, at: datetime) -> None:
        while self._waiting_since and self._waiting_since[0][0] <= before:
            since, order_id = self._waiting_since.popleft()
            if self._waiting.get(order_id) != since:
                continue  # it has been allocated since
            order = self._session.order(order_id)
            for line in order.lines:
                self._session.replenishment.adjust(line.sku, line.quantity)
            self._cancel(order_id, at, WAITED_TOO_LONG)

    def _cancel(self, order_id: str, at: datetime, reason: str) -> None:
        self._session.handle(CancelOrder(seller_id=SELLER, order_id=order_id, at=at, reason=reason))

    def _split(self, order_id: str, at: datetime) -> None:
        with suppress(SplitRefusedError):
            self._session.handle(SplitOrder(seller_id=SELLER, order_id=order_id, at=at))
