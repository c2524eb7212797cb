"""Small histories to replay: written by hand, generated, or the first lines of the real one."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import MemoryRepository
from orderflow.replay import (
    SELLER,
    Entry,
    EntryKind,
    Replay,
    ReplenishmentRule,
    Row,
    Settings,
    read_history,
)
from orderflow.replay.generator import COLUMNS, Shop, cells_of, generate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orderflow import Order
    from orderflow.replay import History

REAL = Path(__file__).parents[3] / "shared" / "data" / "online_retail_ii/online_retail_II.csv.gz"
needs_real_history = pytest.mark.skipif(
    not REAL.exists(), reason="Online Retail II is not beside the checkout, in ../shared/data"
)

SMALL = Shop(orders=200, customers=40)
"""Some orders wait in it, some are cancelled, some stock breaks."""

NOTHING_COMES = ReplenishmentRule(
    opening_units=0, level_units=0, cover_days=0, lead_days_min=3_000, lead_days_max=3_000
)
"""No stock but what a test says: what is ordered comes after years."""

HEADER = ",".join(COLUMNS)


def at(text: str) -> datetime:
    """Read a moment of March 2026, such as '2 09:30', in UTC; London has no other time then."""
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def entry(
    moment: str, order_id: str, units: Mapping[str, int], customer: str = "77", **kind: EntryKind
) -> Entry:
    """Make an entry: a sale, unless the kind is said."""
    return entry_of_lines(moment, order_id, list(units.items()), customer, **kind)


def entry_of_lines(
    moment: str,
    order_id: str,
    lines: Iterable[tuple[str, int]],
    customer: str = "77",
    kind: EntryKind = EntryKind.SALE,
) -> Entry:
    """Make an entry whose lines may repeat a product."""
    rows = tuple(Row(sku, units) for sku, units in lines)
    return Entry(kind, order_id, at(moment), customer, rows)


def replayed(
    *entries: Entry, opening: Mapping[str, int], settings: Settings | None = None
) -> Replay:
    """Replay entries against an opening stock, up to the last of them."""
    run = Replay(
        settings or Settings(rule=NOTHING_COMES), opening=opening, repository=MemoryRepository()
    )
    for each in entries:
        run.step(each)
    return run


def order(run: Replay, order_id: str) -> Order:
    return run.session.order(order_id)


def statuses(run: Replay) -> dict[str, str]:
    return {each.order_id: each.status.value for each in run.session.flow.seller(SELLER).orders()}


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    """Write a file of these rows."""
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def row(
    invoice: str = "1001",
    sku: str = "MUG",
    *,
    quantity: str = "1",
    time: str = "2026-03-02 09:00:00",
    price: str = "1.0",
    customer: str = "77",
) -> str:
    """Write a row of Online Retail II."""
    return f"{invoice},{sku},a thing,{quantity},{time},{price},{customer},France"


def write_shop(path: Path, shop: Shop = SMALL) -> Path:
    """Write the history of a generated shop, in gzip if the path says so."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for each in generate(shop):
            writer.writerows(cells_of(each))
    return path


def write_real(path: Path, rows: int, *, skip: int = 0) -> Path:
    """Copy the header of the real history, and some rows of it."""
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as real:
        header = next(real)
        path.write_text(header + "".join(islice(real, skip, skip + rows)), encoding="utf-8")
    return path


def read(path: Path, **options: Any) -> tuple[Sequence[Entry], History]:  # noqa: ANN401
    """Read a whole file."""
    with read_history(path, **{"time_zone": "Europe/London", **options}) as history:
        return list(history), history
