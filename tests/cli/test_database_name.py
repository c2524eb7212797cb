"""What `--db` names, and that no message has its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat, run
from tests.databases import postgres

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "7e4f"
HERE = "127.0.0.1:1"  # where no server is

URLS = [
    f"mysql://u:{HIDDEN}@h/db",
    f"mysql://u:{HIDDEN}@h:port/db",
    f"mysql://u:x/{HIDDEN}@h/db",
    f"mysql://u:x {HIDDEN}@h/db",
    f"mysql://u:x@{HIDDEN}@h/db",
    f"mysql://:{HIDDEN}@h/db",
    f"mysql://u:{HIDDEN}",
    f"mysql:////u:{HIDDEN}@h/db",
    f"nothing://u:{HIDDEN}@h/db?x=1",
    f"jdbc:postgresql://u:{HIDDEN}@h/db",
    f"POSTGRESQL://u:{HIDDEN}@h/db",
    f"postgresql+nothing://u:{HIDDEN}@h/db",
    f"postgresql+asyncpg://u:{HIDDEN}@{HERE}/db",
    f"postgresql+psycopg://u:{HIDDEN}@{HERE}/db",
    f"postgresql+psycopg://u:{HIDDEN}@[::1/db",
    f"postgresql+psycopg://u:p@{HIDDEN}@{HERE}/db",
    f"postgresql+psycopg://u:p@{HIDDEN}/x@{HERE}/db",
    f"postgresql+psycopg://u:p@{HIDDEN}?x@{HERE}/db",
    f"postgresql+psycopg://u:p@{HIDDEN}:1/x@{HERE}/db",
    f"postgresql+psycopg://u:p%40{HIDDEN}@{HERE}/db",
    f"postgresql+psycopg://u:{HIDDEN}%zz@{HERE}/db",
    f"postgresql+psycopg://u:%37%65%34%66@{HERE}/db",
    f"postgresql+psycopg://{HERE}/db?password={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db?passw%6frd={HIDDEN}&sslpassword={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db?passwort={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db?conninfo=password%3D{HIDDEN}%20{HIDDEN}",
    f"postgresql+psycopg://{HERE}/db?plugin={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db?host=u:{HIDDEN}@h",
    f"postgresql+psycopg://{HERE}/db?connect_timeout={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db;password={HIDDEN}",
    f"postgresql+psycopg://{HERE}/db&password={HIDDEN}",
    f"postgresql+psycopg2://u:{HIDDEN}@{HERE}/db?nothing={HIDDEN}",
    f"postgresql:/u:{HIDDEN}@h/db",
    f"postgresql:u:{HIDDEN}@h/db",
    f"//u:{HIDDEN}@h/db",
    f"u:{HIDDEN}@h/db",
    f"sqlite://u:{HIDDEN}@h/shop.db",
    f"sqlite:///shop.db?key={HIDDEN}",
    f"file:shop.db?password={HIDDEN}",
    f"sqlite:///u:{HIDDEN}@h",
    f"u:{HIDDEN}@{'h' * 300}",
    f"u:{HIDDEN}@h\0",
    f"://u:{HIDDEN}@h/db",
    f"host=127.0.0.1 port=1 user=u password={HIDDEN}",
    f"host = 127.0.0.1 password = 'x {HIDDEN}'",
    f"PGPASSWORD={HIDDEN} host=h",
]


@pytest.mark.parametrize("db", URLS)
def test_no_message_has_the_password_of_a_url(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["orders"], ["init", "--json"]):
        result = run(*command, "--db", db)
        assert result.exit_code == 2, result.output
        assert flat(result.stderr).startswith("orderflow: ")
        for part in (HIDDEN, "%37%65%34%66", "p@"):
            assert part not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("db", [f"postgresql://u:{HIDDEN}@h/db", f"password={HIDDEN}"])
def test_the_demo_is_saved_to_files_alone(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("demo", "--orders", "1", "--db", db)
    assert result.exit_code == 2
    assert "neither a file name" in result.stderr
    assert HIDDEN not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ["import", "URL"],
        ["import", "FILE", "--rejects", "URL"],
        ["replay", "URL"],
        ["replacements", "A", "--replacements", "URL"],
        ["notify", "--settings", "URL"],
    ],
)
def test_no_message_has_the_password_of_a_url_that_is_given_for_a_file(
    command: list[str], tmp_path: Path
) -> None:
    shop = FileShop(tmp_path)
    url = f"https://u:{HIDDEN}@shop.example/a.csv?token={HIDDEN}"
    given = {"URL": url, "FILE": shop.write("A,,1,2026-03-02")}
    result = shop.run(*[given.get(each, each) for each in command])
    assert result.exit_code == 2
    assert "shop.example" in result.stderr
    assert HIDDEN not in result.output


def test_no_message_of_a_server_has_the_password() -> None:
    with postgres() as engine:
        url = engine.url.set(database="none").update_query_dict({"password": HIDDEN})
        result = run("orders", "--db", url.render_as_string(hide_password=False))
    assert result.exit_code == 2
    assert 'database "none" does not exist' in result.stderr
    assert HIDDEN not in result.output


@pytest.mark.parametrize(
    ("db", "name"),
    [
        (f"oracle://u:{HIDDEN}@db.example:1521/shop?x=1", "oracle://db.example:1521/shop is"),
        (f"mysql://u:{HIDDEN}@h/a b", "mysql://h/… is"),
        ("mysql://", "mysql:/// is"),
    ],
)
def test_a_url_is_named_without_user_and_options(db: str, name: str) -> None:
    assert f"orderflow: {name}" in flat(run("orders", "--db", db).stderr)


def test_a_file_may_have_any_name_once_it_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("init", "--db", "shop.db")
    (tmp_path / "shop.db").rename(tmp_path / "a:b@c.db")
    assert run("orders", "--db", "a:b@c.db").exit_code == 0
