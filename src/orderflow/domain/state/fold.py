"""The fold: how each event changes orders, stock and receipts. State changes nowhere else.

`fold` applies an event to a target that stores orders, stock and receipts: a `State`, or the
`Draft` of a decision.

An order event changes stock in one way only. The allocated units of a record are the sum of the
allocated units of the order lines. So they change by the difference between the order before and
after. Two events also remove units on hand: a despatch removes all units of the order, and a short
pick removes the units that were not found. A return adds units on hand, unless it writes them off.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, assert_never

import attrs

from orderflow.domain.model.back_order_limit import BackOrderLimit
from orderflow.domain.model.edits import apply_edits
from orderflow.domain.model.events import (
    STOCK_EVENTS,
    BackOrdersLimited,
    CancellationAccepted,
    CancellationRejected,
    CancellationRequested,
    HoldReleased,
    OrderAllocated,
    OrderCancelled,
    OrderChange,
    OrderDeallocated,
    OrderDelivered,
    OrderDespatched,
    OrderEdited,
    OrderEvent,
    OrderGivenUp,
    OrderHeld,
    OrderMoved,
    OrderPartlyAllocated,
    OrderPartMoved,
    OrderPassedOver,
    OrderPinned,
    OrderPlaced,
    OrderPostponed,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderRecalled,
    OrderSentToWarehouse,
    OrderShortPicked,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderSplitOff,
    OrderUnpinned,
    OrderWaitedEnough,
    PersonalDataErased,
    PolicyChanged,
    PostponementEnded,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    SellerReminded,
    ShortUnitsCancelled,
    StockAdjusted,
    StockBookedIn,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.domain.model.lifecycle import next_status
from orderflow.domain.model.order import (
    BackOrderWait,
    Order,
    fields_of,
    is_covered,
    order_of,
    units_by_sku,
)
from orderflow.domain.model.personal_data import erased_fields, has_personal_data
from orderflow.domain.model.returns import ReturnState
from orderflow.domain.model.status import Status
from orderflow.domain.state.holds import change_holds
from orderflow.domain.state.line_units import (
    add_returned,
    cancel_units,
    gain_units,
    lose_all_units,
    lose_units,
    remove_units,
)
from orderflow.errors import TransitionError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.events import Event, StockEvent
    from orderflow.domain.model.order import OrderLine
    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.domain.model.stock import ExpectedReceipt, StockKey

__all__ = ["FoldTarget", "StockMove", "allocate_lines", "evolve_order", "evolve_receipt", "fold"]

_HELD, _WAITING, _ALLOCATED = Status.ON_HOLD, Status.ON_BACK_ORDER, Status.ALLOCATED
_AGREES = (_ALLOCATED, _WAITING)


def evolve_order(order: Order | None, event: OrderEvent) -> Order:
    """Return the order after the event.

    Raises:
        TransitionError: If the event cannot happen to the order in its state.
    """
    match event:
        case OrderPlaced() | OrderSplitOff():
            if order is not None:
                raise TransitionError(f"order {order.order_id!r} was placed twice")
            return event.order
        case _ if order is None:
            raise TransitionError(
                f"{type(event).__name__} cannot happen to order {event.order_id!r} "
                f"before it was placed"
            )
        case _:
            return _next(order, event, _changes(order, event))


def allocate_lines(
    order: Order, lines: tuple[OrderLine, ...], at: datetime, *, covered: bool
) -> Order:
    """Return a new or waiting order whose lines have taken stock.

    `evolve_order` makes the same order from an event of allocation. This function is for a caller
    that has already built the lines, as serving has.

    Args:
        order: The order before.
        lines: Its lines with the units that they have taken.
        at: The moment of the allocation.
        covered: Whether no line is short.
    """
    fields = fields_of(order)
    fields["lines"] = lines
    return _order_in(fields, _ALLOCATED if covered else _WAITING, at)


StockMove = tuple[str, int, int]
"""A SKU, the change of its units on hand, and the change of its allocated units."""


class FoldTarget(Protocol):
    """The working copy of a seller's state that `fold` reads and writes."""

    def find(self, order_id: str) -> Order | None:
        """Return the order, if the seller has it."""
        ...

    def find_receipt(self, receipt_id: str) -> ExpectedReceipt | None:
        """Return the expected receipt, if there is one."""
        ...

    def put_order(self, order: Order) -> None:
        """Store an order."""
        ...

    def put_receipt(self, receipt_id: str, receipt: ExpectedReceipt | None) -> None:
        """Store a receipt; `None` if it is closed."""
        ...

    def put_policy(self, policy: AllocationPolicy) -> None:
        """Store the policy that is in force now."""
        ...

    def put_limit(self, key: StockKey, limit: BackOrderLimit | None) -> None:
        """Store the limit of a product's back orders; `None` if it was removed."""
        ...

    def move_stock(self, warehouse_id: str, moves: list[StockMove]) -> None:
        """Change the stock of some products; a product without a record gets one."""
        ...


