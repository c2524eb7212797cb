"""The life of one order on back order, as it happens in a run.

The tour observes the run. It picks the first order on back order that makes a good example, and
records everything that happens to it. It also plays the seller: it asks for the allowed actions,
replaces a short product, and splits the order. Then it places an order that waits for its day,
sends a part of another, and opens a second warehouse.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderflow.cli.commands.demo_step import Step, short_units
from orderflow.cli.commands.second_warehouse import SecondWarehouse
from orderflow.domain.model.commands import (
    DespatchOrder,
    EditOrder,
    PlaceOrder,
    SendOrderToWarehouse,
    SplitOrder,
)
from orderflow.domain.model.edits import ReplaceLine
from orderflow.domain.model.events import (
    Event,
    OrderCancelled,
    OrderDespatched,
    OrderEdited,
    OrderSplit,
    StockBookedIn,
)
from orderflow.domain.model.order import Order, OrderLine
from orderflow.domain.model.status import Status
from orderflow.errors.quoting import counted
from orderflow.replay import SELLER
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.outcome import Outcome
    from orderflow.replay import Replay

__all__ = ["DemoTour"]

LINES_MIN, LINES_MAX = 4, 7
"""Enough lines to split the order, and few enough to show."""
THINKS_FOR = timedelta(minutes=20)
"""How long the seller takes to react to a message."""
WAITS_FOR = timedelta(days=7)
"""How long the order waits that must not leave before a day."""


class DemoTour:
    """Follows one order from the moment it is placed until it leaves.

    Attributes:
        steps: What happened so far.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._ids: list[str] = []
        self._acted = False

    def observe(self, _command: Command, outcome: Outcome) -> None:
        """Record the outcome of a command."""
        if not self._ids:
            self._begin(outcome)
            return
        for event in outcome.events:
            self._follow(event, outcome)

    def act(self, run: Replay) -> None:
        """Act as the seller, once it has had time to react to the message."""
        if self._acted or not self._ids or run.now is None:
            return
        if run.now >= self.steps[0].at + THINKS_FOR:
            self._acted = True
            self._ask(run, run.now)
            self._replace(run, run.now)
            self._split(run, run.now)
            self._place_for_a_day(run, run.now)
            self._send_part(run, run.now)
            self.steps += SecondWarehouse(run, run.now).steps(self._ids)

    def _begin(self, outcome: Outcome) -> None:
        order = outcome.order
        if (
            order is None
            or order.order_id not in outcome.back_orders_opened
            or not _is_good_example(order)
        ):
            return
        self._ids.append(order.order_id)
        at = order.placed_at
        self.steps.append(
            Step(
                at,
                "An order is placed",
                f"Order {order.order_id}: {counted(len(order.lines), 'line')}, "
                f"{counted(order.units, 'unit')}. "
                f"The stock does not cover all of it. The order is allocated what is available, "
                f"and goes on back order.",
                order,
            )
        )
        self.steps.append(
            Step(
                at,
                "The seller is notified",
                f'"{order.order_id} is on back order: short of {short_units(order.short_lines)}."',
            )
        )

    def _ask(self, run: Replay, at: datetime) -> None:
        answers = run.session.flow.seller(SELLER).actions(self._ids[0], at=at)
        text = "The portal shows a button for each action that is allowed:"
        self.steps.append(Step(at, "The seller asks what is possible", text, answers=answers))

    def _replace(self, run: Replay, at: datetime) -> None:
        """Replace the last short line, unless it is the only one, with a product in stock."""
        order = run.session.order(self._ids[0])
        line = order.lines[-1] if not order.short_lines else order.short_lines[-1]
        sku = _in_stock(run, order, line)
        if len(order.short_lines) > 1 and sku is not None:
            change = ReplaceLine(line.line_id, sku, reason="out of stock")
            run.session.replenishment.add_demand(line.sku, -line.quantity, at)
            run.session.replenishment.add_demand(sku, line.quantity, at)
            run.session.handle(
                EditOrder(seller_id=SELLER, order_id=order.order_id, at=at, edits=(change,))
            )

    def _split(self, run: Replay, at: datetime) -> None:
        order = run.session.order(self._ids[0])
        if order.status is Status.ON_BACK_ORDER and order.allocated:
            run.session.handle(SplitOrder(seller_id=SELLER, order_id=order.order_id, at=at))

    def _place_for_a_day(self, run: Replay, at: datetime) -> None:
        """Place an order that must not leave before a day."""
        sold = (each for each in run.session.flow.seller(SELLER).stock() if each.available)
        stock = next(sold, None)
        if stock is None:
            return
        order = Order(
            order_id=f"{self._ids[0]}-LATER",
            seller_id=SELLER,
            warehouse_id=stock.key.warehouse_id,
            lines=(OrderLine("1", stock.key.sku, 1),),
            placed_at=at,
            not_before=at + WAITS_FOR,
        )
        self._ids.append(order.order_id)
        run.session.handle(PlaceOrder(order=order, at=at))
        run.session.replenishment.add_demand(stock.key.sku, 1, at)
        text = (
            f"{order.order_id} must not leave before {order.not_before:%d %B}. Its stock is "
            f"allocated, but it cannot be sent to the warehouse until then."
        )
        self.steps.append(Step(at, "An order waits for its day", text))

    def _send_part(self, run: Replay, at: datetime) -> None:
        """Despatch all but one unit of a small allocated order."""
        allocated = run.session.flow.seller(SELLER).orders(Status.ALLOCATED)
        fitting = (each for each in allocated if each.lines[-1].quantity > 1)
        order = min(fitting, key=lambda each: (each.units, each.order_id), default=None)
        if order is None:
            return
        about: dict[str, Any] = {"seller_id": SELLER, "order_id": order.order_id, "at": at}
        *others, last = [(line.line_id, line.quantity) for line in order.lines]
        left = (*others, (last[0], last[1] - 1))
        run.session.handle(SendOrderToWarehouse(**about))
        outcome = run.session.handle(DespatchOrder(units=left, **about))
        (rest,) = outcome.other_orders
        text = (
            f"The lorry is full: {counted(order.units - 1, 'unit')} of {order.order_id} leave. "
            f"{rest.order_id} is the rest, {counted(rest.units, 'unit')}, still at the warehouse."
        )
        self.steps.append(Step(at, "A part of another order leaves", text))

    def _follow(self, event: Event, outcome: Outcome) -> None:
        order_id = self._ids[0]
        orders = {order.order_id: order for order in outcome.orders}
        match event:
            case OrderEdited(order_id=edited, edits=(ReplaceLine(sku=sku),)) if edited == order_id:
                self._add_step(
                    event,
                    "A short product is replaced",
                    f"One edit replaces it with {sku}, which is in stock. "
                    f"Its queue position stays the same, and the order is allocated again.",
                    orders[order_id],
                )
            case OrderSplit(order_id=split, new_order_id=new_id) if split == order_id:
                self._ids.append(new_id)
                self._add_step(
                    event,
                    "The order is split",
                    f"{new_id} takes the {counted(orders[new_id].units, 'allocated unit')} and can "
                    f"leave today. {order_id} waits for "
                    f"{short_units(orders[order_id].short_lines)}.",
                )
            case StockBookedIn(received=received, key=key, from_warehouse_id=str()):
                text = f"{received} {key.sku} are booked in at {key.warehouse_id}; none is missing."
                self._add_step(event, "The transfer arrives", text)
            case StockBookedIn(received=received, key=key) if order_id in orders:
                self._add_booked_in(event, f"{received} {key.sku}", outcome)
            case OrderDespatched(order_id=left) if left in self._ids:
                self._add_despatched(event, orders[left])
            case OrderCancelled(order_id=cancelled) if cancelled in self._ids:
                self._add_step(event, "Cancelled", f"The customer cancels {cancelled}.")
            case _:
                pass

    def _add_despatched(self, event: OrderDespatched, order: Order) -> None:
        waited = duration((event.at - order.placed_at).total_seconds())
        units = counted(order.units, "unit")
        text = f"{order.order_id} leaves with {units}, {waited} after it was placed."
        self._add_step(event, "Despatched", text)

    def _add_booked_in(self, event: StockBookedIn, stock: str, outcome: Outcome) -> None:
        order_id = self._ids[0]
        others = len(outcome.orders) - 1
        if order_id in outcome.back_orders_completed:
            result = f"{order_id} is completed automatically, and is allocated"
        else:
            result = f"{order_id} automatically gets some of it, and waits for the rest"
        too = f"; other orders served: {others}" if others else ""
        self._add_step(event, "Stock is booked in", f"{stock}. {result}{too}.")

    def _add_step(self, event: Event, title: str, text: str, order: Order | None = None) -> None:
        self.steps.append(Step(event.at, title, text, order))


def _is_good_example(order: Order) -> bool:
    short = order.short_lines
    return (
        LINES_MIN <= len(order.lines) <= LINES_MAX
        and len({line.sku for line in order.lines}) == len(order.lines)
        and len(short) == 2  # noqa: PLR2004 - one to replace, one to wait for
        and order.allocated > 0
    )


def _in_stock(run: Replay, order: Order, line: OrderLine) -> str | None:
    """Find a product like that of the line, with enough units available."""
    thing = line.sku.partition("-")[0]
    taken = {each.sku for each in order.lines}
    fitting = (
        stock.key.sku
        for stock in run.session.flow.seller(SELLER).stock()
        if stock.available >= line.quantity and stock.key.sku not in taken
    )
    return min(fitting, key=lambda sku: (not sku.startswith(thing), sku), default=None)
