"""What a seller looks at: orders, one order, and the stock."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from orderflow import Order, OrderLine, Status, in_words
from orderflow.events import OrderAllocated, OrderPartlyAllocated
from portal.accounts import OwnOrder, OwnSeller
from portal.pages import ZONE, page
from portal.review import ID_MAX, outcome_of
from portal.shop import OpenShop
from portal.ways import buttons
from portal.words import changes_of, sentence

ORDERS_A_PAGE = 50
LINES_MAX = 200
HISTORY_MAX = 30
STOCK_A_PAGE = 100

TABS = (
    Status.ON_BACK_ORDER,
    Status.ALLOCATED,
    Status.ON_HOLD,
    Status.SENT_TO_WAREHOUSE,
    Status.DESPATCHED,
    Status.CANCELLED,
)

routes = APIRouter()


@routes.get("/orders")
def orders(
    request: Request,
    seller: OwnSeller,
    status: Status | None = None,
    after: Annotated[str | None, Query(max_length=ID_MAX)] = None,
) -> Response:
    """List the orders of a status, or all of them, in pages."""
    last = seller.order(after) if after is not None else None
    found = seller.orders(status, after=last, limit=ORDERS_A_PAGE + 1)
    return page(
        request,
        "orders.html",
        orders=found[:ORDERS_A_PAGE],
        has_more=len(found) > ORDERS_A_PAGE,
        chosen=status,
        tabs=TABS,
        backlog=seller.backlog().total,
        now=datetime.now(UTC),
    )


@routes.get("/order")
def one_order(
    request: Request,
    seller: OwnSeller,
    order: OwnOrder,
    shop: OpenShop,
    *,
    done: Annotated[str | None, Query(max_length=ID_MAX)] = None,
    seen: int | None = None,
) -> Response:
    """Show an order, why it waits, and what can be done.

    `done` is the id of a command: the page shows what it has moved. `seen` is the version that an
    open page had: the new one shows what has happened since.
    """
    outcome = outcome_of(shop, seller.seller_id, done) if done else None
    skus = {line.line_id: line.sku for line in order.lines}
    events = seller.events(order.order_id)
    new = order.version - seen if seen is not None else 0
    news = events[-new:] if new > 0 else ()
    why = seller.explain(order.order_id) if order.status is Status.ON_BACK_ORDER else None
    return page(
        request,
        "order.html",
        order=order,
        lines=lines_of(order),
        family=seller.parts_of(order.order_id),
        why=in_words(why, time_zone=ZONE) if why is not None else (),
        buttons=buttons(seller, order),
        changes=changes_of(outcome) if outcome is not None else None,
        history=[(each.at, sentence(each, skus)) for each in events[: -HISTORY_MAX - 1 : -1]],
        earlier=len(events) - HISTORY_MAX,
        news=[sentence(each, skus) for each in news],
        is_by_itself=all(isinstance(each, OrderAllocated | OrderPartlyAllocated) for each in news),
    )


@routes.get("/order/version")
def version(order: OwnOrder) -> dict[str, int]:
    """Return the version of an order, for a page that waits until it changes."""
    return {"version": order.version}


@routes.get("/stock")
def stock(
    request: Request, seller: OwnSeller, find: Annotated[str, Query(max_length=ID_MAX)] = ""
) -> Response:
    """List the products, and the deliveries that are announced."""
    wanted = find.strip().casefold()
    found = [each for each in seller.stock() if wanted in each.key.sku.casefold()]
    receipts = seller.receipts()
    return page(
        request,
        "stock.html",
        stock=found[:STOCK_A_PAGE],
        more=len(found) - STOCK_A_PAGE,
        receipts=receipts[:STOCK_A_PAGE],
        more_receipts=len(receipts) - STOCK_A_PAGE,
        find=find,
        now=datetime.now(UTC),
    )


def lines_of(order: Order) -> list[OrderLine]:
    """Return the lines that a page shows: those that are short first."""
    return sorted(order.lines, key=lambda line: not line.short)[:LINES_MAX]
