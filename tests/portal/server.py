"""A portal that is served on a port of this machine."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import uvicorn
from portal.app import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

SECRET = "of these tests"  # noqa: S105 - it guards nothing
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares clients of plain HTTP the reading of certificates."""


@contextmanager
def served(database: Path) -> Iterator[tuple[FastAPI, str]]:
    """Serve a portal, and yield it with its address."""
    app = make_app(database, secret=SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            httpx.get(
                f"{address}/sign-in", verify=PLAIN
            ).raise_for_status()  # which waits until it is open
            yield app, address
        finally:
            server.should_exit = True
            thread.join()
