"""Events in words for people."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from orderflow.domain.model.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    Edit,
    RemoveLine,
    ReplaceLine,
)
from orderflow.domain.model.events import (
    BackOrdersLimited,
    CancellationRejected,
    CancellationRequested,
    Event,
    HoldReleased,
    OrderAllocated,
    OrderCancelled,
    OrderDeallocated,
    OrderEdited,
    OrderGivenUp,
    OrderHeld,
    OrderMoved,
    OrderPartlyAllocated,
    OrderPartMoved,
    OrderPlaced,
    OrderPutOnBackOrder,
    OrderReallocated,
    OrderRecalled,
    OrderShortPicked,
    OrderSplit,
    OrderSplitAtWarehouse,
    OrderSplitOff,
    OrderWaitedEnough,
    PostponementEnded,
    ReceiptAnnounced,
    ReceiptWithdrawn,
    SellerReminded,
    ShortUnitsCancelled,
    StockAdjusted,
    StockBookedIn,
    StockEvent,
    StockTransferred,
    TransferWithdrawn,
    UnitsReturned,
)
from orderflow.wording.moments import duration, moment_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, tzinfo

    from orderflow.domain.model.order import Order

__all__ = ["event_details"]


EffectOfTime = HoldReleased | PostponementEnded | OrderWaitedEnough | SellerReminded | OrderGivenUp
"""An event that only time brings about, or nearly."""


def event_details(event: Event, zone: tzinfo = UTC) -> str:
    """Return the details of an event in a few words. A change of the policy has none."""
    if isinstance(event, EffectOfTime):
        return ", ".join([*_effect_of_time(event, zone), *_due(event.due_at, zone)])
    if isinstance(event, StockEvent):
        return _stock(event, zone)
    match event:
        case OrderPlaced(order=order) | OrderSplitOff(order=order):
            return _wanted(order)
        case OrderDeallocated() | ShortUnitsCancelled():
            return f"{_units(event.units)}: {_lower(event.reason)}"
        case UnitsReturned():
            why = f": {event.note}" if event.note else ""
            return f"{_units(event.units)}: {_lower(event.state)}, {_lower(event.reason)}{why}"
        case (
            OrderAllocated(units=units)
            | OrderPutOnBackOrder(units=units)
            | OrderPartlyAllocated(units=units)
            | OrderShortPicked(units=units)
            | OrderRecalled(units=units)
        ):
            return _units(units)
        case OrderReallocated():
            return _reallocated(event)
        case OrderEdited(edits=edits):
            return ", ".join(_edit(edit, zone) for edit in edits)
        case OrderHeld(hold=hold):
            until = "" if hold.until is None else f" until {moment_text(hold.until, zone)}"
            return f"{_lower(hold.reason)}{until}"
        case OrderSplit() | OrderSplitAtWarehouse():
            return f"{_units(event.units)} to {event.new_order_id}"
        case OrderPartMoved():
            return f"{_units(event.units)} to {event.new_order_id} in {event.warehouse_id}"
        case OrderMoved():
            return f"to {event.warehouse_id}"
        case OrderCancelled() | CancellationRequested() | CancellationRejected():
            return event.reason
        case _:
            return ""


def _stock(event: StockEvent, zone: tzinfo) -> str:
    match event:
        case BackOrdersLimited():
            return _limit(event, zone)
        case StockBookedIn():
            return ", ".join(_arrival(event))
        case StockAdjusted():
            note = f": {event.note}" if event.note else ""
            return f"{event.change:+} ({_lower(event.reason)}){note}"
        case StockTransferred():
            way = f"from {event.key.warehouse_id} to {event.to_warehouse_id}"
            return f"{event.units} {way}, receipt {event.receipt_id}"
        case TransferWithdrawn():
            return f"{event.units} back in {event.key.warehouse_id}, receipt {event.receipt_id}"
        case ReceiptAnnounced(receipt=receipt):
            at = moment_text(receipt.expected_at, zone)
            return (
                f"{receipt.quantity} {receipt.key.sku}{_origin(receipt.from_warehouse_id)} at {at}"
            )
        case ReceiptWithdrawn():
            return ""


def _limit(event: BackOrdersLimited, zone: tzinfo) -> str:
    if event.units_max is None:
        return "no limit of back orders"
    begins, ends = event.begins_at, event.ends_at
    since = f" from {moment_text(begins, zone)}" if begins is not None else ""
    until = f" until {moment_text(ends, zone)}" if ends is not None else ""
    return f"at most {event.units_max} on back order{since}{until}"


def _arrival(event: StockBookedIn) -> Iterator[str]:
    expected = event.expected or 0
    of = f" of {expected}" if event.received < expected else ""
    yield f"{event.received}{of} received"
    if event.rejected:
        yield f"{event.rejected} rejected"
    if event.short:
        yield f"{event.short} short"
    if event.over:
        yield f"{event.over} over"
    if event.more_to_come:
        yield f"{event.to_come} still to come" if event.to_come else "all has come"
    if event.receipt_id is not None:
        yield f"receipt {event.receipt_id}{_origin(event.from_warehouse_id)}"


def _origin(warehouse_id: str | None) -> str:
    return "" if warehouse_id is None else f" from {warehouse_id}"


def _effect_of_time(event: EffectOfTime, zone: tzinfo) -> Iterator[str]:
    match event:
        case HoldReleased(reasons=reasons):
            yield from map(_lower, reasons)
        case SellerReminded(gives_up_at=gives_up_at):
            yield f"given up at {moment_text(gives_up_at, zone)}"
        case OrderGivenUp(how=how):
            yield _lower(how)
        case _:
            pass


def _due(due_at: datetime | None, zone: tzinfo) -> Iterator[str]:
    if due_at is not None:
        yield f"due at {moment_text(due_at, zone)}"


def _wanted(order: Order) -> str:
    lines = ", ".join(f"{line.quantity} {line.sku}" for line in order.lines)
    return lines if order.replaces is None else f"{lines} in place of {order.replaces}"


def _reallocated(event: OrderReallocated) -> str:
    gives = event.units[0][1] < 0
    units = _units([(line_id, abs(change)) for line_id, change in event.units])
    others = ", ".join(event.others) or "the available ones"
    plan = "" if event.plan_id is None else f", plan {event.plan_id}"
    way = "to" if gives else "from"
    return f"{units} {way} {others}, by {event.by}{plan}: {event.note}"


def _units(units: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number} of line {line_id}" for line_id, number in units) or "nothing"


def _edit(edit: Edit, zone: tzinfo) -> str:
    match edit:
        case AddLine(sku=sku, quantity=quantity, set_id=set_id):
            return f"add {quantity} {sku}" + ("" if set_id is None else f" to set {set_id}")
        case RemoveLine(line_id=line_id):
            return f"remove line {line_id}"
        case ReplaceLine(line_id=line_id, sku=sku):
            return f"replace line {line_id} by {sku}"
        case ChangeQuantity(line_id=line_id, quantity=quantity):
            return f"{quantity} on line {line_id}"
        case ChangeCourier(courier=courier):
            return f"courier {courier or 'of the warehouse'}"
        case ChangeShipTo():
            return "another address"
        case ChangeCustomerReference(customer_reference=reference):
            return "no customer reference" if reference is None else f"reference {reference}"
        case ChangeCustomField(name=name, text=text):
            return f"no {name}" if text is None else f"{name}: {text}"
        case ChangePriority(priority=priority):
            return f"priority {priority}"
        case ChangeShortPart(short_part=short_part):
            return f"short part {_lower(short_part or 'of the policy')}"
        case ChangePromise(promised_by=promised_by):
            if promised_by is None:
                return "no promise"
            return f"promised by {moment_text(promised_by, zone)}"
        case ChangeGiveUpAfter(give_up_after=after):
            if after is None:
                return "given up as the policy says"
            return f"given up after {duration(after.total_seconds())} on back order"
        case ChangeNotBefore(not_before=not_before):
            if not_before is None:
                return "at any time"
            return f"not before {moment_text(not_before, zone)}"


def _lower(word: str) -> str:
    return word.replace("_", " ").lower()
