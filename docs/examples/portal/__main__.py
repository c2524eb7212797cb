"""Start the portal: `python -m portal shop.db`."""

import argparse
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from orderflow import OrderFlowError
from portal.accounts import ACCOUNTS
from portal.app import make_app
from portal.shop import open_shop

PORTS = range(65_536)


def main() -> None:
    """Serve the portal on this machine, once its port is free and its database opens."""
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    parser.add_argument("database", type=Path, help="the file of the database; made if missing")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    options = parser.parse_args()
    if options.port not in PORTS:
        parser.error(f"argument --port: must be from 0 to {PORTS[-1]}, not {options.port}")
    try:
        listening = socket.create_server(("127.0.0.1", options.port))
    except OSError as error:
        parser.error(f"argument --port: {options.port} cannot be used; choose another: {error}")
    with listening:
        try:
            open_shop(options.database).engine.dispose()
        except OrderFlowError as error:
            parser.error(f"argument database: {error}")
        serve(options.database, listening)


def serve(database: Path, listening: socket.socket) -> None:
    """Print the address and the log-ins, and serve until Ctrl+C."""
    lines = [f"  {name:10} password {each.password}" for name, each in ACCOUNTS.items()]
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    print(address, *lines, "Stop it with Ctrl+C.", sep="\n")  # noqa: T201 - a command: it prints
    sys.stdout.flush()
    server = uvicorn.Server(uvicorn.Config(make_app(database), log_level="warning"))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
