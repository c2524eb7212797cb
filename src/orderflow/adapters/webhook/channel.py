"""Posts signed bulletins to checked URLs, with a time limit and without redirects."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

from orderflow.adapters.webhook.envelope import CONTENT_TYPE, event_id, to_envelope
from orderflow.adapters.webhook.exchange import post
from orderflow.adapters.webhook.signing import key_of, sign
from orderflow.domain.model import validators
from orderflow.errors import NoticeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from orderflow.adapters.webhook.guard import Guard
    from orderflow.notices import Bulletin

__all__ = ["WebhookChannel"]

# The 4xx responses that a later attempt may not get again.
TRANSIENT = {408, 409, 421, 423, 425, 429}
SUCCESS, REDIRECTIONS, CLIENT_FAULTS, SERVER_FAULTS = 200, 300, 400, 500


class WebhookChannel:
    """Sends bulletins to URLs.

    A response from 200 to 299 means success. Redirects are not followed.

    Args:
        guard: Checks which URLs are allowed.
        secrets: The signing secrets, each ``whsec_`` plus Base64. Give two while one is being
            replaced.
        now: Returns the current time.
        source: The `source` of the CloudEvents, a URI or a path.
        timeout_s: The longest time for a request in seconds, from connection to response.
        tls: The trusted certificates. Default: those that this machine trusts.
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
            demand="at least one secret",
            value=len(secrets),
        )
        validators.require(
            ok=validators.is_seconds(timeout_s),
            field="WebhookChannel.timeout_s",
            demand=validators.SECONDS_DEMAND,
            value=timeout_s,
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
            NoticeError: If the server did not accept it. The error is final if the URL is not
                allowed or the server rejects the request permanently.
        """
        server, path = self._guard.check(address)
        addresses = self._guard.addresses(address, server)
        now = self._moment()
        body = to_envelope(address, bulletin, now, self._source)
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "orderflow",
            **sign(event_id(address, bulletin), now, body, self._secrets),
        }
        try:
            status = post(
                server,
                addresses,
                path,
                body,
                headers,
                timeout_s=self._timeout_s,
                tls=self._tls,
            )
        except (OSError, http.client.HTTPException) as error:
            cause = f"{type(error).__name__}: {error}"
            raise NoticeError(
                f"webhook:{address}",
                cause,
                "it will be tried again; check that the server responds",
            ) from error
        if not SUCCESS <= status < REDIRECTIONS:
            raise _refusal(address, status)

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the request as text, without sending it."""
        body = to_envelope(address, bulletin, self._moment(), self._source)
        return f"POST {address}\ncontent-type: {CONTENT_TYPE}\n\n{body.decode()}\n"

    def _moment(self) -> datetime:
        return validators.require_moment("WebhookChannel.now()", self._now())


def _refusal(address: str, status: int) -> NoticeError:
    answer = f"the server responded {status} {http.client.responses.get(status, '')}".rstrip()
    if status in TRANSIENT or not SUCCESS <= status < SERVER_FAULTS:
        return NoticeError(f"webhook:{address}", answer, "it will be tried again")
    if status < CLIENT_FAULTS:
        way_out = "redirects are not followed; use the URL that it leads to"
    else:
        way_out = "fix the receiver, or remove the URL from the preferences"
    return NoticeError(f"webhook:{address}", answer, way_out, is_final=True)
