"""What sellers want to be told, kept in the database."""

from __future__ import annotations

from datetime import UTC, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from orderflow import MemoryRepository, OrderFlow, Relay, StorageError
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.adapters.sql import SqlPreferences
from orderflow.notices import NoticeKind, NoticeTiming, Preference, Recipient
from orderflow.notifier import NoticeSender
from tests.unit.notifier.office import Postman
from tests.unit.shop import NOON, order

if TYPE_CHECKING:
    from sqlalchemy import Engine

JO, HOOK = Recipient("mail", "jo@shop.example"), Recipient("pager", "0-1/2")
CHOSEN = Preference(
    recipients=(JO, HOOK),
    timings=((NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY), (NoticeKind.HELD, NoticeTiming.NONE)),
    digest_at=time(6, 30),
    zone=ZoneInfo("Europe/London"),
)


def test_nobody_is_told_anything_until_somebody_is_named(engine: Engine) -> None:
    preferences = SqlPreferences(engine)
    assert preferences.of("acme") == preferences.default() == Preference()
    assert preferences.of("acme").active_recipients() == ()


@pytest.mark.parametrize(
    "preference",
    [
        CHOSEN,
        Preference(opted_out=True),
        Preference(recipients=(JO,), zone=UTC),
        Preference(recipients=(JO,), zone=ZoneInfo("UTC")),
    ],
    ids=["everything", "opted out", "UTC", "UTC by name"],
)
def test_what_a_seller_has_chosen_is_kept(engine: Engine, preference: Preference) -> None:
    SqlPreferences(engine).set(preference, "acme")
    assert SqlPreferences(engine).of("acme") == preference
    assert SqlPreferences(engine).of("bolt") == Preference()
    assert SqlPreferences(engine).all() == {"acme": preference}


def test_who_has_chosen_nothing_has_what_is_usual(engine: Engine) -> None:
    preferences = SqlPreferences(engine)
    preferences.set(Preference(recipients=(JO,)))
    preferences.set(CHOSEN, "acme")
    assert preferences.of("bolt") == Preference(recipients=(JO,))
    preferences.set(None, "acme")
    assert preferences.of("acme") == Preference(recipients=(JO,))


def test_what_is_no_preference_is_an_error_that_says_whose_and_what(engine: Engine) -> None:
    preferences = SqlPreferences(engine)
    preferences.set(CHOSEN, "acme")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE orderflow_preferences SET value = replace(value, 'HELD', 'HELL')")
        )
    with pytest.raises(StorageError, match=r"preference of 'acme' .*timings.*not \"HELL\""):
        preferences.of("acme")
    assert preferences.of("bolt") == Preference()


def test_what_a_seller_changes_holds_for_the_next_message(engine: Engine) -> None:
    outbox, postman, preferences = MemoryOutbox(), Postman("mail"), SqlPreferences(engine)
    repository = MemoryRepository(outbox)
    notices = NoticeSender(repository, {"mail": postman}, preferences, MemoryNoticeStore())
    relay, flow = Relay(outbox, notices), OrderFlow(repository)
    acme = flow.seller("acme")
    preferences.set(Preference(recipients=(JO,)), "acme")
    acme.place(order("A", ("MUG", 1)), at=NOON)
    relay.run()
    SqlPreferences(engine).set(Preference(recipients=(JO,), opted_out=True), "acme")
    acme.place(order("B", ("MUG", 1)), at=NOON)
    relay.run()
    assert postman.orders() == ["A"]
