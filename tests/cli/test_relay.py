"""The outbox on the command line: messages as lines, and those that are dead."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.sql import SqlOutbox, open_database
from orderflow.cli.commands import relay
from orderflow.codec import from_data
from orderflow.domain.model.events import OrderPlaced
from tests.cli.shop import Shop, shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.ports import OutboxMessage

__all__ = ["shop"]


@pytest.fixture(name="outbox")
def _outbox(shop: Shop) -> Iterator[SqlOutbox]:
    engine = open_database(shop.db)
    yield SqlOutbox(engine)
    engine.dispose()


def test_messages_are_handed_on_once(shop: Shop) -> None:
    lines = shop.run("relay").stdout.splitlines()
    messages = [json.loads(line) for line in lines]
    (placed,) = (each for each in messages if each["event"]["type"] == "OrderPlaced")
    assert from_data(placed["event"], OrderPlaced).order_id == "A-1"
    assert len({each["message_id"] for each in messages}) == len(messages)
    again = shop.run("relay")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "handed on: 0 messages" in again.stderr


def test_at_most_the_limit_is_handed_on(shop: Shop) -> None:
    assert len(shop.run("relay", "--limit", 2).stdout.splitlines()) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_no_message_fails_because_the_output_is_full(shop: Shop) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - this package
            [sys.executable, "-m", "orderflow", "relay", "--db", str(shop.db)],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert done.returncode == 2
    assert b"the output cannot be written" in done.stderr
    with closing(sqlite3.connect(shop.db)) as connection:
        assert connection.execute("SELECT max(attempts) FROM orderflow_outbox").fetchone() == (0,)


def kill(outbox: SqlOutbox) -> list[OutboxMessage]:
    claimed = outbox.claim(datetime.now(UTC), timedelta(minutes=1), 100)
    of_order = [message for message in claimed if message.subject == "A-1"]
    outbox.mark_failed(of_order[0], "SMTPServerDisconnected: gone", None)
    outbox.give_back(of_order[1:])
    return of_order


def test_a_dead_message_is_listed_and_tried_again(shop: Shop, outbox: SqlOutbox) -> None:
    dead, *_ = kill(outbox)
    (row,) = shop.ask("dead-letters")["dead_letters"]
    assert (row["message_id"], row["event"]) == (dead.message_id, "OrderPlaced")
    assert "SMTPServerDisconnected: gone" in shop.do("dead-letters")
    assert not [line for line in shop.run("relay").stdout.splitlines() if '"A-1"' in line]
    assert shop.ask("dead-letters", "--revive", dead.message_id)["dead_letters"] == []
    assert dead.message_id in shop.run("relay").stdout


def test_all_dead_messages_are_tried_again(shop: Shop, outbox: SqlOutbox) -> None:
    dead, *_ = kill(outbox)
    assert shop.ask("dead-letters", "--revive-all")["dead_letters"] == []
    assert dead.message_id in shop.run("relay").stdout


def test_a_message_that_cannot_be_written_is_reported(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise ValueError("no such event")

    monkeypatch.setattr(relay, "to_data", refuse)
    result = shop.run("relay")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the others will be retried, or are dead letters: see" in result.stderr


def test_a_dead_message_is_deleted(shop: Shop, outbox: SqlOutbox) -> None:
    dead, second, *_ = kill(outbox)
    assert shop.ask("dead-letters", "--discard", dead.message_id)["dead_letters"] == []
    printed = shop.run("relay").stdout
    assert f'"{dead.message_id}"' not in printed
    assert f'"{second.message_id}"' in printed


def test_a_message_that_is_not_dead_is_named(shop: Shop) -> None:
    for option in ("--revive", "--discard"):
        message = shop.refused("dead-letters", option, "acme:999")
        assert "no dead letter has the id 'acme:999'; orderflow dead-letters" in message
