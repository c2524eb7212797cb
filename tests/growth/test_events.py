"""The history of an order is read and folded once: twice the events take twice the steps."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import pytest

from orderflow import AllocationPolicy, HoldReason
from orderflow.adapters.log import LogChannel
from orderflow.adapters.memory import MemoryNoticeStore
from orderflow.core import State
from orderflow.edits import ChangeCourier
from orderflow.invariants import history_violations
from orderflow.notices import (
    NOTICE_KINDS,
    HeldNotice,
    LineCount,
    Notice,
    NoticeTiming,
    PartlyServedNotice,
    Preference,
    Preferences,
    RecalledNotice,
    Recipient,
    ShortLine,
    changes,
    coalesce,
)
from orderflow.notifier import DigestSender, NoticeSender
from orderflow.ports import OutboxMessage
from tests.growth.shops import Shop, memory, on_sqlite
from tests.growth.steps import is_linear, steps_of
from tests.unit.shop import ACME, NOON, later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.growth.shops import Task

SIZES = {memory: (300, 600, 1_200), on_sqlite: (200, 400, 800)}
SOMEBODY = (Recipient("log", "somebody"),)
DAILY = tuple(
    (kind, NoticeTiming.DAILY) for kind, info in NOTICE_KINDS.items() if info.may_be_daily
)


def edited(shop: Shop, edits: int) -> Shop:
    """Edit an order on back order that often."""
    shop.place("A", [("MUG", 1)])
    for number in range(edits):
        shop.acme.edit("A", ChangeCourier(f"C{number}"), at=later(number % 60))
    return shop


def notify(shop: Shop) -> Task:
    """Pass the events on in batches, as a relay does."""
    sender = NoticeSender(
        shop.repository,
        {"log": LogChannel()},
        Preferences(default=Preference(recipients=SOMEBODY)),
        MemoryNoticeStore(),
        clock=shop.clock,
    )
    messages = [
        OutboxMessage(message_id=f"acme:{number}", seller_id=ACME, subject="A", event=event)
        for number, event in enumerate(shop.acme.events("A"))
    ]

    def pass_on() -> None:
        for start in range(0, len(messages), 100):
            sender.notify_together(messages[start : start + 100])

    return pass_on


def digest(shop: Shop) -> Task:
    shop.clock.wait(24 * 60)
    return DigestSender(
        shop.repository,
        {"log": LogChannel()},
        Preferences(default=Preference(recipients=SOMEBODY, timings=DAILY)),
        MemoryNoticeStore(),
        clock=shop.clock,
    ).run_once


def check_the_history(shop: Shop) -> Task:
    events = shop.acme.events()
    return partial(history_violations, State("acme"), events, AllocationPolicy())


def read(shop: Shop) -> Task:
    acme = shop.acme
    return lambda: (acme.events("A"), acme.explain("A"), acme.actions("A"), acme.parts_of("A"))


def growth(
    measured: Callable[[Shop], Task], make: Callable[[Path], Shop], folder: Path
) -> Iterator[tuple[int, ...]]:
    steps = []
    for edits in SIZES[make]:
        path = folder / str(edits)
        path.mkdir()
        shop = edited(make(path), edits)
        steps.append(shop.steps(measured(shop)))
    yield from zip(*steps, strict=True)


@pytest.mark.parametrize(
    ("measured", "make"),
    [*product([notify, digest, read], SIZES), (check_the_history, memory)],
)
def test_twice_the_events_are_twice_the_work(
    measured: Callable[[Shop], Task], make: Callable[[Path], Shop], tmp_path: Path
) -> None:
    python, database = growth(measured, make, tmp_path)
    assert is_linear(*python), python
    assert not any(database) or is_linear(*database), database


def test_notices_of_one_order_are_coalesced_in_one_go() -> None:
    line = ShortLine("1", "MUG", 1)
    about = {"seller_id": ACME, "order_id": "A", "at": NOON}
    counts = []
    for size in SIZES[memory]:
        notices: list[Notice] = []
        for number in range(size):
            served = (LineCount(str(number), "MUG", 1),)
            notices += [
                RecalledNotice(**about, missing=served),  # type: ignore[arg-type]
                HeldNotice(**about, reason=HoldReason.OTHER, until=None, note=""),  # type: ignore[arg-type]
                PartlyServedNotice(**about, since=NOON, served=served, short=(line,)),  # type: ignore[arg-type]
            ]
        counts.append(steps_of(partial(coalesce, notices, timedelta(days=1))))
    assert is_linear(*counts), counts


def test_a_fold_from_the_start_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HISTORIES_MAX", 0)
    monkeypatch.setitem(SIZES, memory, (50, 100, 200))
    python, _ = growth(notify, memory, tmp_path)
    assert not is_linear(*python), python
