"""The replay as a whole: the day of the warehouse, and what goes wrong in a history."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow import AllocationPolicy, Fulfilment
from orderflow.adapters.sql import SqlRepository, open_database
from orderflow.calendar import WarehouseCalendar, Weekday
from orderflow.checking import check
from orderflow.domain.model.validators import IDENTIFIER_CHARACTERS_MAX, LINES_MAX
from orderflow.errors import InvalidValueError
from orderflow.replay import EntryKind, Replay, ReplenishmentRule, Settings
from orderflow.replay.generator import Shop, generate, stock_for
from tests.replay.histories import (
    NOTHING_COMES,
    REAL,
    SMALL,
    at,
    entry,
    entry_of_lines,
    needs_real_history,
    order,
    read,
    replayed,
    row,
    statuses,
    write,
    write_real,
    write_shop,
)

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow import Outcome
    from orderflow.commands import Command


def test_what_is_allocated_is_despatched_at_the_cut_off() -> None:
    run = replayed(entry("2 15:59", "1", {"MUG": 1}), opening={"MUG": 9})
    run.advance(at("2 15:59"))
    assert statuses(run) == {"1": "ALLOCATED"}
    run.advance(at("2 16:00"))
    assert statuses(run) == {"1": "DESPATCHED"}


def test_an_order_is_not_despatched_before_its_day() -> None:
    waits = attrs.evolve(entry("2 09:00", "1", {"MUG": 1}), not_before=at("3 16:00"))
    run = replayed(waits, opening={"MUG": 9})
    run.advance(at("3 15:59"))
    assert statuses(run) == {"1": "ALLOCATED"}
    run.advance(at("3 16:00"))
    assert statuses(run) == {"1": "DESPATCHED"}


def test_what_is_placed_at_the_moment_of_the_cut_off_has_missed_it() -> None:
    run = replayed(
        entry("2 09:00", "1", {"MUG": 1}), entry("2 16:00", "2", {"MUG": 1}), opening={"MUG": 9}
    )
    assert statuses(run) == {"1": "DESPATCHED", "2": "ALLOCATED"}
    run.finish()
    assert statuses(run)["2"] == "DESPATCHED"


@pytest.mark.parametrize(
    ("placed_at", "cut_off"),
    [
        ("2026-03-28T12:00", "2026-03-29T01:00"),  # the clocks skip 01:30: when they change
        ("2026-10-24T12:00", "2026-10-25T00:30"),  # they show 01:30 twice: the first time
    ],
)
def test_the_cut_off_when_the_clocks_change_is_that_of_the_calendar(
    placed_at: str, cut_off: str
) -> None:
    placed, due = (
        datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (placed_at, cut_off)
    )
    daily = WarehouseCalendar(
        time_zone=ZoneInfo("Europe/London"), cut_off=time(1, 30), working_days=frozenset(Weekday)
    )
    run = replayed(
        attrs.evolve(entry("2 09:00", "1", {"MUG": 1}), at=placed),
        opening={"MUG": 1},
        settings=Settings(rule=NOTHING_COMES, calendar=daily),
    )
    run.advance(due - timedelta(microseconds=1))
    assert statuses(run) == {"1": "ALLOCATED"}
    run.advance(due)
    assert statuses(run) == {"1": "DESPATCHED"}


def test_the_warehouse_does_not_despatch_on_a_holiday() -> None:
    calendar = WarehouseCalendar(
        time_zone=ZoneInfo("Europe/London"), holidays=frozenset({date(2026, 3, 2)})
    )
    run = replayed(
        entry("2 09:00", "1", {"MUG": 1}),
        opening={"MUG": 1},
        settings=Settings(rule=NOTHING_COMES, calendar=calendar),
    )
    run.advance(at("3 15:59"))
    assert statuses(run) == {"1": "ALLOCATED"}
    run.advance(at("3 16:00"))
    assert statuses(run) == {"1": "DESPATCHED"}


def test_a_time_of_booking_in_names_no_zone() -> None:
    with pytest.raises(InvalidValueError, match=r"^Settings.books_in must be a time of day"):
        Settings(books_in=time(8, tzinfo=UTC))


def test_what_is_booked_in_leaves_the_same_day() -> None:
    rule = ReplenishmentRule(level_units=0, cover_days=0, lead_days_min=1, lead_days_max=1)
    run = replayed(
        entry("2 09:00", "1", {"MUG": 1}), opening={"MUG": 0}, settings=Settings(rule=rule)
    )
    run.advance(at("3 07:59"))
    assert statuses(run) == {"1": "ON_BACK_ORDER"}
    run.advance(at("3 08:00"))
    assert statuses(run) == {"1": "ALLOCATED"}
    run.advance(at("3 16:00"))
    assert statuses(run) == {"1": "DESPATCHED"}


def test_more_than_there_is_cannot_be_written_off() -> None:
    run = replayed(
        entry("2 09:00", "W1", {"MUG": 5}, kind=EntryKind.WRITE_OFF),
        entry("2 09:01", "W2", {"MUG": 5}, kind=EntryKind.WRITE_OFF),
        opening={"MUG": 3},
    )
    summary = run.finish()
    assert (summary.balance.lost, summary.added.units_not_there) == (3, 7)
    assert summary.rows[EntryKind.WRITE_OFF] == 2


def test_an_order_that_is_placed_twice_is_refused() -> None:
    run = Replay()
    run.step(entry("2 09:00", "1001", {"MUG": 1}))
    run.step(entry("2 12:00", "1001", {"JAR": 1}))
    summary = run.finish()
    assert summary.refused == {"1001": "order '1001' has already been placed"}
    assert (summary.rows_refused, summary.rows[EntryKind.SALE]) == (1, 1)
    assert summary.orders.total == 1


def test_an_order_under_the_id_of_a_part_is_refused_with_that_reason() -> None:
    splitting = Settings(rule=NOTHING_COMES, policy=AllocationPolicy(fulfilment=Fulfilment.SPLIT))
    run = Replay(splitting, opening={"MUG": 1})
    run.step(entry("2 09:00", "1001", {"MUG": 2}))
    run.step(entry("2 09:01", "1001.1", {"MUG": 2}))
    assert run.refused == {"1001.1": "order '1001.1' is already a part of order '1001'"}


def test_an_order_of_too_many_lines_is_refused() -> None:
    run = Replay()
    run.step(entry_of_lines("2 09:00", "1001", [("MUG", 1)] * (LINES_MAX + 1)))
    run.step(entry("2 09:01", "1002", {"MUG": 1}))
    assert run.refused == {"1001": "order '1001' has more than 10,000 lines"}
    summary = run.finish()
    assert summary.rows_refused == LINES_MAX + 1
    assert (summary.orders.total, summary.rows[EntryKind.SALE]) == (1, 1)


def test_an_order_with_the_longest_id_can_be_split() -> None:
    splitting = Settings(rule=NOTHING_COMES, policy=AllocationPolicy(fulfilment=Fulfilment.SPLIT))
    run = replayed(
        entry("2 09:00", "9" * IDENTIFIER_CHARACTERS_MAX, {"MUG": 2}),
        opening={"MUG": 1},
        settings=splitting,
    )
    assert (run.figures.orders.total, run.finish().balance.difference) == (1, 0)


def test_lines_that_repeat_a_product_both_count(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(sku="mug", quantity="2"), row(sku="MUG ", quantity="3"))
    run = Replay()
    summary = run.run(read(path)[0])
    assert (summary.lines.total, summary.units.total) == (2, 5)
    assert [line.sku for line in order(run, "1001").lines] == ["MUG", "MUG"]


def test_the_same_history_gives_the_same_summary() -> None:
    entries = generate(SMALL)
    first, second = (Replay(opening=stock_for(entries, 1)).run(entries) for _ in range(2))
    assert first.as_json() == second.as_json()


def test_a_file_gives_the_same_summary_as_its_entries(tmp_path: Path) -> None:
    entries, _ = read(write_shop(tmp_path / "shop.csv.gz"))
    assert Replay().run(entries).as_json() == Replay().run(generate(SMALL)).as_json()


def test_a_database_gives_the_same_summary_as_memory(tmp_path: Path) -> None:
    entries = list(generate(Shop(orders=60, customers=40)))
    engine = open_database(tmp_path / "shop.db", create=True, durability="relaxed")
    repository = SqlRepository(engine)
    stock = stock_for(entries, 1)
    kept = Replay(opening=stock, repository=repository).run(entries)
    assert kept.as_json() == Replay(opening=stock).run(entries).as_json()
    assert check(repository).violations == ()
    engine.dispose()


def test_observers_see_what_is_carried_out() -> None:
    class Letterbox:
        back_orders_opened: tuple[str, ...] = ()

        def observe(self, _command: Command, outcome: Outcome) -> None:
            self.back_orders_opened += outcome.back_orders_opened

    letterbox = Letterbox()
    run = Replay(opening={"MUG": 0}, observers=[letterbox])
    run.step(entry("2 09:00", "1", {"MUG": 1}))
    assert letterbox.back_orders_opened == ("1",)


def quantile(sizes: list[int], share: float) -> int:
    return sorted(sizes)[int(share * len(sizes))]


def test_a_generated_shop_has_the_shape_of_the_real_one() -> None:
    sales = [each for each in generate(Shop(orders=2_000)) if each.kind is EntryKind.SALE]
    lines = [len(each.rows) for each in sales]
    units = [each.units for sale in sales for each in sale.rows]
    assert len(sales) == 2_000
    assert 13 <= quantile(lines, 0.5) <= 17
    assert 65 <= quantile(lines, 0.95) <= 85
    assert quantile(units, 0.5) == 3
    assert 28 <= quantile(units, 0.95) <= 36
    skus = [each.sku for sale in sales for each in sale.rows]
    hottest = max(skus.count(sku) for sku in set(skus[:500]))
    assert hottest > 5 * len(skus) / len(set(skus))


def test_the_stock_of_a_generated_shop_lasts_for_about_85_of_100_units() -> None:
    entries = generate(Shop(orders=1_000))
    ordered = sum(
        each.units for sale in entries if sale.kind is EntryKind.SALE for each in sale.rows
    )
    assert 0.82 <= sum(stock_for(entries, 1).values()) / ordered <= 0.88


@needs_real_history
def test_the_first_weeks_of_the_real_history(tmp_path: Path) -> None:
    entries, history = read(write_real(tmp_path / "real.csv", 5_000))
    summary = Replay().run(entries)
    assert history.rows == 5_000
    assert (history.rejected.total, summary.rows_refused) == (0, 0)
    assert summary.rows.total() + history.skipped.total() == 5_000
    assert summary.orders.total > 200
    assert summary.back_orders.opened > 0
    assert summary.balance.difference == 0


@needs_real_history
@pytest.mark.parametrize(
    ("skip", "placed", "cancellation"),
    [(562_000, "541431", "C541433"), (1_041_000, "581483", "C581484")],
)
def test_the_drill_in_the_real_history(
    tmp_path: Path, skip: int, placed: str, cancellation: str
) -> None:
    assert REAL.exists()
    entries, _ = read(write_real(tmp_path / "real.csv", 6_000, skip=skip))
    ids = [each.order_id for each in entries]
    assert ids.index(placed) < ids.index(cancellation)
    run = Replay()
    summary = run.run(entries)
    assert order(run, placed).status.value == "CANCELLED"
    assert summary.cancelled.before_despatch > 70_000
    assert summary.balance.difference == 0
