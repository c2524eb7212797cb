"""A small shop on FastAPI: baskets in a table of its own, orders and stock by orderflow.

Start it with `uvicorn --factory fastapi_shop:make_app`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import BigInteger, Column, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.exceptions import HTTPException as StarletteHTTPException

from orderflow import (
    ActionAnswer,
    AsyncOrderFlow,
    AsyncSeller,
    Order,
    OrderFlowError,
    OrderLine,
    Outcome,
    Relay,
    Status,
    StockKey,
    StorageError,
)
from orderflow.adapters.sql import SqlOutbox
from orderflow.adapters.sql.asynchronous import (
    AsyncNotifier,
    AsyncSqlRepository,
    open_async_database,
    with_transactions,
)
from orderflow.codec import to_data
from orderflow.ports import OutboxMessage
from orderflow.problems import PROBLEM_JSON, PROBLEM_SCHEMA, Problem, problem_of
from orderflow.schemas import components_of

WAREHOUSE = "leeds"
ID = "^[A-Za-z0-9][A-Za-z0-9._-]*$"  # the ids of this shop; orderflow allows more
log = logging.getLogger(__name__)

metadata = MetaData()
baskets = Table(
    "baskets",
    metadata,
    Column("seller_id", String(100), primary_key=True),
    Column("basket_id", String(100), primary_key=True),
    Column("sku", String(100), primary_key=True),
    Column("quantity", BigInteger, nullable=False),
)

# Dependencies of the routes


def engine_of(request: Request) -> AsyncEngine:
    engine: AsyncEngine = request.app.state.engine
    return engine


def flow_of(request: Request) -> AsyncOrderFlow:
    flow: AsyncOrderFlow = request.app.state.flow
    return flow


Engine = Annotated[AsyncEngine, Depends(engine_of)]
Flow = Annotated[AsyncOrderFlow, Depends(flow_of)]


Id = Annotated[str, Path(pattern=ID, max_length=100)]


def seller_of(seller_id: Id, flow: Flow) -> AsyncSeller:
    """Check here that whoever asks may act for this seller: a route can reach no other."""
    return flow.seller(seller_id)


Seller = Annotated[AsyncSeller, Depends(seller_of)]
CommandId = Annotated[
    str, Header(alias="Idempotency-Key", pattern="^[!-~]([ -~]*[!-~])?$", max_length=128)
]


def whole(number: object) -> object:
    """Return 3 for 3.0, which is a whole number in JSON."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    sku: str = Field(pattern=ID, max_length=100)
    quantity: Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(whole)]


# The answers of the routes, for the OpenAPI document

