"""Orders of three lines, placed one by one by orderflow and by another package, in turn.

Both begin with the same stock: as much as all orders want, or too little (`short`). The clock runs
while the orders are placed. Afterwards, the reserved units of each product are compared with those
that the orders want, or that there are.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

import attrs

from benchmarks.case import ORDERFLOW, Case, Side
from benchmarks.peers.peer import PEERS
from benchmarks.workloads import OPENING, PLAIN, SELLER, draw
from orderflow import MemoryRepository, OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.peers.peer import Peer, Shop, Storage
    from benchmarks.workloads import Backlog

    Open = Callable[[Backlog, Storage, Path], Shop]

__all__ = ["OrderflowShop", "cases", "sides"]


def cases(*, quick: bool, peers: Sequence[Peer] = PEERS) -> Iterable[Case]:
    """Return a case for each way of each package."""
    for peer in peers:
        for way, name in zip(peer.ways, peer.case_names(), strict=True):
            prepare = partial(sides, peer, way, 60 if quick else 300)
            yield Case(name=name, per="line", prepare=prepare, rounds=3 if quick else 9)


def sides(peer: Peer, way: str, orders: int) -> dict[str, Side]:
    """Return both sides of a case."""
    backlog = draw(PLAIN, orders * 3)
    if way != "short":
        wanted = _wanted(backlog)
        enough = tuple(attrs.evolve(each, on_hand=wanted[each.key.sku]) for each in backlog.stock)
        backlog = attrs.evolve(backlog, stock=enough)
    storage = cast("Storage", "relaxed" if way == "short" else way)
    return {
        ORDERFLOW: partial(_place, OrderflowShop, backlog, storage),
        f"{peer.package} {peer.version()}": partial(_place, peer.open_shop, backlog, storage),
    }


def _wanted(backlog: Backlog) -> Counter[str]:
    wanted = Counter[str]()
    for order in backlog.orders:
        for line in order.lines:
            wanted[line.sku] += line.quantity
    return wanted


def _place(open_shop: Open, backlog: Backlog, storage: Storage) -> float:
    with tempfile.TemporaryDirectory() as folder:
        shop = open_shop(backlog, storage, Path(folder))
        placing = shop.placing()
        begun = perf_counter()
        for place in placing:
            place()
        seconds = perf_counter() - begun
        reserved = dict(shop.reserved())
        shop.close()
    wanted = _wanted(backlog)
    expected = {each.key.sku: min(each.on_hand, wanted[each.key.sku]) for each in backlog.stock}
    if reserved != expected:
        raise ValueError(f"{open_shop}: reserved {reserved}, not {expected}")
    return seconds / backlog.lines


class OrderflowShop:
    """A shop with orderflow."""

    def __init__(self, backlog: Backlog, storage: Storage, folder: Path) -> None:
        self._backlog = backlog
        self._engine = None
        if storage == "memory":
            flow = OrderFlow(MemoryRepository())
        else:
            path = folder / "shop.db"
            self._engine = open_database(path, create=True, durability=storage)
            flow = OrderFlow(SqlRepository(self._engine))
        self._seller = flow.seller(SELLER)
        for stock in backlog.stock:
            self._seller.count(stock.key, stock.on_hand, at=OPENING)

    def placing(self) -> Sequence[Callable[[], object]]:
        """Return what places each order."""
        return [partial(self._seller.place, order, at=OPENING) for order in self._backlog.orders]

    def reserved(self) -> Mapping[str, int]:
        """Return how many units of each SKU are reserved."""
        return {each.key.sku: each.allocated for each in self._seller.stock()}

    def close(self) -> None:
        """Close the database."""
        if self._engine is not None:
            self._engine.dispose()
