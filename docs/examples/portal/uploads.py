"""Upload a file of orders. Its rejected rows can be downloaded, corrected and uploaded again."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

from fastapi import APIRouter, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
)

from orderflow import Order, Seller, Status
from orderflow.importing import (
    FileError,
    Import,
    ImportCommand,
    Progress,
    read_orders,
    record_id,
    write_rejects,
)
from orderflow.ports import Reading
from orderflow.problems import problem_of
from orderflow.service import Batches, BatchResult
from portal.accounts import OwnSeller, SignedIn
from portal.pages import ZONE, page
from portal.review import new_id
from portal.shop import OpenShop, Shop
from portal.words import count

ROWS_MAX = 5_000
MESSAGES_MAX = 20
NAME_MAX = 100
KEPT_MAX = 20
"""How many uploads of a seller are kept."""

PACKED = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""How files begin that are in zip (as workbooks are), gzip, bz2, xz and zstd."""

metadata = MetaData()
uploads = Table(
    "portal_uploads",
    metadata,
    Column("seller_id", String(128), primary_key=True),
    Column("upload_id", String(128), primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("name", String(NAME_MAX), nullable=False),
    Column("report", JSON, nullable=False),
    Column("rejects", LargeBinary, nullable=False),
)
"""A table of the portal itself, in the same database. The seller is part of its key."""

routes = APIRouter(prefix="/uploads")


@routes.get("")
def form(request: Request, seller: OwnSeller, shop: OpenShop) -> Response:
    """Show the form to upload a file, and the last uploads."""
    return page(request, "uploads.html", uploads=_last(shop, seller), fault="")


@routes.post("")
def upload(
    request: Request, seller: OwnSeller, account: SignedIn, shop: OpenShop, file: UploadFile
) -> Response:
    """Import the orders of a file, and keep its rejected rows."""
    content, name = BytesIO(file.file.read()), (file.filename or "orders.csv")[:NAME_MAX]
    try:
        found = _read(shop, seller, account.warehouse_id, content, name)
    except FileError as error:
        problem, last = problem_of(error), _last(shop, seller)
        return page(
            request, "uploads.html", status=problem.status, uploads=last, fault=problem.detail
        )
    done = Batches(shop.flow, shop.repository).run(found.commands)
    refused = {record_id(each.command): str(each.error) for each in done.refused}
    rejects = BytesIO()
    written = write_rejects(found, content, rejects, refused=refused)
    row = {
        "seller_id": seller.seller_id,
        "upload_id": new_id(),
        "at": datetime.now(UTC).replace(tzinfo=None),
        "name": name,
        "report": {**_report(found, done), "rejected": written.rows + written.omitted},
        "rejects": rejects.getvalue() if written.rows else b"",
    }
    _keep(shop, row)
    return RedirectResponse(f"/uploads/{row['upload_id']}", HTTPStatus.SEE_OTHER)


@routes.get("/{upload_id}")
def result(request: Request, upload_id: str, seller: OwnSeller, shop: OpenShop) -> Response:
    """Show what became of a file."""
    return page(request, "upload.html", upload=_found(shop, seller, upload_id))


@routes.get("/{upload_id}/rejected.csv")
def rejected(upload_id: str, seller: OwnSeller, shop: OpenShop) -> Response:
    """Download the rejected rows, each with its reason, in the encoding of the file."""
    headers = {
        "Content-Disposition": 'attachment; filename="rejected.csv"',
        "Content-Type": "text/csv",
    }
    return Response(_found(shop, seller, upload_id)["rejects"], headers=headers)


def _read(shop: Shop, seller: Seller, warehouse_id: str, content: BytesIO, name: str) -> Import:
    """Read a file into commands, with an eye on the orders that are stored."""

    def stored(order_ids: Collection[str]) -> dict[str, Order]:
        def find(reading: Reading) -> dict[str, Order]:
            reading.prefetch(order_ids)
            return {each: order for each in order_ids if (order := reading.order(each))}

        return shop.repository.read(seller.seller_id, find)

    def was_imported(command_id: str) -> bool:
        return shop.repository.read(
            seller.seller_id, lambda reading: reading.answered(command_id) is not None
        )

    def parts_of(order_id: str) -> list[Order]:
        return [each for each in seller.all_parts_of(order_id) if each.order_id != order_id]

    def check_length(progress: Progress) -> None:
        if progress.rows > ROWS_MAX:
            raise FileError(name, f"has more than {ROWS_MAX:,} rows; divide it")

    if content.getvalue().startswith(PACKED):  # a small one may be endless inside
        raise FileError(name, "is compressed, or a workbook; save it as CSV")
    return read_orders(
        content,
        name=name,
        seller_id=seller.seller_id,
        warehouse_id=warehouse_id,
        at=datetime.now(UTC),
        time_zone=ZONE,
        existing=stored,
        parts_of=parts_of,
        was_imported=was_imported,
        history_of=seller.events,
        known_skus={stock.key.sku for stock in seller.stock()},
        progress=check_length,
    )


def _report(found: Import, done: BatchResult[ImportCommand]) -> dict[str, Any]:
    """Return what the page about an upload shows."""
    return {
        "rows": found.rows,
        "placed": sum(done.placed.values()),
        "on_back_order": done.placed[Status.ON_BACK_ORDER],
        "faults": [*map(str, found.faults[:MESSAGES_MAX])],
        "more_faults": max(0, found.faults.total - MESSAGES_MAX),
        "remarks": [*_remarks(found, done)],
    }


def _remarks(found: Import, done: BatchResult[ImportCommand]) -> Iterator[str]:
    """Yield what a seller should know beside the faults: nothing is omitted in silence."""
    if found.unchanged:
        yield f"{count(found.unchanged, 'order')} imported before: nothing to do."
    yield from _first(
        f"Order {each.order_id} differs from the file, and was kept as it is."
        for each in found.changed
    )
    yield from _first(
        f"Order {each.order_id} was not imported: {each.reason}." for each in found.conflicting
    )
    yield from _first(
        f"Order {each.order_id} is off in the file ({each.reason}), and open here."
        for each in found.called_off
    )
    yield from _first(f"Refused: {each.error}." for each in done.refused)
    for reason, rows in found.reasons.items():
        yield f"{count(rows, 'row')} skipped: {reason}."
    yield from _first(f"Not in your inventory: {each}." for each in found.unknown_skus)


def _first(remarks: Iterable[str]) -> Iterator[str]:
    """Yield the first remarks of a kind, and how many more there are."""
    every = [*remarks]
    yield from every[:MESSAGES_MAX]
    if len(every) > MESSAGES_MAX:
        yield f"… and {len(every) - MESSAGES_MAX:,} more like the last one."


def _keep(shop: Shop, row: dict[str, Any]) -> None:
    """Store an upload, and delete the oldest ones of its seller."""
    own = uploads.c.seller_id == row["seller_id"]
    kept = select(uploads.c.upload_id).where(own).order_by(uploads.c.at.desc()).limit(KEPT_MAX)
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver of `open_database` begins none
        connection.execute(insert(uploads), row)
        connection.execute(delete(uploads).where(own, uploads.c.upload_id.not_in(kept)))


def _last(shop: Shop, seller: Seller) -> list[dict[str, Any]]:
    columns = uploads.c.upload_id, uploads.c.at, uploads.c.name, uploads.c.report
    own = uploads.c.seller_id == seller.seller_id
    with shop.engine.connect() as connection:
        found = connection.execute(select(*columns).where(own).order_by(uploads.c.at.desc()))
        return [_with_time(each) for each in found.mappings()]


def _found(shop: Shop, seller: Seller, upload_id: str) -> dict[str, Any]:
    own = uploads.c.seller_id == seller.seller_id
    with shop.engine.connect() as connection:
        row = connection.execute(select(uploads).where(own, uploads.c.upload_id == upload_id))
        for found in row.mappings():
            return _with_time(found)
    raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such upload.")


def _with_time(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any columns
    return {**row, "at": row["at"].replace(tzinfo=UTC)}
