"""A process of a shop, which does what it reads from its input, one line after the other.

It is run with the source of one release or another: `python one_process.py URL`.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import create_engine

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlOutbox, SqlRepository, open_database, upgrade
from orderflow.checking import check
from orderflow.codec import dumps, loads

LATE = datetime(2030, 1, 1, tzinfo=UTC)


def main() -> None:
    """Answer each line by one line."""
    url = sys.argv[1]
    path = url.removeprefix("sqlite:///")
    engine = create_engine(url) if path == url else open_database(path, create=True)
    repository = SqlRepository(engine)
    for line in sys.stdin:
        task, _, text = line.strip().partition(" ")
        sys.stdout.write(f"{json.dumps(answer(engine, repository, task, text))}\n")
        sys.stdout.flush()


def answer(engine: Any, repository: SqlRepository, task: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    """Do a task, and return what it answers."""
    flow = OrderFlow(repository, orders_max=2)
    match task:
        case "upgrade":
            return upgrade(engine)
        case "handle":
            return dumps(attrs.evolve(flow.handle(loads(text)), queue_index=()))
        case "relay":
            outbox = SqlOutbox(engine)
            messages = outbox.claim(LATE, timedelta(minutes=1), int(text))
            for message in messages:
                outbox.mark_sent([message])
            return [message.message_id for message in messages]
        case "orders":
            return [dumps(order) for order in flow.seller(text).orders()]
        case _:
            return [each.finding for each in check(repository).violations]


if __name__ == "__main__":
    main()
