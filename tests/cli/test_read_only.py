"""A database on read-only media can be read and checked, and a write gets a clear error."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database
from tests.databases.permissions import obey_permissions, read_only
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from pathlib import Path

READS = (
    "orders",
    "show A",
    "stock",
    "backorders",
    "explain A",
    "policies",
    "dead-letters",
    "check",
)
WRITES = ("init", "book-in MUG 1", "cancel A", "change-policy acme --queue PRIORITY", "relay")
SOURCE = """
import json, sys
from tests.cli.runner import flat, run
for command in sys.argv[2:]:
    done = run(*command.split(), environment={"ORDERFLOW_DB": sys.argv[1]})
    print(json.dumps([done.exit_code, done.stdout, flat(done.stderr)]))
"""


@pytest.fixture(name="db")
def _db(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    engine = open_database(folder / "shop.db", create=True)
    flow = OrderFlow(SqlRepository(engine))
    flow.seller("acme").book_in(key(), 1, at=NOON)
    flow.seller("acme").place(order("A", ("MUG", 2)), at=NOON)
    engine.dispose()
    return folder / "shop.db"


def run_all(db: Path, commands: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Run commands in a process that cannot write what is read-only."""
    done = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", SOURCE, str(db), *commands],
        check=True,
        stdout=subprocess.PIPE,
        preexec_fn=obey_permissions,
        timeout=120,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("protected", [("db",), ("parent",), ("db", "parent")])
def test_it_can_be_read_and_not_written(db: Path, protected: tuple[str, ...]) -> None:
    before = db.read_bytes()
    paths = [{"db": db, "parent": db.parent}[each] for each in protected]
    with read_only(*paths):
        done = run_all(db, READS + WRITES)
    read, written = done[: len(READS)], done[len(READS) :]
    for command, (exit_code, _, messages) in zip(READS, read, strict=True):
        assert (exit_code, messages) == (0, ""), command
    assert "ON_BACK_ORDER" in read[1][1]
    assert "no violations" in read[-1][1]
    for command, (exit_code, output, messages) in zip(WRITES, written, strict=True):
        assert (exit_code, output) == (2, ""), command
        assert "can only be read here, so nothing was saved" in messages, command
    assert db.read_bytes() == before


@pytest.mark.parametrize("with_shm", [False, True])
def test_changes_beside_it_are_read_with_their_index_and_refused_without(
    db: Path, tmp_path: Path, *, with_shm: bool
) -> None:
    copied = tmp_path / "copied"
    copied.mkdir()
    engine = open_database(db)
    OrderFlow(SqlRepository(engine)).seller("acme").book_in(key(), 1, at=NOON)
    for each in db.parent.iterdir():  # as a process that was killed leaves them
        if with_shm or not each.name.endswith("-shm"):
            shutil.copy(each, copied)
    engine.dispose()
    with read_only(copied):
        ((exit_code, output, messages),) = run_all(copied / "shop.db", ("show A",))
    if with_shm:
        assert (exit_code, messages) == (0, "")
        assert "ALLOCATED" in output
    else:
        assert (exit_code, output) == (2, "")
        assert "shop.db-wal has changes that are not in it yet; copy both files" in messages


def test_a_backup_with_another_journal_is_read_as_it_is(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "shop.db"),))
    with read_only(folder, folder / "shop.db"):
        (shown, written) = run_all(folder / "shop.db", ("show A", "cancel A"))
    assert (shown[0], written[0]) == (0, 2)
    assert "ON_BACK_ORDER" in shown[1]
    assert "can only be read here, so nothing was saved" in written[2]
