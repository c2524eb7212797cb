"""The life of one order on back order, as it happens in a run: nothing of it is staged.

The story looks on at the run. It picks the first order that goes on back order and is
short enough to be shown, and from then on writes down all that happens to it. In between it is
the seller: it asks what may be done, replaces a short product, and splits the order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.cli.tables import duration
from orderflow.domain.model.commands import EditOrder, SplitOrder
from orderflow.domain.model.edits import ReplaceLine
from orderflow.domain.model.events import (
    Event,
    OrderCancelled,
    OrderDespatched,
    OrderEdited,
    OrderSplit,
    StockBookedIn,
)
from orderflow.domain.model.order import Order
from orderflow.domain.model.status import Status
from orderflow.domain.queries.actions import ActionAnswer
from orderflow.replay import SELLER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.order import OrderLine
    from orderflow.domain.model.outcome import Outcome
    from orderflow.replay import Replay

__all__ = ["Step", "Story", "listed"]

LINES_MIN, LINES_MAX = 4, 7
"""So many lines are enough to split, and few enough to be shown."""
THINKS_FOR = timedelta(minutes=20)
"""So long the seller takes to look at a message."""


@attrs.frozen
class Step:
    """One thing that happened to the order.

    Attributes:
        at: When.
        title: What happened, in a few words.
        text: The same in a sentence or two.
        order: The order as it was then, where it is worth a look.
        answers: What the seller was told may be done.
    """

    at: datetime
    title: str
    text: str
    order: Order | None = None
    answers: tuple[ActionAnswer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        step: dict[str, Any] = {
            "at": self.at.isoformat(),
            "title": self.title,
            "text": self.text,
        }
        if self.order is not None:
            step["status"] = self.order.status
            step["lines"] = [attrs.asdict(line) for line in self.order.lines]
        if self.answers:
            step["actions"] = [
                {
                    "action": answer.action,
                    "allowed": answer.allowed,
                    "leads_to": list(answer.leads_to),
                    "reason": answer.reason,
                }
                for answer in self.answers
            ]
        return step


class Story:
    """Follows one order from the moment it is placed until it has left.

    Attributes:
        steps: What has happened so far.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._ids: list[str] = []
        self._acted = False

    def see(self, _command: Command, outcome: Outcome) -> None:
        """Take note of what a command came to."""
        if not self._ids:
            self._begin(outcome)
            return
        for event in outcome.events:
            self._follow(event, outcome)

    def act(self, run: Replay) -> None:
        """Do what the seller does, once there was time to think about the message."""
        if self._acted or not self._ids or run.now is None:
            return
        if run.now >= self.steps[0].at + THINKS_FOR:
            self._acted = True
            self._ask(run, run.now)
            self._replace(run, run.now)
            self._split(run, run.now)

    def _begin(self, outcome: Outcome) -> None:
        order = outcome.order
        if (
            order is None
            or order.order_id not in outcome.back_orders_opened
            or not _is_worth_telling(order)
        ):
            return
        self._ids.append(order.order_id)
        at = order.placed_at
        self.steps.append(
            Step(
                at,
                "An order is placed",
                f"Order {order.order_id}: {len(order.lines)} lines, {order.units} units. "
                f"There is not enough for all of it, so it takes what there is and goes on "
                f"back order.",
                order,
            )
        )
        self.steps.append(
            Step(
                at,
                "The seller is told",
                f'"{order.order_id} is on back order: short of {listed(order.short_lines)}."',
            )
        )

    def _ask(self, run: Replay, at: datetime) -> None:
        answers = run.desk.flow.seller(SELLER).actions(self._ids[0], at=at)
        text = "The portal draws its buttons from the answer:"
        self.steps.append(Step(at, "The seller asks what can be done", text, answers=answers))

    def _replace(self, run: Replay, at: datetime) -> None:
        """Replace the last short line, if it is not the only one, by something in stock."""
        order = run.desk.order(self._ids[0])
        line = order.lines[-1] if not order.short_lines else order.short_lines[-1]
        sku = _in_stock(run, order, line)
        if len(order.short_lines) > 1 and sku is not None:
            change = ReplaceLine(line.line_id, sku, reason="out of stock")
            run.desk.supply.demand(line.sku, -line.quantity, at)
            run.desk.supply.demand(sku, line.quantity, at)
            run.desk.do(
                EditOrder(seller_id=SELLER, order_id=order.order_id, at=at, edits=(change,))
            )

    def _split(self, run: Replay, at: datetime) -> None:
        order = run.desk.order(self._ids[0])
        if order.status is Status.ON_BACK_ORDER and order.allocated:
            run.desk.do(
                SplitOrder(
                    seller_id=SELLER,
                    order_id=order.order_id,
                    at=at,
                    new_order_id=f"{order.order_id}/1",
                )
            )

    def _follow(self, event: Event, outcome: Outcome) -> None:
        order_id = self._ids[0]
        orders = {order.order_id: order for order in outcome.orders}
        match event:
            case OrderEdited(order_id=edited, edits=(ReplaceLine(sku=sku),)) if edited == order_id:
                self._tell(
                    event,
                    "A short product is replaced",
                    f"One save puts {sku} in its place, which is in stock. "
                    f"The order keeps its place in the queue and is processed again.",
                    orders[order_id],
                )
            case OrderSplit(order_id=split, new_order_id=new_id) if split == order_id:
                self._ids.append(new_id)
                self._tell(
                    event,
                    "The order is split",
                    f"{new_id} takes the {orders[new_id].units} units that are allocated and can "
                    f"leave today. {order_id} waits for {listed(orders[order_id].short_lines)}.",
                )
            case StockBookedIn(received=received, key=key) if order_id in orders:
                self._tell_booked_in(event, f"{received} {key.sku}", outcome)
            case OrderDespatched(order_id=left) if left in self._ids:
                self._tell_despatched(event, orders[left])
            case OrderCancelled(order_id=cancelled) if cancelled in self._ids:
                self._tell(event, "Cancelled", f"The customer gives {cancelled} up.")
            case _:
                pass

    def _tell_despatched(self, event: OrderDespatched, order: Order) -> None:
        waited = duration((event.at - order.placed_at).total_seconds())
        text = f"{order.order_id} leaves with {order.units} units, {waited} after it was placed."
        self._tell(event, "Despatched", text)

    def _tell_booked_in(self, event: StockBookedIn, stock: str, outcome: Outcome) -> None:
        order_id = self._ids[0]
        others = len(outcome.orders) - 1
        if order_id in outcome.back_orders_completed:
            result = f"{order_id} is processed again by itself, and is allocated"
        else:
            result = f"{order_id} gets some of it by itself, and waits for the rest"
        too = f"; orders served besides: {others}" if others else ""
        self._tell(event, "Stock is booked in", f"{stock}. {result}{too}.")

    def _tell(self, event: Event, title: str, text: str, order: Order | None = None) -> None:
        self.steps.append(Step(event.at, title, text, order))


def listed(lines: Iterable[OrderLine]) -> str:
    """Say what lines are short of."""
    return " and ".join(f"{line.short} {line.sku}" for line in lines)


def _is_worth_telling(order: Order) -> bool:
    short = order.short_lines
    return (
        LINES_MIN <= len(order.lines) <= LINES_MAX
        and len({line.sku for line in order.lines}) == len(order.lines)
        and len(short) == 2  # noqa: PLR2004 - one to replace, one to wait for
        and order.allocated > 0
    )


def _in_stock(run: Replay, order: Order, line: OrderLine) -> str | None:
    """Find a product like that of the line, of which there is enough."""
    thing = line.sku.partition("-")[0]
    taken = {each.sku for each in order.lines}
    fitting = (
        stock.key.sku
        for stock in run.desk.flow.seller(SELLER).stock()
        if stock.available >= line.quantity and stock.key.sku not in taken
    )
    return min(fitting, key=lambda sku: (not sku.startswith(thing), sku), default=None)
