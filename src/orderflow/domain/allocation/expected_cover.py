"""The orders that are served before an order, and the receipts that would cover its short lines.

The queue of a product is compared with its expected receipts, one after another. A line is covered
by the first receipt that brings enough units for all earlier orders and for the line. This assumes
that the receipts arrive as announced and nothing else changes. Nobody knows when an overdue receipt
arrives: it counts as the last to arrive, and a line that needs it has no date. How exact this is
depends on the policy.

- In strict order with partial allocation, it is exact, except for an urgent order behind one that
  is served first. When that one is covered, the urgent order may preempt its units.
- Under a fair share, it is the latest receipt: all who wait are counted as earlier.
- Without partial allocation, it is an estimate from one product. It does not count orders that are
  blocked on another product. Nor does it consider that a smaller, later order may take units that
  do not complete an earlier one.

Orders on hold and postponed ones are not served, so they are not counted.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from itertools import accumulate, repeat
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.queue_demand import PreemptibleUnits, QueueDemand
from orderflow.domain.model.arguments import (
    require_moment,
    require_order,
    require_policy,
    require_view,
)
from orderflow.domain.model.policy import (
    AllocationPolicy,
    Rationing,
    allows_partial,
    is_urgent,
)
from orderflow.domain.model.status import MAY_BE_ALLOCATED
from orderflow.domain.model.stock import ExpectedReceipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.view import View

__all__ = ["ExpectedCover", "ExpectedCovers", "expected_cover"]

_DEFAULT = AllocationPolicy()


@attrs.frozen(kw_only=True)
class ExpectedCover:
    """The source of the units that one short line needs.

    Attributes:
        line_id: The line.
        sku: Its product.
        is_there: Whether enough units are available. The order then waits for another product,
            for its day, to be allocated, or to be released.
        receipts: The expected receipts that are needed to cover the line, in the order in which
            they are expected, and then the overdue ones that are needed too. Empty if enough is
            available, or if all receipts are not enough.
        overdue_since: When the first overdue one of these receipts was expected; `None` if none
            of them is overdue.
    """

    line_id: str
    sku: str
    is_there: bool = False
    receipts: tuple[ExpectedReceipt, ...] = ()
    overdue_since: datetime | None = None

    @property
    def expected_at(self) -> datetime | None:
        """When the last of the receipts is expected; `None` if there is none, or one is overdue."""
        if not self.receipts or self.overdue_since is not None:
            return None
        return self.receipts[-1].expected_at

    @property
    def is_known(self) -> bool:
        """Whether enough units are available or announced."""
        return self.is_there or bool(self.receipts)


def expected_cover(
    order: Order, view: View, at: datetime, default_policy: AllocationPolicy = _DEFAULT
) -> tuple[ExpectedCover, ...]:
    """Return for each short line the source of the units that it needs.

    The queue is read from its head, only as far as the expected units suffice.

    Args:
        order: The order, as it is in the view. Only an order that is new, postponed, on hold or on
            back order has short lines.
        view: The state of the order's seller.
        at: The present moment. Receipts that were expected before it are overdue.
        default_policy: The policy to use if the seller has none of its own.

    Raises:
        InvalidValueError: If an argument is not valid.
    """
    require_order("expected_cover.order", order)
    require_view("expected_cover.view", view)
    at = require_moment("expected_cover.at", at)
    require_policy("expected_cover.default_policy", default_policy)
    return ExpectedCovers(at, view.policy or default_policy).of(order, view)


class ExpectedCovers:
    """The expected cover of many orders of one seller, with each queue read once.

    What was read of a product stays as it was, also if the next order is asked for in a later
    transaction.

    Args:
        at: The present moment, as in `expected_cover`.
        policy: The policy of the seller.
    """

    def __init__(self, at: datetime, policy: AllocationPolicy) -> None:
        self._at = at
        self._policy = policy
        self._products: dict[ProductKey, _Product] = {}

    def of(self, order: Order, view: View) -> tuple[ExpectedCover, ...]:
        """Return for each short line of an order the source of the units that it needs."""
        covers: dict[str, ExpectedCover] = {}
        for supply in self.supplies(order, view):
            supply.claim_earlier(view)
            covers.update((cover.line_id, cover) for _, cover in supply.covers())
        return tuple(covers[line.line_id] for line in lines_to_cover(order))

    def supplies(self, order: Order, view: View) -> list[Supply]:
        """Return the supply of each product that the order's lines to cover need."""
        skus = tuple({line.sku: None for line in lines_to_cover(order)})
        self._read(order.warehouse_id, skus, view)
        return [Supply(order, self._products[order.warehouse_id, sku], view) for sku in skus]

    def _read(self, warehouse_id: str, skus: Iterable[str], view: View) -> None:
        """Read the products that were not read yet."""
        new = tuple(sku for sku in skus if (warehouse_id, sku) not in self._products)
        records = view.stock(warehouse_id, new) if new else ()
        available = dict.fromkeys(new, 0) | {each.key.sku: each.available for each in records}
        for sku, units in available.items():
            product = _Product((warehouse_id, sku), units, view, self._at, self._policy)
            self._products[warehouse_id, sku] = product


