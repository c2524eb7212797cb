"""`orderflow demo`: a made-up shop, the life of one of its orders, and the figures of the run."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - Typer reads it
from shutil import which
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.rule import Rule

from orderflow.adapters.memory.repository import MemoryRepository
from orderflow.cli.commands import demo_file
from orderflow.cli.commands.demo_file import SETTINGS
from orderflow.cli.commands.demo_tour import DemoTour
from orderflow.cli.options.arguments import AsJson  # noqa: TC001 - Typer reads it
from orderflow.cli.output import tables, terminal
from orderflow.cli.output.console import styled
from orderflow.cli.output.replay_report import Report
from orderflow.cli.output_file import refuse_stream
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.outcome import Outcome
from orderflow.errors.quoting import counted
from orderflow.replay import SELLER, Replay
from orderflow.replay.generator import Shop, generate, stock_for

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from orderflow.cli.commands.demo_step import Step
    from orderflow.domain.model.order import Order
    from orderflow.domain.queries.actions import ActionAnswer
    from orderflow.replay import Entry

__all__ = ["demo"]

ORDERS_MAX = 100_000

WAYS_OUT = {
    Action.CANCEL: "",
    Action.REMOVE_LINE: "{} removed",
    Action.REPLACE_LINE: "",
    Action.SEND_STOCK: "{} booked in",
    Action.SPLIT: "{} leaving now",
}
"""The ways out of a back order, each with what happens to the units that its answer names."""


def demo(
    *,
    orders: Annotated[
        int, typer.Option(min=1, max=ORDERS_MAX, help="Number of orders in the shop.")
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="Random seed: each seed makes another shop.")] = 1,
    db: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Save the shop to this new database, as it was one afternoon."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file of --db if it exists.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See orders go on back order, and come off it.

    The shop is made up, but its orders look like those of a real one. Its stock covers about 85 %
    of what they ask for. You see the life of one order that has to wait, step by step, and then
    the figures of the whole run. With --db you get a database that every other command works on.
    """
    shop = Shop(seed=seed, orders=orders)
    if db is not None:
        refuse_stream(db, "--db")
        demo_file.check_free(db, overwrite=overwrite)
        shop = demo_file.until_now(shop)
    tour, report, left = _run(shop, terminal.messages())
    if db is not None:
        demo_file.write(left, SETTINGS.policy, db)
    if as_json:
        steps = [step.as_json() for step in tour.steps]
        terminal.print_json({**report.as_json(), "tour": steps})
    else:
        _print(terminal.results(), tour, report)
        if db is not None:
            _print_next(terminal.results(), db, demo_file.waiting_in(left))
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _run(shop: Shop, console: Console) -> tuple[DemoTour, Report, Outcome]:
    """Run a shop; return the tour, the report, and the state one afternoon."""
    begin = perf_counter()
    entries = generate(shop)
    tour = DemoTour()
    run = Replay(
        SETTINGS,
        opening=stock_for(entries, shop.seed),
        observers=[tour],
        repository=MemoryRepository(),  # with the events
    )
    afternoon = demo_file.afternoon(entries)
    left = Outcome(seller_id=SELLER)
    with terminal.progress_bar(console, "Running the shop", len(entries)) as show:
        for number, entry in enumerate(entries):
            run.step(entry)
            tour.act(run)
            if number == afternoon:
                left = demo_file.all_of(run.session.flow, SELLER)
            if number % terminal.SHOWN_EVERY == 0:
                show(number, f"{entry.at:%d %b}")
    run.advance(entries[-1].at + timedelta(days=10))  # the last receipts have arrived
    weeks = counted(_weeks(entries), "week")
    title = f"a shop with {counted(shop.orders, 'order')} in {weeks} (seed {shop.seed})"
    report = Report(
        title=title, settings=SETTINGS, summary=run.finish(), seconds=perf_counter() - begin
    )
    return tour, report, left


def _weeks(entries: list[Entry]) -> int:
    return max(1, round((entries[-1].at - entries[0].at) / timedelta(weeks=1)))


def _print(console: Console, tour: DemoTour, report: Report) -> None:
    console.print(Rule("The life of an order that has to wait", align="left"))
    for number, step in enumerate(tour.steps, 1):
        _print_step(console, number, step)
    if not tour.steps:
        console.print(" No order in this shop makes a good example; try another --seed.")
    console.print()
    console.print(Rule(f"Results for {report.title}", align="left"))
    report.print(console)


def _print_next(console: Console, db: Path, order_id: str | None) -> None:
    program = "orderflow" if which("orderflow") or not sys.argv[0] else sys.argv[0]
    console.print()
    console.print(Rule("Next steps", align="left"))
    about = ["show", "explain", "actions", "split --dry-run"] if order_id is not None else []
    steps = ["backorders", *(f"{each} {order_id}" for each in about), "check"]
    console.print(f" {db} has the shop as it was one afternoon. You run its warehouse:")
    console.print()
    for line in (f"export ORDERFLOW_DB={db}", *(f"{program} {step}" for step in steps)):
        console.print(f"    {line}", soft_wrap=True)  # to be copied


def _print_step(console: Console, number: int, step: Step) -> None:
    at = step.at.astimezone(SETTINGS.calendar.time_zone)
    console.print()
    title = (f"{number:2}", "bold cyan"), "  ", (f"{at:%a %d %b %H:%M}", "dim"), "  "
    console.print(styled(*title, (step.title, "bold")))
    console.print(Padding(step.text, (0, 0, 0, 4), expand=False))
    if step.order is not None:
        console.print(Padding(_lines(step.order), (0, 0, 0, 4), expand=False))
    if step.answers:
        console.print(Padding(_answers(step.answers), (0, 0, 0, 4), expand=False))


def _lines(order: Order) -> Table:
    drawn = tables.table("product", "ordered", "allocated", "short")
    for line in order.lines:
        short = styled((str(line.short), "yellow")) if line.short else ""
        drawn.add_row(line.sku, str(line.quantity), str(line.allocated), short)
    return drawn


def _answers(answers: tuple[ActionAnswer, ...]) -> Table:
    """Return a table of allowed actions, ways out first, with one line of those refused."""
    drawn = tables.table("action", "leads to", "with")
    for column in drawn.columns:
        column.justify, column.no_wrap = "left", False
    places = [*WAYS_OUT, *Action]
    for answer in sorted(answers, key=lambda answer: places.index(answer.action)):
        if not answer.allowed:
            continue
        units = ", ".join(f"{units} {sku}" for sku, units in answer.units)
        word = WAYS_OUT.get(answer.action, "")
        drawn.add_row(
            styled((answer.action, "green")),
            " or ".join(answer.leads_to),
            word.format(units) if units else "",
        )
    refused = ", ".join(answer.action for answer in answers if not answer.allowed)
    drawn.add_row("not now", "", refused, style="dim")
    return drawn
