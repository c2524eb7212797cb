"""What may come of a short line, and whether that has moved since the seller was told.

What could take the place of a short product, and when it is covered, is for the caller to look up:
notices take it as plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.events import ReceiptAnnounced, ReceiptWithdrawn, StockBookedIn
from orderflow.domain.order import Order
from orderflow.domain.state import View
from orderflow.domain.status import Status
from orderflow.telling.notices import ExpectedDateNotice, ShortLine, StandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.events import Event
    from orderflow.telling.look import Look

__all__ = ["Prospect", "Prospects", "date_moved", "expected_date", "maybe_moved", "short_lines"]


@attrs.frozen
class Prospect:
    """What may come of a short line: what could take its place, and when it is covered."""

    replacements: tuple[StandIn, ...] = ()
    expected_at: datetime | None = None


Prospects = Callable[[Order, View], Mapping[str, Prospect]]
"""Looks up the prospects of an order on back order, by the ids of its short lines."""

_NOTHING_KNOWN = Prospect()


def short_lines(
    order: Order, view: View, prospects: Prospects | None = None
) -> tuple[ShortLine, ...]:
    """Return the short lines of an order, with what may come of each."""
    found = prospects(order, view) if prospects is not None else {}
    return tuple(
        ShortLine(line.line_id, line.sku, line.short, each.replacements, each.expected_at)
        for line in order.short_lines
        for each in (found.get(line.line_id, _NOTHING_KNOWN),)
    )


def expected_date(short: tuple[ShortLine, ...]) -> datetime | None:
    """Return when all of these lines are covered, if it is known of each."""
    known = [line.expected_at for line in short if line.expected_at is not None]
    return max(known) if known and len(known) == len(short) else None


def maybe_moved(event: Event, look: Look, limit: int) -> Sequence[Order]:
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
