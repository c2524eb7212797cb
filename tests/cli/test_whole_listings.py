"""A listing for a program is whole unless `--limit` cuts it. A table for people has 50 rows."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from orderflow.cli.options.listing import ListingOptions
from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from tests.cli.runner import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 51

LISTINGS = [
    "account",
    "backorders",
    "backorders CUP --warehouse leeds",
    "backorders --sort sku",
    "bulk cancel --where status=ON_BACK_ORDER --dry-run",
    "events",
    "orders",
    "orders --sort placed",
    "receipts",
    "report backlog --by PRODUCT",
    "report exceptions",
    "stock",
]


@pytest.fixture(name="environment", scope="module")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Import more orders, products and overdue receipts than a table shows."""
    folder = tmp_path_factory.mktemp("many")
    files = {
        "stock": ["sku,on_hand", *(f"P{n},0" for n in range(MANY))],
        "orders": [
            "order_id,line_id,sku,quantity,placed_at",
            *(
                f"A-{n},{line},{sku},1,2026-02-01T09:00Z"
                for n in range(MANY)
                for line, sku in enumerate((f"P{n}", "CUP"))
            ),
        ],
        "receipts": [
            "receipt_id,sku,quantity,expected_at",
            *(f"R-{n},P{n},1,2026-02-02T09:00Z" for n in range(MANY)),
        ],
    }
    environment = {
        "ORDERFLOW_DB": str(folder / "shop.db"),
        "ORDERFLOW_SELLER": "acme",
        "ORDERFLOW_WAREHOUSE": "leeds",
    }
    run("init", environment=environment)
    for name, lines in files.items():
        path: Path = folder / f"{name}.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        done = run("import", str(path), environment=environment)
        assert done.exit_code == 0, done.output
    return environment


@pytest.mark.parametrize("command", LISTINGS)
def test_json_and_csv_are_whole(environment: dict[str, str], command: str) -> None:
    as_json = run(*command.split(), "--json", environment=environment)
    as_csv = run(*command.split(), "--csv", environment=environment)
    assert (as_json.exit_code, as_csv.exit_code) == (0, 0), as_json.output + as_csv.output
    listing = json.loads(as_json.stdout)
    name = next(iter(listing))
    assert len(listing[name]) >= MANY
    assert listing["more"] is False
    assert len(list(csv.DictReader(StringIO(as_csv.stdout)))) == len(listing[name])
    assert "and more" not in as_csv.stderr


def test_a_limit_cuts_them(environment: dict[str, str]) -> None:
    as_csv = run("orders", "--csv", "--limit", "50", environment=environment)
    assert len(as_csv.stdout.splitlines()) == 1 + 50
    assert "and more" in as_csv.stderr
    assert json.loads(run("orders", "--json", "--limit", "50", environment=environment).stdout)[
        "more"
    ]


def test_a_table_has_50_rows_unless_a_limit_is_given(environment: dict[str, str]) -> None:
    table = run("orders", environment=environment)
    assert sum("A-" in line for line in table.stdout.splitlines()) == 50
    assert "and more" in table.stderr
    table = run("orders", "--limit", "0", environment=environment)
    assert sum("A-" in line for line in table.stdout.splitlines()) == MANY


@pytest.mark.parametrize("how", [ListingOptions(as_json=True), ListingOptions(as_csv=True)])
def test_rows_are_written_as_they_are_read(
    how: ListingOptions, capsys: pytest.CaptureFixture[str]
) -> None:
    written = ""

    def rows() -> Iterator[dict[str, str]]:
        nonlocal written
        for number in range(4):
            yield {"id": f"A-{number}"}
            written += capsys.readouterr().out
            assert f"A-{number - 1}" in written or number == 0

    print_listing("orders", [Column("id")], rows(), how)
    assert "A-3" in written + capsys.readouterr().out


@pytest.mark.parametrize("rows", [[], [{"id": "A\u2028\n\x9b"}], [{"id": "A"}, {"id": {"a": [1]}}]])
def test_json_is_the_same_as_if_it_were_written_at_once(
    rows: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    how = ListingOptions(as_json=True)
    print_listing("orders", [Column("id")], rows, how, {"saved": True})
    one_at_a_time = capsys.readouterr().out
    terminal.print_json({"orders": rows, "more": False, "saved": True})
    assert one_at_a_time == capsys.readouterr().out
