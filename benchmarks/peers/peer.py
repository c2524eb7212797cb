"""Which packages are measured, in which ways, and what makes each comparison unfair.

Each package has a module that opens a shop with it. Only `open_shop` imports that module, so the
rest works without the packages.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.workloads import Backlog

__all__ = ["PEERS", "Peer", "Shop", "Storage", "require_durability"]

Storage = Literal["full", "relaxed", "memory"]
"""A file whose commits wait for the disk, or one whose commits do not, or no file."""


class Shop(Protocol):
    """A shop that has the stock of a backlog, and can place its orders."""

    def placing(self) -> Sequence[Callable[[], object]]:
        """Return what places each order, in a transaction of its own."""
        ...

    def reserved(self) -> Mapping[str, int]:
        """Return how many units of each SKU are reserved."""
        ...

    def close(self) -> None:
        """Close the database."""
        ...


@attrs.frozen(kw_only=True)
class Peer:
    """A package to measure.

    Attributes:
        package: Its name on the index.
        module: The module of `benchmarks.peers` whose `Shop` uses it.
        ways: In which ways it is measured: a storage, or `short` for relaxed with too little stock.
        unlike: What it does or leaves out that makes the comparison unfair.
    """

    package: str
    module: str
    ways: tuple[str, ...]
    unlike: str

    def version(self) -> str | None:
        """Return the version that is installed, if any."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None

    def case_names(self) -> Sequence[str]:
        """Return the names of its cases."""
        return [f"peers/{self.package}/{way}" for way in self.ways]

    def open_shop(self, backlog: Backlog, storage: Storage, folder: Path) -> Shop:
        """Open an empty shop with the stock of a backlog."""
        shop: Shop = import_module(f"benchmarks.peers.{self.module}").Shop(backlog, storage, folder)
        return shop


PEERS = (
    Peer(
        package="stateset-embedded",
        module="stateset_shop",
        ways=("relaxed", "short", "memory"),
        unlike=(
            "written in Rust, called from Python; also writes prices, a text index and an outbox; "
            "serves its back orders too, without a choice of policy; placing takes no command id, "
            "so an order that is sent twice is there twice; commits never wait for the disk"
        ),
    ),
    Peer(
        package="eventsourcing",
        module="eventsourcing_shop",
        ways=("full", "memory"),
        unlike=(
            "a framework: the product and the order are two classes of this benchmark; stores "
            "events only, and finds them only by id; no back orders, no command id; commits always "
            "wait for the disk"
        ),
    ),
    Peer(
        package="django-oscar",
        module="oscar_shop",
        ways=("full", "relaxed"),
        unlike=(
            "a whole web shop; also writes prices, taxes and titles, through an ORM; its baskets "
            "are there before the clock starts; does not check the stock; no back orders, no "
            "command id, no events"
        ),
    ),
)


def require_durability(storage: Storage, journal_mode: str, synchronous: int) -> None:
    """Check that a database of SQLite is as durable as the other side.

    Raises:
        ValueError: If it is not.
    """
    wanted = ("wal", {"full": 2, "relaxed": 1}[storage])
    if (journal_mode, synchronous) != wanted:
        raise ValueError(f"journal mode and synchronous are {journal_mode, synchronous}: {wanted}")
