"""The contract of listings and earlier commands, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow.domain.model.commands import (
    AnnounceReceipt,
    BookInStock,
    ChangePolicy,
    PlaceOrder,
)
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import ExpectedReceipt, StockKey
from orderflow.errors import NotFoundError
from orderflow.service import OrderFlow
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import (
    CUPS,
    MUGS,
    POLICY,
    POTS,
    YORK_BOWLS,
    YORK_MUGS,
    YORK_POTS,
    OnExampleShop,
    later,
    new_order,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.ports import Reading

__all__ = ["ReadingContract"]

_BY_PLACING = (
    *("plain", "big", "big/10", "big/2", "wide", "10", "9", "y3", "y1", "Small", "small", "y2"),
    *("late", "one", "far", "again", "again.1", "gives", "takes"),
)
"""The orders of the shop by the time they were placed, then by id. Parts keep that time."""


class ReadingContract(OnExampleShop):
    """Tests of the listings of `Reading`, each on the same small shop."""

    def test_orders_lists_them_by_the_time_they_were_placed(self) -> None:
        """`orders` sorts by time, then by id, with every status and warehouse."""
        shop = self.example_shop()
        shop.require(shop.orders(*_BY_PLACING), "orders")

    def test_orders_can_be_limited_to_a_status_and_a_product(self) -> None:
        """`orders` finds a product on any line of an order. Both limits apply together."""
        shop = self.example_shop()
        for status, sku in product((None, *Status), (None, "MUG", "CUP", "HAT", "mug")):
            orders = [each for each in shop.orders(*_BY_PLACING) if _is_meant(each, status, sku)]
            shop.require(orders, "orders", status=status, sku=sku)

    def test_orders_lists_a_page(self) -> None:
        """`orders` starts after the last order of the previous page, whatever else is given."""
        shop = self.example_shop()
        everything = shop.orders(*_BY_PLACING)
        for number, after in enumerate(everything, 1):
            for limit in (0, 1, 3, 99):
                page = everything[number : number + limit]
                shop.require(page, "orders", after=after, limit=limit)
        for status, sku in product((None, Status.ON_BACK_ORDER), (None, "MUG")):
            chosen = [each for each in everything if _is_meant(each, status, sku)]
            for number, last in enumerate([None, *chosen]):
                page = chosen[number : number + 2]
                shop.require(page, "orders", status=status, sku=sku, after=last, limit=2)

    def test_split_off_lists_the_parts_by_id(self) -> None:
        """`split_off` lists the orders that were split from one, whatever their status."""
        shop = self.example_shop()
        shop.require(shop.orders("big/10", "big/2"), "split_off", "big")
        shop.require(shop.orders("again.1"), "split_off", "again")
        for without in ("big/2", "wide", "none"):
            shop.require([], "split_off", without)

    def test_all_stock_lists_records_by_key(self) -> None:
        """`all_stock` sorts by warehouse, then by SKU, and starts after the given key."""
        shop = self.example_shop()
        keys = [CUPS, MUGS, POTS, YORK_BOWLS, YORK_MUGS, YORK_POTS]
        records = [shop.state.records[key.warehouse_id, key.sku] for key in keys]
        shop.require(records, "all_stock")
        for number, after in enumerate([None, *keys]):
            for limit in (None, 0, 1, 2):
                end = None if limit is None else number + limit
                shop.require(records[number:end], "all_stock", after=after, limit=limit)

    def test_receipts_are_listed_by_the_time_they_are_expected(self) -> None:
        """`receipts` sorts by time, then by id, and omits closed receipts."""
        shop = self.example_shop()
        shop.require(shop.receipts("r1", "r9", "r0", "r10", "r2", "t1"), "receipts")

    def test_events_are_listed_in_the_order_they_were_saved(self) -> None:
        """`events` lists those of one order, or since a time. Times need not increase."""
        shop = self.example_shop()
        events = list(shop.events)
        assert events != sorted(events, key=lambda event: event.at)
        for order_id, since in product(
            (None, *shop.state.orders, "none"), (None, later(0), later(4), later(16), later(99))
        ):
            found = [each for each in events if _is_of(each, order_id, since)]
            shop.require(found, "events", order_id, since=since)
        after_four = later(4) + timedelta(microseconds=1)
        found = [each for each in events if each.at >= after_four]
        shop.require(found, "events", since=after_four)

    def test_events_are_listed_a_page_at_a_time(self) -> None:
        """A page starts after the number of an event, which is the same in every read."""
        shop = self.example_shop()
        for run in (shop.repository.read, shop.repository.write):
            numbers = _numbers(run, len(shop.events))
            require_same("the numbers of events", numbers, sorted({*numbers} - {0}))
            for order_id, since in product((None, "big"), (None, later(4))):
                numbered = zip(numbers, shop.events, strict=True)
                found = [(n, each) for n, each in numbered if _is_of(each, order_id, since)]
                for begin, limit in product((0, 1, 3, len(found)), (None, 0, 2, 99)):
                    page = found[begin:][:limit]
                    given = {"since": since, "limit": limit}
                    given["after"] = found[begin - 1][0] if begin else 0
                    answer = run("acme", methodcaller("events", order_id, **given))
                    what = f"events({order_id!r}, **{given})"
                    require_same(what, list(answer), [each for _, each in page])
                    last = page[-1][0] if page else given["after"]
                    require_same(f"{what}.last", answer.last, last)

    def test_answered_returns_each_command_with_its_outcome(self) -> None:
        """`answered` returns both as they were saved, for the seller of the command only."""
        shop = self.example_shop()
        for command, outcome in shop.answers:
            shop.require((command, outcome), "answered", command.command_id)
        number = len(shop.answers)  # the first command of another seller
        for unknown in ("C0", "c", f"c{number}", "none"):
            shop.require(None, "answered", unknown)

    def test_sellers_lists_everybody_with_anything_saved(self) -> None:
        """A seller is listed for an order, stock, a receipt or a policy, not for a read."""
        repository = self.make_repository()
        flow = OrderFlow(repository)
        key, at = StockKey("stock", "leeds", "MUG"), later(0)
        order = new_order("1", 0, ("MUG", 1), seller_id="order")
        receipt = ExpectedReceipt("r1", attrs.evolve(key, seller_id="receipt"), 1, at)
        for command in (
            PlaceOrder(order=order, at=at),
            BookInStock(key=key, received=1, at=at),
            AnnounceReceipt(receipt=receipt, at=at),
            ChangePolicy(seller_id="policy", policy=POLICY, at=at),
            ChangePolicy(seller_id="Zenith", policy=POLICY, at=at),
        ):
            flow.handle(command)
        with pytest.raises(NotFoundError):
            flow.seller("refused").cancel("none")
        repository.read("read", lambda reading: reading.orders())
        repository.write("nothing saved", lambda work: work.orders())
        expected = ["Zenith", "order", "policy", "receipt", "stock"]
        require_same("sellers()", list(repository.sellers()), expected)


def _numbers(run: Callable[[str, Callable[[Reading], Any]], Any], count: int) -> list[int]:
    """Return the numbers of this many events, each read as a page of its own."""
    numbers = [0]
    for _ in range(count):
        page = run("acme", methodcaller("events", after=numbers[-1], limit=1))
        numbers.append(page.last)
    return numbers[1:]


def _is_meant(order: Order, status: Status | None, sku: str | None) -> bool:
    return (status is None or order.status is status) and (
        sku is None or any(line.sku == sku for line in order.lines)
    )


def _is_of(event: Event, order_id: str | None, since: datetime | None) -> bool:
    return (order_id is None or getattr(event, "order_id", None) == order_id) and (
        since is None or event.at >= since
    )
