"""What the commands have in common: where they write, how they end, how they show progress."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from orderflow.errors import NotFoundError, OrderFlowError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_NOT_RUN",
    "EXIT_REFUSED",
    "EXIT_REJECTED",
    "EXIT_UNBALANCED",
    "SHOWN_EVERY",
    "clean_end",
    "messages",
    "print_json",
    "print_json_line",
    "progress_bar",
    "results",
]

EXIT_REJECTED = 1
"""Some rows were rejected; all others were carried out."""
EXIT_REFUSED = 1
"""It was refused, and nothing has changed."""
EXIT_NOT_RUN = 2
"""It could not run, or not to its end."""
EXIT_UNBALANCED = 3
"""The account of units is not at 0, or another rule does not hold that always has to."""
EXIT_INTERRUPTED = 130
"""It was stopped by Ctrl-C."""

_STAYS = "what was saved before that stays saved"

SHOWN_EVERY = 50
"""A progress bar moves after so many steps: to draw it takes longer than to make one."""


def results() -> Console:
    """Return where results go: standard output."""
    return Console(highlight=False)


def messages() -> Console:
    """Return where all else goes: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: dict[str, Any]) -> None:
    """Write a result for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_json_line(value: dict[str, Any]) -> None:
    """Write one of several results for machines, as one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


@contextmanager
def clean_end(console: Console, *, interrupted: str = _STAYS) -> Iterator[None]:
    """Turn what stops a command into a message and an exit code.

    Args:
        console: Where the message goes.
        interrupted: What it leaves behind if it is stopped by Ctrl-C.
    """
    try:
        yield
    except BrokenPipeError as error:  # whoever reads the results has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error
    except UnicodeEncodeError as error:
        console.print(f"orderflow: {error.object!a} cannot be written in {error.encoding}")
        raise typer.Exit(EXIT_NOT_RUN) from error
    except (OrderFlowError, OSError) as error:
        console.print(Text.assemble(("orderflow: ", "red"), str(error)))
        refused = isinstance(error, RefusedError | NotFoundError)
        raise typer.Exit(EXIT_REFUSED if refused else EXIT_NOT_RUN) from error
    except KeyboardInterrupt as error:
        console.print(f"orderflow: stopped by Ctrl-C; {interrupted}")
        raise typer.Exit(EXIT_INTERRUPTED) from error


@contextmanager
def progress_bar(
    console: Console, title: str, total: float | None
) -> Iterator[Callable[[float, str], None]]:
    """Show a progress bar while the block runs, on a terminal only.

    Yields:
        What to call with how much is done, and a few words on where it stands.
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[place]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(title, total=total, place="")

        def show(done: float, place: str) -> None:
            bar.update(task, completed=done, place=place)

        yield show
