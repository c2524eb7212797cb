"""The command line. It needs the extra `cli`."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]

_NEW_OBJECTS_MAX = 100_000
"""How many more objects there may be before the garbage collector looks at the new ones.

Python's 700 to 2,000 suit small programs. An import or a replay makes millions of objects, nearly
all of which die without the collector or live to the end. No other program shares the process.
"""


def main() -> None:
    """Run the command line."""
    try:
        from orderflow.cli.app import app  # noqa: PLC0415 - says what is missing, if it is
        from orderflow.cli.output import terminal  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        if error.name not in {"rich", "typer"}:
            raise
        sys.exit(
            f"orderflow: the command line needs {error.name}; "
            f"install it with: pip install 'orderflow-backorder[cli]'"
        )
    gc.freeze()  # what was imported stays
    gc.set_threshold(_NEW_OBJECTS_MAX, *gc.get_threshold()[1:])
    with terminal.checked_output():
        app()
