"""A database to try commands on, as a user has it: a file, and the command line alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.runner import flat, run

if TYPE_CHECKING:
    from typer.testing import Result

NOON = "2026-03-02T12:00"


class Shop:
    """A database of one seller in one warehouse.

    Attributes:
        db: Its file, or its URL.
    """

    def __init__(self, db: Path | str, *, seller: str = "acme", warehouse: str = "leeds") -> None:
        self.db = db
        self._seller = seller
        self._warehouse = warehouse

    def run(self, command: object, *arguments: object) -> Result:
        """Run a command on it; options for the seller and warehouse come from the environment."""
        environment = {
            "ORDERFLOW_DB": str(self.db),
            "ORDERFLOW_SELLER": self._seller,
            "ORDERFLOW_WAREHOUSE": self._warehouse,
        }
        return run(command, *arguments, environment=environment)

    def do(self, command: str, *arguments: object) -> str:
        """Run a command that must succeed; return what it prints."""
        result = self.run(command, *arguments)
        assert result.exit_code == 0, result.stderr
        return flat(result.stdout)

    def ask(self, command: str, *arguments: object) -> dict[str, Any]:
        """Run a command that must succeed; return its JSON."""
        result = self.run(command, *arguments, "--json")
        assert result.exit_code == 0, result.stderr
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def refused(self, command: str, *arguments: object) -> str:
        """Run a command that must be refused and change nothing; return the message."""
        before = self.everything()
        result = self.run(command, *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert self.everything() == before
        return flat(result.stderr)

    def wrong(self, command: str, *arguments: object) -> str:
        """Run an invalid command that must change nothing; return the message."""
        before = self.everything()
        result = self.run(command, *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Traceback" not in result.stderr
        assert self.everything() == before
        return flat(result.stderr)

    def everything(self) -> str:
        """Return everything in the database."""
        with closing(sqlite3.connect(self.db)) as connection:
            return "\n".join(connection.iterdump())

    def status(self, order_id: str) -> str:
        """Return the status of an order."""
        return str(self.ask("show", order_id)["status"])

    def lines(self, order_id: str) -> dict[str, tuple[str, int, int]]:
        """Return the lines of an order by line id: SKU, quantity and allocated."""
        return {
            line["line_id"]: (line["sku"], line["quantity"], line["allocated"])
            for line in self.ask("show", order_id)["lines"]
        }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a database with 5 MUG, no TEA, and an order of 3 MUG and 2 CUP, which waits."""
    path = tmp_path / "shop.db"
    path.write_bytes(_file_of_the_shop())
    return Shop(path)


@cache
def _file_of_the_shop() -> bytes:
    with TemporaryDirectory() as folder:
        made = Shop(Path(folder) / "shop.db")
        made.do("init")
        made.do("book-in", "MUG", 5, "--at", "2026-03-02T08:00Z")
        made.do("announce", "R-0", "TEA", 1, "2026-03-09T00:00Z", "--at", "2026-03-02T08:00Z")
        made.do("withdraw", "R-0", "--at", "2026-03-02T09:00Z")
        made.do("place", "A-1", "MUG=3", "CUP=2", "--at", f"{NOON}Z")
        assert [each.name for each in Path(folder).iterdir()] == ["shop.db"]
        return Path(folder, "shop.db").read_bytes()
