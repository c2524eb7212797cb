"""*Send stock*: a seller announces a delivery of what an order is short of.

Nothing moves until the warehouse books it in. The preview shows which dates would move.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from orderflow import ExpectedReceipt, InvalidValueError, Order, StockKey
from orderflow.commands import AnnounceReceipt
from orderflow.service import Batches
from portal.accounts import OwnOrder, OwnSeller
from portal.drafts import units_of
from portal.pages import ZONE, page
from portal.review import CommandId, FormFields, new_id
from portal.shop import OpenShop

SKUS_MAX = 100
DAYS_MAX = 365
ARRIVES_AT = time(12)
USUAL_DAYS = timedelta(days=3)

routes = APIRouter()


@routes.get("/order/send-stock")
def plan(request: Request, seller: OwnSeller, order: OwnOrder) -> Response:
    """Show a form for the delivery and, once it is filled in, the dates that would move."""
    fields = request.query_params
    short = _short(order)
    receipts: list[ExpectedReceipt] = []
    fault = ""
    try:
        if "day" in fields:
            receipts = [*_receipts(order, fields, "preview")]
    except InvalidValueError as error:
        fault = str(error)
    return page(
        request,
        "send_stock.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        order=order,
        units={sku: fields.get(f"units:{sku}", str(units)) for sku, units in short.items()},
        day=fields.get("day", str(_today() + USUAL_DAYS)),
        today=_today(),
        receipts=receipts,
        moved=seller.what_if(*receipts)[:SKUS_MAX] if receipts else (),
        fault=fault,
        command_id=new_id(),
    )


@routes.post("/order/send-stock")
def announce(
    fields: FormFields, order: OwnOrder, shop: OpenShop, command_id: CommandId
) -> Response:
    """Announce the delivery: a receipt for each product, all of them or none."""
    at = datetime.now(UTC)
    commands = [
        AnnounceReceipt(receipt=receipt, at=at, command_id=receipt.receipt_id)
        for receipt in _receipts(order, dict(fields), command_id)
    ]
    result = Batches(shop.flow, shop.repository).run_all_or_none(commands)
    for refused in result.refused:
        raise refused.error
    return RedirectResponse(f"/stock#{command_id}-1", HTTPStatus.SEE_OTHER)


def _short(order: Order) -> Counter[str]:
    short: Counter[str] = Counter()
    for line in order.short_lines:
        short[line.sku] += line.short
    return Counter(dict(short.most_common(SKUS_MAX)))


def _receipts(order: Order, fields: Mapping[str, str], notice_id: str) -> Iterator[ExpectedReceipt]:
    """Yield the receipts of a form. A product without units is not sent."""
    expected_at = datetime.combine(_day(fields.get("day", "")), ARRIVES_AT, ZONE)
    sent = [(sku, fields.get(f"units:{sku}", "")) for sku in _short(order)]
    sent = [(sku, text) for sku, text in sent if text.strip() not in {"", "0"}]
    if not sent:
        raise InvalidValueError("the units to send", "at least 1 of what the order is short of", 0)
    for number, (sku, text) in enumerate(sent, 1):
        key = StockKey(order.seller_id, order.warehouse_id, sku)
        yield ExpectedReceipt(f"{notice_id}-{number}", key, units_of(text, sku), expected_at)


def _day(text: str) -> date:
    first, last = _today(), _today() + timedelta(days=DAYS_MAX)
    with suppress(ValueError):
        if first <= (day := date.fromisoformat(text)) <= last:
            return day
    raise InvalidValueError("the day", f"a date from {first} to {last}", text)


def _today() -> date:
    return datetime.now(ZONE).date()
