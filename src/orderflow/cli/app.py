"""The commands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from orderflow.cli.cut_off import cut_off
from orderflow.cli.demo import demo
from orderflow.cli.replay import replay

__all__ = ["app"]

app = typer.Typer(
    name="orderflow",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        typer.echo(f"orderflow {version('orderflow-backorder')}")
        raise typer.Exit


@app.callback()
def orderflow(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Who gets the stock, what goes on back order, and when it comes off it."""


app.command(epilog="Example: `orderflow demo --seed 7`")(demo)
app.command(epilog="Example: `orderflow replay online_retail_II.csv.gz --holding COMPLETE_ONLY`")(
    replay
)
app.command(
    "cut-off", epilog="Example: `orderflow cut-off --holidays GB-ENG --at 2026-12-24T15:30`"
)(cut_off)
