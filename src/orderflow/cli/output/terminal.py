"""Standard output and error, exit codes, and progress bars."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from orderflow.cli.output.console import PlainConsole, styled
from orderflow.errors import NotFoundError, OrderFlowError, RefusedError
from orderflow.errors.secrets import without_secrets
from orderflow.importing import FileError, write_csv
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

__all__ = [
    "EXIT_CLOSED",
    "EXIT_INTERRUPTED",
    "EXIT_NOT_RUN",
    "EXIT_REFUSED",
    "EXIT_REJECTED",
    "EXIT_UNBALANCED",
    "SHOWN_EVERY",
    "LogHandler",
    "checked_output",
    "clean_end",
    "clean_interrupt",
    "clean_usage",
    "confirm",
    "messages",
    "print_csv",
    "print_error",
    "print_json",
    "print_json_line",
    "print_json_listing",
    "progress_bar",
    "results",
]

_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])
"""The base of all errors about arguments, for which Typer has no public name."""

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
EXIT_CLOSED = 141
"""The reader of the output closed the pipe, as `head` does. A shell shows the same code of `ls`."""

_STAYS = "changes saved before that are kept"

SHOWN_EVERY = 50
"""A progress bar is redrawn after this many steps, because drawing is slower than a step."""


def results() -> Console:
    """Return the console for results: standard output."""
    return PlainConsole()


def messages() -> Console:
    """Return the console for everything else: standard error."""
    return PlainConsole(is_for_messages=True)


def confirm(question: str) -> bool:
    """Ask a question that only a yes affirms. If nobody is at a terminal, the answer is yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return typer.confirm(printable(without_secrets(question)), err=True)


def print_json(value: dict[str, Any]) -> None:
    """Print a result as JSON."""
    sys.stdout.write(f"{_json(value, indent=2)}\n")


def print_json_line(value: dict[str, Any]) -> None:
    """Print one of several results as a line of JSON, at once."""
    sys.stdout.write(f"{_json(value)}\n")
    sys.stdout.flush()


def print_json_listing(
    name: str, rows: Iterable[Mapping[str, Any]], beside: Callable[[], dict[str, Any]]
) -> None:
    """Print rows, one at a time, as JSON that `print_json` would print.

    Args:
        name: The key of the rows.
        rows: The rows.
        beside: Returns the further keys, when all rows are read.
    """
    before, end = "\n    ", "]"
    sys.stdout.write(f"{{\n  {_json(name)}: [")
    for row in rows:
        sys.stdout.write(before + _json(row, indent=2).replace("\n", "\n    "))
        before, end = ",\n    ", "\n  ]"
    sys.stdout.write(f"{end},{_json(beside(), indent=2).removeprefix('{')}\n")


def _json(value: object, indent: int | None = None) -> str:
    """Return JSON, with every unprintable character as JSON escapes it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if not text.isprintable():
        text = "".join(
            each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
        )
    return text


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table as CSV: to a file or a program with the data as they are, but not to people."""
    if sys.stdout.isatty():
        rows = ([printable("" if each is None else str(each)) for each in row] for row in rows)
    write_csv(sys.stdout, header, rows)


class LogHandler(logging.Handler):
    """Prints the records of loggers as messages."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        messages().print(f"{record.name}: {record.getMessage()}")


@contextmanager
def checked_output() -> Iterator[None]:
    """End the program with the right code if its output could not be written.

    If the reader of a pipe has closed it, the end is quiet. Rich and Typer turn that into exit code
    1, which says that something was refused. A code that is not 0 is kept, if the command had ended
    before the rest was written.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the program was started without it
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    code: str | int | None = 0
    try:
        try:
            yield
        except SystemExit as end:
            if isinstance(end.__context__, BrokenPipeError):
                raise end.__context__ from None
            code = end.code
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())  # for what Python writes at its end
        code = code or EXIT_CLOSED
    except OSError as error:
        print_error(messages(), error)
        code = EXIT_NOT_RUN
    sys.exit(code)


@contextmanager
def clean_usage() -> Iterator[None]:
    """Make harmless what an error about arguments repeats of them."""
    try:
        yield
    except _UsageError as error:
        error.message = printable(without_secrets(error.message))
        raise


@contextmanager
def clean_end(console: Console) -> Iterator[None]:
    """Turn what stops a command into a message and an exit code."""
    try:
        with clean_interrupt(console, _STAYS):
            yield
    except BrokenPipeError:
        raise  # `checked_output` ends the program
    except UnicodeEncodeError as error:
        console.print(f"orderflow: {error.object!a} cannot be written in {error.encoding}")
        raise typer.Exit(EXIT_NOT_RUN) from error
    except (OrderFlowError, OSError) as error:
        print_error(console, error)
        refused = isinstance(error, RefusedError | NotFoundError)
        raise typer.Exit(EXIT_REFUSED if refused else EXIT_NOT_RUN) from error


@contextmanager
def clean_interrupt(console: Console, saved: str) -> Iterator[None]:
    """Turn Ctrl-C into an exit code, and a message that says which changes are saved."""
    try:
        yield
    except KeyboardInterrupt as error:
        console.print(f"orderflow: stopped by Ctrl-C; {saved}")
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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[place]}", style="dim", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(printable(without_secrets(title)), total=total, place="")

        def show(done: float, place: str) -> None:
            bar.update(task, completed=done, place=printable(place))

        yield show


def print_error(console: Console, error: Exception) -> None:
    """Print the message of an error, in lines if it has several."""
    first, *others = _lines(error)
    console.print(styled(("orderflow: ", "red"), without_secrets(first)))
    for line in others:
        console.print(f"  {line}")


def _lines(error: Exception) -> tuple[str, ...]:
    """Return the message of an error in lines, with the options that mend it."""
    if not isinstance(error, FileError):
        return (str(error),)
    *others, last = error.lines
    return (*others, f"{last}{_options(error.settings)}")


def _options(settings: tuple[str, ...]) -> str:
    """Name the options of some settings. The default of a field replaces its column."""
    names: list[str] = []
    for each in settings:
        name = f"--{each.removesuffix('_default').replace('_', '-')}"
        if each.endswith("_default") and names:
            name = f"{names.pop()} or {name}"
        names.append(name)
    options = ", ".join(names)
    return f" ({options})" if options else ""
