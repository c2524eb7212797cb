"""The reads, as methods of a seller's handle."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import attrs

from orderflow.domain.model.arguments import require_identifier, require_limit, require_number
from orderflow.domain.model.events import OrderReallocated
from orderflow.domain.model.policy import queue_position
from orderflow.domain.model.status import Status
from orderflow.domain.queries.actions import actions
from orderflow.domain.queries.explanation import EARLIER_MAX, explain
from orderflow.domain.queries.parts import OrderParts
from orderflow.domain.queries.replacements import replacement_offers
from orderflow.domain.queries.unit_account import unit_account
from orderflow.domain.queries.unknown_products import unknown_products
from orderflow.errors import OrderNotFoundError, ProductNotFoundError
from orderflow.ports.read_arguments import (
    check_events_read,
    check_orders_read,
    check_stock_read,
)
from orderflow.service.reads import preview, read_served
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from orderflow.domain.model.back_order_limit import BackOrderLimit
    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, Stock, StockKey
    from orderflow.domain.queries.actions import ActionAnswer
    from orderflow.domain.queries.explanation import Explanation
    from orderflow.domain.queries.replacements import ReplacementOffer
    from orderflow.domain.queries.unit_account import UnitAccount
    from orderflow.domain.state.view import View
    from orderflow.ports import EventPage, Reading

    T = TypeVar("T")

__all__ = ["ReadMethods"]

_PAGE_EVENTS = 1_000
"""How many events are read at a time if all are needed."""


class ReadMethods(SellerScope):
    """The reads of one seller."""

    def order(self, order_id: str) -> Order:
        """Return an order.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("order.order_id", order_id)
        return self._read(lambda reading: self._found(reading, order_id))

    def orders(
        self,
        status: Status | str | None = None,
        *,
        sku: str | None = None,
        after: Order | None = None,
        limit: int | None = None,
    ) -> Sequence[Order]:
        """Return the orders, sorted by the time they were placed, then by id.

        Args:
            status: Return only orders with this status, or with the status of this text.
            sku: Return only orders with a line of this product.
            after: Return only orders after this one, which is the last of the previous page.
            limit: Return at most this many orders.

        Raises:
            InvalidValueError: If the status is none of `Status`, or the limit is below 0.
        """
        known = check_orders_read(status=status, sku=sku, after=after, limit=limit)
        if after is not None:
            self._require_own("orders.after", after.seller_id)
        return self._read(
            lambda reading: tuple(reading.orders(status=known, sku=sku, after=after, limit=limit))
        )

    def parts_of(self, order_id: str) -> OrderParts:
        """Return the parent, siblings and children of an order, if it was ever split.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("parts_of.order_id", order_id)

        def task(reading: Reading) -> OrderParts:
            children = tuple(reading.split_off(order_id))
            parent_id = self._found(reading, order_id).split_from
            if parent_id is None:
                return OrderParts(children=children)
            siblings = [each for each in reading.split_off(parent_id) if each.order_id != order_id]
            return OrderParts(reading.order(parent_id), tuple(siblings), children)

        return self._read(task)

    def all_parts_of(self, order_id: str, *, limit: int | None = None) -> tuple[Order, ...]:
        """Return the order that was placed and all that were split from it, directly or not.

        This order is among them. An order that was never split is alone.

        Args:
            order_id: Any of them.
            limit: Return at most this many orders.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("all_parts_of.order_id", order_id)
        require_limit("all_parts_of.limit", limit)

        def task(reading: Reading) -> tuple[Order, ...]:
            first = self._found(reading, order_id)
            while first.split_from is not None:
                first = self._found(reading, first.split_from)
            parts = [first]
            for part in parts:  # which grows meanwhile
                if limit is not None and len(parts) >= limit:
                    break
                if part.split_count:
                    parts += reading.split_off(part.order_id)
            return tuple(parts[:limit])

        return self._read(task)

    def queue(self, key: StockKey, *, limit: int | None = None) -> Sequence[Order]:
        """Return the orders on back order that are short of a product, in queue order.

        The first one has position 1. `Order.short_of` returns how many units an order still
        needs.

        Args:
            key: The product.
            limit: Return at most this many orders.
        """
        require_limit("queue.limit", limit)
        self._require_own_key("queue.key", key)

        def task(reading: Reading) -> Sequence[Order]:
            policy = reading.policy or self._default_policy
            if not policy.restricts_partial:
                waiting = reading.waiting(key.warehouse_id, key.sku, policy)
                return tuple(islice(waiting, limit))
            # The queue index has each of these orders in one queue only: see
            # `Outcome.queue_index`.
            orders = reading.orders(status=Status.ON_BACK_ORDER, sku=key.sku)
            here = [each for each in orders if each.warehouse_id == key.warehouse_id]
            short = [each for each in here if each.short_of(key.sku)]
            short.sort(key=lambda order: queue_position(order, policy.queue))
            return tuple(short[:limit])

        return self._read(task)

    def stock(self, *, after: StockKey | None = None, limit: int | None = None) -> Sequence[Stock]:
        """Return the stock records, sorted by key.

        Args:
            after: Return only records after this key, which is the last of the previous page.
            limit: Return at most this many records.
        """
        check_stock_read(after=after, limit=limit)
        if after is not None:
            self._require_own("stock.after", after.seller_id)
        return self._read(lambda reading: tuple(reading.all_stock(after=after, limit=limit)))

    def stock_of(self, key: StockKey) -> Stock:
        """Return the stock record of a product.

        Raises:
            ProductNotFoundError: If nothing was ever booked in or counted under this key.
        """
        self._require_own_key("stock_of.key", key)

        def task(reading: Reading) -> Stock:
            for stock in reading.stock(key.warehouse_id, (key.sku,)):
                return stock
            raise ProductNotFoundError(key.seller_id, key.warehouse_id, key.sku)

        return self._read(task)

    def receipts(self) -> Sequence[ExpectedReceipt]:
        """Return the expected receipts, sorted by expected time, then by id."""
        return self._read(lambda reading: tuple(reading.receipts()))

    def events(
        self,
        order_id: str | None = None,
        *,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> EventPage:
        """Return the events of the seller, or of one order, oldest first.

        Read the next page with ``events(after=page.last, limit=…)``. Events are never removed, and
        change only by `Seller.erase`. To receive every event once, use the outbox: commands on
        different products that run at the same time may be numbered in one order and saved in the
        other.

        Args:
            order_id: Return only events of this order.
            since: Return only events at this time or later.
            after: Return only events after this number, which is `last` of the previous page.
            limit: Return at most this many events.

        Raises:
            InvalidValueError: If `since` has no time zone, or `after` is below 0.
            OrderNotFoundError: If the seller has no such order.
        """
        moment = check_events_read(order_id, since=since, after=after, limit=limit)

        def task(reading: Reading) -> EventPage:
            if order_id is not None:
                self._found(reading, order_id)
            return reading.events(order_id, since=moment, after=after, limit=limit)

        return self._read(task)

    def unit_account(self) -> tuple[UnitAccount, ...]:
        """Return where the units of each product came from and where they are.

        This reads all events of the seller: see `orderflow.core.unit_account`.
        """
        return self._read(lambda reading: unit_account(_all_events(reading)))

    def policy(self) -> AllocationPolicy:
        """Return the seller's own policy, or else the default policy of the flow."""
        return self._read(lambda reading: reading.policy or self._default_policy)

    def back_order_limits(self) -> tuple[BackOrderLimit, ...]:
        """Return the limits of back orders, sorted by warehouse and SKU."""
        return self._read(lambda reading: reading.back_order_limits)

    def actions(self, order_id: str, *, at: datetime | None = None) -> tuple[ActionAnswer, ...]:
        """Return every action on an order, whether it is allowed now, and if not, why.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("actions.order_id", order_id)
        moment = self._read_moment("actions.at", at)
        return self._read_served(
            lambda view: actions(order_id, view, moment, self._default_policy), moment
        )

    def preview(self, command: Command) -> Outcome:
        """Return the effect of a command on its order and all others, without running it.

        It covers the whole of a long queue, even if several transactions would serve it. If a
        command with this id was run before, its outcome is returned.

        Raises:
            InvalidValueError: If it is not a command, or belongs to another seller.
            NotFoundError: If it names something that the seller does not have.
            RefusedError: If it is not possible now.
            CommandIdReusedError: If its id was used for another command.
        """
        self._require_own_command("preview.command", command)
        return self._read(lambda reading: preview(command, reading, self._default_policy))

    def unknown_products(self, command: Command) -> tuple[StockKey, ...]:
        """Return the products that a command names and that have no stock record.

        They may be new, or mistyped. No command is refused because of them: see
        `orderflow.domain.queries.unknown_products`.

        Raises:
            InvalidValueError: If it is not a command, or belongs to another seller.
        """
        self._require_own_command("unknown_products.command", command)
        return self._read(lambda reading: unknown_products(command, reading))

    def replacement_offers(self, order_id: str) -> tuple[ReplacementOffer, ...]:
        """Return the products in stock that could replace the short lines of an order.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("replacement_offers.order_id", order_id)

        def task(view: View) -> tuple[ReplacementOffer, ...]:
            return replacement_offers(self._found(view, order_id), view, self._flow.catalogue)

        return self._read_served(task, self._moment(None))

    def explain(
        self, order_id: str, *, at: datetime | None = None, earlier_max: int = EARLIER_MAX
    ) -> Explanation:
        """Explain why an order waits, and which receipts will cover it.

        Args:
            order_id: The order.
            at: The time. Default: now.
            earlier_max: List at most this many orders that come before it.

        Raises:
            OrderNotFoundError: If the seller has no such order.
        """
        require_identifier("explain.order_id", order_id)
        require_number("explain.earlier_max", earlier_max, 0, of="orders")
        moment, default = self._read_moment("explain.at", at), self._default_policy

        def task(reading: Reading) -> Explanation:
            explanation = read_served(
                reading,
                lambda view: explain(order_id, view, moment, default, earlier_max=earlier_max),
                default,
                moment,
            )
            return attrs.evolve(explanation, reallocation=_last_reallocation(reading, order_id))

        return self._read(task)

    def _found(self, view: View, order_id: str) -> Order:
        order = view.order(order_id)
        if order is None:
            raise OrderNotFoundError(self.seller_id, order_id)
        return order


def _last_reallocation(reading: Reading, order_id: str) -> OrderReallocated | None:
    last = None
    for event in _all_events(reading, order_id):
        if isinstance(event, OrderReallocated):
            last = event
    return last


def _all_events(reading: Reading, order_id: str | None = None) -> Iterator[Event]:
    """Yield all events of the seller, or of one order, reading one page at a time."""
    page = reading.events(order_id, limit=_PAGE_EVENTS)
    while page:
        yield from page
        page = reading.events(order_id, after=page.last, limit=_PAGE_EVENTS)
