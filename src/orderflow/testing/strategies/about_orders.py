"""Draw commands about one order, by what they are to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.chosen_lines import RemoveShortLines, ReplaceProduct
from orderflow.domain.model.commands import (
    AcceptCancellation,
    AllocateOrder,
    BookInStock,
    CancelOrder,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    HoldOrder,
    PickedLine,
    PinOrder,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnUnits,
    SendOrderToWarehouse,
    SplitOrder,
    UnpinOrder,
)
from orderflow.domain.model.edits import RemoveLine, ReplaceLine
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.returns import ReturnReason, ReturnState
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import StockKey
from orderflow.testing.strategies.reallocations import draw_reallocation
from orderflow.testing.strategies.several_warehouses import draw_move
from orderflow.testing.strategies.values import draw_edits, draw_hold, draw_line_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.state.state import State
    from orderflow.testing.strategies.choices import Chooser
    from orderflow.testing.strategies.values import Scope

__all__ = ["draw_about"]


def draw_about(
    chooser: Chooser, action: Action, order: Order, state: State, *, scope: Scope, at: datetime
) -> Command:
    """Draw a command for this action on the order."""
    seller_id, order_id = order.seller_id, order.order_id
    match action:
        case Action.EDIT:
            edits = draw_edits(chooser, order, scope)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=edits)
        case Action.REMOVE_LINE:
            removal = _removal(chooser, order)
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(removal,))
        case Action.REPLACE_LINE:
            replacement = _replacement(chooser, order, chooser.pick(scope.skus))
            return EditOrder(at=at, seller_id=seller_id, order_id=order_id, edits=(replacement,))
        case Action.SEND_STOCK:
            sku = chooser.pick(order.short_lines or order.lines).sku
            key = StockKey(seller_id, order.warehouse_id, sku)
            return BookInStock(at=at, key=key, received=chooser.number(1, scope.quantity_max))
        case Action.SPLIT:
            return _split(chooser, order, state, scope=scope, at=at)
        case Action.MOVE:
            return draw_move(chooser, order, scope, at, _new_id(chooser, state, scope))
        case Action.REALLOCATE:
            return draw_reallocation(chooser, order, state, at)
        case Action.DESPATCH:
            units = chooser.pick((None, _some_units(chooser, order)))
            return DespatchOrder(at=at, seller_id=seller_id, order_id=order_id, units=units)
        case Action.HOLD:
            hold, deallocate = draw_hold(chooser, at), chooser.flag()
            return HoldOrder(
                at=at, seller_id=seller_id, order_id=order_id, hold=hold, deallocate=deallocate
            )
        case Action.RELEASE_HOLD:
            reason = chooser.pick((None, *(hold.reason for hold in order.holds)))
            return ReleaseHold(at=at, seller_id=seller_id, order_id=order_id, reason=reason)
        case Action.REPORT_SHORT_PICK:
            found = (_short_line(chooser, order),)
            return ReportShortPick(at=at, seller_id=seller_id, order_id=order_id, picked=found)
        case Action.RETURN_UNITS:
            return _draw_return(chooser, order, at)
        case _:
            return _SIMPLE[action](at=at, seller_id=seller_id, order_id=order_id)


def _split(
    chooser: Chooser, order: Order, state: State, *, scope: Scope, at: datetime
) -> SplitOrder:
    chooses = order.status is Status.ALLOCATED or chooser.flag()
    return SplitOrder(
        at=at,
        seller_id=order.seller_id,
        order_id=order.order_id,
        units=_some_units(chooser, order) if chooses else None,
        new_order_id=_new_id(chooser, state, scope),
    )


def _new_id(chooser: Chooser, state: State, scope: Scope) -> str | None:
    """Draw the id of a part: one by the policy, one that is free, or one that is taken."""
    ids = scope.order_ids[::-1]
    free = [each for each in ids if state.order(each) is None]
    options: tuple[str | None, ...] = (None, None, *(free or ids[:1]))
    return chooser.pick(options)


def _some_units(chooser: Chooser, order: Order) -> LineUnits:
    """Draw some allocated units of one line or of several, if any line has units."""
    lines = [line for line in order.lines if line.allocated] or list(order.lines)
    several = lines[chooser.number(0, len(lines) - 1) :]
    return tuple((line.line_id, chooser.number(1, max(1, line.allocated))) for line in several)


def _removal(chooser: Chooser, order: Order) -> RemoveLine | RemoveShortLines:
    if order.short_lines and chooser.flag():
        return RemoveShortLines()
    return RemoveLine(draw_line_id(chooser, order))


def _replacement(chooser: Chooser, order: Order, sku: str) -> ReplaceLine | ReplaceProduct:
    others = [line for line in order.lines if line.sku != sku]
    if others and chooser.flag():
        return ReplaceProduct(chooser.pick(others).sku, sku)
    return ReplaceLine(draw_line_id(chooser, order), sku)


def _short_line(chooser: Chooser, order: Order) -> PickedLine:
    """Draw a picked line with fewer units than allocated, if any line has units."""
    line = chooser.pick([line for line in order.lines if line.allocated] or order.lines)
    return PickedLine(line.line_id, chooser.number(0, max(0, line.allocated - 1)))


def _draw_return(chooser: Chooser, order: Order, at: datetime) -> ReturnUnits:
    """Draw a return of everything, or of some units of lines that may have come back already."""
    lines = order.lines[chooser.number(0, len(order.lines) - 1) :]
    some = tuple((line.line_id, chooser.number(1, line.quantity)) for line in lines)
    return ReturnUnits(
        at=at,
        seller_id=order.seller_id,
        order_id=order.order_id,
        state=chooser.pick(tuple(ReturnState)),
        units=chooser.pick((some, some, None)),
        reason=chooser.pick(tuple(ReturnReason)),
    )


_SIMPLE: dict[Action, Callable[..., Command]] = {
    Action.ALLOCATE: AllocateOrder,
    Action.PIN: PinOrder,
    Action.UNPIN: UnpinOrder,
    Action.CANCEL: CancelOrder,
    Action.SEND_TO_WAREHOUSE: SendOrderToWarehouse,
    Action.REQUEST_CANCELLATION: RequestCancellation,
    Action.ACCEPT_CANCELLATION: AcceptCancellation,
    Action.REJECT_CANCELLATION: RejectCancellation,
    Action.DELIVER: DeliverOrder,
}
