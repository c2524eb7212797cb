"""The plots of a comparison, drawn from its plain values.

Policies differ by colour, by the pattern of their lines, and by their numbers. The plots
have no text from outside: the page names the policy of each number.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from orderflow.laboratory.page.vector import COLOURS, INK, QUIET, drawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Plain = Mapping[str, Any]

__all__ = ["PATTERNS", "backlog", "change", "fill_rates", "waiting"]

PATTERNS: Final[tuple[tuple[float, ...], ...]] = (
    (),
    (6, 2),
    (2, 1.5),
    (8, 2, 2, 2),
    (4, 1, 1, 1, 1, 1),
    (1, 1),
    (12, 3),
    (3, 3),
    (10, 2, 1, 2),
    (2, 4),
    (6, 1, 2, 1),
    (1, 3),
)
"""The dashes and gaps of each policy's line; the first one's is solid."""

_DAYS_NAMED_MAX: Final = 10
_WIDE: Final = (7.2, 3.2)
_GAIN, _LOSS = COLOURS[0], COLOURS[1]


def backlog(data: Plain, key: str, title: str) -> str:
    """Draw what waits at the end of each day, under each policy."""
    days = [date.fromisoformat(day) for day in data["days"]]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        lines = [each[key] for each in data["policies"]]
        _lines(axes, days, lines)
        _days_across(axes, days)
        axes.set_ylim(bottom=0)
        _count_up(axes)
        axes.set_ylabel(title)

    text = f"{title} at the end of each day; the table below has some of the days."
    return drawn(f"backlog-{key}", f"{title} over time", text, draw, _WIDE)


def waiting(rows: Sequence[Plain]) -> str:
    """Draw which share of the orders waited longer than a number of days, under each policy."""
    longest = sum(any(each["share"] for each in row["policies"]) for row in rows)
    rows = rows[: longest + 1]  # up to the first wait that nothing exceeds
    days = [row["longer_than_days"] for row in rows]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        shares = [
            [row["policies"][number]["share"] for row in rows]
            for number in range(len(rows[0]["policies"]))
        ]
        _lines(axes, range(len(days)), shares, marker=True)
        axes.set_xticks(range(len(days)), [str(day) for day in days])
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_ylim(bottom=0)
        axes.set_xlabel("longer than this many days (not to scale)")
        axes.set_ylabel("share of all orders")

    text = "The table below has its values."
    return drawn("waiting", "Share of orders that waited longer", text, draw, _WIDE)


def fill_rates(rows: Sequence[Plain]) -> str:
    """Draw the unit fill rate of each class of products, under each policy."""
    policies = len(rows[0]["policies"])

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        width = 0.8 / policies
        for number in range(policies):
            rates = [row["policies"][number]["unit_fill_rate"] or 0 for row in rows]
            places = [at + (number + 0.5) * width - 0.4 for at in range(len(rows))]
            axes.bar(places, rates, width * 0.86, color=_colour(number))
            for place, rate in zip(places, rates, strict=True):
                axes.annotate(
                    str(number + 1), (place, rate), (0, 2), textcoords="offset points", ha="center"
                )
        axes.set_xticks(range(len(rows)), [row["class"] for row in rows])
        axes.grid(visible=False, axis="x")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_ylim(0, 1.08)
        axes.set_xlabel("class of products")
        axes.set_ylabel("unit fill rate")

    text = "A bar for each policy, with its number; the table below has its values."
    return drawn("classes", "Unit fill rate by class of products", text, draw, _WIDE)


def change(number: int, rows: Sequence[Plain]) -> str:
    """Draw how many orders wait so much less or longer under a policy than under the first one."""
    others = [row for row in rows if row["from"] != 0 or row["to"] != 0]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, row in enumerate(others):
            is_gain = place < len(others) / 2
            bar = axes.bar(
                place,
                row["orders"],
                0.8,
                color=_GAIN if is_gain else _LOSS,
                hatch="" if is_gain else "///",
                edgecolor=INK,
                linewidth=0.4,
            )
            axes.bar_label(bar, [f"{row['orders']:,.0f}"], padding=2)
        axes.axvline(len(others) / 2 - 0.5, color=QUIET, linewidth=1)
        for across, words in ((0.25, "wait less"), (0.75, "wait longer")):
            axes.annotate(words, (across, 1), xycoords="axes fraction", ha="center", va="top")
        axes.set_xticks(range(len(others)), [_bounds(row) for row in others])
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.22)
        _count_up(axes)
        axes.set_xlabel("by this many days")
        axes.set_ylabel("orders")

    title = f"Orders by the change of their wait under policy {number}"
    text = "Plain bars are orders that wait less, hatched bars those that wait longer."
    return drawn(f"change-{number}", title, text, draw, (7.2, 2.8))


def _days_across(axes: Axes, days: Sequence[date]) -> None:
    if len(days) <= _DAYS_NAMED_MAX:
        axes.set_xticks(days, [f"{day:%m-%d}" for day in days])  # type: ignore[arg-type] # takes dates
        return
    locator = AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call] # it has no types
    dates = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call] # nor has it
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates)


def _count_up(axes: Axes) -> None:
    """Show whole numbers at the vertical axis."""
    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _bounds(row: Plain) -> str:
    """Name the days of a class of changes, without their sign."""
    begin, end = row["from"], row["to"]
    if begin is None or end is None:
        return f"over {abs(end if begin is None else begin)}"
    low, high = sorted((abs(begin), abs(end)))
    return f"{low}-{high}" if low else f"up to {high}"


def _lines(
    axes: Axes, across: Sequence[Any], lines: Sequence[Sequence[float]], *, marker: bool = False
) -> None:
    """Draw a line for each policy, with its number at the end."""
    for number, values in enumerate(lines):
        pattern = PATTERNS[number]
        axes.plot(
            across,
            values,
            color=_colour(number),
            linestyle=(0, pattern) if pattern else "solid",
            marker="o" if marker else "",
            markersize=3,
        )
    for number, place in _spread([values[-1] for values in lines], axes):
        axes.annotate(
            str(number + 1),
            (across[-1], place),
            (5, 0),
            textcoords="offset points",
            va="center",
            color=_colour(number),
            weight="bold",
        )


def _spread(ends: Sequence[float], axes: Axes) -> list[tuple[int, float]]:
    """Return where to write the number at the end of each line, so that none hides another."""
    low, high = axes.get_ylim()
    least = (high - min(low, 0)) / 18
    placed: list[tuple[int, float]] = []
    for number in sorted(range(len(ends)), key=lambda each: (ends[each], each)):
        lowest = placed[-1][1] + least if placed else ends[number]
        placed.append((number, max(ends[number], lowest)))
    return placed


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
