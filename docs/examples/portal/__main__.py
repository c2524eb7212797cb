"""Start the portal: `python -m portal shop.db`."""

import argparse
import sys
from pathlib import Path

import uvicorn

from portal.accounts import ACCOUNTS
from portal.app import make_app


def main() -> None:
    """Serve the portal on this machine, and print its address and the log-ins."""
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    parser.add_argument("database", type=Path, help="the file of the database; made if missing")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    options = parser.parse_args()
    app = make_app(options.database)
    lines = [f"  {name:10} password {each.password}" for name, each in ACCOUNTS.items()]
    print(f"http://127.0.0.1:{options.port}", *lines, "Stop it with Ctrl+C.", sep="\n")  # noqa: T201 - a command: it prints
    sys.stdout.flush()
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
