"""*Send stock*: a seller announces a delivery of what an order is short of.

Nothing moves until the warehouse books it in. The preview shows which dates would move.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from orderflow import ExpectedReceipt, InvalidValueError, Order, StockKey
from orderflow.commands import AnnounceReceipt
from orderflow.service import Batches
from portal.accounts import OwnOrder, OwnSeller
from portal.drafts import units_of, version_of
from portal.pages import ZONE, page
from portal.review import CommandId, FormFields, Version, new_id, outcome_of, require_version
from portal.shop import OpenShop

SKUS_MAX = 100
MOVED_MAX = 100
DAYS_MAX = 365
ARRIVES_AT = time(12)
USUAL_DAYS = timedelta(days=3)

routes = APIRouter()


@routes.get("/order/send-stock")
def plan(request: Request, seller: OwnSeller, order: OwnOrder) -> Response:
    """Show a form for the delivery and, once it is filled in, the dates that would move."""
    fields = request.query_params
    require_version(order, version_of(fields.get("version", str(order.version))))
    short = _short(order)
    listed = short.most_common(SKUS_MAX)
    receipts: list[ExpectedReceipt] = []
    fault = ""
    try:
        if "day" in fields:
            receipts = [*_receipts(order, fields.multi_items(), "preview")]
            _require_short(order, receipts)
    except InvalidValueError as error:
        receipts, fault = [], str(error)
    return page(
        request,
        "send_stock.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        order=order,
        units={sku: fields.get(f"units:{sku}", str(units)) for sku, units in listed},
        more=len(short) - SKUS_MAX,
        day=fields.get("day", str(_today() + USUAL_DAYS)),
        today=_today(),
        receipts=receipts,
        moved=seller.what_if(*receipts) if receipts else (),
        moved_max=MOVED_MAX,
        fault=fault,
        command_id=new_id(),
    )


@routes.post("/order/send-stock")
def announce(
    fields: FormFields, order: OwnOrder, shop: OpenShop, command_id: CommandId, version: Version
) -> Response:
    """Announce the delivery: a receipt for each product, all of them or none."""
    at = datetime.now(UTC)
    receipts = [*_receipts(order, fields, command_id)]
    commands = [
        AnnounceReceipt(receipt=receipt, at=at, command_id=receipt.receipt_id)
        for receipt in receipts
    ]
    if outcome_of(shop, order.seller_id, receipts[0].receipt_id) is None:  # not a second click
        require_version(order, version)
        _require_short(order, receipts)
    result = Batches(shop.flow, shop.repository).run_all_or_none(commands)
    for refused in result.refused:
        raise refused.error
    return RedirectResponse(f"/stock#{receipts[0].receipt_id}", HTTPStatus.SEE_OTHER)


def _short(order: Order) -> Counter[str]:
    short: Counter[str] = Counter()
    for line in order.short_lines:
        short[line.sku] += line.short
    return short


def _receipts(
    order: Order, fields: Iterable[tuple[str, str]], notice_id: str
) -> Iterator[ExpectedReceipt]:
    """Yield the receipts of a form, from the form alone. A product without units is not sent."""
    given = dict(fields)
    expected_at = datetime.combine(_day(given.get("day", "")), ARRIVES_AT, ZONE)
    sent = [
        (name.removeprefix("units:"), text)
        for name, text in given.items()
        if name.startswith("units:") and text.strip() not in {"", "0"}
    ]
    if not sent:
        raise InvalidValueError("the units to send", "at least 1 of some product", 0)
    for number, (sku, text) in enumerate(sent, 1):
        key = StockKey(order.seller_id, order.warehouse_id, sku)
        yield ExpectedReceipt(f"{notice_id}-{number}", key, units_of(text, sku), expected_at)


def _require_short(order: Order, receipts: Iterable[ExpectedReceipt]) -> None:
    short = _short(order)
    for sku in (each.key.sku for each in receipts):
        if sku not in short:
            raise InvalidValueError("the product to send", "one that the order is short of", sku)


def _day(text: str) -> date:
    first, last = _today(), _today() + timedelta(days=DAYS_MAX)
    with suppress(ValueError):
        if first <= (day := date.fromisoformat(text)) <= last:
            return day
    raise InvalidValueError("the day", f"a date from {first} to {last}", text)


def _today() -> date:
    return datetime.now(ZONE).date()
