"""How long the reports over all orders of a shop take, and how much memory.

    python -m benchmarks.reporting [ORDERS]

A shop of one seller takes orders for 90 days, drawn as `market`, and keeps them in a SQLite file.
Each day some receipts come, a few of them late, and what is allocated leaves. Then each report is
asked for once. By default there are 100,000 orders.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.table import table
from benchmarks.workloads import MARKET, SEED, SELLER, WAREHOUSE, draw_lines
from orderflow import ExpectedReceipt, Order, OrderFlow, OrderLine, StockKey
from orderflow.adapters.sql import SqlRepository, open_database, upgrade
from orderflow.calendar import WarehouseCalendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orderflow import Seller
    from orderflow.ports import Repository

__all__ = ["main"]

ORDERS = 100_000
DAYS = 90
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=DAYS)
_PAGE = 400


def fill(repository: SqlRepository, orders: int) -> None:
    """Let a shop take orders for some days."""
    flow = OrderFlow(repository)
    random, acme = Random(SEED), flow.seller(SELLER)  # noqa: S311 - the same in every run
    drawn = [line for _, line in zip(range(orders), draw_lines(MARKET, 2 * orders), strict=False)]
    wanted = Counter[str]()
    for lines in drawn:
        wanted.update(sku for sku, units in lines for _ in range(units))
    coming: list[tuple[datetime, ExpectedReceipt]] = []
    for day in range(DAYS):
        begin = BEGIN + timedelta(days=day)
        for sku in sorted(wanted):
            if random.random() < 1 / 7:
                key, units = StockKey(SELLER, WAREHOUSE, sku), wanted[sku] * 7 // DAYS or 1
                at = begin + timedelta(days=random.randint(2, 9))
                receipt = ExpectedReceipt(f"R-{day}-{sku}", key, units, at)
                acme.announce(receipt, at=begin)
                coming.append((at + timedelta(days=random.choice([0, 0, 0, 3])), receipt))
        for _, receipt in (each for each in coming if each[0] <= begin):
            acme.book_in(receipt.key, receipt.quantity, receipt_id=receipt.receipt_id, at=begin)
        coming = [each for each in coming if each[0] > begin]
        of_day = list(_orders(drawn, day))
        for page in range(0, len(of_day), _PAGE):
            acme.place_many(of_day[page : page + _PAGE], at=begin + timedelta(hours=9))
        repository.together(SELLER, partial(_send, flow, begin))


def _orders(drawn: Sequence[Sequence[tuple[str, int]]], day: int) -> Iterator[Order]:
    at = BEGIN + timedelta(days=day, hours=9)
    for number in range(day * len(drawn) // DAYS, (day + 1) * len(drawn) // DAYS):
        yield Order(
            order_id=f"A-{number}",
            seller_id=SELLER,
            warehouse_id=WAREHOUSE,
            lines=tuple(
                OrderLine(str(place), sku, units)
                for place, (sku, units) in enumerate(drawn[number], 1)
            ),
            placed_at=at,
            promised_by=at + timedelta(days=3),
            custom_fields={"Total": f"{number % 300}.50"},
        )


def _send(flow: OrderFlow, begin: datetime, repository: Repository) -> None:
    acme = flow.on(repository).seller(SELLER)
    for order in acme.orders("ALLOCATED"):
        acme.send_to_warehouse(order.order_id, at=begin + timedelta(hours=10))
        acme.despatch(order.order_id, at=begin + timedelta(hours=14))


def reports(acme: Seller) -> dict[str, Callable[[], object]]:
    """Return how each report is asked for."""
    calendar = WarehouseCalendar(time_zone=UTC)
    return {
        "backlog": lambda: acme.backlog(value_field="Total", at=END),
        "backlog as of the middle": lambda: acme.backlog(as_of=BEGIN + (END - BEGIN) / 2, at=END),
        "exceptions": lambda: acme.exceptions(at=END),
        "low stock": lambda: acme.low_stock(at=END),
        "service levels": lambda: acme.service_levels(calendar, at=END),
    }


def main(arguments: Sequence[str]) -> int:
    """Fill a shop, ask for each report, and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", nargs="?", type=int, default=ORDERS)
    orders = parser.parse_args(arguments).orders
    rows = []
    with TemporaryDirectory() as folder:
        engine = open_database(Path(folder, "shop.db"), create=True)
        upgrade(engine)
        repository = SqlRepository(engine, outbox=False)
        fill(repository, orders)
        acme = OrderFlow(repository).seller(SELLER)
        for name, report in reports(acme).items():
            begin = perf_counter()
            report()
            rows.append((name, f"{perf_counter() - begin:.1f} s"))
        waiting = acme.backlog(at=END).total.orders
        engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{orders:,} orders, {waiting:,} of them wait; {peak} MB at most, all in one\n"
    )
    sys.stdout.write(f"{table(('report', 'takes'), rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
