"""Tables of figures: names on the left, numbers on the right."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.table import Table

from orderflow.cli.output.console import styled
from orderflow.wording.moments import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderflow.replay import Balance, FirstAttempt, Summary

__all__ = [
    "account",
    "back_orders",
    "cancelled",
    "definitions",
    "fill_rates",
    "first_attempt",
    "rate",
    "table",
    "waiting",
]


def table(title: str, *columns: str, rows: Iterable[tuple[str, ...]] = ()) -> Table:
    """Draw a table of names and numbers; the first column has the title."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    drawn.add_column(title, overflow="fold")
    for column in columns:
        drawn.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        drawn.add_row(*row)
    return drawn


def definitions(title: str, texts: Mapping[str, str]) -> Table:
    """Draw texts, each with a label before it."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    drawn.add_column(title, no_wrap=True)
    drawn.add_column("")
    for word, text in texts.items():
        drawn.add_row(word, text)
    return drawn


def rate(served: FirstAttempt) -> str:
    """Format a fill rate.

    >>> from orderflow.replay import FirstAttempt
    >>> rate(FirstAttempt(8, 7)), rate(FirstAttempt())
    ('87.5 %', '-')
    """
    return "-" if served.rate is None else f"{100 * served.rate:.1f} %"


def first_attempt(summary: Summary) -> Table:
    """Draw how much was served at first attempt."""
    kinds = {"orders": summary.orders, "lines": summary.lines, "units": summary.units}
    return fill_rates("Served at first attempt", "served", kinds)


def fill_rates(title: str, served: str, kinds: Mapping[str, FirstAttempt]) -> Table:
    """Draw how much of each kind was served, under a word for that."""
    return table(
        title,
        "total",
        served,
        "fill rate",
        rows=[
            (name, f"{each.total:,}", f"{each.served:,}", rate(each))
            for name, each in kinds.items()
        ],
    )


def back_orders(summary: Summary) -> Table:
    """Draw how back orders ended."""
    counted = summary.back_orders
    rebalanced = counted.completed_by_rebalance
    counts = {
        "opened": counted.opened,
        "completed by a booking-in": counted.completed_by_booking_in,
        **({"completed by a rebalance": rebalanced} if rebalanced else {}),
        "completed otherwise": counted.completed_otherwise,
        "cancelled": counted.cancelled,
        "still waiting": counted.still_waiting,
        "split while they waited": counted.split,
    }
    return table("Back orders", "", rows=[(name, f"{n:,}") for name, n in counts.items()])


def waiting(summary: Summary) -> Table:
    """Draw how long back orders waited."""
    waited = summary.waiting
    times = {"median": waited.median, "p95": waited.p95, "longest": waited.longest}
    return table(
        "Waiting time until completed",
        "",
        rows=[(name, duration(seconds)) for name, seconds in times.items()],
    )


def cancelled(summary: Summary) -> Table:
    """Draw what became of the units that customers cancelled."""
    counted = summary.cancelled
    counts = {
        "before despatch": counted.before_despatch,
        "returned after despatch": counted.returned,
        "never bought here": counted.without_sale,
    }
    return table("Cancelled by customers", "units", rows=[(k, f"{n:,}") for k, n in counts.items()])


def account(balance: Balance) -> Table:
    """Draw the account: units that came in beside units that left."""
    came = {
        "opening": balance.opening,
        "booked in": balance.booked_in,
        "found": balance.found,
        "returned": balance.returned,
    }
    went = {"despatched": balance.despatched, "lost": balance.lost, "on hand": balance.on_hand}
    if balance.on_the_way:
        went["on the way"] = balance.on_the_way
    drawn = table("Account of units", "", "", "")
    drawn.columns[2].justify = "left"
    sides = ([(name, f"{units:,}") for name, units in side.items()] for side in (came, went))
    for left, right in zip_longest(*sides, fillvalue=("", "")):
        drawn.add_row(*left, *right)
    drawn.add_row("together", f"{balance.came:,}", "together", f"{balance.went:,}")
    colour = "green" if balance.difference == 0 else "bold red"
    difference = styled((f"{balance.difference:,}", colour))
    drawn.add_row("", "", styled(("difference", colour)), difference)
    return drawn
