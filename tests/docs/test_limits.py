"""The table of limits says what the code does, at each limit and just beyond."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from orderflow import (
    AllocationPolicy,
    Hold,
    HoldReason,
    InvalidValueError,
    OrderLine,
    PartialAllocation,
    StockKey,
)
from orderflow.adapters.mail import MailServer
from orderflow.calendar import CutOffRules, WarehouseCalendar
from orderflow.commands import CancelOrder, EditOrder, ReallocateUnits, Reallocation
from orderflow.domain.calendar import calendar, clocks, cut_off
from orderflow.domain.model import reallocation
from orderflow.domain.model import validators as rules
from orderflow.edits import ChangePriority, RemoveLine
from tests.docs.diagrams import ROOT
from tests.unit.shop import NOON, about, order

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = ROOT / "docs" / "reference" / "types.md"
LIMITS = {
    "id of an order, a line, a seller, a warehouse, a product, a receipt or a command; courier, "
    "customer reference, name of a custom field": (
        f"1 to {rules.IDENTIFIER_CHARACTERS_MAX} printable characters, no white space around them"
    ),
    "note, reason, part of an address, text of a custom field": (
        f"at most {rules.NOTE_CHARACTERS_MAX:,} characters, no control characters but white space"
    ),
    "units of a line, a stock record, a receipt or one movement": (
        f"whole, at most {rules.UNITS_MAX:,}"
    ),
    "version, number of splits, number of passes, and other counts": (
        f"whole, at most {rules.UNITS_MAX:,}"
    ),
    "priority": f"whole, from {-rules.PRIORITY_MAX:,} to {rules.PRIORITY_MAX:,}",
    "lines of an order": f"1 to {rules.LINES_MAX:,}",
    "custom fields of an order": f"at most {rules.CUSTOM_FIELDS_MAX}",
    "edits of one command": f"1 to {rules.EDITS_MAX:,}",
    "orders of one reallocation": f"1 to {reallocation.REALLOCATIONS_MAX:,}",
    "moment": (
        f"with a time zone, from {rules.YEAR_MIN}-01-01 to the end of {rules.YEAR_MAX}, in UTC"
    ),
    "duration": f"above 0, at most {rules.DURATION_MAX.days:,} days, which is 100 years",
    "day of a calendar": f"from {clocks.DAY_MIN} to {clocks.DAY_MAX}",
    "holidays of a calendar": f"at most {calendar.HOLIDAYS_MAX:,}",
    "dates with a cut-off of their own": f"at most {calendar.EXCEPTIONS_MAX:,}",
    "search for a working day": f"at most {calendar.DAYS_AHEAD_MAX} days ahead",
    "time to upload a file before the cut-off": f"from 0 to {cut_off.LEAD_MAX.days} days",
    "number of orders in a file, or completed together": f"whole, at most {cut_off.COUNT_MAX:,}",
    "time to wait for a mail server or a webhook": (
        f"above 0, at most {rules.SECONDS_MAX:,} seconds, which is a day"
    ),
}
"""What has a limit, and the limit."""


def table() -> str:
    """Draw the table."""
    rows = [f"| {subject} | {limit} |" for subject, limit in LIMITS.items()]
    return "\n".join(["| value | limit |", "| --- | --- |", *rows])


LONDON = ZoneInfo("Europe/London")
LAST_MOMENT = datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
LAST_DAY = date(2999, 12, 30)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


def days(number: int) -> list[date]:
    return [LAST_DAY - ahead * DAY for ahead in range(number)]


def lines(number: int) -> object:
    return order("A", lines=tuple(OrderLine(str(line), "MUG", 1) for line in range(number)))


def reallocate(number: int) -> object:
    changes = tuple(Reallocation(f"A-{each}", None, (("1", 1),)) for each in range(number))
    return ReallocateUnits(at=NOON, seller_id="acme", changes=changes, note="why", by="Ann")


def patient(wait_max: timedelta) -> AllocationPolicy:
    return AllocationPolicy(partial_allocation=PartialAllocation.AFTER_WAITING, wait_max=wait_max)


def despatch_day(holidays: int) -> date:
    """Find the next working day after so many holidays in a row."""
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
    closed = frozenset(begin.date() + ahead * DAY for ahead in range(holidays))
    leeds = WarehouseCalendar(time_zone=LONDON, holidays=closed, working_days=EVERY_DAY)
    return leeds.despatch_day(begin)


EVERY_DAY = frozenset(calendar.Weekday)

# For each row: what is made of a value, the last value that is allowed, and the next one.
EDGES: dict[str, tuple[Callable[[Any], object], object, object]] = {
    "id of": (lambda text: StockKey(text, "leeds", "MUG"), "x" * 128, "x" * 129),
    "note": (lambda text: CancelOrder(**about(), reason=text), "x" * 1_000, "x" * 1_001),
    "units": (lambda units: OrderLine("1", "MUG", units), 10**12, 10**12 + 1),
    "version": (lambda n: CancelOrder(**about(), expected_version=n), 10**12, 10**12 + 1),
    "priority": (ChangePriority, -(10**9), -(10**9) - 1),
    "lines": (lines, 10_000, 10_001),
    "custom fields": (
        lambda number: order("A", custom_fields={str(each): "" for each in range(number)}),
        50,
        51,
    ),
    "edits": (
        lambda number: EditOrder(**about(), edits=(RemoveLine("1"),) * number),
        30_000,
        30_001,
    ),
    "orders of one": (reallocate, 20_000, 20_001),
    "moment": (
        lambda at: Hold(HoldReason.OTHER, until=at),
        LAST_MOMENT,
        LAST_MOMENT + MICROSECOND,
    ),
    "duration": (patient, timedelta(days=36_525), timedelta(days=36_525) + MICROSECOND),
    "day of": (
        WarehouseCalendar(time_zone=LONDON).is_working_day,
        LAST_DAY,
        LAST_DAY + DAY,
    ),
    "holidays": (
        lambda number: WarehouseCalendar(time_zone=LONDON, holidays=frozenset(days(number))),
        10_000,
        10_001,
    ),
    "dates": (
        lambda number: WarehouseCalendar(
            time_zone=LONDON, date_cut_offs=dict.fromkeys(days(number), time(9))
        ),
        1_000,
        1_001,
    ),
    "search": (despatch_day, 366, 367),
    "time to upload": (
        lambda lead: CutOffRules(large_file_before=lead),
        timedelta(days=28),
        timedelta(days=28) + MICROSECOND,
    ),
    "number of orders": (CutOffRules().upload_lead, 10**9, 10**9 + 1),
    "time to wait": (lambda seconds: MailServer(host="mail", timeout_s=seconds), 86_400, 86_401),
}


def test_the_page_has_this_table() -> None:
    assert f"\n\n{table()}\n\n" in PAGE.read_text(encoding="utf-8")


def test_every_row_has_its_edge() -> None:
    assert len(EDGES) == len(LIMITS)
    for beginning, subject in zip(EDGES, LIMITS, strict=True):
        assert subject.startswith(beginning)


@pytest.mark.parametrize("row", EDGES)
def test_a_value_at_the_limit_is_taken_and_the_next_one_is_refused(row: str) -> None:
    make, last, beyond = EDGES[row]
    make(last)
    with pytest.raises(InvalidValueError):
        make(beyond)


def test_every_limit_of_these_rules_is_in_the_table() -> None:
    for module in (rules, calendar, clocks, cut_off):
        for name, value in vars(module).items():
            if name.endswith(("_MAX", "_MIN")):
                shown = {str(value), str(getattr(value, "days", ""))}
                shown.add(f"{value:,}" if isinstance(value, int) else "")
                shown.add(f"{value.days:,}" if isinstance(value, timedelta) else "")
                assert any(text in table() for text in shown - {""}), name


def test_the_page_on_security_says_the_same_of_ids() -> None:
    security = " ".join((ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8").split())
    _, _, said = security.partition("Ids have ")
    assert said.startswith(f"1 to {rules.IDENTIFIER_CHARACTERS_MAX} printable characters.")
    examples = re.findall("`(.+?)`", said.partition(" are valid.")[0])
    assert len(examples) == 5
    assert all(map(rules.is_identifier, examples))