def fold(event: Event, target: FoldTarget) -> None:
    """Apply an event to the orders, the stock, the receipts and the policy of a seller.

    Raises:
        TransitionError: If the event cannot happen now.
    """
    if isinstance(event, STOCK_EVENTS):
        _fold_stock(event, target)
        return
    if isinstance(event, PolicyChanged):
        target.put_policy(event.policy)
        return
    before = target.find(event.order_id)
    after = evolve_order(before, event)
    target.put_order(after)
    if isinstance(event, UnitsReturned):
        target.move_stock(after.warehouse_id, units_added(after, event))
    elif before is None or before.lines is not after.lines:
        moves = stock_moves(before, after, event)
        if moves:
            target.move_stock(after.warehouse_id, moves)


def stock_moves(before: Order | None, after: Order, event: OrderEvent) -> list[StockMove]:
    """Return the changes of stock by an event, from the order before and after it."""
    allocated: dict[str, int] = {}
    for line in after.lines:
        if line.allocated:
            allocated[line.sku] = allocated.get(line.sku, 0) + line.allocated
    if before is None:
        return [(sku, 0, units) for sku, units in allocated.items()]
    for line in before.lines:
        if line.allocated:
            allocated[line.sku] = allocated.get(line.sku, 0) - line.allocated
    removed = units_removed(before, event)
    return [(sku, -removed.get(sku, 0), units) for sku, units in allocated.items() if units]


def units_removed(before: Order, event: OrderEvent) -> dict[str, int]:
    """Return the units on hand that an event removed, by SKU."""
    removed: dict[str, int] = {}
    match event:
        case OrderDespatched():
            for line in before.lines:
                removed[line.sku] = removed.get(line.sku, 0) + line.allocated
        case OrderShortPicked(units=units):
            return units_by_sku(before, units)
        case _:
            pass
    return removed


def units_added(order: Order, event: UnitsReturned) -> list[StockMove]:
    """Return the changes of stock by a return."""
    if event.state is ReturnState.WRITTEN_OFF:
        return []
    return [(sku, units, 0) for sku, units in units_by_sku(order, event.units).items()]


def evolve_receipt(receipt: ExpectedReceipt, event: StockBookedIn) -> ExpectedReceipt | None:
    """Return the rest of a receipt after stock was booked in against it; `None` if it is closed."""
    return attrs.evolve(receipt, quantity=event.to_come) if event.to_come else None


def _fold_stock(event: StockEvent, target: FoldTarget) -> None:
    match event:
        case StockBookedIn(key=key, received=units) | StockAdjusted(key=key, change=units):
            target.move_stock(key.warehouse_id, [(key.sku, units, 0)])
            if isinstance(event, StockBookedIn) and event.receipt_id is not None:
                receipt = target.find_receipt(event.receipt_id)
                if receipt is None:
                    raise TransitionError(
                        f"stock cannot be booked in against receipt {event.receipt_id!r}, "
                        f"which is not expected"
                    )
                target.put_receipt(event.receipt_id, evolve_receipt(receipt, event))
        case StockTransferred(key=key, units=units):
            target.move_stock(key.warehouse_id, [(key.sku, -units, 0)])
        case TransferWithdrawn(key=key, units=units):
            target.move_stock(key.warehouse_id, [(key.sku, units, 0)])
        case BackOrdersLimited(key=key, units_max=units_max):
            limit = None
            if units_max is not None:
                limit = BackOrderLimit(key, units_max, event.begins_at, event.ends_at)
            target.put_limit(key, limit)
        case ReceiptAnnounced(receipt=receipt):
            target.put_receipt(receipt.receipt_id, receipt)
            target.move_stock(receipt.key.warehouse_id, [(receipt.key.sku, 0, 0)])
        case ReceiptWithdrawn(receipt_id=receipt_id):
            target.put_receipt(receipt_id, None)
        case _:
            assert_never(event)