def last_expected_at(covers: Iterable[ExpectedCover]) -> datetime | None:
    """Return when all of these lines will be covered; `None` if any date is unknown."""
    dates = [cover.expected_at for cover in covers if not cover.is_there]
    known = [date for date in dates if date is not None]
    return max(known, default=None) if len(known) == len(dates) else None


def first_overdue_since(covers: Iterable[ExpectedCover]) -> datetime | None:
    """Return when the first overdue receipt was expected that these lines need, if there is one."""
    dates = [cover.overdue_since for cover in covers if cover.overdue_since is not None]
    return min(dates, default=None)


def lines_to_cover(order: Order) -> tuple[OrderLine, ...]:
    """Return the short lines of an order that may still be allocated stock."""
    return order.short_lines if order.status in MAY_BE_ALLOCATED else ()


class Supply:
    """The units of a product that an order may get, and how many of them others get first."""

    def __init__(self, order: Order, product: _Product, view: View) -> None:
        self.order = order
        self.sku = product.sku
        self.available = product.available
        self.preemptible = product.preemptible_by(order, view)
        self._product = product
        self._claimed = 0

    def claim(self, units: int) -> None:
        """Count units that others get first."""
        self._claimed += units

    def claim_earlier(self, view: View) -> None:
        """Count the units of the orders that are served first."""
        product = self._product
        enough = self.available + self.preemptible + product.announced
        self.claim(product.queue.before(self.order, view, enough))

    @property
    def units_at_once(self) -> int:
        """The units that the order can get without any receipt."""
        return max(self._left, self.preemptible)

    def units_by(self, by: datetime) -> int:
        """Return the units that the order can get by a moment. Overdue receipts do not count."""
        return max(self._left + self._product.expected_by(by), self.preemptible)

    def covers(self) -> Iterator[tuple[OrderLine, ExpectedCover]]:
        """Yield the order's short lines of the product, and the cover of each."""
        come, left = self._product.come, self._left
        for line, own in self._own_units():
            is_there = own <= self.units_at_once
            number = 0 if is_there else 1 + bisect_left(come, own - left)
            receipts = self._product.receipts[:number] if number <= len(come) else ()
            overdue = receipts[self._product.due :]
            cover = ExpectedCover(
                line_id=line.line_id,
                sku=line.sku,
                is_there=is_there,
                receipts=receipts,
                overdue_since=overdue[0].expected_at if overdue else None,
            )
            yield line, cover

    @property
    def _left(self) -> int:
        """The units that others leave to the order; below 0 if there are not enough for them."""
        return self.available + self.preemptible - self._claimed

    def _own_units(self) -> Iterator[tuple[OrderLine, int]]:
        """Yield each line, and the units that it and others of its lines need."""
        lines = [line for line in self.order.lines_of(self.sku) if line.short]
        units = list(accumulate(line.short for line in lines))
        policy = self._product.policy
        if allows_partial(self.order, policy) and policy.rationing is Rationing.STRICT:
            return zip(lines, units, strict=True)  # they take the available units one by one
        return zip(lines, repeat(units[-1]), strict=False)


class _Product:
    """What is available, expected and needed of a product, read once for many orders."""

    def __init__(
        self,
        key: ProductKey,
        available: int,
        view: View,
        at: datetime,
        policy: AllocationPolicy,
    ) -> None:
        warehouse_id, self.sku = key
        self.policy = policy
        self.available = available
        receipts = [(each.is_overdue(at), each) for each in view.expected(warehouse_id, self.sku)]
        self.receipts = tuple(each for _, each in sorted(receipts, key=itemgetter(0)))
        self.due = sum(not is_overdue for is_overdue, _ in receipts)
        self.come = list(accumulate(receipt.quantity for receipt in self.receipts))
        self.announced = self.come[-1] if self.come else 0
        self.queue = QueueDemand(self.sku, policy)
        self._preemptible: PreemptibleUnits | None = None

    def expected_by(self, by: datetime) -> int:
        """Return the units that are expected from now until a moment, inclusive."""
        due = self.receipts[: self.due]
        return sum(each.quantity for each in due if each.expected_at <= by)

    def preemptible_by(self, order: Order, view: View) -> int:
        """Return the units that the order, if it is urgent, may preempt from later orders."""
        if not is_urgent(order, self.policy):
            return 0
        if self._preemptible is None:
            self._preemptible = PreemptibleUnits(order.warehouse_id, self.sku, view, self.policy)
        return self._preemptible.behind(order)
