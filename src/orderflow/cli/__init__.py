"""The command line. It needs the extra `cli`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    try:
        from orderflow.cli.app import app  # noqa: PLC0415 - says what is missing, if it is
    except ModuleNotFoundError as error:
        if error.name not in {"rich", "typer"}:
            raise
        sys.exit(
            f"orderflow: the command line needs {error.name}; "
            f"install it with: pip install 'orderflow-backorder[cli]'"
        )
    app()
