"""Reallocations: units of some orders are given to others, outside the queue.

All that is given is taken, in the same step. So no giver can get it back when the queues are
served, and no unit is left idle. What the givers wait for then, and which of their other units they
may keep, is decided as for any order.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import require_identifier, require_number, require_order
from orderflow.domain.model.commands import Reallocation
from orderflow.domain.model.events import DeallocationReason, OrderDeallocated, OrderReallocated
from orderflow.domain.model.lifecycle import Action, require_action
from orderflow.domain.model.policy import Rationing, allows_partial
from orderflow.domain.model.status import Status
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import ReallocationRefusedError, StaleVersionError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.commands import ReallocateUnits
    from orderflow.domain.model.event_fields import LineChanges
    from orderflow.domain.model.events import Event
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft

    _Parties = dict[ProductKey, list[tuple[str, int]]]
    """The orders that give, or those that take, and their units, by product."""

__all__ = ["reallocate", "reallocation_of_product", "require_kept", "require_units_to_give"]

OTHERS_MAX = 10
_GIVES, _TAKES = -1, 1


def reallocate(serving: ServingState, command: ReallocateUnits) -> None:
    """Let units change hands: first all are given, then all are taken.

    Raises:
        ReallocationRefusedError: If the units do not fit.
        StaleVersionError: If an order has another version.
    """
    draft, changes = serving.draft, command.changes
    if command.repay and draft.policy.rationing is Rationing.FAIR_SHARE:
        raise ReallocationRefusedError(
            "under a fair share, no order is served first, so none can be repaid; omit repay"
        )
    draft.view.prefetch([each.order_id for each in changes])
    orders = [_order(draft, each) for each in changes]
    given: _Parties = {}
    taken: _Parties = {}
    for order, change in zip(orders, changes, strict=True):
        _check_order(draft, order, change)
        for line_id, units in change.units:
            product = (order.warehouse_id, order.line(line_id).sku)
            of_product = (given if units < 0 else taken).setdefault(product, [])
            of_product.append((order.order_id, abs(units)))
    _check_products(draft, given, taken)
    others = _others(given, taken)
    for sign in (_GIVES, _TAKES):
        for order, change in zip(orders, changes, strict=True):
            units_of_lines = _in_line_order(order, change, sign)
            if units_of_lines:
                named = tuple(others.get((order.order_id, sign), ()))
                why = (command.by, command.note, command.plan_id)
                first = command.repay and sign is _GIVES
                event = OrderReallocated(*draft.name(order), units_of_lines, named, *why, first)
                draft.emit(event)
                if sign is _TAKES:
                    serving.record_taker(order, units_of_lines)


def reallocation_of_product(order: Order, sku: str, change: int) -> Reallocation:
    """Return what an order gives or takes of a product, from its first line with it on.

    >>> from datetime import UTC, datetime
    >>> from orderflow import Order, OrderLine
    >>> lines = (OrderLine("1", "MUG", 2), OrderLine("2", "MUG", 3))
    >>> order = Order(order_id="A", seller_id="acme", warehouse_id="leeds", lines=lines,
    ...               placed_at=datetime(2026, 3, 2, tzinfo=UTC))
    >>> reallocation_of_product(order, "MUG", 4).units
    (('1', 2), ('2', 2))

    Args:
        order: The order.
        sku: The product.
        change: The units: below 0 to give, above 0 to take.

    Raises:
        ReallocationRefusedError: If the order has fewer units of it, or is short of fewer.
        InvalidValueError: If an argument is not valid.
    """
    require_order("reallocation_of_product.order", order)
    require_identifier("reallocation_of_product.sku", sku)
    require_number("reallocation_of_product.change", change, -UNITS_MAX, of="units")
    left, units = abs(change), []
    for line in order.lines_of(sku):
        part = min(left, line.short if change > 0 else line.allocated)
        if part:
            units.append((line.line_id, part if change > 0 else -part))
            left -= part
    if left or not units:
        has = order.allocated_of(sku) if change < 0 else order.short_of(sku)
        verb, state = ("give", "has") if change < 0 else ("take", "is short of")
        raise ReallocationRefusedError(
            f"order {order.order_id!r} cannot {verb} {counted(abs(change), 'unit')} of {sku!r}: "
            f"it {state} {has}; name at most these",
            order_id=order.order_id,
            sku=sku,
        )
    return Reallocation(order.order_id, order.version, tuple(units))


def require_kept(draft: Draft, command: ReallocateUnits) -> None:
    """Refuse a reallocation whose units an urgent order would take from their new order at once.

    Raises:
        ReallocationRefusedError: If one would.
    """
    took = {each.order_id for each in command.changes if each.taken}
    for event in takewhile(_is_after_reallocation, reversed(draft.events)):
        if (
            isinstance(event, OrderDeallocated)
            and event.reason is DeallocationReason.PREEMPTED
            and event.order_id in took
        ):
            raise ReallocationRefusedError(
                f"an urgent order would preempt the units of order {event.order_id!r} at once; "
                f"name an order before the urgent one, or pin this one",
                order_id=event.order_id,
            )


def _is_after_reallocation(event: Event) -> bool:
    return not isinstance(event, OrderReallocated)


def require_units_to_give(order: Order) -> None:
    """Refuse to reallocate units of an order that can neither give nor take any.

    Raises:
        ReallocationRefusedError: If that is so.
    """
    if order.status is Status.ON_BACK_ORDER:
        return
    if order.pinned:
        raise _refusal(order, "is pinned and gives no units; unpin it first")
    if not order.allocated:
        raise _refusal(order, "is on hold and has no units to give; release it first")


def _order(draft: Draft, change: Reallocation) -> Order:
    """Return an order as it is now, if its stored version is the one of the change."""
    order = draft.order(change.order_id)
    stored = draft.view.order(change.order_id)
    version = order.version if stored is None else stored.version
    if change.version not in (None, version):
        raise StaleVersionError(change.order_id, change.version or 0, version)
    return order


def _check_order(draft: Draft, order: Order, change: Reallocation) -> None:
    """Refuse what an order cannot give, or may not take."""
    require_action(order.order_id, order.status, Action.REALLOCATE)
    signs: dict[str, bool] = {}
    for line_id, units in change.units:
        line = order.line(line_id)
        most = line.allocated if units < 0 else line.short
        verb, state = ("give", "has") if units < 0 else ("take", "is short of")
        if abs(units) > most:
            raise _refusal(
                order,
                f"cannot {verb} {counted(abs(units), 'unit')} of {line.sku!r} on line "
                f"{line_id!r}, which {state} {most}; name at most these",
            )
        if units < 0 and order.pinned:
            raise _refusal(order, "is pinned and gives no units; unpin it first")
        if signs.setdefault(line.sku, units < 0) is not (units < 0):
            raise _refusal(order, f"cannot give and take {line.sku!r}; name one of them")
    if not change.taken:
        return
    if order.status is not Status.ON_BACK_ORDER:
        raise _refusal(
            order,
            f"is {order.status} and can only give units; "
            f"an order takes some while it is {Status.ON_BACK_ORDER}",
        )
    left = order.short - change.taken + change.given
    if left and not allows_partial(order, draft.policy):
        raise _refusal(
            order,
            f"may not be allocated a part, and would still be short of {counted(left, 'unit')}; "
            f"give it all {order.short} that it is short of",
        )


def _check_products(draft: Draft, given: _Parties, taken: _Parties) -> None:
    """Refuse to take more of a product than there is, or less than is given."""
    for warehouse_id in dict.fromkeys([warehouse_id for warehouse_id, _ in {**given, **taken}]):
        products = {**given, **taken}
        draft.shelves[warehouse_id].load([sku for each, sku in products if each == warehouse_id])
    for product in {**given, **taken}:
        gives, takes = (sum(n for _, n in each.get(product, ())) for each in (given, taken))
        available = max(0, draft.available(product))
        warehouse_id, sku = product
        of_product = f"of {sku!r} in {warehouse_id!r}, {gives} given and {takes} taken"
        if takes > gives + available:
            raise ReallocationRefusedError(
                f"{of_product}, but only {available} available; "
                f"take at most {gives + available}, or let other orders give units",
                sku=sku,
            )
        if gives > takes:
            raise ReallocationRefusedError(
                f"{of_product}; give at most what is taken, or let other orders take the rest",
                sku=sku,
            )


def _others(given: _Parties, taken: _Parties) -> dict[tuple[str, int], dict[str, None]]:
    """Pair those who give with those who take, the first with the first.

    Returns:
        The first partners of each order as one that gives or that takes.
    """
    others: dict[tuple[str, int], dict[str, None]] = {}
    for product, giving in given.items():
        for giver, taker in _paired(giving, taken[product]):
            for key, partner in (((giver, _GIVES), taker), ((taker, _TAKES), giver)):
                named = others.setdefault(key, {})
                if len(named) < OTHERS_MAX:
                    named[partner] = None
    return others


def _paired(
    giving: list[tuple[str, int]], taking: list[tuple[str, int]]
) -> Iterator[tuple[str, str]]:
    """Yield pairs of orders between which units of a product pass, of which all are taken."""
    queue = iter(taking)
    taker, wanted = next(queue)
    for giver, units in giving:
        left = units
        while left:
            if not wanted:
                taker, wanted = next(queue)
            yield giver, taker
            part = min(left, wanted)
            left, wanted = left - part, wanted - part


def _in_line_order(order: Order, change: Reallocation, sign: int) -> LineChanges:
    """Return what an order gives or takes, in the order of its lines."""
    units = {line_id: each for line_id, each in change.units if each * sign > 0}
    if len(units) < 2:  # noqa: PLR2004 - nothing to sort
        return tuple(units.items())
    return tuple(
        [(each.line_id, units[each.line_id]) for each in order.lines if each.line_id in units]
    )


def _refusal(order: Order, what: str) -> ReallocationRefusedError:
    reason = f"order {order.order_id!r} {what}"
    return ReallocationRefusedError(reason, order_id=order.order_id)
