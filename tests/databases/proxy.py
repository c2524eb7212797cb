"""A proxy before PostgreSQL: it counts how often a client waits, and can make each wait longer."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from select import select
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

__all__ = ["Proxy", "proxied"]

_BYTES = 65_536


class Proxy:
    """Passes bytes between clients and a server of PostgreSQL.

    Args:
        server: The URL of the server, which listens at a socket in a folder.
        delay_seconds: How much longer each exchange takes.

    Attributes:
        url: The URL of the proxy.
        exchanges: How often a client has sent something after something was sent to it.
        cut_after: If a client sends this, the server gets it, and the client no answer.
    """

    cut_after = b"no client sends this"

    def __init__(self, server: URL, *, delay_seconds: float = 0) -> None:
        self._socket_path = f"{server.query['host']}/.s.PGSQL.{server.port or 5432}"
        self._delay_seconds = delay_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = server.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
        self.exchanges = 0
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more clients."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._socket_path)
                Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        is_answered, is_cut = True, False
        with suppress(OSError), client, server:
            while True:
                readable, _, _ = select([client, server], [], [])
                # What the client sends is looked at first: it may have sent it before the answer.
                for source in sorted(readable, key=lambda each: each is server):
                    data = source.recv(_BYTES)
                    if not data:
                        return
                    if source is client and is_answered:
                        self.exchanges += 1
                        sleep(self._delay_seconds)
                    is_answered = source is server
                    is_cut |= source is client and self.cut_after in data
                    if is_cut and source is server:
                        return
                    (server if source is client else client).sendall(data)


@contextmanager
def proxied(server: URL, *, delay_seconds: float = 0) -> Iterator[Proxy]:
    """Open a proxy before a server, and close it."""
    proxy = Proxy(server, delay_seconds=delay_seconds)
    yield proxy
    proxy.close()
