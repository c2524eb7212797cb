"""Tables of several packages together, and of packages that nobody has heard of."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from orderflow import AllocationPolicy, InvalidValueError, PartialAllocation
from orderflow.errors import MissingExtraError
from orderflow.frames import allocate_lines, engines, files
from tests.frames.tables import ENGINES, rows_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINES = pl.DataFrame(
    {
        "order_id": [10, 9, 10],
        "line_id": [10, 1, 9],
        "sku": ["MUG", "MUG", "MUG"],
        "quantity": [2, 3, 2],
        "placed_at": [NOON, NOON, NOON],
        "available": [0, 0, 0],
        "note": ["a", None, "c"],
    }
)
STOCK = pl.DataFrame({"sku": ["MUG"], "on_hand": [6], "note": ["d"]})
NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)


@attrs.frozen
class Foreign:
    """A table that has the Arrow C interface, and nothing else."""

    table: pl.DataFrame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    ("engine", "other", "policy"),
    [
        pytest.param(*each, id=f"{each[0]}-{each[1]}-{each[2].partial_allocation}")
        for each in product(ENGINES, ENGINES, (AllocationPolicy(), NEVER))
    ],
)
def test_the_stock_may_be_of_another_package(
    engine: str, other: str, policy: AllocationPolicy
) -> None:
    rows = rows_of(allocate_lines(ENGINES[engine](LINES), ENGINES[other](STOCK), policy))
    # Order 10 comes before order 9, as texts do, and its line 9 before its line 10.
    assert [row.pop("allocated") for row in rows] == (
        [2, 2, 2] if policy is not NEVER else [2, 0, 2]
    )
    assert [row.pop("status") == "ALLOCATED" for row in rows] == [True, False, True]
    assert rows == LINES.to_dicts()


def test_a_table_with_the_arrow_interface_is_enough() -> None:
    lines: Any = Foreign(LINES)
    result = allocate_lines(lines, Foreign(STOCK))
    assert isinstance(result, pl.DataFrame)
    assert result.equals(allocate_lines(LINES, STOCK))


def test_the_result_is_a_table_of_the_same_package() -> None:
    assert isinstance(allocate_lines(LINES, STOCK), pl.DataFrame)
    assert isinstance(allocate_lines(LINES.to_pandas(), STOCK), pd.DataFrame)
    assert isinstance(allocate_lines(LINES.to_arrow(), STOCK), pa.Table)
    assert isinstance(allocate_lines(LINES.lazy(), STOCK), pl.LazyFrame)
    result = allocate_lines(LINES.lazy(), STOCK)
    assert result.collect_schema() == result.collect().schema


def test_pandas_keeps_its_index() -> None:
    lines = LINES.to_pandas().set_axis([7, 7, 1])
    assert allocate_lines(lines, STOCK).index.tolist() == [7, 7, 1]


def test_a_relation_stays_on_its_connection() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE lines AS SELECT * FROM LINES")
        for policy in (AllocationPolicy(), NEVER):
            result = allocate_lines(connection.table("lines"), STOCK, policy)
            result.create(f"served_{policy.partial_allocation}")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        assert tables == [("lines",), ("served_ALWAYS",), ("served_NEVER",)]
        views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        assert connection.execute(views).fetchall() == []


def test_a_lazy_frame_is_checked_when_it_is_collected() -> None:
    late = allocate_lines(LINES.lazy().with_columns(quantity=0), STOCK)
    with pytest.raises(InvalidValueError, match="must be a whole number from 1"):
        late.collect()
    served = allocate_lines(LINES.lazy(), STOCK).filter(pl.col("order_id") == 9)
    assert served.collect()["allocated"].to_list() == [2]  # the filter waits for the allocation


MOMENTS = {
    "Tokyo in ns": pl.col("placed_at").dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns"),
    "Paris in ms": pl.col("placed_at").dt.convert_time_zone("Europe/Paris").dt.cast_time_unit("ms"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS.keys())
def test_moments_are_compared_in_any_zone_and_unit(engine: str, moments: pl.Expr) -> None:
    later = LINES.with_columns(placed_at=pl.col("placed_at") + timedelta(hours=1))
    table = ENGINES[engine](pl.concat([later.head(1), LINES[1:2]]).with_columns(moments))
    if engine == "duckdb" and "ns" in str(table.types).lower():
        table = table.project("* REPLACE (placed_at::TIMESTAMPTZ AS placed_at)")
    rows = rows_of(allocate_lines(table, STOCK.with_columns(on_hand=4)))
    assert [row["allocated"] for row in rows] == [1, 3]


@pytest.mark.parametrize("name", ["__of_row", "__of_available"])
def test_a_column_with_a_name_of_ours_is_refused(name: str) -> None:
    lines = LINES.rename({"note": name})
    with pytest.raises(InvalidValueError, match="without columns that begin with __of_"):
        allocate_lines(lines, STOCK)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (engines, files):
        monkeypatch.setattr(module, "find_spec", lambda _: None)
    lines: Any = Foreign(LINES)
    with pytest.raises(MissingExtraError, match="polars or pyarrow or pandas is not installed"):
        allocate_lines(lines, STOCK)
    with pytest.raises(MissingExtraError, match="duckdb is not installed"):
        files.installed_engine("duckdb")
    with pytest.raises(MissingExtraError, match="polars or duckdb or pyarrow or pandas is not"):
        files.installed_engine()


def test_without_narwhals_the_extra_is_named() -> None:
    source = "import sys; sys.modules['narwhals'] = None; import orderflow.frames"
    run = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=False, capture_output=True, text=True
    )
    assert "narwhals is not installed; install it with: pip install 'orderflow-" in run.stderr
