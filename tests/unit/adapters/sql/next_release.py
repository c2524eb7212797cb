"""The source of an artificial next release: it adds to the tables and to an event.

Its migration is one that a release may bring: a column that may be empty, and a table.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import orderflow
from orderflow.adapters.sql.revision import NEXT, REVISION

__all__ = ["PRESENT", "make_next_release"]

PRESENT = Path(orderflow.__file__).parent

MIGRATION = """
from alembic import context, op
from sqlalchemy import Column, String

revision = "{revision}"
down_revision = "{before}"
tables = context.config.attributes["tables"]


def upgrade():
    names = {{"table_name": tables.prefix + "orders", "schema": tables.schema}}
    op.add_column(column=Column("sales_channel", String(40)), **names)
    op.create_table(tables.prefix + "channels", Column("name", String(40)), schema=tables.schema)
"""
CHANGES = {
    "adapters/sql/revision.py": ('REVISION = "{before}"', 'REVISION = "{revision}"'),
    "adapters/sql/tables.py": (
        'Column("erased_at", _MOMENT),',
        'Column("erased_at", _MOMENT), Column("sales_channel", String(40)),',
    ),
    "adapters/sql/rows.py": (
        '"pinned": order.pinned,',
        '"pinned": order.pinned, "sales_channel": "web",',
    ),
    "codec/formats.py": (
        "ADDED: dict[str, tuple[str, ...]] = {{",
        'ADDED: dict[str, tuple[str, ...]] = {{"OrderPinned": ("sales_channel",),',
    ),
    "domain/model/events.py": (
        "class OrderPinned(OrderEventFields):",
        "class OrderPinned(OrderEventFields):\n    sales_channel: str | None = None\n",
    ),
}


def make_next_release(folder: Path) -> Path:
    """Copy the source of this release, change the copy, and return the path to import from."""
    package = folder / "orderflow"
    shutil.copytree(PRESENT, package, ignore=shutil.ignore_patterns("__pycache__"))

    names = {"before": REVISION, "revision": NEXT}
    for name, change in CHANGES.items():
        path = package / name
        text = path.read_text(encoding="utf-8")
        old, new = (each.format(**names) for each in change)
        assert text.count(old) == 1, f"{old} is not once in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    step = package / "adapters/sql/migrations/versions" / f"{NEXT}_channel.py"
    step.write_text(MIGRATION.format(**names), encoding="utf-8")
    return folder
