"""The allocation horizon, on the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cli.runner import flat, run
from tests.cli.shop import NOON, Shop, shop

__all__ = ["shop"]

DAY = (datetime.fromisoformat(NOON) + timedelta(days=9)).isoformat()


def test_an_order_whose_day_is_far_is_postponed(shop: Shop) -> None:
    said = shop.do("change-policy", "acme", "--allocation-horizon", 2, "--at", NOON)
    assert "allocation horizon" in said
    said = shop.do("place", "A-9", "MUG=1", "--not-before", DAY, "--at", NOON)
    assert "A-9 is POSTPONED, 0 of 1 unit allocated" in said
    (found,) = shop.ask("orders", "--status", "POSTPONED")["orders"]
    assert found["order_id"] == "A-9"
    assert "it is offered no stock before" in shop.do("explain", "A-9", "--at", NOON)
    assert "is POSTPONED: cannot allocate" in shop.refused("allocate", "A-9", "--at", NOON)


def test_it_takes_its_turn_when_its_day_is_near(shop: Shop) -> None:
    shop.do("change-policy", "acme", "--allocation-horizon", 2, "--at", NOON)
    shop.do("place", "A-9", "MUG=1", "--not-before", DAY, "--at", NOON)
    near = (datetime.fromisoformat(DAY) - timedelta(days=2)).isoformat()
    assert "acme PostponementEnded A-9" in flat(
        run("run-due", "--at", near, "--db", shop.db).stdout
    )
    assert shop.status("A-9") == "ALLOCATED"


def test_it_takes_its_turn_when_its_day_is_moved(shop: Shop) -> None:
    shop.do("change-policy", "acme", "--allocation-horizon", 2, "--at", NOON)
    shop.do("place", "A-9", "MUG=1", "--not-before", DAY, "--at", NOON)
    assert "ALLOCATED" in shop.do("edit", "A-9", "--no-not-before", "--at", NOON)
