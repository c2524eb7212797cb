"""Before and after: the page that shows what a command would do, and the way it is run."""

from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_hex
from typing import Annotated, Any
from urllib.parse import urlencode

from attrs import frozen
from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from orderflow import Order, Outcome, Seller, StaleVersionError
from orderflow.commands import OrderCommand
from portal.drafts import version_of
from portal.pages import page
from portal.shop import Shop
from portal.words import changes_of

ID_MAX = 128


async def form_fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form, in order."""
    form = await request.form()
    return [(name, str(text)) for name, text in form.multi_items()]


FormFields = Annotated[list[tuple[str, str]], Depends(form_fields)]
CommandId = Annotated[str, Form(min_length=1, max_length=ID_MAX)]


def form_version(version: Annotated[str, Form()] = "") -> int:
    """Return the version of the order that a form is about."""
    return version_of(version)


Version = Annotated[int, Depends(form_version)]


def require_version(order: Order, version: int) -> None:
    """Raise `StaleVersionError` if the order has changed since a form was opened."""
    if version != order.version:
        raise StaleVersionError(order.order_id, version, order.version)


def new_id() -> str:
    """Return an id for a command. Its form sends it, so a second click changes nothing."""
    return token_hex(8)


def order_fields(order: Order, *, version: int, command_id: str | None = None) -> dict[str, Any]:
    """Return the fields that each command about an order has."""
    return {
        "seller_id": order.seller_id,
        "order_id": order.order_id,
        "at": datetime.now(UTC),
        "command_id": command_id,
        "expected_version": version,
    }


@frozen(kw_only=True)
class Review:
    """What is asked for, before it is confirmed.

    Attributes:
        title: What would be done.
        action: The path to send the form to.
        fields: Its hidden fields, beside the token and the id of the command.
        back: The address of the page before.
        edits: The edits in words, if it is an edit.
        warnings: What may be wrong.
    """

    title: str
    action: str
    fields: tuple[tuple[str, str], ...]
    back: str
    edits: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def review_page(
    request: Request, seller: Seller, order: Order, command: OrderCommand, review: Review
) -> Response:
    """Show what a command would do to its order and to others. Nothing is changed."""
    outcome = seller.preview(command)
    return page(
        request,
        "review.html",
        order=order,
        review=review,
        outcome=outcome,
        changes=changes_of(outcome),
        command_id=new_id(),
    )


def to_order(order_id: str, done: str) -> Response:
    """Go to the page of an order, which shows what the command with this id has done."""
    return RedirectResponse(
        f"/order?{urlencode({'id': order_id, 'done': done})}", HTTPStatus.SEE_OTHER
    )


def outcome_of(shop: Shop, seller_id: str, command_id: str) -> Outcome | None:
    """Return what an earlier command of a seller has done."""
    answered = shop.repository.read(seller_id, lambda reading: reading.answered(command_id))
    return None if answered is None else answered[1]
