"""The contract about the arguments of reads, as tests that `RepositoryContract` inherits.

A wrong argument is refused by name, whatever stores the state. A valid one never finds less than
it should: a status may be given as text, a page may begin after an order that has changed since.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.errors import InvalidValueError, OrderNotFoundError, ProductNotFoundError
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.ports import Repository
    from orderflow.service import Seller

__all__ = ["ReadArgumentsContract"]

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MUGS = StockKey("acme", "leeds", "MUG")
_ORDER = Order(
    order_id="1",
    seller_id="acme",
    warehouse_id="leeds",
    lines=(OrderLine("1", "MUG", 2),),
    placed_at=_NOON,
)

_IDS: list[Any] = ["", " 1", "1\0", "x" * 129, "\ud800", 1, b"1", []]
_LIMITS: list[Any] = [-1, 1.5, "1", True, 10**12 + 1, 10**30, float("nan"), []]
_MOMENTS: list[Any] = [_NOON.replace(tzinfo=None), _NOON.date(), "2026-03-02", 0]
_KEYS: list[Any] = ["MUG", ("acme", "leeds", "MUG"), 1, attrs.evolve(_MUGS, seller_id="zenith")]

_READS: dict[str, tuple[list[Any], Callable[[Seller, Any], object]]] = {
    "actions.at": (_MOMENTS, lambda acme, at: acme.actions("1", at=at)),
    "actions.order_id": ([None, *_IDS], lambda acme, order_id: acme.actions(order_id)),
    "events.after": ([None, *_LIMITS], lambda acme, after: acme.events(after=after)),
    "events.limit": (_LIMITS, lambda acme, limit: acme.events(limit=limit)),
    "events.order_id": (_IDS, lambda acme, order_id: acme.events(order_id)),
    "events.since": (_MOMENTS, lambda acme, since: acme.events(since=since)),
    "explain.at": (_MOMENTS, lambda acme, at: acme.explain("1", at=at)),
    "explain.earlier_max": (
        [None, *_LIMITS],
        lambda acme, earlier_max: acme.explain("1", earlier_max=earlier_max),
    ),
    "explain.order_id": ([None, *_IDS], lambda acme, order_id: acme.explain(order_id)),
    "order.order_id": ([None, *_IDS], lambda acme, order_id: acme.order(order_id)),
    "orders.after": (
        ["1", 1, _MUGS, attrs.evolve(_ORDER, seller_id="zenith")],
        lambda acme, after: acme.orders(after=after),
    ),
    "orders.limit": (_LIMITS, lambda acme, limit: acme.orders(limit=limit)),
    "orders.sku": (_IDS, lambda acme, sku: acme.orders(sku=sku)),
    "orders.status": (
        ["", "new", "ON BACK ORDER", "UNKNOWN", 1, b"NEW", [Status.NEW]],
        lambda acme, status: acme.orders(status),
    ),
    "parts_of.order_id": ([None, *_IDS], lambda acme, order_id: acme.parts_of(order_id)),
    "queue.key": ([None, *_KEYS], lambda acme, key: acme.queue(key)),
    "queue.limit": (_LIMITS, lambda acme, limit: acme.queue(_MUGS, limit=limit)),
    "replacement_offers.order_id": (
        [None, *_IDS],
        lambda acme, order_id: acme.replacement_offers(order_id),
    ),
    "stock.after": (_KEYS, lambda acme, after: acme.stock(after=after)),
    "stock.limit": (_LIMITS, lambda acme, limit: acme.stock(limit=limit)),
    "stock_of.key": ([None, *_KEYS], lambda acme, key: acme.stock_of(key)),
}
"""Wrong values for each argument of each read, and the read."""


class ReadArgumentsContract(ABC):
    """Tests of the arguments of reads."""

    @abstractmethod
    def make_repository(self) -> Repository:
        """Make an empty repository."""

    def _acme(self) -> Seller:
        """Return a seller with an order that waits for 2 MUG, and one that has a MUG."""
        acme = OrderFlow(self.make_repository()).seller("acme")
        acme.place(_ORDER, at=_NOON)
        acme.cancel("1", at=_NOON)
        acme.book_in(_MUGS, 1, at=_NOON)
        for order_id, quantity in {"2": 1, "3": 2}.items():
            lines = (OrderLine("1", "MUG", quantity),)
            acme.place(attrs.evolve(_ORDER, order_id=order_id, lines=lines), at=_NOON)
        return acme

    @pytest.mark.parametrize("argument", _READS)
    def test_a_wrong_argument_is_refused_by_name(self, argument: str) -> None:
        """No adapter answers it with nothing, or with an error of its own."""
        acme = self._acme()
        values, read = _READS[argument]
        for value in values:
            with pytest.raises(InvalidValueError) as refused:
                read(acme, value)
            assert refused.value.field.startswith(argument), value

    def test_a_seller_has_an_id(self) -> None:
        """No read can ask for the data of a seller whose id is not valid."""
        flow = OrderFlow(self.make_repository())
        for seller_id in (None, *_IDS):
            with pytest.raises(InvalidValueError, match=r"Seller\.seller_id"):
                flow.seller(seller_id)

    def test_a_status_may_be_given_as_text(self) -> None:
        """The text of a status finds what the status itself finds."""
        acme = self._acme()
        for status, order_ids in {"ON_BACK_ORDER": "3", "ALLOCATED": "2", "CANCELLED": "1"}.items():
            found = acme.orders(status)
            assert "".join(each.order_id for each in found) == order_ids
            assert acme.orders(Status(status)) == found
            assert acme.orders(status, sku="MUG", limit=1) == found
        assert acme.orders("DELIVERED") == ()

    def test_a_limit_of_0_finds_nothing_and_a_large_one_finds_all(self) -> None:
        """0 is a limit like any other, and so is the largest."""
        acme = self._acme()
        reads: list[Callable[..., object]] = [
            *(acme.orders, acme.stock, acme.events),
            lambda **limit: acme.queue(_MUGS, **limit),
        ]
        for read in reads:
            assert read(limit=0) == ()
            assert read(limit=10**12) == read(limit=None) == read() != ()
        assert acme.events(after=10**12) == ()

    def test_an_unknown_order_is_not_found(self) -> None:
        """A mistyped id is never answered with nothing."""
        acme = self._acme()
        reads: list[Callable[[str], object]] = [
            *(acme.order, acme.events, acme.parts_of, acme.actions, acme.explain),
            acme.replacement_offers,
        ]
        for read in reads:
            with pytest.raises(OrderNotFoundError):
                read("4")
            read("3")

    def test_an_unknown_product_is_not_found(self) -> None:
        """It has no record. Nobody waits for it, and no order has it."""
        acme = self._acme()
        key = attrs.evolve(_MUGS, sku="MUGS")
        with pytest.raises(ProductNotFoundError):
            acme.stock_of(key)
        assert (acme.queue(key), acme.orders(sku="MUGS")) == ((), ())

    def test_a_page_begins_after_an_order_or_key_that_need_not_exist(self) -> None:
        """What was last on a page may have changed since, or never existed."""
        acme = self._acme()
        whole = acme.orders()
        between = attrs.evolve(_ORDER, order_id="2.5")
        assert acme.orders(after=attrs.evolve(whole[0], version=9)) == whole[1:]
        assert acme.orders(after=between) == whole[2:]
        earlier = attrs.evolve(_ORDER, order_id="9", placed_at=_NOON - timedelta(days=1))
        assert acme.orders(after=earlier) == whole
        assert acme.stock(after=attrs.evolve(_MUGS, sku="A")) == acme.stock()
        assert acme.stock(after=attrs.evolve(_MUGS, sku="Z")) == ()
