"""`orderflow import --lines`: orders whose lines are in a file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-03-01T10:00Z"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileShop:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORDERFLOW_WAREHOUSE", "leeds")
    shop = FileShop(tmp_path)
    shop.write(f"1,{TIME}", f"2,{TIME}", header="order_id,placed_at", name="heads.csv")
    shop.write("1,MUG,2", "9,CUP,1", header="order_id,sku,quantity", name="lines.csv")
    return shop


def test_the_files_are_imported_together_and_each_is_reported(shop: FileShop) -> None:
    result = shop.take_in("heads.csv", "--lines", "lines.csv")
    assert result.exit_code == 1
    assert "lines.csv: their lines, PLAIN, utf-8" in result.stdout
    assert result.stderr.splitlines()[-3:] == [
        "rejected: row 3, order_id '2': has no line in lines.csv",
        "lines.csv:",
        "rejected: row 3, order_id '9': is no order of heads.csv",
    ]
    assert shop.orders().keys() == {"1"}
    found = shop.report("heads.csv", "--lines", "lines.csv", code=1)
    assert (found["unchanged"], found["rows"], found["lines"]["rows"]) == (1, 2, 2)
    assert [each["row"] for each in found["lines"]["rejected"]] == [3]


def test_lines_that_are_rejected_alone_fail_too(shop: FileShop) -> None:
    shop.write("1,MUG,2", "2,MUG,1", "9,CUP,1", header="order_id,sku,quantity", name="lines.csv")
    assert shop.take_in("heads.csv", "--lines", "lines.csv").exit_code == 1
    shop.write("1,MUG,2", "2,MUG,1", header="order_id,sku,quantity", name="lines.csv")
    assert shop.take_in("heads.csv", "--lines", "lines.csv").exit_code == 0


def test_the_rejected_rows_of_both_go_into_a_folder(shop: FileShop) -> None:
    shop.take_in("heads.csv", "--lines", "lines.csv", "--rejects", "rejects")
    lines = shop.folder / "rejects" / "lines.csv"
    lines.write_text(lines.read_text("utf-8").replace("9,CUP", "2,CUP"), encoding="utf-8")
    result = shop.take_in("rejects/heads.csv", "--lines", lines)
    assert result.exit_code == 0, result.stderr
    assert shop.orders().keys() == {"1", "2"}
    result = shop.take_in("heads.csv", "--lines", "lines.csv", "--rejects", ".")
    assert result.exit_code == 2
    assert "another folder" in flat(result.stderr)


def test_the_options_for_columns_are_of_both_files(shop: FileShop) -> None:
    shop.write(f"5,{TIME}", header="Id,When", name="heads.csv")
    shop.write("5,MUG,1", header="Order,Product,Units", name="lines.csv")
    columns = (
        *("--order-id-column", "Id,Order", "--placed-at-column", "When"),
        *("--sku-column", "Product", "--quantity-column", "Units"),
    )
    assert shop.take_in("heads.csv", "--lines", "lines.csv", *columns).exit_code == 0
    assert shop.orders().keys() == {"5"}


def test_all_or_nothing_is_of_both_files(shop: FileShop) -> None:
    found = shop.report("heads.csv", "--lines", "lines.csv", "--all-or-nothing", code=1)
    assert (found["saved"], found["done"]) == (False, 0)
    assert shop.orders() == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("heads.csv", "heads.csv"), "applies to one file of orders"),
        (("heads.csv", "--kind", "stock"), "applies to a file of orders"),
    ],
    ids=["several-files", "stock"],
)
def test_lines_belong_to_one_file_of_orders(
    shop: FileShop, options: tuple[str, ...], message: str
) -> None:
    result = shop.take_in(*options, "--lines", "lines.csv")
    assert result.exit_code == 2
    assert message in flat(result.stderr)
