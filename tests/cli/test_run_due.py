"""What a scheduler runs: `orderflow run-due`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, open_database, upgrade
from orderflow.commands import PlaceOrders
from orderflow.service.settings import SERVED_AT_ONCE_MAX
from tests.cli.runner import flat, run
from tests.cli.shop import Shop, shop
from tests.unit.shop import NOON, order

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shop"]


def test_a_scheduler_gives_up_what_waits_too_long(shop: Shop) -> None:
    policy = ("--give-up-after", "3", "--give-up", "NOTIFY", "--remind-before", "1.5")
    run("change-policy", "acme", *policy, "--db", shop.db)
    shop.do("place", "A-9", "MUG=9", "--give-up-after", "1", "--at", "2026-03-02T12:00")
    assert "given up after 1 d 0 h on back order" in shop.do("show", "A-9")

    def done(at: str) -> list[tuple[str, str, str]]:
        result = run("run-due", "--at", at, "--db", shop.db, "--json")
        events = json.loads(result.stdout)["events"]
        return [(each["seller_id"], each["event"], each["subject"]) for each in events]

    preview = run("run-due", "--at", "2026-03-03T12:00", "--db", shop.db, "--dry-run")
    assert "acme OrderGivenUp A-9" in flat(preview.stdout)
    assert "nothing was saved" in preview.stderr
    assert done("2026-03-03T11:00") == [("acme", "SellerReminded", "A-9")]
    assert done("2026-03-03T12:00") == [("acme", "OrderGivenUp", "A-9")]
    assert done("2026-03-03T12:00") == []
    assert "on back order since 2026-03-02 12:00 UTC, given up" in shop.do("show", "A-9")
    assert "was given up, but what is left still waits" in shop.do("explain", "A-9")
    shop.do("edit", "A-9", "--no-give-up-after")
    assert ("acme", "OrderGivenUp", "A-9") in done("2026-03-09T12:00")
    shop.do("edit", "A-9", "--give-up-after", "0.5")
    again = flat(run("run-due", "--at", "2026-03-10", "--db", shop.db).stdout)
    assert "acme OrderGivenUp A-9 notify, due at 2026-03-03 00:00 UTC" in again
    events = shop.do("events", "A-9")
    assert "given up after 12 h 0 min on back order" in events
    assert "given up as the policy says" in events
    assert "give up after 3 d 0 h, give up NOTIFY" in flat(run("policies", "--db", shop.db).stdout)


def test_many_orders_are_given_up_in_pages_and_all_are_listed(tmp_path: Path) -> None:
    db = str(tmp_path / "many.db")
    engine = open_database(db, create=True)
    upgrade(engine)
    flow = OrderFlow(SqlRepository(engine))
    count = SERVED_AT_ONCE_MAX + 5
    flow.handle(
        PlaceOrders(
            orders=tuple(order(f"{n:05}", give_up_after=timedelta(hours=1)) for n in range(count)),
            at=NOON,
        )
    )
    engine.dispose()
    result = run("run-due", "--at", "2025-03-03T14:00", "--db", db, "--json")
    events = [each["event"] for each in json.loads(result.stdout)["events"]]
    assert events == ["OrderGivenUp", "OrderCancelled"] * count
