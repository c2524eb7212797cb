"""Standard output and error, exit codes, and progress bars."""

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
from orderflow.importing import FileError

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
"""Some rows were rejected; all others were imported or replayed."""
EXIT_REFUSED = 1
"""The command was refused, and nothing has changed."""
EXIT_NOT_RUN = 2
"""The command could not run to its end."""
EXIT_UNBALANCED = 3
"""The account of units does not balance, or another invariant is violated."""
EXIT_INTERRUPTED = 130
"""Ctrl-C stopped the command."""

_STAYS = "changes saved before that are kept"

SHOWN_EVERY = 50
"""A progress bar is redrawn after this many steps, because drawing is slower than a step."""


def results() -> Console:
    """Return the console for results: standard output."""
    return Console(highlight=False)


def messages() -> Console:
    """Return the console for everything else: standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: dict[str, Any]) -> None:
    """Print a result as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_json_line(value: dict[str, Any]) -> None:
    """Print one of several results as a line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


@contextmanager
def clean_end(console: Console, *, interrupted: str = _STAYS) -> Iterator[None]:
    """Turn what stops a command into a message and an exit code.

    Args:
        console: Where to print the message.
        interrupted: What to say about saved changes after Ctrl-C.
    """
    try:
        yield
    except BrokenPipeError as error:  # the reader of the results has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error
    except UnicodeEncodeError as error:
        console.print(f"orderflow: {error.object!a} cannot be written in {error.encoding}")
        raise typer.Exit(EXIT_NOT_RUN) from error
    except (OrderFlowError, OSError) as error:
        option = f" (--{error.setting})" if isinstance(error, FileError) and error.setting else ""
        console.print(Text.assemble(("orderflow: ", "red"), f"{error}{option}"))
        refused = isinstance(error, RefusedError | NotFoundError)
        raise typer.Exit(EXIT_REFUSED if refused else EXIT_NOT_RUN) from error
    except KeyboardInterrupt as error:
        console.print(f"orderflow: stopped by Ctrl-C; {interrupted}")
        raise typer.Exit(EXIT_INTERRUPTED) from error


@contextmanager
def progress_bar(
    console: Console, title: str, total: float | None
) -> Iterator[Callable[[float, str], None]]:
    """Show a progress bar while the block runs, if this is a terminal.

    Yields:
        A function to call with the amount done and a few words on the current position.
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
