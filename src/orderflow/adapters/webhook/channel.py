"""Posts bulletins to URLs: to a checked address, signed, within a time, and only there."""

from __future__ import annotations

import http.client
import socket
import ssl
from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING

from orderflow.adapters.webhook.envelope import CONTENT_TYPE, enveloped, event_id
from orderflow.adapters.webhook.guard import PORTS
from orderflow.adapters.webhook.signing import key_of, sign
from orderflow.domain.model import validators
from orderflow.errors import NoticeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from orderflow.adapters.webhook.guard import Guard, Place
    from orderflow.notices import Bulletin

__all__ = ["WebhookChannel"]

# Of the answers that blame the request, those that another time may bring another answer to.
PASSING = {408, 409, 421, 423, 425, 429}
SUCCESS, REDIRECTIONS, CLIENT_FAULTS, SERVER_FAULTS = 200, 300, 400, 500


class WebhookChannel:
    """Sends bulletins to URLs.

    An answer from 200 to 299 says that it was taken. Redirections are not followed.

    Args:
        guard: What URLs are allowed.
        secrets: What to sign with, each ``whsec_`` and Base64; two while one is being replaced.
        now: Tells the present moment.
        source: Names the sender in the events, as a URI or a path.
        timeout_s: How many seconds a request may take, from the connection to the answer.
        tls: Which certificates are trusted; those that this machine trusts, if left out.
    """

    def __init__(
        self,
        guard: Guard,
        secrets: Sequence[str],
        *,
        now: Callable[[], datetime],
        source: str = "/orderflow",
        timeout_s: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        validators.require(
            ok=bool(secrets),
            field="WebhookChannel.secrets",
            demand="one secret or more",
            value=len(secrets),
        )
        for secret in secrets:
            key_of(secret)
        self._guard = guard
        self._secrets = tuple(secrets)
        self._now = now
        self._source = source
        self._timeout_s = timeout_s
        self._tls = tls if tls is not None else ssl.create_default_context()

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Send a bulletin to a URL.

        Raises:
            NoticeError: If it was not taken. It is final if the URL is not allowed or the
                server refuses the request for good.
        """
        place, path = self._guard.check(address)
        addresses = self._guard.addresses(address, place)
        now = self._now()
        body = enveloped(address, bulletin, now, self._source)
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "orderflow",
            **sign(event_id(address, bulletin), now, body, self._secrets),
        }
        try:
            status = self._post(place, addresses, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            cause = f"{type(error).__name__}: {error}"
            raise NoticeError(
                f"webhook:{address}", cause, "it is tried again; see that the server answers"
            ) from error
        if not SUCCESS <= status < REDIRECTIONS:
            raise _refusal(address, status)

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the request as text, and send nothing."""
        body = enveloped(address, bulletin, self._now(), self._source)
        return f"POST {address}\ncontent-type: {CONTENT_TYPE}\n\n{body.decode()}\n"

    def _post(
        self,
        place: Place,
        addresses: Sequence[str],
        path: str,
        body: bytes,
        headers: dict[str, str],
    ) -> int:
        connection = http.client.HTTPConnection(place.host, place.port)
        # A time-out of a socket counts from the last byte: a server could go on for ever.
        timer = Timer(self._timeout_s, _cut, [connection])
        timer.daemon = True
        timer.start()
        try:
            connection.sock = _connected(addresses, place.port, self._timeout_s)
            if place.scheme == "https":
                _secure(connection, place.host, self._tls)
            connection.request("POST", path, body, {"host": _authority(place), **headers})
            return connection.getresponse().status
        finally:
            timer.cancel()
            connection.close()


def _secure(connection: http.client.HTTPConnection, host: str, tls: ssl.SSLContext) -> None:
    secured = tls.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
    connection.sock = secured
    secured.do_handshake()  # now, so that it can be cut off


def _connected(addresses: Sequence[str], port: int, timeout_s: float) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            # It is an address already: nothing is looked up here.
            return socket.create_connection((address, port), timeout_s)
        except OSError as error:
            failure = error
    raise failure if failure is not None else OSError("it has no address")


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it may have ended by itself
        # That of the socket below: TLS would ask the other side for leave.
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _authority(place: Place) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    return host if place.port == PORTS[place.scheme] else f"{host}:{place.port}"


def _refusal(address: str, status: int) -> NoticeError:
    answer = f"it answered {status} {http.client.responses.get(status, '')}".rstrip()
    if status in PASSING or not SUCCESS <= status < SERVER_FAULTS:
        return NoticeError(f"webhook:{address}", answer, "it is tried again later")
    if status < CLIENT_FAULTS:
        way_out = "redirections are not followed: take the URL that it leads to"
    else:
        way_out = "mend the receiver, or take the URL out of the preferences"
    return NoticeError(f"webhook:{address}", answer, way_out, is_final=True)
