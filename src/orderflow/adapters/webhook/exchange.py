"""One HTTP exchange: a request, and the head of its answer, within a time and a size."""

from __future__ import annotations

import http.client
import re
import socket
from time import monotonic
from typing import TYPE_CHECKING, cast

from orderflow.adapters.webhook.guard import PORTS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from orderflow.adapters.webhook.guard import Server

__all__ = ["post"]

HEAD_BYTES_MAX = 65_536
"""The longest head of an answer, together with the interim answers before it."""

CHUNK_BYTES = 4_096
SHOWN_BYTES = 60

_STATUS = re.compile(rb"HTTP/1\.\d ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")
_END = re.compile(rb"\n\r?\n")
_INTERIM = range(100, 200)
_SWITCHING_PROTOCOLS = 101  # the last answer in HTTP


def post(
    server: Server,
    addresses: Sequence[str],
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    tls: ssl.SSLContext,
) -> int:
    """Post to the first address that accepts a connection; return the status of the answer.

    Only a complete head is an answer. The body of the answer is not read.

    Args:
        server: Whom to ask for, and whose certificate to demand.
        addresses: The IP addresses of the server.
        path: The path with the query.
        body: The body.
        headers: The headers, except for those about the connection.
        timeout_s: The longest time in seconds, from connection to answer.
        tls: The trusted certificates.

    Raises:
        OSError: If the server cannot be reached, or there is no answer within the time.
        HTTPException: If the answer is not HTTP, or its head is too long.
    """
    ends_at = monotonic() + timeout_s
    plain = _connect(addresses, server.port, ends_at)
    with plain:
        plain.settimeout(_left(ends_at))
        if server.scheme == "https":
            with tls.wrap_socket(plain, server_hostname=server.host) as secured:
                return _exchange(_TimedSocket(secured, ends_at), server, path, body, headers)
        return _exchange(_TimedSocket(plain, ends_at), server, path, body, headers)


class _TimedSocket:
    """A socket of which all operations together end at a time.

    The timeout of a plain socket starts anew with each byte, so a slow server could go on for ever.
    """

    def __init__(self, plain: socket.socket, ends_at: float) -> None:
        self._plain = plain
        self._ends_at = ends_at

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._plain.settimeout(_left(self._ends_at))
            rest = rest[self._plain.send(rest) :]

    def recv(self) -> bytes:
        self._plain.settimeout(_left(self._ends_at))
        return self._plain.recv(CHUNK_BYTES)


def _left(ends_at: float) -> float:
    """Return the seconds that are left."""
    left = ends_at - monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _connect(addresses: Sequence[str], port: int, ends_at: float) -> socket.socket:
    failure = OSError("the server has no address")
    for address in addresses:
        try:
            # This is an IP address, so there is no further lookup.
            return socket.create_connection((address, port), _left(ends_at))
        except OSError as error:
            failure = error
    raise failure


def _exchange(
    timed: _TimedSocket, server: Server, path: str, body: bytes, headers: Mapping[str, str]
) -> int:
    writer = http.client.HTTPConnection(server.host, server.port)
    writer.sock = cast("socket.socket", timed)  # of which it uses `sendall` alone
    writer.request("POST", path, body, {"host": _authority(server), **headers})
    return _status(timed)


def _authority(server: Server) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    return host if server.port == PORTS[server.scheme] else f"{host}:{server.port}"


def _status(timed: _TimedSocket) -> int:
    """Read the head of the answer, after any interim ones, and return its status."""
    received, head_from, searched_to = bytearray(), 0, 0
    while True:
        end = _END.search(received, max(head_from, searched_to - 2))
        if end is not None:
            status = _status_of(bytes(received[head_from : end.end()]))
            if status not in _INTERIM or status == _SWITCHING_PROTOCOLS:
                return status
            head_from = searched_to = end.end()
            continue
        searched_to = len(received)
        if len(received) > HEAD_BYTES_MAX:
            raise http.client.HTTPException(
                f"the head of the answer has more than {HEAD_BYTES_MAX:,} bytes"
            )
        chunk = timed.recv()
        if not chunk:
            raise http.client.RemoteDisconnected(
                "the connection was closed before the head of the answer was complete"
            )
        received += chunk


def _status_of(head: bytes) -> int:
    match = _STATUS.match(head)
    if match is None:
        raise http.client.BadStatusLine(f"this is not HTTP: {head[:SHOWN_BYTES]!r}")
    return int(match[1])
