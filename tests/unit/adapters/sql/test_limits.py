"""The tables hold what the types hold to: no other program stores more units, or more lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from orderflow import ExpectedReceipt, OrderFlow, OrderLine
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.domain.model.validators import LINES_MAX, UNITS_MAX
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

FULL = order("A", lines=tuple(OrderLine(str(n), "MUG", 1) for n in range(LINES_MAX)))


def add_row(engine: Engine, table: Table, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table), {"seller_id": "acme", **values})


def test_an_order_of_as_many_lines_as_it_may_have_is_stored_whole(engine: Engine) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    placed = acme.place(FULL, at=NOON).order
    assert acme.order("A") == placed
    line = {"warehouse_id": "leeds", "sku": "MUG", "quantity": 1, "allocated": 0}
    with pytest.raises(IntegrityError, match="order_lines_position"):
        add_row(
            engine,
            Tables.default().lines,
            **{"order_id": "A", "line_id": "more", "position": LINES_MAX, **line},
        )


def test_as_many_units_as_there_may_be_are_stored(engine: Engine) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    acme.count(key(), UNITS_MAX, at=NOON)
    acme.announce(ExpectedReceipt("R1", key(), UNITS_MAX, NOON), at=NOON)
    acme.place(order("A", ("MUG", UNITS_MAX)), at=NOON)
    assert acme.stock_of(key()).allocated == acme.order("A").allocated == UNITS_MAX
    assert acme.receipts()[0].quantity == UNITS_MAX


TABLES = Tables.default()
PRODUCT = {"warehouse_id": "leeds", "sku": "PAN"}
MORE = UNITS_MAX + 1


@pytest.mark.parametrize(
    ("table", "check", "values"),
    [
        (TABLES.stock, "stock_on_hand", {"on_hand": MORE, "allocated": 0}),
        (
            TABLES.lines,
            "order_lines_quantity",
            {"order_id": "A", "line_id": "1", "position": 0, "quantity": MORE, "allocated": 0},
        ),
        (
            TABLES.receipts,
            "expected_receipts_quantity",
            {"receipt_id": "R1", "quantity": MORE, "expected_at": NOON},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_more_units_are_stored_by_nobody(
    engine: Engine, table: Table, check: str, values: dict[str, object]
) -> None:
    if engine.dialect.name == "sqlite" and "expected_at" in values:
        values = {**values, "expected_at": str(NOON)}
    with pytest.raises(IntegrityError, match=check):
        add_row(engine, table, **PRODUCT, **values)
