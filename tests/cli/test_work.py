"""`orderflow work`: one process does all, says how it is, and stops when it is asked to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat
from tests.cli.test_notices import DAY, settings
from tests.unit.adapters.servers import mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> FileShop:
    """Take an order in that goes on back order, and one whose hold has ended."""
    shop = FileShop(tmp_path)
    shop.do("place", "A", "MUG=2", "--at", f"{DAY}10:00")
    shop.do("hold", "A", "OTHER", "--until", f"{DAY}11:00", "--at", f"{DAY}10:01")
    return shop


def test_every_job_is_done_once(shop: FileShop) -> None:
    with mail_server() as (box, port):
        path = settings(shop, port)
        first = shop.run("work", "--once", "--settings", path)
        again = shop.run("work", "--once", "--settings", path, "--json")
    assert (first.exit_code, first.stdout) == (
        0,
        "something was due for 1 seller; messages handled: 4\n",
    )
    assert len(box.envelopes) == 1
    assert json.loads(again.stdout) == {
        "queues_served": 0,
        "sellers_due": 0,
        "sent": 0,
        "failed": 0,
        "dead": 0,
        "unreadable": [],
        "digests_sent": 0,
        "failures": [],
        "digest_failures": [],
        "errors": {},
    }


def test_what_could_not_be_sent_is_reported(shop: FileShop) -> None:
    daily = {"ON_BACK_ORDER": "DAILY"}
    shop.do("place", "B", "MUG=2")
    with mail_server() as (box, port):
        path = settings(shop, port, kinds=daily, digest_at="00:00")
        box.data_answer = "451 not now"
        result = shop.run("work", "--once", "--settings", path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["failed"], len(found["failures"]), found["errors"]) == (1, 1, {})
    assert "not sent: A: NoticeError" in flat(result.stderr)
    assert "the next attempt is due at" in flat(result.stderr)


def test_without_notices_it_needs_no_settings(shop: FileShop) -> None:
    without = ("--without", "NOTICES", "--without", "DIGESTS")
    assert shop.do("work", "--once", *without) == "something was due for 1 seller"
    missing = shop.run("work", "--once", "--settings", shop.folder / "none.toml")
    assert missing.exit_code == 2
    assert "none.toml: $: cannot be read" in flat(missing.stderr)
    every = (*without, "--without", "DUE", "--without", "RECOVERY")
    assert "'--without'" in shop.run("work", "--once", *every).stderr


def test_a_job_that_failed_is_reported(shop: FileShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("orderflow.OrderFlow.recover", fail)
    result = shop.run("work", "--once", "--without", "NOTICES", "--without", "DIGESTS")
    assert result.exit_code == 2
    assert result.stdout == "something was due for 1 seller\n"
    assert result.stderr.startswith("RECOVERY failed: ZeroDivisionError at tests.cli.test_work.")
    assert result.stderr.count("RECOVERY") == 1
    again = shop.run("work", "--once", "--without", "NOTICES", "--without", "DIGESTS")
    assert again.stdout == ""


def test_a_port_that_is_taken_is_named(shop: FileShop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ("--without", "NOTICES", "--without", "DIGESTS", "--health-port", port)
        result = shop.run("work", *options)
    assert result.exit_code == 2
    assert f"'--health-port': port {port} of 127.0.0.1 cannot be used" in flat(result.stderr)


def test_an_address_without_a_port_is_refused(shop: FileShop) -> None:
    assert "'--health-host': needs --health-port" in shop.wrong(
        "work", "--health-host", "localhost"
    )


# As a process


@contextmanager
def worker(shop: FileShop, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start a worker, and wait until it answers at its port."""
    given = ("work", "--db", str(shop.db), "--health-port", "0", "--interval", "0.1", *options)
    with subprocess.Popen(  # noqa: S603 - this package
        [sys.executable, "-m", "orderflow", *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_after_the_present_step(shop: FileShop, end: signal.Signals) -> None:
    with mail_server() as (box, port), worker(shop, "--settings", str(settings(shop, port))) as one:
        assert one.stdout is not None
        assert one.stderr is not None
        address = re.findall(r"http://\S+", one.stderr.readline())[0]
        assert one.stdout.readline() == "something was due for 1 seller; messages handled: 4\n"
        health = _asked(address)
        one.send_signal(end)
        output, messages = one.communicate(timeout=60)
    assert (one.returncode, output, messages) == (0, "", "")
    assert (health["ready"], health["dead_messages"]) == (True, 0)
    assert len(box.envelopes) == 1


def _asked(address: str) -> dict[str, Any]:
    with urlopen(address, timeout=60) as answer:  # noqa: S310 - a port of this machine
        found: dict[str, Any] = json.load(answer)
    return found


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_a_second_signal_ends_it_at_once(shop: FileShop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a mail server that never answers
        path = settings(shop, silent.getsockname()[1])
        with worker(shop, "--settings", str(path)) as one:
            connection, _ = silent.accept()
            with connection:
                while one.poll() is None:
                    one.send_signal(signal.SIGTERM)
        assert one.returncode == -signal.SIGTERM
