"""The contract of the reads that a decision needs, as tests: a part of `RepositoryContract`."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.domain.model.policy import AllocationPolicy, Queue
from orderflow.testing.differences import require_same
from orderflow.testing.example_shop import HOLD_ENDS_AT, POLICY, OnExampleShop, later

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.view import View

__all__ = ["ViewContract"]

_MOMENT = timedelta(microseconds=1)
_BY_ID = attrgetter("order_id")


class ViewContract(OnExampleShop):
    """Tests of the methods of `View`, each on the same small shop."""

    def test_order_returns_every_field(self) -> None:
        """`order` returns an order as it was saved last, and `None` for an unknown id."""
        shop = self.example_shop()
        for order_id, order in shop.state.orders.items():
            shop.require(order, "order", order_id)
        for unknown in ("BIG", "big/1", "bi", "%", "theirs", "none"):
            shop.require(None, "order", unknown)

    def test_prefetch_changes_no_answer(self) -> None:
        """`prefetch` may read ahead. Unknown ids are allowed."""
        shop = self.example_shop()
        order_ids = [*shop.state.orders, "BIG", "none"]

        def task(view: View) -> list[Order | None]:
            view.prefetch(order_ids)
            return [view.order(order_id) for order_id in order_ids]

        for run in (shop.repository.read, shop.repository.write):
            expected = [*shop.state.orders.values(), None, None]
            require_same("order(…) after prefetch(…)", run("acme", task), expected)

    def test_stock_returns_the_existing_records(self) -> None:
        """`stock` returns the records of these products in this warehouse."""
        shop = self.example_shop()
        for warehouse_id, skus, found in (
            ("leeds", ["MUG", "CUP", "HAT"], ["CUP", "MUG"]),
            ("leeds", ["MUG"], ["MUG"]),
            ("york", ["CUP", "MUG"], ["MUG"]),
            ("Leeds", ["MUG"], []),
            ("leeds", ["mug"], []),
            ("leeds", [], []),
        ):
            records = [shop.state.records[warehouse_id, sku] for sku in found]
            shop.require(records, "stock", warehouse_id, skus, sorted_by=attrgetter("key"))

    def test_receipt_returns_what_is_still_expected(self) -> None:
        """`receipt` returns a receipt until it is closed, with the units that are still to come."""
        shop = self.example_shop()
        assert shop.state.receipts.keys() == {"r0", "r1", "r2", "r9", "r10", "t1"}
        for receipt_id in (*shop.state.receipts, "r3", "R0", "theirs", "none"):
            shop.require(shop.state.receipts.get(receipt_id), "receipt", receipt_id)

    def test_policy_is_the_last_one_saved(self) -> None:
        """`policy` is `None` until a policy is saved for this seller."""
        shop = self.example_shop()
        for run in (shop.repository.read, shop.repository.write):
            require_same("policy", run("acme", lambda view: view.policy), POLICY)
            require_same("policy", run("nobody", lambda view: view.policy), None)

    @pytest.mark.parametrize(
        ("queue", "order_ids"),
        [
            (Queue.FIRST_COME, ["big", "wide", "late"]),
            (Queue.PRIORITY, ["late", "big", "wide"]),
            (Queue.PROMISED_DATE, ["wide", "big", "late"]),
        ],
    )
    def test_waiting_returns_the_queue(self, queue: Queue, order_ids: list[str]) -> None:
        """`waiting` sorts by the given policy. If that restricts parts, it follows the index."""
        shop = self.example_shop()
        always, blocking = AllocationPolicy(queue=queue), attrs.evolve(POLICY, queue=queue)
        blocked = [order_id for order_id in order_ids if order_id != "wide"]
        for policy, warehouse_id, sku, found in (
            (always, "leeds", "MUG", order_ids),
            (blocking, "leeds", "MUG", blocked),
            (always, "leeds", "CUP", ["wide"]),
            (blocking, "leeds", "CUP", ["wide"]),
            (blocking, "york", "MUG", ["y1"]),
            (blocking, "leeds", "POT", []),
            (blocking, "york", "POT", ["again.1"]),
            (blocking, "hull", "POT", ["again"]),
            (always, "york", "CUP", []),
            (always, "leeds", "HAT", []),
        ):
            shop.require(shop.orders(*found), "waiting", warehouse_id, sku, policy)

    @pytest.mark.parametrize("most", [0, 1, 2, 3])
    def test_waiting_omits_only_orders_that_cannot_be_completed(self, most: int) -> None:
        """With `at_most`, an order is still returned if it needs few units or is not blocked."""
        shop = self.example_shop()
        big, late = shop.orders("big", "late")  # "big" is not blocked, "late" needs two units
        allowed = [[big, late]] if most > 1 else [[big, late], [big]]

        def task(view: View) -> list[Order]:
            return list(view.waiting("leeds", "MUG", POLICY, lambda: most))

        for run in (shop.repository.read, shop.repository.write):
            found = run("acme", task)
            if found not in allowed:
                require_same(f"waiting(…) with at most {most} units", found, allowed[0])

    def test_back_orders_returns_them_all(self) -> None:
        """`back_orders` returns each order on back order, of every warehouse."""
        shop = self.example_shop()
        orders = shop.orders("again", "again.1", "big", "late", "wide", "y1")
        shop.require(orders, "back_orders", sorted_by=_BY_ID)

    def test_blocked_on_returns_the_product_of_the_index(self) -> None:
        """`blocked_on` returns the SKU from the last outcome with the order, if it has one."""
        shop = self.example_shop()
        blocked = {"wide": "CUP", "late": "MUG", "y1": "MUG", "again": "POT", "again.1": "POT"}
        for order_id in (*shop.state.orders, "none", *blocked, *blocked):  # a read changes nothing
            shop.require(blocked.get(order_id), "blocked_on", order_id)

    def test_orders_with_units_returns_those_of_the_product(self) -> None:
        """`orders_with_units` finds orders of any status, on any line, in one warehouse."""
        shop = self.example_shop()
        for warehouse_id, sku, order_ids in (
            ("leeds", "MUG", ["10", "big/10", "big/2", "small"]),
            ("leeds", "CUP", ["one"]),
            ("leeds", "POT", ["takes"]),
            ("york", "MUG", ["y2", "y3"]),
            ("york", "BOWL", ["y3"]),
            ("york", "CUP", []),
            ("leeds", "HAT", []),
        ):
            orders = shop.orders(*order_ids)
            shop.require(orders, "orders_with_units", warehouse_id, sku, sorted_by=_BY_ID)

    def test_expected_returns_the_receipts_of_the_product(self) -> None:
        """`expected` sorts by the expected time, then by id, and omits closed receipts."""
        shop = self.example_shop()
        for warehouse_id, sku, receipt_ids in (
            ("leeds", "MUG", ["r9", "r0", "r10"]),
            ("leeds", "CUP", ["r1"]),
            ("york", "MUG", ["r2"]),
            ("york", "POT", ["t1"]),
            ("york", "CUP", []),
            ("leeds", "HAT", []),
        ):
            shop.require(shop.receipts(*receipt_ids), "expected", warehouse_id, sku)

    def test_ended_holds_are_found_from_their_end_on(self) -> None:
        """`ended_holds` finds an order if one of its holds has ended. A hold may have no end."""
        shop = self.example_shop()
        for before in (timedelta(days=365), timedelta(hours=1), _MOMENT):
            shop.require([], "ended_holds", HOLD_ENDS_AT - before)
        for after in (timedelta(0), _MOMENT, timedelta(hours=1), timedelta(days=365)):
            shop.require(shop.orders("small"), "ended_holds", HOLD_ENDS_AT + after)

    def test_waiting_since_before_finds_long_waits(self) -> None:
        """`waiting_since_before` omits orders that may be allocated a part already."""
        shop = self.example_shop()
        for since, order_ids in (
            (later(1) - _MOMENT, []),
            (later(1), ["wide"]),
            (later(7), ["late", "wide"]),
            (later(9), ["late", "wide", "y1"]),
            (HOLD_ENDS_AT, ["again", "again.1", "late", "wide", "y1"]),
        ):
            orders = shop.orders(*order_ids)
            shop.require(orders, "waiting_since_before", since, sorted_by=_BY_ID)
