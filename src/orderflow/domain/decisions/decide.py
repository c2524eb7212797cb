"""`decide`: the outcome of a command, or its refusal, which changes nothing.

Every command takes the same steps:

1. Apply the effects of time: release ended holds, end postponements, and allow a part to orders
   that waited enough. Then serve the queues. If that takes more than one page, these pages come
   first.
2. Apply the changes of the command.
3. Serve the queues of the products of which more is available, and the orders left waiting.
4. Cancel or hold the orders that became short, if that is their short part.
5. Split off the units that may leave automatically.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from orderflow.domain.allocation.serving import serve
from orderflow.domain.allocation.serving_state import ServingState
from orderflow.domain.decisions import order_commands, policy_change, stock_commands
from orderflow.domain.decisions.difference import outcome_of
from orderflow.domain.decisions.effects_of_time import let_time_pass
from orderflow.domain.decisions.erasing import erase_personal_data
from orderflow.domain.decisions.moving import move
from orderflow.domain.decisions.pages import serve_page
from orderflow.domain.decisions.reallocating import reallocate, require_kept
from orderflow.domain.decisions.returning import return_units
from orderflow.domain.decisions.run_due import run_due
from orderflow.domain.decisions.short_orders import handle_short_orders
from orderflow.domain.decisions.shortfall import adjust
from orderflow.domain.decisions.splitting import split, split_by_policy
from orderflow.domain.decisions.transferring import transfer
from orderflow.domain.model.arguments import (
    require_command,
    require_number,
    require_policy,
    require_view,
)
from orderflow.domain.model.commands import (
    AcceptCancellation,
    AdjustStock,
    AllocateOrder,
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    ChangePolicy,
    Command,
    CountStock,
    DeliverOrder,
    DespatchOrder,
    EditOrder,
    ErasePersonalData,
    HoldOrder,
    LimitBackOrders,
    MoveOrder,
    OrderCommand,
    PinOrder,
    PlaceOrder,
    PlaceOrders,
    ReallocateUnits,
    RejectCancellation,
    ReleaseHold,
    ReportShortPick,
    RequestCancellation,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    ServeWaiting,
    SplitOrder,
    StartBulk,
    StockChange,
    TransferStock,
    UnpinOrder,
    WithdrawReceipt,
)
from orderflow.domain.model.events import AdjustmentReason
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.state.draft import Draft
from orderflow.errors import InvalidValueError, PagesFirstError, StaleVersionError

if TYPE_CHECKING:
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.state.view import View

    _Change = (
        PlaceOrder
        | PlaceOrders
        | OrderCommand
        | ReallocateUnits
        | ErasePersonalData
        | StockChange
        | ChangePolicy
        | StartBulk
    )

__all__ = ["decide"]

_DEFAULT = AllocationPolicy()


def decide(
    command: Command,
    view: View,
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    orders_max: int | None = None,
) -> Outcome:
    """Return the outcome of a command.

    Args:
        command: The command, of the same seller as the view.
        view: The state of the seller; it is not changed.
        default_policy: Who gets the stock, if the seller has no policy of its own.
        orders_max: Change about this many other orders, 1 or more, and leave the rest to
            `ServeWaiting`: see `Outcome.unserved`. There is no limit under a fair share. Nor is
            there one for the orders that lose units to a count, or to one urgent order.

    Returns:
        The events, and the orders and stock records that they change.

    Raises:
        NotFoundError: If the command names something that the seller does not have.
        PagesFirstError: If `ServeWaiting` has to come first.
        RefusedError: If the command is not possible now for another reason.
        InvalidValueError: If an argument is not valid, or the view is of another seller.
    """
    require_command("decide.command", command)
    require_view("decide.view", view)
    require_policy("decide.default_policy", default_policy)
    if orders_max is not None:
        require_number("decide.orders_max", orders_max, 1, of="orders")
    if command.seller_id != view.seller_id:
        raise InvalidValueError(
            "decide.view", f"of the command's seller, {command.seller_id!r}", view.seller_id
        )
    draft = Draft(view, view.policy or default_policy, command.at)
    serving = ServingState(draft, orders_max)
    match command:
        case ServeWaiting():
            serve_page(serving, command)
        case RunDue():
            let_time_pass(serving)
            run_due(serving)
            split_by_policy(serving)
        case _:
            _carry_out(serving, command)
    return outcome_of(serving, getattr(command, "order_id", None))


def _carry_out(serving: ServingState, command: _Change) -> None:
    """Apply the effects of time and the changes of the command, and serve the queues."""
    draft = serving.draft
    if not let_time_pass(serving):
        order = next(iter(draft.orders.values()))
        raise PagesFirstError(draft.seller_id, ((order.warehouse_id, order.lines[0].sku),))
    _execute(serving, command)
    if not serving.is_continued:
        serve(serving)
    handle_short_orders(serving)
    if isinstance(command, ReallocateUnits):
        require_kept(draft, command)
    if draft.new_policy is None or not serving.leaves_more:
        split_by_policy(serving)


def _execute(serving: ServingState, command: _Change) -> None:
    draft = serving.draft
    match command:
        case PlaceOrder() | PlaceOrders():
            order_commands.place(serving, command)
        case BookInStock():
            stock_commands.book_in(draft, command)
        case AnnounceReceipt():
            stock_commands.announce(draft, command)
        case WithdrawReceipt():
            stock_commands.withdraw(draft, command)
        case AdjustStock(key=key, change=change, reason=reason, note=note):
            adjust(draft, key, change, reason, note)
        case CountStock(key=key, counted=counted, note=note):
            shelf = draft.shelves[key.warehouse_id]
            change = counted - shelf.on_hand(key.sku)
            adjust(draft, key, change, AdjustmentReason.COUNT, note)
        case TransferStock():
            transfer(draft, command)
        case ChangePolicy(policy=policy):
            policy_change.change(serving, policy)
        case ReallocateUnits():
            reallocate(serving, command)
        case ErasePersonalData():
            erase_personal_data(draft, command)
        case LimitBackOrders():
            stock_commands.limit_back_orders(draft, command)
        case StartBulk():
            pass  # that it is saved is all that it does
        case _:
            _change_order(serving, command)


def _change_order(serving: ServingState, command: OrderCommand) -> None:
    draft = serving.draft
    order = draft.order(command.order_id)
    if command.expected_version is not None:
        _check_version(draft, command.order_id, command.expected_version)
    match command:
        case AllocateOrder():
            order_commands.allocate(serving, order)
        case HoldOrder():
            order_commands.hold(draft, order, command)
        case ReleaseHold():
            order_commands.release(draft, order, command)
        case EditOrder():
            order_commands.edit(draft, order, command)
        case SplitOrder():
            split(draft, order, command)
        case MoveOrder():
            move(draft, order, command)
        case PinOrder() | UnpinOrder():
            order_commands.pin(draft, order, command)
        case CancelOrder():
            order_commands.cancel(draft, order, command)
        case SendOrderToWarehouse():
            order_commands.send(draft, order)
        case RequestCancellation():
            order_commands.request_cancellation(draft, order, command)
        case AcceptCancellation():
            order_commands.accept_cancellation(draft, order)
        case RejectCancellation():
            order_commands.reject_cancellation(draft, order, command)
        case ReportShortPick():
            order_commands.report_short_pick(draft, order, command)
        case DespatchOrder():
            order_commands.despatch(draft, order, command)
        case DeliverOrder():
            order_commands.deliver(draft, order)
        case ReturnUnits():
            return_units(draft, order, command)
        case _:
            assert_never(command)


def _check_version(draft: Draft, order_id: str, expected: int) -> None:
    """Compare with the stored version: the caller cannot know that a hold has just ended."""
    stored = draft.view.order(order_id)
    if stored is not None and expected != stored.version:
        raise StaleVersionError(order_id, expected, stored.version)
