"""The erasure of personal data, as methods of a seller's handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.arguments import require_identifier, require_kind, require_number
from orderflow.domain.model.commands import ErasePersonalData
from orderflow.domain.model.erasure import ERASED_TOGETHER_MAX
from orderflow.domain.model.status import ENDED
from orderflow.errors import LimitRefusedError, UnreadableError
from orderflow.ports.read_arguments import check_erasable_read
from orderflow.service.read_methods import ReadMethods

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.ports import Reading

__all__ = ["ErasingMethods", "OrdersToErase"]

ORDERS_PER_PAGE = 100
"""The products of these orders are locked while they are erased."""


@attrs.frozen(kw_only=True)
class OrdersToErase:
    """A page of the orders whose personal data is no longer needed.

    Attributes:
        order_ids: The orders, with all that have the same data, for `Seller.erase`.
        skipped: Pairs of an order that has ended and why it has to stay.
        unreadable: Pairs of an order that has ended and why this release cannot tell whether it may
            be erased. A process of a later release can.
        last: The id of the last order of the page, to get the next; `None` if there are no more.
    """

    order_ids: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    last: str | None = None


class ErasingMethods(ReadMethods):
    """The methods that erase personal data."""

    def erase(
        self,
        *order_ids: str,
        include_open: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Erase the personal data of orders, and of all orders that have the same data.

        These are the parts of a split order, the order that one of them replaces, and an order that
        replaces one of them. It goes from the orders, their events, the answers to earlier
        commands and the outbox: all of it, or nothing. An order that is erased already, and has got
        no personal data since, is not among the orders of the outcome.

        Args:
            order_ids: The orders.
            include_open: Whether to erase orders that have neither ended nor left the warehouse.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.

        Raises:
            OrderNotFoundError: If the seller has no such order.
            ErasureRefusedError: If an order is open.
            LimitRefusedError: If more than 1,000 orders have the same data.
        """
        for order_id in order_ids:
            require_identifier("erase.order_ids", order_id)
        require_kind("erase.include_open", include_open, bool, demand="true or false")
        if command_id is not None:
            require_identifier("erase.command_id", command_id)
        at = self._read_moment("erase.at", at)

        def task(reading: Reading) -> tuple[str, ...]:
            earlier = reading.answered(command_id) if command_id is not None else None
            if earlier is not None and isinstance(earlier[0], ErasePersonalData):
                named = earlier[0].order_ids  # they may have got relatives since
                if set(order_ids) <= set(named):
                    return named
            found: dict[str, Order] = {}
            for order_id in order_ids:
                self._add_relatives(reading, self._found(reading, order_id), found)
            return tuple(found)

        return self.handle(
            ErasePersonalData(
                seller_id=self.seller_id,
                order_ids=self._read(task),
                include_open=include_open,
                at=at,
                command_id=command_id,
            )
        )

    def orders_to_erase(
        self, before: datetime, *, after: str | None = None, limit: int = ORDERS_PER_PAGE
    ) -> OrdersToErase:
        """Return the next orders that ended before a time, and have personal data still.

        An order is skipped if another one that has the same data is open, or has had an event
        since. It comes again in a later call.

        Args:
            before: The orders have had no event at this time or later.
            after: Return only orders after this one, which is `last` of the previous page.
            limit: Look at this many orders, 1 or more.
        """
        require_number("orders_to_erase.limit", limit, 1, of="orders")
        before = check_erasable_read(before, after=after, limit=limit)

        def task(reading: Reading) -> OrdersToErase:
            page = reading.to_erase(before, after=after, limit=limit)
            chosen: dict[str, Order] = {}
            skipped: list[tuple[str, str]] = []
            unreadable: list[tuple[str, str]] = []
            last = None
            for order_id in page:
                if order_id not in chosen:
                    try:
                        order = self._found(reading, order_id)
                        relatives = self._add_relatives(reading, order, {})
                        reason = _reason_to_keep(reading, relatives.values(), before)
                    except (LimitRefusedError, UnreadableError) as error:
                        left = unreadable if isinstance(error, UnreadableError) else skipped
                        left.append((order_id, str(error)))
                        last = order_id
                        continue
                    if len({**chosen, **relatives}) > ERASED_TOGETHER_MAX:
                        break
                    if reason is None:
                        chosen |= relatives
                    else:
                        skipped.append((order_id, reason))
                last = order_id
            is_done = len(page) < limit and last == (page[-1] if page else None)
            return OrdersToErase(
                order_ids=tuple(chosen),
                skipped=tuple(skipped),
                unreadable=tuple(unreadable),
                last=None if is_done else last,
            )

        return self._read(task)

    def _add_relatives(
        self, reading: Reading, order: Order, found: dict[str, Order]
    ) -> dict[str, Order]:
        """Add an order, and all orders that have the same data.

        Raises:
            LimitRefusedError: If there are too many.
        """
        unseen = [order]
        while unseen:
            order = unseen.pop()
            if order.order_id in found:
                continue
            found[order.order_id] = order
            if len(found) > ERASED_TOGETHER_MAX:
                way_out = "erase the others with another command"
                raise LimitRefusedError(
                    "the erasure", "orders", len(found), ERASED_TOGETHER_MAX, way_out
                )
            if order.split_count:
                unseen += reading.split_off(order.order_id)
            unseen += reading.replaced_by(order.order_id)
            for order_id in (order.split_from, order.replaces):
                if order_id is not None:
                    unseen.append(self._found(reading, order_id))
        return found


def _reason_to_keep(reading: Reading, orders: Iterable[Order], before: datetime) -> str | None:
    for order in orders:
        if order.status not in ENDED:
            return f"order {order.order_id!r} has the same data and is {order.status}"
        if reading.events(order.order_id, since=before, limit=1):
            return f"order {order.order_id!r} has the same data and has had an event since"
    return None
