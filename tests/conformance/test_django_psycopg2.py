"""Where there is no psycopg, Django takes psycopg2."""

from __future__ import annotations

import subprocess
import sys

from tests.databases import postgres_url
from tests.docs.diagrams import ROOT

HOST = """
import os, sys
from datetime import UTC, datetime
sys.modules["psycopg"] = None  # not installed
import django
from django.conf import settings
from django.db import connections, transaction
from orderflow import ContentionError, Order, OrderFlow, OrderLine, Relay, StockKey
from orderflow.adapters.sql import SchemaError, SqlOutbox, SqlRepository
from orderflow.adapters.sql.django import DjangoTransactions

database = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": os.environ["PGDATABASE"],
    "OPTIONS": {"options": "-c lock_timeout=200ms"},
}
settings.configure(DATABASES={"default": database, "second": {**database}})
django.setup()
assert connections["default"].Database.__name__ == "psycopg2"
flows = [OrderFlow(SqlRepository(DjangoTransactions(each))) for each in connections]
acme, other = [flow.seller("acme") for flow in flows]
mugs = StockKey("acme", "leeds", "50% %s")
noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
acme.book_in(mugs, 3)
lines = (OrderLine("1", mugs.sku, 5),)
order = Order(
    order_id="A", seller_id="acme", warehouse_id="leeds", lines=lines, placed_at=noon
)
placed = acme.place(order).order
assert acme.order("A") == placed
told = []
notifier = type("Notifier", (), {"notify": lambda _, message: told.append(message.message_id)})()
Relay(SqlOutbox(DjangoTransactions()), notifier).run()
assert told == ["acme:1", "acme:2", "acme:3"], told
with transaction.atomic(using="second"):
    other.book_in(mugs, 1)
    try:
        acme.book_in(mugs, 1)
    except ContentionError as error:
        assert error.attempts == 5
    else:
        sys.exit("it has not waited")
with connections["default"].cursor() as cursor:
    cursor.execute("DROP TABLE orderflow_stock")
try:
    acme.book_in(mugs, 1)
except SchemaError:
    pass
else:
    sys.exit("it has found a table")
"""


def test_all_is_the_same_with_psycopg2() -> None:
    with postgres_url() as url:
        place = {
            "PGDATABASE": url.database,
            "PGHOST": url.query.get("host", url.host),
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGPORT": url.port,
        }
        done = subprocess.run(  # noqa: S603 - the text above
            [sys.executable, "-c", HOST],
            cwd=ROOT,
            env={name: str(value) for name, value in place.items() if value},
            check=False,
            capture_output=True,
            text=True,
            timeout=100,
        )
    assert done.returncode == 0, done.stderr
