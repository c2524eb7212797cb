"""Events and outcomes in words."""

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import frozen

from orderflow import Order, Outcome
from orderflow.edits import AddLine, ChangeQuantity, RemoveLine, ReplaceLine, RequestedEdit
from orderflow.events import (
    Event,
    LineUnits,
    OrderAllocated,
    OrderDeallocated,
    OrderEdited,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderSplit,
    OrderSplitOff,
    subject_of,
)

CHANGES_MAX = 50
"""How many orders a page lists that one command changes. The others are counted."""
PRODUCTS_MAX = 5
"""How many products a sentence names."""


def label(term: Enum) -> str:
    """Write a status or an action for people.

    >>> from orderflow import Status
    >>> label(Status.ON_BACK_ORDER)
    'On back order'
    """
    return str(term.value).replace("_", " ").capitalize()


def count(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> count(1, "unit"), count(1200, "unit")
    ('1 unit', '1,200 units')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@frozen
class Change:
    """An order that a command changes: as it is then, and what happens to it."""

    order: Order
    sentences: tuple[str, ...]


@frozen
class Changes:
    """What a command changes: its own order, if any, and the others."""

    own: Change | None
    others: tuple[Change, ...]
    further: int


def changes_of(outcome: Outcome) -> Changes:
    """Put an outcome into words: the same for a preview and for what was done."""
    events: dict[str, list[Event]] = {}
    for event in outcome.events:
        events.setdefault(subject_of(event), []).append(event)
    own = outcome.order
    others = outcome.other_orders
    return Changes(
        None if own is None else _change(own, events.get(own.order_id, [])),
        tuple(_change(each, events.get(each.order_id, [])) for each in others[:CHANGES_MAX]),
        max(0, len(others) - CHANGES_MAX),
    )


def _change(order: Order, events: list[Event]) -> Change:
    skus = {line.line_id: line.sku for line in order.lines}
    return Change(order, tuple(sentence(event, skus) for event in events))


def sentence(event: Event, skus: Mapping[str, str]) -> str:
    """Write an event, given the products of the lines of its order."""
    match event:
        case OrderAllocated() | OrderPartlyAllocated() | OrderPutOnBackOrder() if event.units:
            return f"Gets {_units(event.units, skus)}"
        case OrderDeallocated():
            return f"Gives back {_units(event.units, skus)}"
        case OrderSplit():
            return f"{_units(event.units, skus)} split off as {event.new_order_id}"
        case OrderSplitOff(order=order):
            products = _listed((line.quantity, line.sku) for line in order.lines)
            return f"New order with {products}, from {order.split_from}"
        case OrderEdited(edits=edits):
            return "; ".join(edit_in_words(edit, skus) for edit in edits)
        case _:
            return words_of(event)


def edit_in_words(edit: RequestedEdit, skus: Mapping[str, str]) -> str:
    """Write one edit of an order."""
    match edit:
        case AddLine(sku, quantity):
            return f"Added: {quantity:,} {sku}"
        case RemoveLine(line_id):
            return f"Removed: {skus.get(line_id, f'line {line_id}')}"
        case ReplaceLine(line_id, sku):
            return f"Line {line_id} is now {sku}"
        case ChangeQuantity(line_id, quantity):
            return f"Quantity of {skus.get(line_id, f'line {line_id}')}: {quantity:,}"
        case _:
            return words_of(edit)


def words_of(thing: object) -> str:
    """Write the name of a class as words.

    >>> words_of(KeyError())
    'Key error'
    """
    return re.sub(r"(?<!^)([A-Z])", r" \1", type(thing).__name__).capitalize()


def _units(units: LineUnits, skus: Mapping[str, str]) -> str:
    return _listed((number, skus.get(line_id, f"of line {line_id}")) for line_id, number in units)


def _listed(products: Iterable[tuple[int, str]]) -> str:
    """Write units of products: the first ones, and how many others there are."""
    texts = [f"{units:,} {sku}" for units, sku in products]
    others = len(texts) - PRODUCTS_MAX
    return ", ".join(texts[:PRODUCTS_MAX]) + (f" and {others:,} more" if others > 0 else "")
