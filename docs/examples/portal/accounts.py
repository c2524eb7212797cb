"""Who may do what: the demo's log-ins, signed sessions, and a token on each form.

Replace `ACCOUNTS` with your own users. Whatever a page does for a seller goes through
`signed_in_seller`, whose handle reaches no other seller.
"""

from http import HTTPStatus
from secrets import compare_digest, token_urlsafe
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from orderflow import Order, Seller
from portal.pages import page
from portal.shop import OpenShop

TEXT_MAX = 200
CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")


class Account(NamedTuple):
    """A log-in: of one seller, or of the warehouse."""

    password: str
    seller_id: str | None
    warehouse_id: str


ACCOUNTS = {
    "acme": Account("mugs-and-cups", "acme", "leeds"),
    "shop": Account("thousand-gifts", "seller", "warehouse"),
    "warehouse": Account("forklift", None, ""),
}
"""The log-ins of the demo. A real portal has them hashed, and limits how often one may try."""

routes = APIRouter()


class NotSignedInError(Exception):
    """Nobody is signed in, so the page to sign in comes first."""


def signed_in(request: Request) -> Account:
    """Return the account of the session."""
    account = ACCOUNTS.get(request.session.get("user", ""))
    if account is None:
        raise NotSignedInError
    return account


SignedIn = Annotated[Account, Depends(signed_in)]


def signed_in_seller(account: SignedIn, shop: OpenShop) -> Seller:
    """Return the handle of the seller who asks: no route of a seller gets another one."""
    if account.seller_id is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This page is for sellers.")
    return shop.flow.seller(account.seller_id)


def require_warehouse(account: SignedIn) -> None:
    """Let only the warehouse in."""
    if account.seller_id is not None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This page is for the warehouse.")


OwnSeller = Annotated[Seller, Depends(signed_in_seller)]


def own_order(seller: OwnSeller, order_id: Annotated[str, Query(alias="id")]) -> Order:
    """Return the order that a request names. Another seller's order is not found."""
    return seller.order(order_id)


OwnOrder = Annotated[Order, Depends(own_order)]


async def check_form(request: Request) -> None:
    """Refuse a form that another site could have sent: one without the token of the session."""
    if request.method in CHANGES_NOTHING:
        return
    form = await request.form()
    sent, expected = str(form.get("csrf", "")), request.session.get("csrf", "")
    if not expected or not compare_digest(sent.encode(), expected.encode()):
        detail = "This form is too old, or from another site. Open the page again."
        raise HTTPException(HTTPStatus.FORBIDDEN, detail)


@routes.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """Show the form to sign in, with the log-ins of the demo."""
    return page(request, "sign_in.html", accounts=ACCOUNTS)


@routes.post("/sign-in")
def sign_in(
    request: Request,
    user: Annotated[str, Form(max_length=TEXT_MAX)],
    password: Annotated[str, Form(max_length=TEXT_MAX)],
) -> Response:
    """Begin a session, with a token of its own."""
    account = ACCOUNTS.get(user)
    expected = account.password if account is not None else token_urlsafe()
    if not compare_digest(password.encode(), expected.encode()):
        fault = "There is no such log-in. Check the name and the password."
        context = {"accounts": ACCOUNTS, "user": user, "fault": fault}
        return page(request, "sign_in.html", status=HTTPStatus.UNAUTHORIZED, **context)
    request.session.clear()
    request.session.update(user=user, csrf=token_urlsafe())
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


@routes.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    request.session.clear()
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


@routes.get("/")
def first_page(account: SignedIn) -> Response:
    """Go to the first page of a seller, or of the warehouse."""
    return RedirectResponse("/orders" if account.seller_id else "/warehouse", HTTPStatus.SEE_OTHER)
