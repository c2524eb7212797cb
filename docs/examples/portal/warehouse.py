"""The warehouse's side: announced deliveries, and booking stock in."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from attrs import frozen
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from orderflow import ExpectedReceipt, OrderFlow, Seller, StockKey
from portal.accounts import require_warehouse
from portal.pages import page
from portal.review import ID_MAX, CommandId, new_id, outcome_of
from portal.shop import OpenShop
from portal.words import changes_of

RECEIPTS_MAX = 50
SHORT_MAX = 20

Identifier = Annotated[str, Form(min_length=1, max_length=ID_MAX)]

routes = APIRouter(dependencies=[Depends(require_warehouse)])


@frozen
class Waiting:
    """A product that orders of a seller wait for."""

    key: StockKey
    orders: int
    units: int


@routes.get("/warehouse")
def deliveries(
    request: Request,
    shop: OpenShop,
    seller_id: Annotated[str, Query(alias="seller", max_length=ID_MAX)] = "",
    done: Annotated[str, Query(max_length=ID_MAX)] = "",
    find: Annotated[str, Query(max_length=ID_MAX)] = "",
) -> Response:
    """List what is announced and what orders wait for. `done` shows what a booking has moved."""
    outcome = outcome_of(shop, seller_id, done) if seller_id and done else None
    receipts = _receipts(shop.flow, find.strip().casefold())
    waiting = _waiting(shop.flow)
    return page(
        request,
        "warehouse.html",
        receipts=receipts[:RECEIPTS_MAX],
        more=len(receipts) - RECEIPTS_MAX,
        waiting=waiting[:SHORT_MAX],
        more_waiting=len(waiting) - SHORT_MAX,
        sellers=shop.flow.sellers(),
        find=find,
        changes=changes_of(outcome) if outcome is not None else None,
        outcome=outcome,
        command_id=new_id(),
        now=datetime.now(UTC),
    )


@routes.post("/warehouse")
def book_in(
    shop: OpenShop,
    *,
    seller_id: Identifier,
    warehouse_id: Identifier,
    sku: Identifier,
    received: Annotated[int, Form()],
    command_id: CommandId,
    receipt_id: Annotated[str, Form(max_length=ID_MAX)] = "",
    more_to_come: Annotated[bool, Form()] = False,
) -> Response:
    """Book a delivery in. Waiting orders get the units in the same transaction, by themselves."""
    if seller_id not in shop.flow.sellers():
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such seller.")
    seller = shop.flow.seller(seller_id)
    known = _warehouses(seller)
    if known and warehouse_id not in known:
        there = ", ".join(known)
        detail = f"{seller_id} has nothing in warehouse {warehouse_id!r}, only in {there}."
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    seller.book_in(
        StockKey(seller_id, warehouse_id, sku),
        received,
        receipt_id=receipt_id or None,
        more_to_come=more_to_come,
        command_id=command_id,
    )
    query = urlencode({"seller": seller_id, "done": command_id})
    return RedirectResponse(f"/warehouse?{query}", HTTPStatus.SEE_OTHER)


def _warehouses(seller: Seller) -> list[str]:
    """Return the warehouses in which a seller has stock, deliveries or orders that wait."""
    known = {product.warehouse_id for product, _ in seller.backlog().by_product}
    known |= {stock.key.warehouse_id for stock in seller.stock()}
    known |= {receipt.key.warehouse_id for receipt in seller.receipts()}
    return sorted(known)


def _receipts(flow: OrderFlow, wanted: str) -> list[ExpectedReceipt]:
    """Return the announced deliveries of all sellers with a text, the earliest first."""
    found = [
        each
        for seller_id in flow.sellers()
        for each in flow.seller(seller_id).receipts()
        if wanted in f"{each.key.sku} {seller_id} {each.receipt_id}".casefold()
    ]
    return sorted(found, key=lambda each: (each.expected_at, each.receipt_id))


def _waiting(flow: OrderFlow) -> list[Waiting]:
    """Return the products that orders of any seller wait for, most units first."""
    found = [
        Waiting(StockKey(seller_id, *product), group.orders, group.units)
        for seller_id in flow.sellers()
        for product, group in flow.seller(seller_id).backlog().by_product
    ]
    return sorted(found, key=lambda each: (-each.units, each.key))
