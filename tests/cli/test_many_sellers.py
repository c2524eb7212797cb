"""Listings over many sellers read only those that they show, and `check` reads many at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, event

from orderflow import ExpectedReceipt, OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.checking import check
from tests.cli.runner import run
from tests.unit.shop import NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEW, MANY = 6, 30


def with_sellers(path: Path, number: int) -> Path:
    """Make a database. Each third seller has an order on back order, and each fifth a receipt."""
    engine = open_database(path, create=True)
    flow = OrderFlow(SqlRepository(engine))
    for each in range(number):
        seller_id = f"s{each:02}"
        seller, mugs = flow.seller(seller_id), key("MUG", seller_id=seller_id)
        seller.count(mugs, 2 if each % 3 else 0, at=NOON)
        seller.place(order("1", ("MUG", 2), seller_id=seller_id), at=later(each))
        if each % 5 == 0:
            seller.announce(ExpectedReceipt("R", mugs, 4, later(99)), at=NOON)
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a database of few sellers, and one of many."""
    folder = tmp_path_factory.mktemp("sellers")
    return with_sellers(folder / "few.db", FEW), with_sellers(folder / "many.db", MANY)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Note the statements of all connections."""
    noted: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        noted.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield noted
    event.remove(Engine, "before_cursor_execute", note)


def listed(path: Path, command: str) -> dict[str, Any]:
    result = run(*command.split(), "--json", environment={"ORDERFLOW_DB": str(path)})
    assert result.exit_code == 0, result.stderr
    listing: dict[str, Any] = json.loads(result.stdout)
    return listing


@pytest.mark.parametrize(
    "command",
    [
        "backorders --limit 1",
        "orders --status DESPATCHED",
        "receipts --limit 1",
        "stock --limit 1",
        "check",
    ],
)
def test_more_sellers_are_no_more_statements(
    databases: tuple[Path, Path], statements: list[str], command: str
) -> None:
    few, many = databases
    listed(few, command)
    of_few = len(statements)
    listed(many, command)
    assert len(statements) == 2 * of_few


@pytest.mark.parametrize(
    ("command", "name", "step"),
    [
        ("backorders", "products", 3),
        ("orders --status ON_BACK_ORDER", "orders", 3),
        ("orders", "orders", 1),
        ("orders --sku MUG", "orders", 1),
        ("orders --sku MUG --status ON_BACK_ORDER", "orders", 3),
        ("receipts", "receipts", 5),
    ],
)
def test_every_seller_with_a_row_is_listed(
    databases: tuple[Path, Path], command: str, name: str, step: int
) -> None:
    rows = listed(databases[1], f"{command} --limit 0")[name]
    assert [row["seller_id"] for row in rows] == [f"s{n:02}" for n in range(0, MANY, step)]


def test_sellers_with_orders_come_in_pages(databases: tuple[Path, Path]) -> None:
    engine = open_database(databases[1])
    repository = SqlRepository(engine)
    pages: list[list[str]] = []
    after: str | None = None
    while page := repository.sellers_with_orders(sku="MUG", after=after, limit=7):
        pages.append(list(page))
        after = page[-1]
    engine.dispose()
    assert [len(page) for page in pages] == [7, 7, 7, 7, 2]
    assert [each for page in pages for each in page] == [f"s{n:02}" for n in range(MANY)]


def test_a_check_shows_how_far_it_is(databases: tuple[Path, Path]) -> None:
    engine = open_database(databases[1])
    steps: list[tuple[int, int]] = []
    check(SqlRepository(engine), progress=lambda *step: steps.append(step))
    engine.dispose()
    assert steps[-1] == (MANY, MANY)