ENVELOPES = (ActionAnswer, Order, Outcome)  # what `to_data` returns for them
PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def documented(schema: dict[str, Any], *refusals: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route: its result, and the problems that it may have."""
    problems = (*refusals, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    described: dict[int | str, dict[str, Any]] = {
        each.value: {"description": each.phrase, "content": PROBLEM} for each in problems
    }
    return {200: {"content": {"application/json": {"schema": schema}}}, **described}


def one(kind: type) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{kind.__name__}Envelope"}


def many(kind: type) -> dict[str, Any]:
    return {"type": "array", "items": one(kind)}


api = APIRouter(prefix="/sellers/{seller_id}")
BAD_REQUEST, NOT_FOUND, CONFLICT = HTTPStatus(400), HTTPStatus(404), HTTPStatus(409)


# Orders and stock: orderflow runs each call in its own transaction


@api.post("/stock", responses=documented(one(Outcome), BAD_REQUEST))
async def book_in(seller: Seller, item: Item, command_id: CommandId) -> Any:
    key = StockKey(seller.seller_id, WAREHOUSE, item.sku)
    return to_data(await seller.book_in(key, item.quantity, command_id=command_id))


@api.get("/orders", responses=documented(many(Order)))
async def orders(seller: Seller, status: Status | None = None) -> Any:
    return [to_data(order) for order in await seller.orders(status, limit=100)]


@api.get("/orders/{order_id}", responses=documented(one(Order), NOT_FOUND))
async def order(seller: Seller, order_id: Id) -> Any:
    return to_data(await seller.order(order_id))


@api.get("/orders/{order_id}/actions", responses=documented(many(ActionAnswer), NOT_FOUND))
async def actions(seller: Seller, order_id: Id) -> Any:
    return [to_data(answer) for answer in await seller.actions(order_id)]


@api.post("/orders/{order_id}/cancel", responses=documented(one(Outcome), NOT_FOUND, CONFLICT))
async def cancel(seller: Seller, order_id: Id, command_id: CommandId) -> Any:
    return to_data(await seller.cancel(order_id, command_id=command_id))


# Baskets: the shop's own table


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction of the shop."""
    async with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # its driver starts no transactions itself
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@api.post("/baskets/{basket_id}", responses=documented({"type": "null"}, BAD_REQUEST))
async def put_in(seller: Seller, basket_id: Id, item: Item, engine: Engine) -> None:
    """Put a product into a basket, or more units of it."""
    row = {"seller_id": seller.seller_id, "basket_id": basket_id, "sku": item.sku}
    of_row = [baskets.c[name] == value for name, value in row.items()]
    more = update(baskets).where(*of_row).values(quantity=baskets.c.quantity + item.quantity)
    async with transaction(engine) as connection:
        if not (await connection.execute(more)).rowcount:
            await connection.execute(insert(baskets), {**row, "quantity": item.quantity})


@api.post("/baskets/{basket_id}/order", responses=documented(one(Order), NOT_FOUND, CONFLICT))
async def order_basket(seller: Seller, basket_id: Id, engine: Engine, flow: Flow) -> Any:
    """Turn a basket into an order, in one transaction."""
    seller_id = seller.seller_id
    of_basket = (baskets.c.seller_id == seller_id) & (baskets.c.basket_id == basket_id)
    async with transaction(engine) as connection:
        rows = await connection.execute(
            select(baskets.c.sku, baskets.c.quantity).where(of_basket).order_by(baskets.c.sku)
        )
        lines = tuple(OrderLine(sku, sku, quantity) for sku, quantity in rows)
        if not lines:
            raise HTTPException(HTTPStatus.NOT_FOUND, "this basket is empty")
        await connection.execute(delete(baskets).where(of_basket))
        placed = Order(
            order_id=basket_id,
            seller_id=seller_id,
            warehouse_id=WAREHOUSE,
            lines=lines,
            placed_at=datetime.now(UTC),
        )
        within = flow.on(AsyncSqlRepository.within(connection))
        outcome = await within.seller(seller_id).place(placed)
    return to_data(outcome.order)


# Errors as problem details (RFC 9457)


def answer(problem: Problem, **more: Any) -> JSONResponse:
    return JSONResponse({**problem.to_data(), **more}, problem.status, media_type=PROBLEM_JSON)


async def refuse(_: Request, error: OrderFlowError) -> JSONResponse:
    problem = problem_of(error)
    if problem.is_fault:  # the client is told no path or host of the server
        log.error("a request failed", exc_info=error)
    return answer(problem)


async def refuse_request(_: Request, error: RequestValidationError) -> JSONResponse:
    faults = [{"where": each["loc"], "fault": each["msg"]} for each in error.errors()]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer(Problem(status, "the request is not valid", "RequestError"), faults=faults)


async def refuse_otherwise(_: Request, error: StarletteHTTPException) -> JSONResponse:
    refused = answer(Problem(HTTPStatus(error.status_code), error.detail, "RequestError"))
    refused.headers.update(error.headers or {})  # such as Allow, of a method that is not allowed
    return refused


async def fail(request: Request, error: Exception) -> JSONResponse:
    """Answer when the database of the shop's own tables is lost."""
    failed = StorageError(str(error))
    failed.__cause__ = error
    return await refuse(request, failed)


ANSWERS: dict[type[Exception], Any] = {
    OrderFlowError: refuse,
    RequestValidationError: refuse_request,
    StarletteHTTPException: refuse_otherwise,
    OperationalError: fail,
}


# Beside the requests: the relay


async def notify(message: OutboxMessage) -> None:
    """Log one message. A real shop would call a webhook with `httpx.AsyncClient`."""
    log.info("%s %s: %s", message.message_id, message.subject, type(message.event).__name__)


async def relay(engine: AsyncEngine) -> None:
    """Send the messages of the outbox while the shop is open."""
    while True:
        try:
            await with_transactions(
                engine, lambda those: Relay(SqlOutbox(those), AsyncNotifier(notify)).run()
            )
        except Exception:
            log.exception("the relay will try again")
        await asyncio.sleep(1)


# The shop


class Shop(FastAPI):
    """An app whose OpenAPI document has the schemas of orderflow."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()  # the same at each call
        schemas = {**components_of(*ENVELOPES), "Problem": PROBLEM_SCHEMA}
        document["components"]["schemas"].update(schemas)
        return document


def make_app(database: str = "shop.db") -> FastAPI:
    """Make the shop, with its database in one file."""

    @asynccontextmanager
    async def open_shop(app: FastAPI) -> AsyncIterator[None]:
        engine = await open_async_database(database, create=True)
        async with transaction(engine) as connection:
            await connection.run_sync(metadata.create_all)
        app.state.engine = engine
        app.state.flow = AsyncOrderFlow(AsyncSqlRepository(engine), orders_max=100)
        await app.state.flow.recover()  # in case the last process ended within a long queue
        relaying = asyncio.create_task(relay(engine))
        try:
            yield
        finally:
            relaying.cancel()
            with suppress(asyncio.CancelledError):
                await relaying
            await engine.dispose()

    app = Shop(title="Shop", version="1", lifespan=open_shop)
    app.include_router(api)
    for error, handler in ANSWERS.items():
        app.add_exception_handler(error, handler)
    return app
