from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.databases import postgres_url
from tests.databases.server import Server, binaries


def test_each_database_is_empty_and_gone_afterwards() -> None:
    with postgres_url() as first, postgres_url() as second:
        assert first.database != second.database
        engine = create_engine(first)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM orderflow_stock")) == 0
            names = connection.scalars(text("SELECT datname FROM pg_database")).all()
            assert {first.database, second.database} <= {*names}
        engine.dispose()
    with postgres_url() as third:
        engine = create_engine(third)
        with engine.connect() as connection:
            left = connection.scalars(text("SELECT datname FROM pg_database")).all()
        engine.dispose()
        assert not {first.database, second.database} & {*left}


def test_a_server_that_was_killed_has_what_was_committed() -> None:
    server = Server(binaries())
    try:
        server.start()
        engine = create_engine(server.url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 1 AS value"))
        engine.dispose()
        server.kill()
        server.start()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT value FROM kept")) == 1
        engine.dispose()
    finally:
        server.remove()


def test_a_server_ends_with_the_process_that_started_it() -> None:
    script = """
from tests.databases.server import Server, binaries
server = Server(binaries())
server.start()
print(server.url.query["host"], flush=True)
input()
"""
    with subprocess.Popen(  # noqa: S603 - this Python
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while folder.exists() and time.monotonic() < until:  # it is removed after the kill
        time.sleep(0.02)
    assert not folder.exists()