def _changes(order: Order, event: OrderChange) -> dict[str, Any]:
    """Return the fields that the event changes, except status and version."""
    match event:
        case OrderAllocated() | OrderPartlyAllocated() | OrderPutOnBackOrder():
            return {"lines": gain_units(order.lines, event.units)}
        case OrderReallocated():
            return _reallocated(order, event)
        case (
            OrderPostponed()
            | PostponementEnded()
            | OrderSentToWarehouse()
            | OrderDelivered()
            | CancellationRequested()
            | CancellationRejected()
        ):
            return {}
        case OrderDeallocated() | OrderRecalled() | OrderShortPicked():
            return {"lines": lose_units(order.lines, event.units)}
        case OrderDespatched() | OrderCancelled() | CancellationAccepted():
            return {"lines": lose_all_units(order.lines), "holds": ()}
        case OrderEdited():
            return apply_edits(order, event.edits)
        case OrderSplit() | OrderSplitAtWarehouse():
            return _split(order, remove_units(order.lines, event.units))
        case ShortUnitsCancelled():
            return {"lines": cancel_units(order.lines, event.units)}
        case OrderPartMoved():
            return _split(order, cancel_units(order.lines, event.units))
        case OrderMoved():
            return _moved(order, event)
        case OrderPinned() | OrderUnpinned():
            return {"pinned": isinstance(event, OrderPinned)}
        case OrderPassedOver() | OrderWaitedEnough() | SellerReminded() | OrderGivenUp():
            return {"wait": _wait_after(order.wait or _wait_since(event.at), event)}
        case UnitsReturned():
            return {"returned": add_returned(order, event.units)}
        case OrderHeld() | HoldReleased():
            return change_holds(order, event)
        case PersonalDataErased():
            return erased_fields(order, event.at)
        case _:
            assert_never(event)


def _split(order: Order, rest: tuple[OrderLine, ...]) -> dict[str, Any]:
    return {"lines": rest, "split_count": order.split_count + 1}


def _moved(order: Order, event: OrderMoved) -> dict[str, Any]:
    if order.allocated:
        raise TransitionError(
            f"order {order.order_id!r} cannot be moved with {counted(order.allocated, 'unit')}"
        )
    # Another tuple, because the lines are now of other products: those of another warehouse.
    return {"warehouse_id": event.warehouse_id, "lines": (*order.lines,)}


def _wait_after(
    wait: BackOrderWait, event: OrderPassedOver | OrderWaitedEnough | SellerReminded | OrderGivenUp
) -> BackOrderWait:
    match event:
        case OrderPassedOver():  # by far the most frequent one: `attrs.evolve` takes longer
            marks = (wait.allows_partial, wait.reminded, wait.given_up, wait.served_first)
            return BackOrderWait(wait.since, wait.passed_over + 1, *marks)
        case OrderWaitedEnough():
            return attrs.evolve(wait, allows_partial=True)
        case SellerReminded():
            return attrs.evolve(wait, reminded=True)
        case _:
            return attrs.evolve(wait, given_up=True)


def _reallocated(order: Order, event: OrderReallocated) -> dict[str, Any]:
    """Return the lines, and the wait. An order that is to be repaid waits even if it is on hold."""
    wait = order.wait
    if event.served_first:
        wait = attrs.evolve(wait or _wait_since(event.at), served_first=True)
    return {"lines": gain_units(order.lines, event.units), "wait": wait}


def _next(order: Order, event: OrderChange, changes: dict[str, Any]) -> Order:
    fields = fields_of(order)
    if order.erased_at is not None and has_personal_data(event):
        fields["erased_at"] = None
    fields.update(changes)
    lines = fields["lines"]
    status = next_status(order, type(event), lines, fields["holds"])
    if status in _AGREES and is_covered(lines) is not (status is _ALLOCATED):
        raise TransitionError(
            f"{type(event).__name__} cannot leave order {order.order_id!r} {status}: "
            f"its lines do not agree with this status"
        )
    return _order_in(fields, status, event.at)


def _order_in(fields: dict[str, Any], status: Status, at: datetime) -> Order:
    """Make an order from its fields, with the status that it has from this moment."""
    fields["status"] = status
    fields["version"] += 1
    if status is _WAITING:
        if fields["wait"] is None:
            fields["wait"] = _wait_since(at)
    elif status is not _HELD or is_covered(fields["lines"]):
        fields["wait"] = None
    return order_of(fields)


@lru_cache(maxsize=1)
def _wait_since(at: datetime) -> BackOrderWait:
    """Start a wait. All orders that go on back order at the same moment share one object."""
    return BackOrderWait(at)
