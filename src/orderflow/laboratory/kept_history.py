"""A history in a private file, from which every run reads it, and what it says of each order."""

from __future__ import annotations

import pickle
from array import array
from collections import Counter
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

import attrs

from orderflow.replay.entries import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderflow.replay.entries import Entry

__all__ = ["KeptHistory", "OrderFacts", "read_kept"]

_BATCH = 500
_NOBODY = -1


@attrs.define
class OrderFacts:
    """What a history says about its orders, whichever policy serves them.

    Attributes:
        lines: The number of lines of each order, in the order of the history.
        customers: The customer of each order, as a place in `names`; -1 if unknown.
        names: The customers.
        units: The units of each product that were ordered.
    """

    lines: array[int] = attrs.field(factory=lambda: array("L"))
    customers: array[int] = attrs.field(factory=lambda: array("l"))
    names: list[str] = attrs.field(factory=list)
    units: Counter[str] = attrs.field(factory=Counter)
    _known: dict[str, int] = attrs.field(factory=dict)

    def add(self, entry: Entry) -> None:
        """Add an order."""
        self.lines.append(len(entry.rows))
        place = _NOBODY
        if entry.customer:
            place = self._known.setdefault(entry.customer, len(self.names))
            if place == len(self.names):
                self.names.append(entry.customer)
        self.customers.append(place)
        for row in entry.rows:
            self.units[row.sku] += row.units


class KeptHistory:
    """The entries of a history, in a file that only this user can read.

    Attributes:
        path: The file.
        facts: What the history says about its orders.
        rows: The number of its rows.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.facts = OrderFacts()
        self.rows = 0
        self._folder = TemporaryDirectory(prefix="orderflow-")
        self.path = Path(self._folder.name, "history")
        try:
            self._write(iter(entries))
        except BaseException:
            self._folder.cleanup()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._folder.cleanup()

    def _write(self, entries: Iterator[Entry]) -> None:
        with self.path.open("xb") as file:
            while batch := list(islice(entries, _BATCH)):
                for entry in batch:
                    self.rows += len(entry.rows)
                    if entry.kind is EntryKind.SALE:
                        self.facts.add(entry)
                pickle.dump(batch, file, protocol=5)


def read_kept(path: Path) -> Iterator[Entry]:
    """Yield the entries of a kept history."""
    with path.open("rb") as file:
        while True:
            try:
                batch: list[Entry] = pickle.load(file)  # noqa: S301 - nobody else can write it
            except EOFError:
                return
            yield from batch
