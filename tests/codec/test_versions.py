"""Old data are made new before they are read."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow.codec import from_data, to_data
from orderflow.codec.envelope import UPCASTERS
from orderflow.errors import CodecError
from tests.codec.things import KEY


def rename(data: dict[str, Any]) -> dict[str, Any]:
    return {"seller_id": data["seller"], "sku": data["product"].upper()}


def add_warehouse(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "warehouse_id": "leeds"}


@pytest.fixture(autouse=True)
def three_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, "StockKey", (rename, add_warehouse))


def stock_key(version: int, **data: object) -> dict[str, object]:
    return {"type": "StockKey", "version": version, "data": data}


def test_old_data_are_made_new_step_by_step() -> None:
    assert from_data(stock_key(1, seller="acme", product="mug")) == KEY
    assert from_data(stock_key(2, seller_id="acme", sku="MUG")) == KEY
    assert from_data(stock_key(3, seller_id="acme", sku="MUG", warehouse_id="leeds")) == KEY


def test_the_latest_version_is_written() -> None:
    assert to_data(KEY) == stock_key(3, seller_id="acme", warehouse_id="leeds", sku="MUG")


@pytest.mark.parametrize(
    ("old", "fault"),
    [
        (
            stock_key(1, seller="acme"),
            "$.data: is not a StockKey of version 1: KeyError('product')",
        ),
        (stock_key(2, seller_id="acme"), "$.data.sku: is missing"),
        (stock_key(4), "$.version: must be from 1 to 3, not 4"),
    ],
)
def test_old_data_that_cannot_be_made_new_are_refused(old: object, fault: str) -> None:
    with pytest.raises(CodecError) as refused:
        from_data(old)
    assert refused.value.faults == (fault,)
