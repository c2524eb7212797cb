"""The page of an order: its lines, why it waits, its history, and what may be done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from django.utils import timezone

from orderflow.django_admin.order_actions import ORDER_ACTIONS, OrderAction
from orderflow.django_admin.order_changes import event_title
from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.wording.event_details import event_details
from orderflow.wording.explanation import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.model.order import Order
    from orderflow.service import Seller

__all__ = ["Button", "buttons", "facts", "history", "page_of"]

EVENTS_MAX = 100
LINES_MAX = 200
PARTS_MAX = 20
EXPLAINED_LINES_MAX = 50
"""An explanation reads the queue of each short line."""


@attrs.frozen
class Button:
    """An action, and why it is not possible now, if so."""

    action: OrderAction
    reason: str


@attrs.frozen
class HistoryRow:
    """One event."""

    at: datetime
    title: str
    details: str


def page_of(seller: Seller, order: Order, *, after: int) -> dict[str, Any]:
    """Return what the page shows.

    Args:
        seller: The seller.
        order: The order.
        after: Show the events after this number.
    """
    parts = seller.all_parts_of(order.order_id, limit=PARTS_MAX + 1)
    rows, last = history(seller, order, after=after)
    return {
        "order": order,
        "lines": order.lines[:LINES_MAX],
        "further_lines": max(0, len(order.lines) - LINES_MAX),
        "facts": tuple(facts(order)),
        "why": _why(seller, order),
        "history": rows,
        "later_events": last,
        "parts": [each for each in parts if each.order_id != order.order_id][:PARTS_MAX],
        "has_more_parts": len(parts) > PARTS_MAX,
    }


def _why(seller: Seller, order: Order) -> tuple[str, ...]:
    short = len(order.short_lines)
    if order.wait is not None and short > EXPLAINED_LINES_MAX:
        return (f"{short:,} lines are short: too many to explain each of them here.",)
    zone = timezone.get_current_timezone()
    return in_words(seller.explain(order.order_id), time_zone=zone)


def buttons(seller: Seller, order: Order) -> tuple[Button, ...]:
    """Return a button for each action, possible or not."""
    answers = {answer.action: answer for answer in seller.actions(order.order_id)}
    found = []
    for each in ORDER_ACTIONS:
        own = [answers[action] for action in each.actions]
        is_possible = any(answer.allowed for answer in own)
        found.append(Button(each, "" if is_possible else own[0].reason))
    return tuple(found)


def history(seller: Seller, order: Order, *, after: int) -> tuple[tuple[HistoryRow, ...], int]:
    """Return a page of events, and the number after which the next one begins; 0 if none does."""
    zone = timezone.get_current_timezone()
    page = seller.events(order.order_id, after=after, limit=EVENTS_MAX)
    rows = tuple(HistoryRow(each.at, event_title(each), event_details(each, zone)) for each in page)
    return rows, page.last if len(page) == EVENTS_MAX else 0


def facts(order: Order) -> Iterator[tuple[str, object]]:
    """Yield what is known of an order, with its label. This is where personal data is shown."""
    yield "Seller", order.seller_id
    yield "Warehouse", order.warehouse_id
    yield "Placed", order.placed_at
    for label, value in (
        ("Waits since", customer_waits_since(order)),
        ("Priority", order.priority or None),
        ("Promised by", order.promised_by),
        ("Not before", order.not_before),
        ("Courier", order.courier),
        ("Customer reference", order.customer_reference),
        ("Replaces", order.replaces),
        ("Pinned", "yes" if order.pinned else None),
        ("Personal data erased", order.erased_at),
    ):
        if value is not None:
            yield label, value
    if order.ship_to is not None:
        yield "Ship to", ", ".join(filter(None, attrs.astuple(order.ship_to)))
    for hold in order.holds:
        label = f"Hold: {hold.reason.replace('_', ' ').lower()}"
        if hold.until is not None:
            yield f"{label}, until", hold.until
        yield label, hold.note or "no note"
    yield from order.custom_fields
