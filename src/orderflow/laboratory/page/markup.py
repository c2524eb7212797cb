"""The markup of the page: what stands where, and how values are written."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup

from orderflow.domain.calendar.calendar import Weekday
from orderflow.errors.quoting import counted
from orderflow.laboratory.figure_text import FINDING_WORDS, change_text, figure_text
from orderflow.laboratory.measures import MEASURES, Unit
from orderflow.laboratory.noise import Finding
from orderflow.laboratory.page import plots
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from orderflow.laboratory.comparison import Comparison
    from orderflow.replay.engine import Settings

__all__ = ["laid_out"]

_DAYS_LISTED: Final = 24  # of a short history; of a longer one, the last day of each month


def laid_out(comparison: Comparison, *, title: str, settings: Settings) -> str:
    """Return the text of the page."""
    data = comparison.as_json()
    page = _environment().get_template("page.html")
    return page.render(
        title=title,
        data=data,
        added=_added(settings),
        is_single=len(data["policies"]) == 1,
        texts={measure.key: measure.text for measure in MEASURES},
        days=_listed_days(data["backlog"]["days"]),
        dashes=[" ".join(map(str, pattern)) for pattern in plots.PATTERNS],
        drawn=_drawn(data),
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("orderflow.laboratory.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "change": lambda value, unit: change_text(value, Unit(unit)),
        "figure": lambda value, unit: figure_text(value, Unit(unit)),
        "finding": lambda value: FINDING_WORDS[Finding(value)],
        "harmless": printable,
        "json": json.dumps,
    }
    return environment


def _drawn(data: dict[str, Any]) -> dict[str, Any]:
    """Draw the plots. They are drawn from numbers, and are markup already."""
    # Each S704 below: the text is an SVG that `plots` makes of numbers. No foreign text is in it.
    backlog = data["backlog"]
    changes = (plots.change(n, each["by_days"]) for n, each in enumerate(data["changes"], 2))
    return {
        "orders": Markup(plots.backlog(backlog, "orders", "orders waiting")),  # noqa: S704 - our SVG
        "units": Markup(plots.backlog(backlog, "units", "units short")),  # noqa: S704 - our SVG
        "waiting": Markup(plots.waiting(data["waiting"])),  # noqa: S704 - our SVG
        "classes": Markup(plots.fill_rates(data["product_classes"])),  # noqa: S704 - our SVG
        "changes": [Markup(each) for each in changes],  # noqa: S704 - our SVG
    }


def _listed_days(days: list[str]) -> list[int]:
    """Return the places of the days that the table of the backlog has."""
    last = len(days) - 1
    if last < _DAYS_LISTED:
        return list(range(last + 1))
    ends = [
        place
        for place, day in enumerate(days)
        if (date.fromisoformat(day) + timedelta(days=1)).day == 1
    ]
    return ends if not ends or ends[-1] == last else [*ends, last]


def _added(settings: Settings) -> dict[str, str]:
    """Describe what the replays added to the history."""
    days_between = settings.rebalance_days
    rebalances = "never rebalances the backlog, unless a policy says so"
    if days_between is not None:
        rebalances = f"rebalances the backlog every {counted(days_between, 'day')}"
    rule, calendar, behaviour = settings.rule, settings.calendar, settings.behaviour
    days = ", ".join(day for day in Weekday if day in calendar.working_days)
    patience = behaviour.patience
    waits = "waits"
    if patience is not None:
        waits = f"cancels after {figure_text(patience.total_seconds(), Unit.SECONDS)}"
    return {
        "Opening stock": f"{rule.opening_units:,} units of each product",
        "Suppliers": (
            f"reviewed every {rule.review_days} days, up to {rule.cover_days} days of the demand "
            f"of the last {rule.recent_days} days or {rule.level_units:,} units, whichever is "
            f"more; lead time {rule.lead_days_min} to {rule.lead_days_max} days"
        ),
        "Warehouse": (
            f"despatches at {calendar.cut_off:%H:%M} {calendar.time_zone} on {days}; "
            f"books in at {settings.books_in:%H:%M}"
        ),
        "Seller": f"{'splits' if behaviour.split else 'does not split'}; {waits}; {rebalances}",
    }
