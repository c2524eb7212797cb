"""What may come of a short line, and whether that has moved since the seller was told.

Notices take as plain data what could take the place of a short product, and when it is covered.
`looked_up` finds it in a catalogue, the stock and the receipts; a host that knows more may look it
up otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model.events import ReceiptAnnounced, ReceiptWithdrawn, StockBookedIn
from orderflow.domain.model.order import Order
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.status import Status
from orderflow.domain.queries.expected_cover import expected_cover
from orderflow.domain.queries.replacements import (
    ReplacementCatalogue,
    ReplacementList,
    replacement_offers,
)
from orderflow.domain.state.state import View
from orderflow.notices.notice import ExpectedDateNotice, InStockReplacement, ShortLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.events import Event
    from orderflow.notices.context import NoticeContext

__all__ = [
    "Outlook",
    "Prospects",
    "date_moved",
    "expected_date",
    "looked_up",
    "maybe_moved",
    "short_lines",
]


@attrs.frozen
class Outlook:
    """What may come of a short line.

    Attributes:
        replacements: What is in stock in sufficient number and could take its place.
        expected_at: When it is covered; none if nobody knows.
        is_there: Whether what is in stock suffices, and the order waits for something else.
    """

    replacements: tuple[InStockReplacement, ...] = ()
    expected_at: datetime | None = None
    is_there: bool = False


Prospects = Callable[[Order, View], Mapping[str, Outlook]]
"""Looks up the prospects of an order on back order, by the ids of its short lines."""

_NOTHING_KNOWN = Outlook()


def looked_up(
    catalogue: ReplacementCatalogue | None = None,
    default_policy: AllocationPolicy | None = None,
) -> Prospects:
    """Return what looks up replacements in a catalogue, and dates in the announced receipts.

    See `replacement_offers` for what is offered, and `expected_cover` for what the dates say.

    Args:
        catalogue: Which products may stand in for which; none, if left out.
        default_policy: Who gets the stock of sellers without a policy of their own:
            `OrderFlow.default_policy`.
    """
    replacements = catalogue if catalogue is not None else ReplacementList()
    policy = default_policy if default_policy is not None else AllocationPolicy()

    def prospects(order: Order, view: View) -> Mapping[str, Outlook]:
        stand_ins: dict[str, tuple[InStockReplacement, ...]] = {}
        for each in replacement_offers(order, view, replacements):
            line_id = each.change.line_id
            stand_in = InStockReplacement(each.change.sku, each.available)
            stand_ins[line_id] = (*stand_ins.get(line_id, ()), stand_in)
        return {
            cover.line_id: Outlook(
                stand_ins.get(cover.line_id, ()), cover.expected_at, cover.is_there
            )
            for cover in expected_cover(order, view, policy)
        }

    return prospects


def short_lines(
    order: Order, view: View, prospects: Prospects | None = None
) -> tuple[ShortLine, ...]:
    """Return the short lines of an order, with what may come of each."""
    found = prospects(order, view) if prospects is not None else {}
    return tuple(
        ShortLine(
            line.line_id, line.sku, line.short, each.replacements, each.expected_at, each.is_there
        )
        for line in order.short_lines
        for each in (found.get(line.line_id, _NOTHING_KNOWN),)
    )


def expected_date(short: tuple[ShortLine, ...]) -> datetime | None:
    """Return when all of these lines are covered, if it is known of each that is not there."""
    awaited = [line.expected_at for line in short if not line.is_there]
    known = [moment for moment in awaited if moment is not None]
    return max(known) if known and len(known) == len(awaited) else None


def maybe_moved(event: Event, look: NoticeContext, limit: int) -> Sequence[Order]:
    """Return the orders on back order whose expected date an event may have moved.

    These are the oldest ones, at most so many, with a line of the product that was announced or
    booked in. What was withdrawn is no longer known, so all are meant then.
    """
    match event:
        case ReceiptAnnounced(receipt=receipt):
            key = receipt.key
        case StockBookedIn(key=key) if event.expected is not None:
            pass
        case ReceiptWithdrawn():
            return look.orders(status=Status.ON_BACK_ORDER, limit=limit)
        case _:
            return ()
    orders = look.orders(status=Status.ON_BACK_ORDER, sku=key.sku, limit=limit)
    return [order for order in orders if order.warehouse_id == key.warehouse_id]


def date_moved(
    order: Order, at: datetime, before: datetime | None, expected_at: datetime | None
) -> ExpectedDateNotice | None:
    """Tell that an order can be expected at another moment than the seller was told, if so."""
    if before == expected_at:
        return None
    return ExpectedDateNotice(
        seller_id=order.seller_id,
        order_id=order.order_id,
        at=at,
        before=before,
        expected_at=expected_at,
    )
