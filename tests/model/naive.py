"""A naive model of orderflow, written from `docs/explanation/who-gets-the-stock.md` alone.

It is as plain and as slow as can be: lists, loops, and one unit after another. Of the code that it
is held against, it knows only the types of commands and policies.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from orderflow import AllocationPolicy, HoldReason, Status
from orderflow import Order as PlacedOrder
from orderflow.commands import (
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
    ReturnState,
    ReturnUnits,
    RunDue,
    SendOrderToWarehouse,
    ServeWaiting,
    SplitOrder,
    StartBulk,
    TransferStock,
    UnpinOrder,
    WithdrawReceipt,
)
from orderflow.edits import (
    ChangeGiveUpAfter,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeShortPart,
    RequestedEdit,
)
from tests.model.edits import edited_lines
from tests.model.moving import move
from tests.model.pages import (
    apply_effects_of_time,
    end_page,
    let_wait,
    next_page,
    release,
    review,
    run_due,
)
from tests.model.reallocating import is_undone, reallocate
from tests.model.receipts import announce, book_in, transfer, withdraw
from tests.model.serving import (
    chosen,
    free_id,
    handle_short,
    leaving,
    lose,
    serve,
    split_off,
    take,
)
from tests.model.sourcing import carry_out, plan_all
from tests.model.world import (
    BEFORE_THE_WAREHOUSE,
    ENDED,
    FROZEN,
    Line,
    Order,
    RefusedByModelError,
    World,
)

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.events import LineUnits
    from orderflow.sourcing import SourcingPolicy
    from tests.model.world import ProductKey


class NaiveModel:
    """One seller's orders and stock."""

    def __init__(
        self, policy: AllocationPolicy, start: datetime, orders_max: int | None = None
    ) -> None:
        self.world = World(policy, start, orders_max)

    def handle(self, command: Command) -> None:
        """Carry out a command in pages, or raise `RefusedByModelError` and change nothing.

        If pages have to come before the command, they stay even if it is refused.
        """
        while not self._is_carried_out(command):
            next_page(self.world, command.at)
            self._do_next_pages(command.at)
        self._do_next_pages(command.at)

    def _do_next_pages(self, now: datetime) -> None:
        while self.world.leaves_more():
            next_page(self.world, now)

    def _is_carried_out(self, command: Command) -> bool:
        saved = pickle.dumps(self.world)  # a deep copy takes five times as long
        try:
            is_carried_out = self._carry_out(command)
        except RefusedByModelError:
            self.world = pickle.loads(saved)  # noqa: S301 - written above
            raise
        if not is_carried_out:
            self.world = pickle.loads(saved)  # noqa: S301 - written above
        return is_carried_out

    def _carry_out(self, command: Command) -> bool:
        """Carry out a command, unless the effects of time take more than one page."""
        world = self.world
        world.begin(command.at)
        before = world.all_available()
        is_time_done = apply_effects_of_time(world)
        if is_time_done:
            serve(world, before)
            handle_short(world)
        if isinstance(command, RunDue):
            world.runs_due = True
            if is_time_done:
                run_due(world)
            end_page(world)
            return True
        if world.leaves_more():
            return False
        before = world.all_available()
        world.preempted = []
        self._make_its_own_change(command)
        if world.page is None:
            serve(world, before)
            handle_short(world)
        if isinstance(command, ReallocateUnits) and is_undone(world, command):
            raise RefusedByModelError
        end_page(world)
        return True

    def _make_its_own_change(self, command: Command) -> None:
        match command:
            case PlaceOrder(order=order, sourcing=sourcing, allocate=allocate):
                self._place((order,), sourcing, allocate=allocate)
            case PlaceOrders(orders=orders, sourcing=sourcing, allocate=allocate):
                self._place(orders, sourcing, allocate=allocate)
            case BookInStock():
                book_in(self.world, command)
            case AdjustStock(key=key, change=change):
                product = (key.warehouse_id, key.sku)
                self._correct(product, self.world.on_hand.get(product, 0) + change)
            case CountStock(key=key, counted=counted):
                self._correct((key.warehouse_id, key.sku), counted)
            case LimitBackOrders(key=key, units_max=units_max):
                product = (key.warehouse_id, key.sku)
                self.world.limits.pop(product, None)
                if units_max is not None:
                    ends = (command.begins_at, command.ends_at)
                    self.world.limits[product] = (units_max, *ends)
            case ChangePolicy(policy=policy):
                self._change_policy(policy)
            case AnnounceReceipt(receipt=receipt):
                announce(self.world, receipt)
            case WithdrawReceipt(receipt_id=receipt_id):
                withdraw(self.world, receipt_id)
            case TransferStock():
                transfer(self.world, command)
            case ReallocateUnits():
                reallocate(self.world, command)
            case ErasePersonalData():
                self._erase(command)
            case StartBulk():
                pass
            case ServeWaiting() | RunDue():
                raise NotImplementedError
            case _:
                found = self.world.find(command.order_id)
                if found is None:
                    raise RefusedByModelError
                self._change_order(found, command)

    def _erase(self, command: ErasePersonalData) -> None:
        """Refuse what may not be erased. The model has no personal data but notes."""
        named = [self.world.find(order_id) for order_id in command.order_ids]
        for order in named:
            if order is None:
                raise RefusedByModelError
            if not (order.is_erased or order.status in ENDED or command.include_open):
                raise RefusedByModelError
        for order in self.world.orders:
            is_named = order.order_id in command.order_ids
            if (order.split_from in command.order_ids and not is_named) or (
                is_named and {order.split_from, order.replaces} - {None, *command.order_ids}
            ):
                raise RefusedByModelError
        for order in named:
            if order is not None:
                order.is_erased = True

    def _change_order(self, order: Order, command: OrderCommand) -> None:
        match command:
            case AllocateOrder():
                self._allocate_new(order)
            case EditOrder(edits=changes):
                self._edit(order, changes)
            case HoldOrder():
                self._hold(order, command)
            case ReleaseHold(reason=reason):
                self._release(order, reason)
            case SplitOrder(new_order_id=new_order_id, units=units):
                self._split(order, new_order_id, units)
            case CancelOrder():
                self._cancel(order, *BEFORE_THE_WAREHOUSE)
            case AcceptCancellation():
                self._cancel(order, Status.CANCELLATION_REQUESTED)
            case SendOrderToWarehouse():
                if order.not_before is not None and self.world.now < order.not_before:
                    raise RefusedByModelError
                self._go_on(order, Status.ALLOCATED, Status.SENT_TO_WAREHOUSE)
            case RequestCancellation():
                self._go_on(order, Status.SENT_TO_WAREHOUSE, Status.CANCELLATION_REQUESTED)
            case RejectCancellation():
                self._go_on(order, Status.CANCELLATION_REQUESTED, Status.SENT_TO_WAREHOUSE)
            case DeliverOrder():
                self._go_on(order, Status.DESPATCHED, Status.DELIVERED)
            case DespatchOrder(new_order_id=new_order_id, units=units):
                self._despatch(order, new_order_id, units)
            case ReportShortPick(picked=found):
                self._short_pick(order, {each.line_id: each.units for each in found})
            case ReturnUnits(units=units, state=state):
                self._return(order, units, state)
            case PinOrder() | UnpinOrder():
                self._pin(order, is_to_be=isinstance(command, PinOrder))
            case MoveOrder():
                move(self.world, order, command)

    def _pin(self, order: Order, *, is_to_be: bool) -> None:
        if order.status not in BEFORE_THE_WAREHOUSE or order.pinned is is_to_be:
            raise RefusedByModelError
        order.pinned = is_to_be
        self.world.has_changed(order)

    def _change_policy(self, policy: AllocationPolicy) -> None:
        world = self.world
        if policy == world.own_policy:
            return
        world.policy = world.own_policy = policy
        world.passing, world.passes_count = {}, False
        review(world, None)

    # Stock

    def _correct(self, product: ProductKey, on_hand: int) -> None:
        if on_hand < 0:
            raise RefusedByModelError
        self.world.on_hand[product] = on_hand
        lose(self.world, product)

    # Orders before the warehouse

    def _place(
        self, placed: tuple[PlacedOrder, ...], sourcing: SourcingPolicy | None, *, allocate: bool
    ) -> None:
        orders = [_new_order(each) for each in placed]
        plans = [] if sourcing is None else plan_all(self.world, orders, sourcing)
        for order in orders:
            self._add(order)
        for order, plan in plans:
            orders += carry_out(self.world, order, plan)
        if allocate:
            for order in orders:
                self._allocate_new(order)

    def _add(self, order: Order) -> None:
        if self.world.find(order.order_id):
            raise RefusedByModelError
        if order.replaces is not None:
            replaced = self.world.find(order.replaces)
            if replaced is None or replaced.status is not Status.CANCELLED:
                raise RefusedByModelError
        self.world.orders.append(order)

    def _allocate_new(self, order: Order) -> None:
        self._demand(order, Status.NEW)
        self._let_wait(order)

    def _let_wait(self, order: Order) -> None:
        let_wait(self.world, order)

    def _edit(self, order: Order, changes: tuple[RequestedEdit, ...]) -> None:
        self._demand(order, *BEFORE_THE_WAREHOUSE)
        day_before = order.not_before
        order.lines = edited_lines(order, changes)
        for change in changes:
            match change:
                case ChangePriority(priority):
                    order.priority = priority
                case ChangePromise(promised_by):
                    order.promised_by = promised_by
                case ChangeShortPart(short_part):
                    order.short_part = short_part
                case ChangeGiveUpAfter(give_up_after):
                    order.give_up_after = give_up_after
                    order.reminded = order.given_up = False
                case ChangeNotBefore(not_before):
                    order.not_before = not_before
                case _:
                    pass
        self.world.has_changed(order)
        self.world.became_short.append(order)
        if order.not_before != day_before:
            self._follow_day(order)

    def _follow_day(self, order: Order) -> None:
        self.world.stay_in_queue = [each for each in self.world.stay_in_queue if each != order]
        if self.world.is_far(order):
            order.let_go()
            self.world.has_changed(order)
        elif order.status is Status.POSTPONED:
            self._let_wait(order)

    def _hold(self, order: Order, command: HoldOrder) -> None:
        self._demand(order, *BEFORE_THE_WAREHOUSE)
        if command.hold.until is not None and command.hold.until <= self.world.now:
            raise RefusedByModelError
        order.holds[command.hold.reason] = command.hold.until
        order.status = Status.ON_HOLD
        if command.deallocate:
            order.let_go()
        self.world.has_changed(order)

    def _release(self, order: Order, reason: HoldReason | None) -> None:
        ended = [each for of_order, each in self.world.hold_ended if of_order is order]
        if reason in ended or (reason is None and ended and not order.holds):
            return  # what is asked for has just come about
        self._demand(order, Status.ON_HOLD)
        if reason is not None and reason not in order.holds:
            raise RefusedByModelError
        release(self.world, order, list(order.holds) if reason is None else [reason])

    def _split(self, order: Order, asked_id: str | None, units: LineUnits | None) -> None:
        new_order_id = asked_id or free_id(self.world, order)
        self._demand(order, Status.ON_BACK_ORDER, *((Status.ALLOCATED,) if units else ()))
        take(self.world, order)
        assert units or order.waits()  # or it would be allocated: no stock is idle
        going = chosen(self.world, order, dict(units)) if units else leaving(self.world, order)
        if not going or self.world.find(new_order_id):
            raise RefusedByModelError
        split_off(self.world, order, new_order_id, going)

    def _cancel(self, order: Order, *allowed: Status) -> None:
        self._demand(order, *allowed)
        order.let_go()
        order.holds = {}
        order.status = Status.CANCELLED
        self.world.has_changed(order)

    # Orders at the warehouse

    def _despatch(self, order: Order, asked_id: str | None, units: LineUnits | None) -> None:
        self._demand(order, *FROZEN)
        if units is not None:
            self._split_at_warehouse(order, asked_id or free_id(self.world, order), dict(units))
        for line in order.lines:
            self.world.on_hand[order.product(line)] -= line.allocated
        order.let_go()
        order.status = Status.DESPATCHED
        self.world.has_changed(order)

    def _split_at_warehouse(self, order: Order, order_id: str, left: dict[str, int]) -> None:
        lines = {line.line_id: line for line in order.lines}
        if any(each not in lines or lines[each].allocated < left[each] for each in left):
            raise RefusedByModelError
        staying = [(line, line.allocated - left.get(line.line_id, 0)) for line in order.lines]
        staying = [(line, units) for line, units in staying if units]
        if staying and self.world.find(order_id):
            raise RefusedByModelError
        if staying:
            split_off(self.world, order, order_id, staying, order.status)

    def _short_pick(self, order: Order, found: dict[str, int]) -> None:
        self._demand(order, *FROZEN)
        lines = {line.line_id: line for line in order.lines}
        for line_id, units in found.items():
            if line_id not in lines or units >= lines[line_id].allocated:
                raise RefusedByModelError
        for line_id, units in found.items():
            line = lines[line_id]
            self.world.on_hand[order.product(line)] -= line.allocated - units
            line.allocated = units
        self.world.has_changed(order)
        self.world.became_short.append(order)

    def _return(
        self, order: Order, units: tuple[tuple[str, int], ...] | None, state: ReturnState
    ) -> None:
        self._demand(order, Status.DESPATCHED, Status.DELIVERED)
        out = {line.line_id: line.quantity - line.returned for line in order.lines}
        asked = out if units is None else dict(units)
        if not any(out.values()) or any(n > out.get(line_id, 0) for line_id, n in asked.items()):
            raise RefusedByModelError
        for line in order.lines:
            came_back = asked.get(line.line_id, 0)
            line.returned += came_back
            if state is ReturnState.BACK_IN_STOCK:
                self.world.on_hand[order.product(line)] += came_back
        self.world.has_changed(order)

    def _go_on(self, order: Order, allowed: Status, status: Status) -> None:
        self._demand(order, allowed)
        order.status = status
        self.world.has_changed(order)

    def _demand(self, order: Order, *statuses: Status) -> None:
        if order.status not in statuses:
            raise RefusedByModelError


def _new_order(placed: PlacedOrder) -> Order:
    return Order(
        order_id=placed.order_id,
        warehouse=placed.warehouse_id,
        lines=[
            Line(each.line_id, each.sku, each.quantity, set_id=each.set_id) for each in placed.lines
        ],
        placed_at=placed.placed_at,
        priority=placed.priority,
        promised_by=placed.promised_by,
        short_part=placed.short_part,
        not_before=placed.not_before,
        give_up_after=placed.give_up_after,
        replaces=placed.replaces,
        pinned=placed.pinned,
    )
