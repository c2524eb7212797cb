"""A database, and a folder beside it with the files to import."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

HEADER = "order_id,sku,quantity,placed_at"


class FileShop(Shop):
    """A database with nothing in it, and files.

    Attributes:
        folder: Where all of them are.
    """

    def __init__(self, folder: Path, *, seller: str = "acme") -> None:
        super().__init__(folder / "shop.db", seller=seller)
        self.folder = folder
        self.do("init")

    def write(self, *rows: str, header: str = HEADER, name: str = "orders.csv") -> Path:
        """Write a file of these rows."""
        path = self.folder / name
        path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        return path

    def take_in(self, file: object, *options: object) -> Result:
        """Import a file."""
        return self.run("import", file, *options)

    def report(self, file: object, *options: object, code: int = 0) -> dict[str, Any]:
        """Import a file; return its JSON."""
        result = self.take_in(file, *options, "--json")
        assert result.exit_code == code, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def orders(self) -> dict[str, str]:
        """Return the statuses of all orders, by their ids."""
        listed = self.ask("orders", "--limit", "0", "--seller", "acme")["orders"]
        return {each["order_id"]: each["status"] for each in listed}
