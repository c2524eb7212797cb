"""The database itself: made, found, looked at, and shared by several sellers."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from orderflow.adapters.sql import Tables
from orderflow.adapters.sql.revision import NEXT
from tests.cli.runner import flat, run, run_json
from tests.cli.shop import Shop, shop
from tests.databases import postgres
from tests.databases.processes import pool_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

__all__ = ["shop"]


def test_without_a_database_it_says_how_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    result = run("orders", "--db", file)
    assert result.exit_code == 2
    expected = (
        f"orderflow: there is no database at {file}; create one with: orderflow init --db {file}"
    )
    assert flat(result.stderr) == expected
    assert not file.exists()


def test_it_is_created_once_and_its_policy_stays(tmp_path: Path) -> None:
    new = Shop(tmp_path / "new.db")
    assert new.ask("init", "--partial-allocation", "never")["is_new"] is True
    assert new.ask("init")["is_new"] is False
    assert "its default policy stays" in new.do("init")
    assert "has another default policy" in new.refused("init", "--queue", "priority")
    (usual,) = new.ask("policies")["policies"]
    assert usual["policy"]["partial_allocation"] == "NEVER"
    assert "default queue FIRST_COME, rationing STRICT" in new.do("policies")


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    new = Shop(tmp_path / "new.db")
    (tmp_path / "new.db").touch()
    result = new.run("orders")
    assert result.exit_code == 2
    assert "has no tables of orderflow yet; create them with: orderflow init --db" in result.stderr
    new.do("init", "--queue", "priority")
    assert new.ask("policies")["policies"][0]["policy"]["queue"] == "PRIORITY"


def test_an_invalid_policy_is_named_and_nothing_is_created(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    result = run("init", "--db", file, "--urgent-from", 5)
    assert "'--urgent-from': must be given exactly when" in flat(result.stderr)
    assert not file.exists()


def test_a_policy_changes_while_orders_wait(shop: Shop) -> None:
    held = shop.lines("A-1")
    never = ("change-policy", "acme", "--partial-allocation", "never", "--command-id", "1")
    previewed = shop.run(*never, "--dry-run")
    assert "nothing was saved" in previewed.stderr
    shown = flat(previewed.stdout)
    assert "new policy: queue FIRST_COME, rationing STRICT, partial allocation NEVER" in shown
    assert "A-1" in shown
    assert shop.lines("A-1") == held
    assert shop.ask(*never)["outcome"]["policy"]["partial_allocation"] == "NEVER"
    assert {allocated for _, _, allocated in shop.lines("A-1").values()} == {0}
    assert "no violations" in shop.do("check")
    assert "PolicyChanged" in shop.do("events")


def test_the_same_policy_changes_nothing(shop: Shop) -> None:
    shop.do("change-policy", "acme", "--queue", "priority")
    assert "Nothing has changed" in shop.do("change-policy", "acme", "--queue", "priority")


def test_the_policy_in_force_of_each_seller_is_listed_and_the_default(shop: Shop) -> None:
    result = shop.run("change-policy", "toys", "--queue", "priority", "--new")
    assert "new seller 'toys'" in flat(result.stderr)
    acme, toys, default = shop.ask("policies")["policies"]
    assert (acme["seller_id"], acme["is_own"], acme["policy"]) == ("acme", False, default["policy"])
    assert (toys["seller_id"], toys["is_own"], toys["policy"]["queue"]) == (
        "toys",
        True,
        "PRIORITY",
    )
    assert (default["seller_id"], default["policy"]["queue"]) == ("", "FIRST_COME")
    assert 'toys,"queue PRIORITY, rationing STRICT' in shop.run("policies", "--csv").stdout


@pytest.mark.parametrize("url", ["{}", "sqlite:///{}"])
def test_the_database_is_named_by_file_or_url(shop: Shop, url: str) -> None:
    listed = run_json("orders", "--db", url.format(shop.db))
    assert [order["order_id"] for order in listed["orders"]] == ["A-1"]


@pytest.mark.parametrize(
    ("db", "message"),
    [
        ("nothing://here", "is neither SQLite nor PostgreSQL"),
        ("postgresql+nothing://here", "is not a database URL"),
        ("://", "is not a database URL"),
        ("postgresql+psycopg://127.0.0.1:1/none", "connection"),
        ("sqlite://", "is not the name of a file; try"),
        ("sqlite:///:memory:", "is not the name of a file; try"),
        ("file:shop.db?mode=ro", "is not the name of a file; try"),
        ("sqlite:///shop.db?mode=ro", "has options, which orderflow sets itself; name the file"),
        ("oracle://here", "is neither SQLite nor PostgreSQL; try postgresql+psycopg://"),
    ],
)
def test_an_unreachable_url_is_named(db: str, message: str) -> None:
    result = run("orders", "--db", db)
    assert result.exit_code == 2
    assert message in flat(result.stderr)


def test_a_file_that_is_not_a_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk, bread, and a text that is longer than the head of a database file" * 3)
    before = file.read_bytes()
    for command in ("orders", "init", "check"):
        result = run(command, "--db", file)
        assert result.exit_code == 2
        assert "cannot be opened as a database" in flat(result.stderr)
    assert file.read_bytes() == before


def test_postgresql_works_the_same() -> None:
    with postgres() as engine:
        Tables.default().metadata.drop_all(engine)
        far = Shop(engine.url.render_as_string(hide_password=False))
        assert far.ask("init", "--partial-allocation", "never")["is_new"] is True
        assert far.ask("init")["is_new"] is False
        far.do("book-in", "MUG", 2)
        far.do("place", "A-1", "MUG=3")
        assert far.status("A-1") == "ON_BACK_ORDER"
        assert far.lines("A-1") == {"1": ("MUG", 3, 0)}
        assert "no violations" in far.do("check")


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_tables_are_used_up_to_the_next_revision(tmp_path: Path, *, server: bool) -> None:
    with postgres() if server else closing_engine(tmp_path / "shop.db") as engine:
        Tables.default().metadata.drop_all(engine)
        place = engine.url.render_as_string(hide_password=False) if server else engine.url.database
        shop = Shop(str(place))
        shop.do("init")
        set_revision(engine, NEXT)
        shop.do("place", "A-1", "MUG=3")
        assert shop.ask("init")["revision"] == NEXT
        set_revision(engine, "0099")
        for command in (
            ("place", "A-2", "MUG=3"),
            ("orders",),
            ("check",),
            ("recover",),
            ("work", "--once", "--without", "notices", "--without", "digests"),
            ("init",),
        ):
            result = shop.run(*command)
            assert result.exit_code == 2, command
            assert "revision 0099" in flat(result.stderr)
        set_revision(engine, NEXT)
        assert [row["order_id"] for row in shop.ask("orders")["orders"]] == ["A-1"]


def set_revision(engine: Engine, number: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE orderflow_revision SET version_num = :new"), {"new": number}
        )


@contextmanager
def closing_engine(file: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def test_the_only_seller_and_warehouse_need_not_be_named(shop: Shop) -> None:
    assert run("show", "A-1", "--db", shop.db).exit_code == 0
    assert run("book-in", "MUG", 1, "--db", shop.db).exit_code == 0
    other = Shop(shop.db, seller="toys", warehouse="york")
    other.do("book-in", "MUG", 7)
    result = run("show", "A-1", "--db", shop.db)
    assert result.exit_code == 2
    assert "name a seller: there are 2 (acme, toys); or set ORDERFLOW_SELLER" in flat(result.stderr)


def test_no_seller_can_be_named_before_the_first(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    run("init", "--db", file)
    result = run("book-in", "MUG", 1, "--db", file)
    assert "name a seller: there is none yet" in flat(result.stderr)
    result = run("book-in", "MUG", 1, "--db", file, "--seller", "acme")
    assert "name a warehouse: there is none yet" in flat(result.stderr)


def test_sellers_do_not_see_each_other(shop: Shop) -> None:
    other = Shop(shop.db, seller="toys")
    other.do("book-in", "CUP", 9)
    assert shop.status("A-1") == "ON_BACK_ORDER"
    assert "seller 'toys' has no order 'A-1'" in other.refused("show", "A-1")
    everybody = run_json("stock", "--db", shop.db)["stock"]
    assert {row["seller_id"] for row in everybody} == {"acme", "toys"}


def test_a_check_finds_nothing_in_a_sound_database(shop: Shop) -> None:
    assert "no violations" in shop.do("check")
    found = shop.ask("check")
    assert (found["orders"], found["violations"], found["unserved"]) == (1, [], [])


def test_a_check_names_what_another_program_changed(shop: Shop) -> None:
    with closing(sqlite3.connect(shop.db)) as connection, connection:
        connection.execute("UPDATE orderflow_stock SET allocated = 2 WHERE sku = 'MUG'")
    result = shop.run("check")
    assert result.exit_code == 3
    assert "violations" in result.stdout
    assert "MUG" in result.stdout
    found = json.loads(shop.run("check", "--json").stdout)
    assert {each["seller_id"] for each in found["violations"]} == {"acme"}


def test_without_an_interruption_there_is_nothing_to_recover(shop: Shop) -> None:
    assert shop.ask("recover") == {"products": 0}
    assert "served to the end: 0" in shop.do("recover")


def test_recover_serves_unserved_queues(shop: Shop) -> None:
    with closing(sqlite3.connect(shop.db)) as connection, connection:
        connection.execute("UPDATE orderflow_stock SET is_unserved = 1 WHERE sku = 'MUG'")
    assert "unserved queues: 1; orderflow recover serves them" in shop.do("check")
    assert shop.ask("recover") == {"products": 1}
    assert shop.ask("check")["unserved"] == []


def test_processes_that_write_at_the_same_time_lose_nothing(shop: Shop) -> None:
    with pool_of(4) as pool:
        placed = list(pool.map(_place, [shop] * 8, range(8), timeout=120))
    assert placed == [0] * 8
    assert len(shop.ask("backorders", "CUP")["queue"]) == 9
    assert "no violations" in shop.do("check")


def _place(shop: Shop, number: int) -> int:
    return shop.run("place", f"B-{number}", "CUP=1").exit_code
