"""`orderflow replacements`: the products that could replace the short lines of an order."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = "sku,replaces,units,reason\nGLOVE,GLOVES,2,the pair is sold out\nMITTEN,GLOVES,1,\n"


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> FileShop:
    shop = FileShop(tmp_path)
    stock = shop.write("GLOVE,4", "MITTEN,0", header="sku,on_hand")
    shop.take_in(stock, "--kind", "stock")
    shop.take_in(shop.write("#1 a,GLOVES,2,2026-03-01T10:00Z"))
    (tmp_path / "replacements.csv").write_text(CATALOGUE, encoding="utf-8")
    return shop


def replacement_offers(shop: FileShop) -> tuple[str, str, str, str]:
    return ("replacements", "#1 a", "--replacements", str(shop.folder / "replacements.csv"))


def test_replacements_in_stock_are_listed_with_their_command(shop: FileShop) -> None:
    (found,) = shop.ask(*replacement_offers(shop))["replacements"]
    assert found == {
        "line_id": "1",
        "sku": "GLOVE",
        "units": 4,
        "available": 4,
        "reason": "the pair is sold out",
        "shared_with": [],
        "further_lines": 0,
        "command": "orderflow replace '#1 a' 1 GLOVE --units 2 --reason 'the pair is sold out'",
    }
    assert shop.run(*shlex.split(found["command"])[1:]).exit_code == 0
    assert shop.orders() == {"#1 a": "ALLOCATED"}
    assert shop.ask(*replacement_offers(shop)) == {"replacements": [], "more": False}


def test_people_see_a_table(shop: FileShop) -> None:
    assert "1 GLOVE 4 4 orderflow replace '#1 a' 1 GLOVE" in flat(
        shop.run(*replacement_offers(shop)).stdout
    )


def test_faults_of_the_file_are_reported(shop: FileShop) -> None:
    path = shop.folder / "replacements.csv"
    path.write_text("sku,replaces\nCUP,CUP\n", encoding="utf-8")
    result = shop.run(*replacement_offers(shop))
    assert result.exit_code == 2
    assert "row 2, replaces 'CUP': must be another product" in flat(result.stderr)


def test_an_order_that_is_not_there_is_refused(shop: FileShop) -> None:
    path = shop.folder / "replacements.csv"
    result = shop.run("replacements", "9", "--replacements", path)
    assert result.exit_code == 1
    assert "has no order '9'" in result.stderr
