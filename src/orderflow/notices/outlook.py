"""The outlook for a short line: what could replace it, and when it will be covered.

`outlook_source` reads a catalogue, the stock and the announced receipts. A host that knows more
can pass a function of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.allocation.expected_cover import expected_cover
from orderflow.domain.model.events import ReceiptAnnounced, ReceiptWithdrawn, StockBookedIn
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.queries.replacements import (
    ReplacementCatalogue,
    ReplacementList,
    replacement_offers,
)
from orderflow.domain.state.view import View
from orderflow.notices.notice import ExpectedDateNotice, InStockReplacement, ShortLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.events import Event
    from orderflow.notices.context import NoticeContext

__all__ = [
    "Outlook",
    "OutlookSource",
    "affected_orders",
    "date_notice",
    "describe_short_lines",
    "expected_date",
    "outlook_source",
]


@attrs.frozen
class Outlook:
    """The outlook for a short line.

    Attributes:
        replacements: Products that could replace it, with enough units in stock.
        expected_at: When the line will be covered; `None` if unknown.
        overdue_since: When the first overdue receipt that the line needs was expected.
        is_there: Whether stock already covers the line, while the order waits for another one.
    """

    replacements: tuple[InStockReplacement, ...] = ()
    expected_at: datetime | None = None
    overdue_since: datetime | None = None
    is_there: bool = False


OutlookSource = Callable[[Order, View, datetime], Mapping[str, Outlook]]
"""Returns the outlook of each short line of an order on back order at a moment, by line id."""

_UNKNOWN = Outlook()


def outlook_source(
    catalogue: ReplacementCatalogue | None = None,
    default_policy: AllocationPolicy | None = None,
) -> OutlookSource:
    """Return a function that finds replacements in a catalogue and dates in announced receipts.

    See `replacement_offers` for the replacements and `expected_cover` for the dates.

    Args:
        catalogue: Which products may replace which. Default: none.
        default_policy: The policy of sellers without one of their own:
            `OrderFlow.default_policy`.
    """
    replacements = catalogue if catalogue is not None else ReplacementList()
    policy = default_policy if default_policy is not None else AllocationPolicy()

    def outlook(order: Order, view: View, at: datetime) -> Mapping[str, Outlook]:
        found: dict[str, tuple[InStockReplacement, ...]] = {}
        for each in replacement_offers(order, view, replacements):
            line_id = each.edit.line_id
            replacement = InStockReplacement(each.edit.sku, each.available)
            found[line_id] = (*found.get(line_id, ()), replacement)
        return {
            cover.line_id: Outlook(
                found.get(cover.line_id, ()),
                cover.expected_at,
                cover.overdue_since,
                cover.is_there,
            )
            for cover in expected_cover(order, view, at, policy)
        }

    return outlook


def describe_short_lines(
    order: Order, view: View, at: datetime, outlook: OutlookSource | None = None
) -> tuple[ShortLine, ...]:
    """Return the short lines of an order, with the outlook of each at this moment."""
    found = outlook(order, view, at) if outlook is not None else {}
    return tuple(
        ShortLine(
            line.line_id,
            line.sku,
            line.short,
            each.replacements,
            each.expected_at,
            each.overdue_since,
            each.is_there,
        )
        for line in order.short_lines
        for each in (found.get(line.line_id, _UNKNOWN),)
    )


def expected_date(short: tuple[ShortLine, ...]) -> datetime | None:
    """Return when all of these lines will be covered, or `None` if any date is unknown."""
    awaited = [line.expected_at for line in short if not line.is_there]
    known = [moment for moment in awaited if moment is not None]
    return max(known) if known and len(known) == len(awaited) else None


def affected_orders(event: Event, context: NoticeContext, limit: int) -> Sequence[Order]:
    """Return the orders on back order whose expected date may have moved, oldest first.

    These are the orders with a line of the product that was announced or booked in. A withdrawn
    receipt no longer has a product, so it may affect any order.

    Args:
        event: The event.
        context: The state of the seller.
        limit: The largest number of orders.
    """
    match event:
        case ReceiptAnnounced(receipt=receipt):
            key = receipt.key
        case StockBookedIn(key=key) if event.expected is not None:
            pass
        case ReceiptWithdrawn():
            return context.orders(status=Status.ON_BACK_ORDER, limit=limit)
        case _:
            return ()
    orders = context.orders(status=Status.ON_BACK_ORDER, sku=key.sku, limit=limit)
    return [order for order in orders if order.warehouse_id == key.warehouse_id]


def date_notice(
    order: Order, at: datetime, before: datetime | None, expected_at: datetime | None
) -> ExpectedDateNotice | None:
    """Return a notice that the expected date of an order has moved, or `None` if it has not."""
    if before == expected_at:
        return None
    return ExpectedDateNotice(
        seller_id=order.seller_id,
        order_id=order.order_id,
        at=at,
        customer_reference=order.customer_reference,
        before=before,
        expected_at=expected_at,
    )
