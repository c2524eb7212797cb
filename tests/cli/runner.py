"""Running the command line, and reading what it writes."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import typer.main
from typer import testing
from typer.testing import CliRunner

from orderflow.cli.app import app

if TYPE_CHECKING:
    from typer.testing import Result

get_command = cache(typer.main.get_command)
# The runner makes the command for each run, in half of its time. It is always the same one.
setattr(testing, "_get_command", get_command)  # noqa: B010 - typer does not export it

WIDE = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def run(
    *arguments: object, stdin: bytes | None = None, environment: dict[str, str] | None = None
) -> Result:
    """Run the command line in this process."""
    runner = CliRunner(env=WIDE | (environment or {}))
    return runner.invoke(app, [str(each) for each in arguments], input=stdin)


def run_json(*arguments: object, stdin: bytes | None = None) -> dict[str, Any]:
    """Run a command that must succeed, and read its JSON."""
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def flat(text: str) -> str:
    """Undo the wrapping of lines and the frames around them."""
    return " ".join(text.replace("│", " ").split())
