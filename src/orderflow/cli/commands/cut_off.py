"""`orderflow cut-off`: until when, and what leaves on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import attrs
import typer
from rich.text import Text

from orderflow.adapters.holidays import public_holidays
from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.output import tables, terminal
from orderflow.domain.calendar.calendar import WarehouseCalendar, Weekday, cut_off_on, local_day
from orderflow.domain.calendar.cut_off import (
    CutOffRules,
    despatch_day,
    upload_by,
    upload_despatch_day,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cut_off"]

YEARS_AHEAD = 3
"""A search for a working day that begins on the last day of a year ends in the third one."""

RULES = CutOffRules()
SECOND = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class WorkingHours:
    """When the warehouse works.

    Attributes:
        time_zone: The time zone that its clocks show.
        cut_off: When the cut-off of a working day is.
        working_days: The days of the week on which it works.
    """

    time_zone: ZoneInfo = attrs.field(factory=lambda: ZoneInfo("Europe/London"))
    cut_off: time = time(16)
    working_days: frozenset[Weekday] = frozenset(tuple(Weekday)[:5])


class Answer(NamedTuple):
    """What is asked for now, the day on which it leaves, and before when it has to be there."""

    what: str
    day: date
    before: datetime


@with_options("The warehouse", hours=WorkingHours)
def cut_off(
    *,
    hours: WorkingHours,
    holidays: Annotated[
        str | None,
        typer.Option(
            metavar="COUNTRY[-PART]",
            help="It does not work on the public holidays of this country, or of this part of it.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The moment that is asked about, as in ISO 8601; now, if left out. Without an "
            "offset it is what the clocks of the warehouse show.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Does this order still leave today?

    Tells when an order leaves that is complete now, and when the orders of a file leave that is
    uploaded now: a file of up to 10 orders has to be there 2 hours before the cut-off, a larger
    one 10 hours.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    moment = now if at is None else _moment(at, hours.time_zone)
    calendar = _calendar(hours, holidays, moment)
    answers = list(_answers(moment, calendar))
    if as_json:
        terminal.print_json(_as_json(moment, hours, answers))
    else:
        _print(moment, hours, answers)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no TIME: try 2026-03-02T09:30", param_hint="'--at'"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _calendar(hours: WorkingHours, holidays: str | None, moment: datetime) -> WarehouseCalendar:
    calendar = WarehouseCalendar(
        time_zone=hours.time_zone, cut_off=hours.cut_off, working_days=hours.working_days
    )
    if holidays is None:
        return calendar
    country, _, part = holidays.partition("-")
    year = local_day(moment, calendar).year
    days = public_holidays(country, subdivision=part or None, years=range(year, year + YEARS_AHEAD))
    return attrs.evolve(calendar, holidays=days)


def _answers(moment: datetime, calendar: WarehouseCalendar) -> Iterator[Answer]:
    day = despatch_day(moment, calendar)
    yield Answer("an order, complete now", day, cut_off_on(day, calendar))
    small, large = RULES.small_file_max, RULES.small_file_max + 1
    for what, orders in ((f"up to {small} orders", small), ("more orders", large)):
        day = upload_despatch_day(moment, orders, calendar)
        yield Answer(f"a file of {what}, uploaded now", day, upload_by(day, orders, calendar))


def _as_json(moment: datetime, hours: WorkingHours, answers: list[Answer]) -> dict[str, Any]:
    zone = hours.time_zone
    order, *files = answers
    limits = (RULES.small_file_max, None)
    return {
        "at": moment.astimezone(zone).isoformat(),
        "time_zone": str(zone),
        "despatch_day": order.day.isoformat(),
        "cut_off": order.before.astimezone(zone).isoformat(),
        "seconds_left": (order.before - moment) // SECOND,
        "uploads": [
            {
                "orders_max": limit,
                "despatch_day": file.day.isoformat(),
                "upload_by": file.before.astimezone(zone).isoformat(),
                "seconds_left": (file.before - moment) // SECOND,
            }
            for limit, file in zip(limits, files, strict=True)
        ],
    }


def _print(moment: datetime, hours: WorkingHours, answers: list[Answer]) -> None:
    zone = hours.time_zone
    now = moment.astimezone(zone)
    drawn = tables.table(f"{now:%a %d %b %Y, %H:%M} in {zone}", "leaves on", "if before", "left")
    for answer in answers:
        before = answer.before.astimezone(zone)
        drawn.add_row(
            Text(answer.what),
            f"{answer.day:%a %d %b}",
            f"{before:%a %d %b, %H:%M}",
            tables.duration((answer.before - moment) // SECOND),
        )
    terminal.results().print(drawn)
