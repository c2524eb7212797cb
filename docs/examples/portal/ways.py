"""The ways out of a back order, and the buttons for them."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from attrs import frozen
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from orderflow import Action, ActionAnswer, Order, Seller
from orderflow.commands import (
    CancelOrder,
    EditOrder,
    OrderCommand,
    RequestCancellation,
    SplitOrder,
)
from orderflow.edits import RemoveShortLines
from portal.accounts import OwnOrder, OwnSeller
from portal.review import CommandId, Review, Version, order_fields, review_page, to_order


@frozen
class Way:
    """Something that a seller may do with an order.

    Attributes:
        action: The action that has to be allowed.
        title: What the button says.
        text: What it does.
        path: Its page.
        command: The command that does it, if it needs nothing but the order.
        is_for_short: Whether only an order that is short needs it.
    """

    action: Action
    title: str
    text: str
    path: str
    command: Callable[..., OrderCommand] | None = None
    is_for_short: bool = False


WAYS = (
    Way(
        Action.REPLACE_LINE,
        "Replace what is short",
        "Send another product from your inventory instead.",
        "/order/edit",
        is_for_short=True,
    ),
    Way(
        Action.SPLIT,
        "Split off what is there",
        "The units that are allocated leave now, as an order of their own. The rest waits.",
        "/order/way/split",
        SplitOrder,
        is_for_short=True,
    ),
    Way(
        Action.REMOVE_LINE,
        "Remove what is short",
        "The order leaves without the lines that are short.",
        "/order/way/remove-short",
        partial(EditOrder, edits=(RemoveShortLines(),)),
        is_for_short=True,
    ),
    Way(
        Action.SEND_STOCK,
        "Send stock",
        "Announce a delivery. Once it is booked in, the order is processed again by itself.",
        "/order/send-stock",
        is_for_short=True,
    ),
    Way(
        Action.EDIT, "Edit", "Change lines and quantities, then save them together.", "/order/edit"
    ),
    Way(
        Action.CANCEL,
        "Cancel the order",
        "It gives back its units, and orders behind it may get them.",
        "/order/way/cancel",
        CancelOrder,
    ),
    Way(
        Action.REQUEST_CANCELLATION,
        "Ask for a cancellation",
        "The order is being packed. The warehouse decides whether it can still be stopped.",
        "/order/way/request-cancellation",
        RequestCancellation,
    ),
)
DIRECT = {way.path.rpartition("/")[2]: way for way in WAYS if way.command is not None}

routes = APIRouter()


@frozen
class Button:
    """A way, the address of its page, and why it is not possible now, if so."""

    way: Way
    answer: ActionAnswer
    href: str
    reason: str

    @property
    def is_possible(self) -> bool:
        """Whether it may be pressed."""
        return not self.reason


def buttons(seller: Seller, order: Order) -> list[Button]:
    """Return a button for each way, possible or not, from the answers of `Seller.actions`."""
    answers = {answer.action: answer for answer in seller.actions(order.order_id)}
    return [
        Button(
            way, answers[way.action], _href(way, order), _reason(way, answers[way.action], order)
        )
        for way in WAYS
    ]


def _reason(way: Way, answer: ActionAnswer, order: Order) -> str:
    if not answer.allowed:
        return answer.reason
    if way.is_for_short and not order.short:
        return "none of its lines is short"
    if way.command is not None and answer.outcome is None:
        return "what it does depends on the units: use Edit"
    return ""


def _href(way: Way, order: Order) -> str:
    query = {"id": order.order_id}
    if way.action is Action.REPLACE_LINE and order.short:
        query["choose"] = order.short_lines[0].line_id
    return f"{way.path}?{urlencode(query)}"


@routes.get("/order/way/{name}")
def look(request: Request, name: str, seller: OwnSeller, order: OwnOrder) -> Response:
    """Show what a direct way would do."""
    way, command = _way(name, order, version=order.version)
    review = Review(
        title=way.title,
        action=way.path,
        fields=(("version", str(order.version)),),
        back=f"/order?{urlencode({'id': order.order_id})}",
    )
    return review_page(request, seller, order, command, review)


@routes.post("/order/way/{name}")
def go(
    name: str, seller: OwnSeller, order: OwnOrder, command_id: CommandId, version: Version
) -> Response:
    """Do it."""
    _, command = _way(name, order, version=version, command_id=command_id)
    seller.handle(command)
    return to_order(order.order_id, command_id)


def _way(
    name: str, order: Order, *, version: int, command_id: str | None = None
) -> tuple[Way, OrderCommand]:
    way = DIRECT.get(name)
    if way is None or way.command is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such page.")
    return way, way.command(**order_fields(order, version=version, command_id=command_id))
