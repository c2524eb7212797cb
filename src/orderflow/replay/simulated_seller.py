"""What the seller does in a replay: cancels what customers cancel, and gives up or splits.

A history says that a customer cancels units of a product, but not of which order. They are taken
off the customer's orders that were not sent to the warehouse yet, the newest first, by the
commands that a seller has: a line gets fewer units or is removed, an order of which nothing is
left is cancelled. What all of these orders together do not hold was despatched before, and comes
back: it is a return, and no unit of it goes on sale again unless the behaviour says so. What the
customer never bought in this history cannot be cancelled in it.
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
from orderflow.domain.model.status import Status
from orderflow.errors import DuplicateOrderError, SplitRefusedError
from orderflow.replay.rows import Skip
from orderflow.replay.session import SELLER

if TYPE_CHECKING:
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.replay.history import Entry
    from orderflow.replay.session import ReplaySession

__all__ = ["CancelledUnits", "SellerBehaviour", "SimulatedSeller"]


@attrs.frozen(kw_only=True)
class SellerBehaviour:
    """What the seller does about orders on back order, and with returns.

    Attributes:
        split: Split an order at the next cut-off when some of it is allocated. Where the policy
            holds nothing for short orders, that is tried once.
        patience: Cancel an order that has been on back order for so long; never if left out.
        returns_to_stock: Book returned units in again.
    """

    split: bool = False
    patience: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    returns_to_stock: bool = False


@attrs.define
class CancelledUnits:
    """What became of the units that customers cancelled.

    Attributes:
        before_despatch: Units that were taken off orders.
        returned: Units that had been despatched.
        without_sale: Units that the customer had not bought, or of a customer without a name.
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
        cancelled: What became of the units that customers cancelled.
        skipped: The rows of cancellations that cancelled nothing.
    """

    def __init__(self, behaviour: SellerBehaviour, session: ReplaySession) -> None:
        self.cancelled = CancelledUnits()
        self.skipped: Counter[Skip] = Counter()
        self._behaviour = behaviour
        self._session = session
        self._customers: dict[str, _Customer] = {}
        self._customer_of: dict[str, str] = {}
        self._waiting: dict[str, datetime] = {}
        self._waiting_since: deque[tuple[datetime, str]] = deque()
        self._may_split: dict[str, None] = {}
        self._splits: Counter[str] = Counter()

    def set_customer(self, order_id: str, customer: str) -> None:
        """Take note of whose order is about to be placed."""
        if customer:
            self._customer_of[order_id] = customer

    def observe(self, command: Command, outcome: Outcome) -> None:
        """Take note of what became of the orders."""
        for order_id in outcome.back_orders_opened:
            self._waiting[order_id] = command.at
            self._waiting_since.append((command.at, order_id))
        for order in outcome.orders:
            if order.status is not Status.ON_BACK_ORDER:
                self._waiting.pop(order.order_id, None)
            if self._behaviour.split:
                self._track_split(order)
            self._track_customer(order)

    def cancel(self, entry: Entry) -> None:
        """Cancel what a customer cancels."""
        if not entry.customer:
            self.skipped[Skip.NO_CUSTOMER] += len(entry.rows)
            self.cancelled.without_sale += sum(row.units for row in entry.rows)
            return
        customer = self._customers.setdefault(entry.customer, _Customer())
        wanted: Counter[str] = Counter()
        for row in entry.rows:
            wanted[row.sku] += row.units
        before = 0
        while before != wanted.total():  # what one order gives up may be split off another one
            before = wanted.total()
            for order_id in self._newest_first(customer):
                self._take_off(self._session.order(order_id), wanted, entry)
        self._count_returns(customer, wanted, entry.at)
        self.cancelled.without_sale += wanted.total()
        for row in reversed(entry.rows):
            if wanted[row.sku] >= row.units:
                wanted[row.sku] -= row.units
                self.skipped[Skip.NO_SALE] += 1

    def at_cut_off(self, at: datetime) -> None:
        """Give up what has waited too long, and split what can leave in part."""
        if self._behaviour.patience is not None:
            self._give_up(at - self._behaviour.patience, at)
        for order_id in tuple(self._may_split):
            if order_id in self._may_split:  # else a split before has served it
                self._split(order_id, at)
        self._may_split.clear()

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
        """Return the orders that can be edited; of one that was split, the short part first."""
        orders = [self._session.order(order_id) for order_id in reversed(customer.open_orders)]
        orders.sort(key=lambda order: (order.placed_at, order.short > 0), reverse=True)
        return [order.order_id for order in orders]

    def _take_off(self, order: Order, wanted: Counter[str], entry: Entry) -> None:
        """Take cancelled units off an order, the last line first."""
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

    def _count_returns(self, customer: _Customer, wanted: Counter[str], at: datetime) -> None:
        """Count as returned what the customer bought and got."""
        for sku, units in wanted.items():
            returned = min(units, customer.bought[sku])
            if not returned:
                continue
            wanted[sku] -= returned
            customer.bought[sku] -= returned
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
                continue  # it has been allocated since then
            order = self._session.order(order_id)
            for line in order.lines:
                self._session.replenishment.adjust(line.sku, line.quantity)
            self._cancel(order_id, at, "waited too long")

    def _cancel(self, order_id: str, at: datetime, reason: str) -> None:
        self._session.handle(CancelOrder(seller_id=SELLER, order_id=order_id, at=at, reason=reason))

    def _split(self, order_id: str, at: datetime) -> None:
        self._splits[order_id] += 1
        new_order_id = f"{order_id}/{self._splits[order_id]}"
        with suppress(SplitRefusedError, DuplicateOrderError):
            self._session.handle(
                SplitOrder(seller_id=SELLER, order_id=order_id, at=at, new_order_id=new_order_id)
            )
