"""A clock that gives nonsense is named by the error, whoever reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import InvalidValueError, MemoryRepository, OrderFlow, Relay
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.notices import NoticeKind, NoticeTiming, Preference, Preferences, Recipient
from orderflow.notifier import DigestSender, NoticeSender, NotifySettings, SellerNotices
from orderflow.service.clock import SystemClock, read_clock
from tests.unit.shop import ACME, NOON, Clock, key, order

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = timedelta(days=1)
NONSENSE = [
    datetime(2026, 3, 2),  # noqa: DTZ001 - that is what is wrong with it
    datetime.max.replace(tzinfo=UTC),
    datetime(1969, 12, 31, tzinfo=UTC),
    None,
    1_772_409_600,
]


class Shop:
    """Everything that reads a clock, and a clock that can be spoilt."""

    def __init__(self) -> None:
        self.clock: Any = Clock()
        self.outbox = MemoryOutbox()
        self.repository = MemoryRepository(self.outbox)
        self.flow = OrderFlow(self.repository, clock=self.clock)
        self.acme = self.flow.seller(ACME)
        self.acme.place(order("A", ("MUG", 1)))
        daily = ((NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),)
        preference = Preference(recipients=(Recipient("log", "jo"),), timings=daily)
        self.preferences = Preferences(default=preference)
        self.settings = NotifySettings(preferences=self.preferences)

    def sender(self, kind: Any) -> Any:  # noqa: ANN401 - of notices or digests
        store = MemoryNoticeStore()
        return kind(self.repository, {}, self.preferences, store, clock=self.clock)

    def relay(self) -> Relay:
        return Relay(self.outbox, self.sender(NoticeSender), clock=self.clock)

    def seller_notices(self) -> SellerNotices:
        store = MemoryNoticeStore()
        return SellerNotices(self.settings, self.repository, store, environ={}, clock=self.clock)


READERS: dict[str, Callable[[Shop], object]] = {
    "a command": lambda shop: shop.acme.book_in(key(), 1),
    "an explanation": lambda shop: shop.acme.explain("A"),
    "the actions": lambda shop: shop.acme.actions("A"),
    "the replacements": lambda shop: shop.acme.replacement_offers("A"),
    "a relay": lambda shop: shop.relay().run_once(),
    "notices": lambda shop: shop.sender(NoticeSender).notify(shop.outbox.claim(NOON, DAY, 1)[0]),
    "digests": lambda shop: shop.sender(DigestSender).run_once(),
    "a preview": lambda shop: list(shop.seller_notices().preview(shop.outbox)),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_of_a_clock_is_refused_in_its_name(reader: str, nonsense: object) -> None:
    shop = Shop()
    shop.clock.moment = nonsense
    with pytest.raises(InvalidValueError, match=r"^Clock.now\(\) must be a datetime with a time "):
        READERS[reader](shop)


def test_unserved_queues_are_not_served_at_a_time_of_nonsense() -> None:
    shop = Shop()
    shop.acme.place(order("B", ("MUG", 1)))
    flow = OrderFlow(shop.repository, clock=shop.clock, orders_max=1)
    with shop.repository.unit_of_work(ACME) as work:
        assert not work.unserved()
    shop.clock.moment = None
    with pytest.raises(InvalidValueError, match=r"^Clock.now\(\)"):
        flow.seller(ACME).book_in(key(), 2)


def test_the_clock_of_this_machine_is_in_its_right_mind() -> None:
    assert read_clock(SystemClock()).tzinfo is UTC


# Lengths of time that services are given

LENGTHS: list[tuple[Any, str, bool]] = [
    (Relay, "first_wait", False),
    (Relay, "wait_max", False),
    (Relay, "lease", False),
    (NoticeSender, "window", True),
    (DigestSender, "grace", True),
    (DigestSender, "lease", False),
]


@pytest.mark.parametrize(("kind", "name", "may_be_zero"), LENGTHS)
def test_a_length_of_time_is_at_most_a_century(kind: Any, name: str, may_be_zero: bool) -> None:  # noqa: ANN401, FBT001 - a parameter
    shop = Shop()
    others = (shop.outbox, shop.sender(NoticeSender))
    if kind is not Relay:
        others = (shop.repository, {}, shop.preferences, MemoryNoticeStore())  # type: ignore[assignment]
    bad = [timedelta.max, -DAY, timedelta(days=36_526), 5, None]
    for value in [*bad, *([] if may_be_zero else [timedelta(0)])]:
        with pytest.raises(InvalidValueError) as refusal:
            kind(*others, **{name: value})
        assert refusal.value.field == f"{kind.__name__}.{name}"
    for value in [timedelta(days=36_525), *([timedelta(0)] if may_be_zero else [])]:
        kind(*others, **{name: value})
