"""The app: its pages, its sessions, and errors as pages."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.sessions import SessionMiddleware

from orderflow import OrderFlowError, StaleVersionError, StorageError
from orderflow.problems import problem_of
from portal import accounts, editing, sellers, sending, uploads, warehouse, ways
from portal.accounts import ACCOUNTS, NotSignedInError, check_form
from portal.guard import Guard
from portal.pages import FOLDER, page
from portal.shop import open_pottery, open_shop

SESSION_SECONDS_MAX = 8 * 60 * 60
log = logging.getLogger(__name__)

TITLES = {
    HTTPStatus.FORBIDDEN: "This is not for you",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.CONFLICT: "That is not possible now",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something is not filled in as it should be",
    HTTPStatus.SERVICE_UNAVAILABLE: "Please try again in a moment",
}


FAULTS = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "missing": "is missing",
}
"""What is wrong with a field, by the type of FastAPI's error."""


def make_app(database: Path, *, secret: str | None = None) -> FastAPI:
    """Make the portal, with its database in one file.

    Args:
        database: The file. If it is missing, a pottery with a few orders is made.
        secret: What sessions are signed with. Default: a new one, so that they end with the app.
    """

    @asynccontextmanager
    async def open_for_business(app: FastAPI) -> AsyncIterator[None]:
        app.state.shop = shop = open_shop(database)
        uploads.metadata.create_all(shop.engine)
        pottery = ACCOUNTS["acme"]
        if pottery.seller_id not in shop.flow.sellers():
            open_pottery(shop.flow.seller(str(pottery.seller_id)), pottery.warehouse_id)
        yield
        shop.engine.dispose()

    app = FastAPI(lifespan=open_for_business, openapi_url=None, dependencies=[Depends(check_form)])
    app.add_middleware(
        SessionMiddleware,
        secret_key=secret or token_urlsafe(),
        session_cookie="portal",
        max_age=SESSION_SECONDS_MAX,
    )  # and `https_only=True` wherever the portal is not on this machine alone
    app.add_middleware(Guard)
    for each in (accounts, editing, sending, ways, sellers, uploads, warehouse):
        app.include_router(each.routes)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for error, handler in ANSWERS.items():
        app.add_exception_handler(error, handler)
    return app


# Errors as pages


def problem_page(request: Request, status: int, detail: str, *, order_id: str = "") -> Response:
    """Say what is wrong, and offer a way on."""
    title = TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)
    context = {"title": title, "detail": detail, "order_id": order_id}
    return page(request, "problem.html", status=status, **context)


async def refuse(request: Request, error: OrderFlowError) -> Response:
    """Answer what the library refuses with the status that it suggests."""
    problem = problem_of(error)
    if problem.is_fault:  # the seller is told no path of the server
        log.error("a request failed", exc_info=error)
    return problem_page(request, problem.status, problem.detail)


async def refuse_stale(request: Request, error: StaleVersionError) -> Response:
    """Answer that an order has changed since its page was opened."""
    detail = (
        f"Order {error.order_id} has changed since you opened this page. Nothing was saved. "
        f"Look at the order as it is now, and decide again."
    )
    return problem_page(request, HTTPStatus.CONFLICT, detail, order_id=error.order_id)


async def refuse_request(request: Request, error: RequestValidationError) -> Response:
    """Name the fields that are not filled in as they should be."""
    faults = "; ".join(map(fault_of, error.errors()))
    return problem_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, faults)


def fault_of(error: dict[str, Any]) -> str:
    """Say what is wrong with a field."""
    name = error["loc"][-1]
    if name == "file":
        return "choose a file to upload"
    return f"{name}: {FAULTS.get(error['type'], error['msg'])}"


async def refuse_otherwise(request: Request, error: StarletteHTTPException) -> Response:
    """Answer with the status of the error."""
    return problem_page(request, error.status_code, error.detail)


async def fail(request: Request, error: Exception) -> Response:
    """Answer when the database of the portal's own table is lost."""
    failed = StorageError(str(error))
    failed.__cause__ = error
    return await refuse(request, failed)


async def ask_to_sign_in(_request: Request, _error: NotSignedInError) -> Response:
    """Go to the page to sign in."""
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


ANSWERS: dict[type[Exception], Any] = {
    OrderFlowError: refuse,
    StaleVersionError: refuse_stale,
    RequestValidationError: refuse_request,
    StarletteHTTPException: refuse_otherwise,
    OperationalError: fail,
    NotSignedInError: ask_to_sign_in,
}
