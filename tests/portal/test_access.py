"""One seller cannot reach the other's by any URL, nor anybody without a session or a token."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from itsdangerous import TimestampSigner
from portal.app import make_app

from tests.portal.conftest import SELLERS, own_order, own_sku
from tests.portal.server import SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from tests.portal.conftest import Portal
    from tests.portal.visitor import Visitor

CSV = b"order_id,sku,quantity,placed_at\nX,MUG,two,2026-03-02T07:10Z\n"
OPEN = {"/sign-in"}


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return every method and path of the app, as it describes itself."""
    found = [
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]
    assert len(found) >= 20
    return found


def request(visitor: Visitor, method: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send everything that a route could want, each field in the query and in the form."""
    sent = {"csrf": visitor.token, "command_id": "c-1", "version": "1", **fields}
    answer = visitor.client.request(
        method,
        path,
        params=sent,
        data=sent if method == "POST" else None,
        files={"file": ("orders.csv", CSV)} if path == "/uploads" and method == "POST" else None,
        follow_redirects=False,
    )
    return answer.status_code, answer.text


def test_each_route_with_the_ids_of_the_other_seller_finds_nothing(portal: Portal) -> None:
    for user, other in (SELLERS, SELLERS[::-1]):
        stranger, order_id = portal.signed_in(user), own_order(other)
        upload_id = upload(portal.signed_in(other))
        portal.seller(other).cancel("1001", command_id=f"of-{other}")
        before = portal.written()[other], portal.seller(other).order(order_id)
        for method, path in routes_of(portal.app):
            if path == "/sign-out":
                continue
            filled = path.format(name="cancel", upload_id=upload_id)
            fields = {
                "id": order_id,
                "after": order_id,
                "seller": str(portal.seller(other).seller_id),
                "seller_id": str(portal.seller(other).seller_id),
                "warehouse_id": "leeds",
                "done": f"of-{other}",
                "sku": own_sku(other),
                "received": "1",
                "quantity:1": "1",
                "day": "2099-01-01",
            }
            status, text = request(stranger, method, filled, fields)
            assert own_sku(other) not in text, (method, path)
            if path.startswith("/order") or "{" in path:
                assert status == 404, (method, path)
            if path == "/warehouse":
                assert status == 403
        assert (portal.written()[other], portal.seller(other).order(order_id)) == before


def upload(visitor: Visitor) -> str:
    """Upload a file with a rejected row, and return the id of the upload."""
    answer = visitor.client.post(
        "/uploads", data={"csrf": visitor.token}, files={"file": ("orders.csv", CSV)}
    )
    assert answer.status_code == 200
    return answer.url.path.rpartition("/")[2]


def test_what_another_seller_has_done_is_not_shown(portal: Portal) -> None:
    portal.seller("shop").cancel("1004", command_id="of-shop")
    page = portal.signed_in("acme").get("/order?id=1004&done=of-shop")
    assert page.status == 200
    assert "what has moved" not in page.text


def test_a_page_is_for_sellers_or_for_the_warehouse(portal: Portal) -> None:
    warehouse = portal.signed_in("warehouse")
    for method, path in routes_of(portal.app):
        if path.startswith(("/order", "/stock", "/uploads")):
            status, _ = request(warehouse, method, path.format(name="split", upload_id="x"), {})
            assert status == 403, (method, path)


def test_each_route_asks_to_sign_in_first(portal: Portal) -> None:
    before = portal.written()
    for method, path in routes_of(portal.app):
        answer = portal.visitor().client.request(
            method, path.format(name="cancel", upload_id="x"), follow_redirects=False
        )
        if method == "POST":
            assert answer.status_code == 403, path
        elif path not in OPEN:
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in"), path
    assert portal.written() == before


def test_each_form_needs_the_token_of_its_session(portal: Portal) -> None:
    acme, other = portal.signed_in("acme"), portal.signed_in("acme")
    before = portal.written()
    for method, path in routes_of(portal.app):
        if method != "POST":
            continue
        for token in ("", "x", "ü", other.token):
            fields = {"csrf": token, "id": "1004", "command_id": "c", "version": "1"}
            status, text = request(acme, method, path.format(name="cancel"), fields)
            assert status == 403, path
            assert "another site" in text
    assert portal.written() == before
    assert acme.get("/orders").status == 200  # it is still signed in


def test_no_get_changes_anything(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    before = portal.written()
    for method, path in routes_of(portal.app):
        if method == "GET":
            fields = {"id": "1004", "quantity:1": "1", "removed": "2", "day": "2099-01-01"}
            request(acme, "GET", path.format(name="cancel", upload_id="x"), fields)
    assert portal.written() == before


def cookie(session: dict[str, str], secret: str = SECRET) -> str:
    data = b64encode(json.dumps(session).encode())
    return TimestampSigner(secret).sign(data).decode()


def test_a_session_cannot_be_forged(portal: Portal) -> None:
    def orders(value: str) -> int:
        visitor = portal.visitor()
        answer = visitor.client.get("/orders", headers={"Cookie": f"portal={value}"})
        return len(answer.history)

    genuine = cookie({"user": "acme"})
    payload, _, signature = genuine.partition(".")
    forged = b64encode(json.dumps({"user": "shop"}).encode()).decode()
    assert orders(genuine) == 0
    for value in (
        cookie({"user": "acme"}, "another secret"),
        f"{forged}.{signature}",
        f"{payload}.x.y",
        payload,
        cookie({"user": "nobody"}),
        "x",
        "",
    ):
        assert orders(value) == 1, value  # to the page to sign in


def test_the_cookie_is_kept_from_scripts_and_other_sites(portal: Portal) -> None:
    acme = portal.visitor()
    answer = acme.sign_in("acme").response.history[0]
    set_cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    page = acme.get("/orders").response
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_signing_in_begins_a_new_session_and_signing_out_ends_it(portal: Portal) -> None:
    visitor = portal.visitor()
    before = visitor.get("/sign-in").token
    for user in ("acme", "nobody"):
        wrong = visitor.get("/sign-in").press("Sign in", user=user, password=SECRET)
        assert (wrong.status, "There is no such log-in" in wrong.text) == (401, True)
    page = visitor.sign_in("acme")
    assert page.response.url.path == "/orders"
    assert page.token != before
    assert page.press("Sign out").response.url.path == "/sign-in"
    assert visitor.get("/orders").response.url.path == "/sign-in"


def test_without_a_secret_of_its_own_each_app_has_another(tmp_path: Path) -> None:
    keys = {
        middleware.kwargs["secret_key"]
        for _ in range(2)
        for middleware in make_app(tmp_path / "x.db").user_middleware
        if "secret_key" in middleware.kwargs
    }
    assert len(keys) == 2


@pytest.mark.parametrize("user", ["acme", "warehouse"])
def test_the_first_page_is_that_of_the_user(portal: Portal, user: str) -> None:
    page = portal.signed_in(user).get("/")
    assert page.response.url.path == ("/orders" if user == "acme" else "/warehouse")
