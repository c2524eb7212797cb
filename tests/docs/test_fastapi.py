"""The shop of the how-to about FastAPI is open, and does what the page says."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine

from orderflow.adapters.sql import SqlRepository
from orderflow.checking import check
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from fastapi import FastAPI

    Visit = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


def shop(database: Path) -> FastAPI:
    page = ROOT / "docs" / "how-to" / "fastapi_shop.py"
    spec = importlib.util.spec_from_file_location("fastapi_shop", page)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app: FastAPI = module.make_app(str(database))
    return app


@asynccontextmanager
async def customer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    document = app.openapi()

    async def check_answer(answer: httpx.Response) -> None:
        await answer.aread()
        follow(document, answer)

    transport = httpx.ASGITransport(app)
    hooks = {"response": [check_answer]}
    place = "http://shop/sellers/acme"
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=place, event_hooks=hooks) as client,
    ):
        yield client


def follow(document: dict[str, Any], answer: httpx.Response) -> None:
    """Require that the OpenAPI document describes an answer, unless there is no such route."""
    routes = [
        routes.get(answer.request.method.lower())
        for path, routes in document["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), answer.request.url.path)
    ]
    if routes in ([], [None]):
        assert answer.status_code == (405 if routes else 404)
        return
    kind = answer.headers["Content-Type"]
    schema = routes[0]["responses"][str(answer.status_code)]["content"][kind]["schema"]
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole).validate(answer.json())


@pytest.fixture(name="database")
def _database(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def visit(database: Path, story: Visit) -> None:
    async def run() -> None:
        async with customer(shop(database)) as client:
            await story(client)

    asyncio.run(run())


async def book_in(client: httpx.AsyncClient, quantity: int, command_id: str) -> httpx.Response:
    item, headers = {"sku": "MUG", "quantity": quantity}, {"Idempotency-Key": command_id}
    return await client.post("/stock", json=item, headers=headers)


async def order(client: httpx.AsyncClient, basket: str, quantity: int) -> httpx.Response:
    await client.post(f"/baskets/{basket}", json={"sku": "MUG", "quantity": quantity})
    return await client.post(f"/baskets/{basket}/order")


def rows(database: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def test_a_basket_becomes_an_order_and_is_gone(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await book_in(client, 3, "delivery")
        placed = (await order(client, "A", 5)).raise_for_status().json()
        assert placed == (await client.get("/orders/A")).json()
        assert placed["data"]["status"] == "ON_BACK_ORDER"
        waiting = await client.get("/orders", params={"status": "ON_BACK_ORDER"})
        assert waiting.json() == [placed]
        actions = {
            each["data"]["action"] for each in (await client.get("/orders/A/actions")).json()
        }
        assert "CANCEL" in actions
        assert (await client.post("/baskets/A/order")).status_code == 404

    visit(database, story)
    assert rows(database, "SELECT * FROM baskets") == []


def test_a_basket_that_cannot_be_ordered_stays(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await order(client, "A", 1)
        again = await order(client, "A", 2)  # a second order of this id
        assert again.status_code == 409
        assert "'A'" in again.json()["detail"]
        item = {"sku": "MUG", "quantity": 1}
        assert (await client.post("/baskets/B%09", json=item)).status_code == 422  # no order id

    visit(database, story)
    assert rows(database, "SELECT basket_id, quantity FROM baskets") == [("A", 2)]


def test_a_basket_gets_more_units_of_a_product_and_no_fewer_than_one(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for quantity, answer in ((2, 200), (3, 200), (0, 422), (-1, 422)):
            item = {"sku": "MUG", "quantity": quantity}
            assert (await client.post("/baskets/A", json=item)).status_code == answer

    visit(database, story)
    assert rows(database, "SELECT sku, quantity FROM baskets") == [("MUG", 5)]


def test_a_request_that_is_repeated_is_answered_and_done_once(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        first, again = await book_in(client, 3, "delivery"), await book_in(client, 3, "delivery")
        assert first.json() == again.json()
        assert (await client.post("/orders/none/cancel")).status_code == 422  # it has no id

    visit(database, story)
    assert rows(database, "SELECT on_hand FROM orderflow_stock") == [(3,)]


def test_many_customers_at_once_are_sold_what_there_is(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await book_in(client, 10, "delivery")
        answers = await asyncio.gather(*(order(client, f"{n}", 1) for n in range(25)))
        assert {answer.status_code for answer in answers} == {200}

    visit(database, story)
    statuses = "SELECT status, count(*) FROM orderflow_orders GROUP BY status ORDER BY status"
    assert rows(database, statuses) == [("ALLOCATED", 10), ("ON_BACK_ORDER", 15)]
    engine = create_engine(f"sqlite:///{database}")
    assert check(SqlRepository(engine)).violations == ()
    engine.dispose()


WRONG = [
    '{"sku": "MUG", "quantity": NaN}',
    '{"sku": "\\ud800", "quantity": 1}',
    '{"sku": "MUG", "quantity": 1e400}',
    '{"sku": "MUG\\t", "quantity": 1}',
    '{"sku": "MUG", "quantity": "1.5"}',
    "[]",
    "no JSON",
    "[" * 10_000,
    "\xff",
]


@pytest.mark.parametrize("path", ["/stock", "/baskets/A"])
@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_request_is_answered_with_its_problem(database: Path, body: str, path: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "1", "Content-Type": "application/json"}
        content = body.encode("latin-1")
        answer = await client.post(path, content=content, headers=headers)
        if answer.status_code == 200:  # a basket may hold any text, but no order comes of it
            answer = await client.post("/baskets/A/order")
        assert answer.status_code in {400, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code

    visit(database, story)


def test_what_cannot_be_done_is_answered_with_its_problem(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        async def status(method: str, path: str, command_id: str = "1") -> tuple[int, str]:
            headers = {"Idempotency-Key": command_id}
            answer = await client.request(method, path, headers=headers)
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert set(answer.json()) >= {"title", "status", "detail", "error"}
            return answer.status_code, answer.json()["error"]

        await order(client, "A", 1)
        (await client.post("/orders/A/cancel", headers={"Idempotency-Key": "1"})).raise_for_status()
        assert await status("POST", "/orders/A/cancel", "2") == (409, "ActionRefusedError")
        assert await status("POST", "/orders/B/cancel", "3") == (404, "OrderNotFoundError")
        assert await status("POST", "/orders/B/cancel", "1") == (422, "CommandIdReusedError")
        assert await status("POST", "/orders/B/cancel", "4" * 500) == (422, "RequestError")
        assert await status("GET", "/orders?status=GONE") == (422, "RequestError")
        assert await status("GET", "/nothing") == (404, "RequestError")
        assert await status("POST", "/baskets/none/order") == (404, "RequestError")
        other = "http://shop/sellers/bolt/orders/A"
        assert await status("GET", other) == (404, "OrderNotFoundError")
        tab = "http://shop/sellers/a%09/baskets/A"
        item = {"sku": "MUG", "quantity": 1}
        assert (await client.post(tab, json=item)).status_code == 422  # a seller there cannot be

    visit(database, story)


def test_the_answer_to_a_wrong_method_names_the_right_one(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.delete("/orders/A")
        assert answer.headers["Allow"] == "GET"
        assert answer.json()["status"] == 405

    visit(database, story)


def test_a_number_is_whole_in_each_of_its_forms(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for quantity, status in (("3.0", 200), ("3.5", 422), ("true", 422), ('"3"', 422)):
            body = f'{{"sku": "MUG", "quantity": {quantity}}}'
            headers = {"Content-Type": "application/json"}
            answer = await client.post("/baskets/A", content=body, headers=headers)
            assert answer.status_code == status

    visit(database, story)


def test_a_lost_database_is_answered_without_its_path(database: Path) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await asyncio.to_thread(database.unlink)
        for path in ("/orders/A", "/orders"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert str(database) not in answer.text

    visit(database, story)


def test_what_happened_is_told(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await order(client, "A", 1)
        async with asyncio.timeout(10):
            while rows(database, "SELECT * FROM orderflow_outbox"):  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.05)

    caplog.set_level("INFO", "fastapi_shop")
    visit(database, story)
    assert "OrderPutOnBackOrder" in caplog.text
