"""The notice store in the database, and the digests that are claimed in it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from orderflow import OrderFlow
from orderflow.adapters.function import FunctionChannel
from orderflow.adapters.sql import SqlNoticeStore, SqlPreferences, SqlRepository, Tables
from orderflow.adapters.sql.notice_store import _statements_of
from orderflow.notices import Preference, Recipient
from orderflow.notifier import DigestSender
from tests.conformance.plans import Access, plan_of
from tests.databases.processes import pool_of
from tests.unit.shop import NOON, Clock, order

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.notices import Bulletin

SELLERS = ("acme", "bolt", "coil")


def test_a_note_is_there_once_the_host_has_committed(engine: Engine) -> None:
    with engine.connect() as connection:
        notice_store = SqlNoticeStore.within(connection)
        notice_store.put("acme", "told 1", "a")
        assert notice_store.compare_and_set("acme", "told 1", "a", "b")
        assert notice_store.get("acme", "told 1") == "b"
        connection.rollback()
    assert SqlNoticeStore(engine).get("acme", "told 1") is None
    with engine.begin() as connection:
        SqlNoticeStore.within(connection).put("acme", "told 1", "a")
    assert SqlNoticeStore(engine).get("acme", "told 1") == "a"


def test_a_note_is_found_by_its_key(engine: Engine) -> None:
    statements = _statements_of(Tables.default())
    place = {"of_seller": "S1", "of_key": "told 7"}
    with engine.begin() as connection:
        notice_store = SqlNoticeStore.within(connection)
        for number in range(3000):
            notice_store.put(f"S{number % 3}", f"told {number}", "a")
        connection.execute(text("ANALYZE"))
        plans = [
            plan_of(connection, statements.get, place),
            plan_of(connection, statements.replace, place | {"of_text": "a", "text": "b"}),
            plan_of(connection, statements.remove, place),
        ]
    by_key = (Access("notice_store_pk", frozenset({"seller_id", "notice_key"})),)
    assert [plan.accesses for plan in plans] == [by_key] * 3


def _run(url: str, log: str) -> int:
    """Send the digests of the next morning, and take some time for each."""
    engine = create_engine(url, poolclass=NullPool)

    def send(address: str, bulletin: Bulletin) -> None:
        time.sleep(0.02)
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{address} {bulletin.seller_id} {len(bulletin.notices)}\n")

    clock = Clock()
    clock.moment = NOON + timedelta(days=1)
    digests = DigestSender(
        SqlRepository(engine),
        {"desk": FunctionChannel(send)},
        SqlPreferences(engine),
        SqlNoticeStore(engine),
        clock=clock,
    )
    sent = sum(digests.run_once().sent for _ in range(3))
    engine.dispose()
    return sent


def test_digests_that_are_run_at_once_in_several_processes_are_sent_once(
    engine: Engine, tmp_path: Path
) -> None:
    flow, desks = OrderFlow(SqlRepository(engine)), [f"desk-{number}" for number in range(5)]
    recipients = tuple(Recipient("desk", address) for address in desks)
    SqlPreferences(engine).set(Preference(recipients=recipients))
    for seller_id in SELLERS:
        for order_id in "AB":
            flow.seller(seller_id).place(order(order_id, ("MUG", 1), seller_id=seller_id), at=NOON)
    url, log = engine.url.render_as_string(hide_password=False), tmp_path / "log"
    with pool_of(4) as pool:
        sent = list(pool.map(_run, [url] * 4, [str(log)] * 4))
    lines = log.read_text(encoding="utf-8").splitlines()
    assert sorted(lines) == [f"{desk} {seller} 2" for desk in desks for seller in SELLERS]
    assert sum(sent) == len(lines)
