"""What a command changes, in words: the same for a preview and for what was done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
from django.utils import timezone

from orderflow.domain.model.events import subject_of
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.stock import Stock
from orderflow.wording.event_details import event_details

if TYPE_CHECKING:
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.outcome import Outcome

__all__ = ["Changes", "LineChange", "OrderChange", "changes_of", "event_text", "event_title"]

OTHERS_MAX = 50
"""How many other orders a page lists. The rest are counted."""
LINES_MAX = 200
STOCK_MAX = 20


@attrs.frozen
class OrderChange:
    """An order that changes: as it is then, and what happens to it."""

    order: Order
    sentences: tuple[str, ...]


@attrs.frozen
class LineChange:
    """A line before and after. One of them may be missing."""

    before: OrderLine | None
    after: OrderLine | None

    @property
    def line_id(self) -> str:
        """The line."""
        line = self.after or self.before
        return "" if line is None else line.line_id


@attrs.frozen
class Changes:
    """What a command changes.

    Attributes:
        own: The order of the command, if it changes.
        lines: Its lines, before and after.
        further_lines: How many lines are not in `lines`.
        others: The other orders.
        further: How many other orders are not in `others`.
        stock: The first stock records that change, as they are then.
        further_stock: How many of them are not in `stock`.
    """

    own: OrderChange | None
    lines: tuple[LineChange, ...]
    further_lines: int
    others: tuple[OrderChange, ...]
    further: int
    stock: tuple[Stock, ...]
    further_stock: int

    def summary(self) -> str:
        """Return one sentence for each order, for a message."""
        changed = [] if self.own is None else [self.own]
        texts = [
            f"Order {each.order.order_id}: {'; '.join(each.sentences)}"
            for each in (*changed, *self.others)
        ]
        if self.further:
            texts.append(f"{self.further:,} more orders have changed")
        return ". ".join(texts) + "." if texts else "Nothing had to change."


def changes_of(outcome: Outcome, before: Order) -> Changes:
    """Put an outcome into words, given its order as it was before."""
    events: dict[str, list[Event]] = {}
    for event in outcome.events:
        events.setdefault(subject_of(event), []).append(event)

    def change(order: Order) -> OrderChange:
        return OrderChange(order, tuple(map(event_text, events.get(order.order_id, ()))))

    own, others = outcome.order, outcome.other_orders
    lines = _line_changes(before, before if own is None else own)
    return Changes(
        own=None if own is None else change(own),
        lines=lines[:LINES_MAX],
        further_lines=max(0, len(lines) - LINES_MAX),
        others=tuple(map(change, others[:OTHERS_MAX])),
        further=max(0, len(others) - OTHERS_MAX),
        stock=outcome.stock[:STOCK_MAX],
        further_stock=max(0, len(outcome.stock) - STOCK_MAX),
    )


def _line_changes(before: Order, after: Order) -> tuple[LineChange, ...]:
    old = {line.line_id: line for line in before.lines}
    new = {line.line_id: line for line in after.lines}
    return tuple(LineChange(old.get(each), new.get(each)) for each in {**old, **new})


def event_text(event: Event) -> str:
    """Write an event with its details."""
    details = event_details(event, timezone.get_current_timezone())
    return f"{event_title(event)} ({details})" if details else event_title(event)


def event_title(event: Event) -> str:
    """Write the kind of an event, such as "Put on back order"."""
    words = re.sub(r"(?<!^)([A-Z])", r" \1", type(event).__name__)
    return words.removeprefix("Order ").capitalize()
