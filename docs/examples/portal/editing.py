"""*Edit*, the delete icon, *Add from inventory*, *Save*, and the confirmation.

Each step is a `GET` with the draft in its address, and changes nothing. Only the confirmation is a
`POST`.
"""

from collections.abc import Iterator
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
    order_fields,
    outcome_of,
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


def draft_of_form(fields: FormFields, order: OwnOrder) -> Draft:
    """Return the draft in a form."""
    return Draft.of_fields(fields, order.version)


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
    if outcome_of(shop, seller.seller_id, command_id) is None:  # not a second click
        seller.handle(_command(seller, order, draft, command_id))
    return to_order(order.order_id, command_id)


def _command(
    seller: Seller, order: Order, draft: Draft, command_id: str | None = None
) -> EditOrder:
    if draft.version != order.version:  # the lines may be others now
        raise StaleVersionError(order.order_id, draft.version, order.version)
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


def _inventory(seller: Seller, order: Order, draft: Draft) -> Iterator[Product]:
    """Yield what is available: for a line to replace, what the catalogue offers comes first."""
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
    yield from sorted(found, key=lambda each: each.offer is None)[:INVENTORY_MAX]


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
    return page(
        request,
        "edit.html",
        status=status,
        order=order,
        lines=lines_of(order),
        draft=draft,
        inventory=[] if draft.choosing is None else [*_inventory(seller, order, draft)],
        replaces=order.line(draft.choosing).sku if draft.choosing else "",
        fault=fault,
    )
