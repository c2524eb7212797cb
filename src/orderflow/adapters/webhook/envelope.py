"""Writes and reads bulletins as CloudEvents 1.0 in structured mode."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from orderflow.codec import from_data, to_data
from orderflow.errors import CodecError
from orderflow.notices import Bulletin

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["CONTENT_TYPE", "EVENT_TYPES", "event_id", "from_envelope", "to_envelope"]

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
EVENT_TYPES = {False: "orderflow.bulletin", True: "orderflow.digest"}


def event_id(address: str, bulletin: Bulletin) -> str:
    """Return an alphanumeric id that is the same each time the bulletin is sent to the address."""
    text = f"{bulletin.bulletin_id}\x00{address}".encode(errors="backslashreplace")
    return f"msg_{hashlib.sha256(text).hexdigest()[:40]}"


def to_envelope(address: str, bulletin: Bulletin, now: datetime, source: str) -> bytes:
    """Return the body of a webhook with this bulletin."""
    content = to_data(bulletin)
    event = {
        "specversion": "1.0",
        "id": event_id(address, bulletin),
        "source": source,
        "type": f"{EVENT_TYPES[bulletin.is_digest]}.v{content['version']}",
        "subject": bulletin.seller_id,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": content["data"],
    }
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode(errors="replace")  # a lone surrogate is not valid in JSON


def from_envelope(body: bytes) -> Bulletin:
    """Return the bulletin in the body of a webhook, for receivers in Python.

    Call `verify` first, to check that the webhook is genuine.

    Raises:
        CodecError: If the body has no bulletin.
    """
    try:
        event: Any = json.loads(body)
        kind, _, version = event["type"].rpartition(".v")
        data = {"type": "Bulletin", "version": int(version), "data": event["data"]}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise CodecError((f"$: is not an event with a bulletin: {error!r}",)) from error
    if kind not in EVENT_TYPES.values():
        raise CodecError((f"$.type: must be one of {', '.join(EVENT_TYPES.values())}",))
    bulletin: Bulletin = from_data(data, Bulletin)
    return bulletin
