"""Workers are killed at random moments: what repeats is known by its id, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.webhook import to_envelope
from orderflow.notices import Bulletin, CompletedNotice
from tests.drills.databases import on
from tests.drills.working import repeats, worker_kills
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(("name", "kills"), [("SQLite", 3), ("PostgreSQL", 2)])
def test_a_worker_that_is_killed_loses_nothing(name: str, kills: int) -> None:
    with on(name) as database:
        drilled = worker_kills(database, kills, seed=3, progress=lambda *_: None)
    assert drilled.found == ()
    assert drilled.notes["mails and webhooks"] > 0


def hook(webhook_id: str, *order_ids: str) -> tuple[str, bytes]:
    notices = tuple(
        CompletedNotice(seller_id="acme", order_id=each, at=NOON, since=NOON) for each in order_ids
    )
    bulletin = Bulletin(bulletin_id=webhook_id, seller_id="acme", notices=notices)
    return webhook_id, to_envelope("https://acme.example/", bulletin, NOON, "/orderflow")


@pytest.mark.parametrize(
    ("hooks", "found"),
    [
        ([hook("1", "A"), hook("2", "B")], []),
        ([hook("1", "A"), hook("1", "A")], []),
        ([hook("1", "A"), hook("2", "A", "B")], ["acme A COMPLETED  came under 2 ids"]),
    ],
)
def test_control_a_repeat_under_another_id_is_noticed(
    hooks: Sequence[tuple[str, bytes]], found: list[str]
) -> None:
    assert list(repeats(hooks)) == found
