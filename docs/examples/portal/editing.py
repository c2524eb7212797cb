"""*Edit*, the delete icon, *Add from inventory*, *Save*, and the confirmation.

Each step is a `GET` with the draft in its address, and changes nothing. Only the confirmation is a
`POST`.
"""

from hashlib import sha256
from typing import Annotated
from urllib.parse import urlencode

from attrs import frozen
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from orderflow import (
    EditRefusedError,
    Order,
    OrderFlowError,
    ReplacementOffer,
    Seller,
    StaleVersionError,
)
from orderflow.commands import EditOrder
from orderflow.problems import problem_of
from portal.accounts import OwnOrder, OwnSeller
from portal.drafts import NEW_LINE, Draft
from portal.pages import page
from portal.review import (
    CommandId,
    FormFields,
    Review,
    Version,
    order_fields,
    outcome_of,
    require_version,
    review_page,
    to_order,
)
from portal.sellers import lines_of
from portal.shop import OpenShop
from portal.words import edit_in_words

INVENTORY_MAX = 20

routes = APIRouter()


def draft_of_query(request: Request, order: OwnOrder) -> Draft:
    """Return the draft in the address of a page."""
    return Draft.of_fields(request.query_params.multi_items(), order.version)


def draft_of_form(fields: FormFields, version: Version) -> Draft:
    """Return the draft in a form."""
    return Draft.of_fields(fields, version)


@routes.get("/order/edit")
def edit(
    request: Request,
    seller: OwnSeller,
    order: OwnOrder,
    draft: Annotated[Draft, Depends(draft_of_query)],
) -> Response:
    """Show the lines of an order in a form, and the inventory if it is asked for."""
    return _form(request, seller, order, draft)


@routes.get("/order/edit/review")
def look(
    request: Request,
    seller: OwnSeller,
    order: OwnOrder,
    draft: Annotated[Draft, Depends(draft_of_query)],
) -> Response:
    """Show what the edits would do, or the form again with what is wrong."""
    try:
        command = _command(seller, order, draft)
        skus = {line.line_id: line.sku for line in order.lines}
        back = urlencode([("id", order.order_id), *draft.fields()])
        review = Review(
            title="Save the changes",
            action="/order/edit",
            fields=tuple(draft.fields()),
            back=f"/order/edit?{back}",
            edits=tuple(edit_in_words(each, skus) for each in command.edits),
            warnings=tuple(
                f"{key.sku} is not in your inventory: the line would wait for it."
                for key in seller.unknown_products(command)
            ),
        )
        return review_page(request, seller, order, command, review)
    except StaleVersionError:
        raise
    except OrderFlowError as error:
        problem = problem_of(error)
        if problem.is_fault:
            raise
        return _form(request, seller, order, draft, fault=problem.detail, status=problem.status)


@routes.post("/order/edit")
def save(
    seller: OwnSeller,
    order: OwnOrder,
    shop: OpenShop,
    draft: Annotated[Draft, Depends(draft_of_form)],
    command_id: CommandId,
) -> Response:
    """Save the edits: all of them, or none."""
    command_id = _with_digest(command_id, order, draft)
    if outcome_of(shop, seller.seller_id, command_id) is None:  # not a second click
        seller.handle(_command(seller, order, draft, command_id))
    return to_order(order.order_id, command_id)


def _with_digest(command_id: str, order: Order, draft: Draft) -> str:
    """Return an id that only the same form has again.

    The library compares a command that comes again with the first one. The edits of a second click
    cannot be compared: they are read against the lines of the order, which have changed by then.
    """
    form = repr((order.order_id, *draft.fields()))
    return f"{command_id}-{sha256(form.encode()).hexdigest()[:16]}"


def _command(
    seller: Seller, order: Order, draft: Draft, command_id: str | None = None
) -> EditOrder:
    require_version(order, draft.version)  # the lines may be others now
    edits = tuple(draft.edits(order, seller.replacement_offers(order.order_id)))
    if not edits:
        raise EditRefusedError(
            order.order_id, "nothing is changed yet, so there is nothing to save"
        )
    fields = order_fields(order, version=draft.version, command_id=command_id)
    return EditOrder(edits=edits, **fields)


@frozen
class Product:
    """A product of the inventory that can be chosen."""

    sku: str
    available: int
    offer: ReplacementOffer | None = None


def _inventory(seller: Seller, order: Order, draft: Draft) -> list[Product]:
    """Return what is available: for a line to replace, what the catalogue offers comes first."""
    offers = {
        each.edit.sku: each
        for each in seller.replacement_offers(order.order_id)
        if each.edit.line_id == draft.choosing
    }
    wanted = draft.find.strip().casefold()
    found = [
        Product(stock.key.sku, stock.available, offers.get(stock.key.sku))
        for stock in seller.stock()
        if stock.key.warehouse_id == order.warehouse_id
        and stock.available
        and wanted in stock.key.sku.casefold()
    ]
    return sorted(found, key=lambda each: each.offer is None)


def _form(
    request: Request,
    seller: Seller,
    order: Order,
    draft: Draft,
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    line_ids = [line.line_id for line in order.lines]
    if draft.choosing not in {None, NEW_LINE, *line_ids}:
        draft.choosing = None
    inventory = [] if draft.choosing is None else _inventory(seller, order, draft)
    return page(
        request,
        "edit.html",
        status=status,
        order=order,
        lines=lines_of(order),
        draft=draft,
        inventory=inventory[:INVENTORY_MAX],
        more_inventory=len(inventory) - INVENTORY_MAX,
        replaces=order.line(draft.choosing).sku if draft.choosing else "",
        fault=fault,
    )
