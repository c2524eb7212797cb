"""Signatures as defined by Standard Webhooks: HMAC-SHA256 over the id, time and body.

The header ``webhook-signature`` may contain several signatures, one for each secret. To replace a
secret, sign with both for a while, and accept either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.errors import WebhookSignatureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["key_of", "sign", "verify"]

PREFIX = "whsec_"
KEY_BYTES_MIN = 24
KEY_BYTES_MAX = 64
SECONDS_DIGITS_MAX = 12


def key_of(secret: str) -> bytes:
    """Return the key in a secret, which is ``whsec_`` plus 24 to 64 bytes in Base64.

    Raises:
        InvalidValueError: If the secret is not valid. The message does not show it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    validators.require(
        ok=KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX and secret.startswith(PREFIX),
        field="secret",
        demand=f"{PREFIX!r} plus {KEY_BYTES_MIN} to {KEY_BYTES_MAX} random bytes in Base64",
        value="what was given (not shown)",
    )
    return key


def sign(webhook_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return the signature headers of a body, with one signature for each secret.

    >>> secret = "whsec_" + "c2VjcmV0" * 4
    >>> headers = sign("7", datetime(2026, 3, 2, tzinfo=UTC), b"{}", [secret])
    >>> headers["webhook-timestamp"]
    '1772409600'
    >>> verify(headers, b"{}", [secret], now=datetime(2026, 3, 2, 0, 1, tzinfo=UTC))
    """
    seconds = str(int(validators.require_moment("sign.at", at).timestamp()))
    signatures = [_signature(webhook_id, seconds, body, key_of(secret)) for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    *,
    now: datetime | None = None,
    tolerance: timedelta = timedelta(minutes=5),
) -> None:
    """Check that a webhook is genuine and recent, for receivers.

    Args:
        headers: The headers of the request. The case of their names does not matter.
        body: The body exactly as received, not parsed and written again.
        secrets: The secrets. Any of them may have signed the webhook.
        now: The current time. Default: this machine's.
        tolerance: The largest difference between the webhook's time and now.

    Raises:
        WebhookSignatureError: If the webhook is forged, or is too old or too new.
        InvalidValueError: If `now` or `tolerance` breaks its rule.
    """
    moment = validators.require_moment("verify.now", now) if now is not None else datetime.now(UTC)
    validators.require_duration("verify.tolerance", tolerance)
    given = {name.lower(): value for name, value in headers.items()}
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    missing = [name for name in names if not given.get(name)]
    if missing:
        raise WebhookSignatureError(f"it has no header {' and no header '.join(missing)}")
    webhook_id, seconds, signatures = (given[name] for name in names)
    _check_time(seconds, moment, tolerance)
    for key in map(key_of, secrets):
        genuine = _signature(webhook_id, seconds, body, key).encode()
        for each in signatures.split(" "):
            if hmac.compare_digest(each.encode(errors="replace"), genuine):
                return
    raise WebhookSignatureError("no signature matches")


def _check_time(seconds: str, now: datetime, tolerance: timedelta) -> None:
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= SECONDS_DIGITS_MAX):
        raise WebhookSignatureError("its timestamp is not a number of seconds")
    apart = abs(now.timestamp() - int(seconds))
    if apart > tolerance.total_seconds():
        raise WebhookSignatureError(f"its timestamp is {apart:.0f} seconds away from now")


def _signature(webhook_id: str, seconds: str, body: bytes, key: bytes) -> str:
    signed = f"{webhook_id}.{seconds}.".encode(errors="replace") + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
