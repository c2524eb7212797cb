"""`orderflow cut-off`: when orders leave, and the deadline for each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from orderflow.cli.options.arguments import AsJson
from orderflow.cli.options.from_settings import with_options
from orderflow.cli.options.working_hours import Holidays, WorkingHours, with_holidays
from orderflow.cli.output import tables, terminal
from orderflow.domain.calendar.cut_off import CutOffRules
from orderflow.errors.quoting import quoted
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from orderflow.domain.calendar.calendar import WarehouseCalendar

__all__ = ["cut_off"]

YEARS_AHEAD = 3
"""A search for a working day that starts on 31 December can end in the third year."""

RULES = CutOffRules()
SECOND = timedelta(seconds=1)


class Answer(NamedTuple):
    """What would leave, on which day, and the deadline for that."""

    what: str
    day: date
    before: datetime


@with_options("The warehouse", hours=WorkingHours)
def cut_off(
    *,
    hours: WorkingHours,
    holidays: Holidays = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The moment to ask about, in ISO 8601. Default: now. Without an offset, it is "
            "local time in the warehouse.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Does this order still leave today?

    Reports when an order leaves if it is complete now, and when the orders of a file leave if it is
    uploaded now. The deadline for a file of up to 10 orders is 2 hours before the cut-off. The
    deadline for a larger file is 10 hours before.
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
            f"{quoted(text)} is not a valid TIME: try 2026-03-02T09:30", param_hint="'--at'"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _calendar(hours: WorkingHours, holidays: str | None, moment: datetime) -> WarehouseCalendar:
    calendar = hours.calendar()
    year = calendar.local_day(moment).year
    return with_holidays(calendar, holidays, range(year, year + YEARS_AHEAD))


def _answers(moment: datetime, calendar: WarehouseCalendar) -> Iterator[Answer]:
    day = calendar.despatch_day(moment)
    yield Answer("an order, complete now", day, calendar.next_cut_off(moment))
    small, large = RULES.small_file_max, RULES.small_file_max + 1
    for what, orders in ((f"up to {small} orders", small), ("more orders", large)):
        day = calendar.upload_despatch_day(moment, orders)
        yield Answer(f"a file of {what}, uploaded now", day, calendar.upload_by(day, orders))


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
            answer.what,
            f"{answer.day:%a %d %b}",
            f"{before:%a %d %b, %H:%M}",
            duration((answer.before - moment) // SECOND),
        )
    terminal.results().print(drawn)
