"""Bulletins as CloudEvents 1.0 in structured mode (application/cloudevents+json)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from orderflow.codec import from_data, to_data
from orderflow.errors import CodecError
from orderflow.notices import Bulletin

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["CONTENT_TYPE", "bulletin_in", "enveloped", "event_id"]

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_TYPES = {False: "orderflow.bulletin", True: "orderflow.digest"}


def event_id(address: str, bulletin: Bulletin) -> str:
    """Return an id of letters and digits that is the same each time that this is sent."""
    text = f"{bulletin.bulletin_id}\x00{address}".encode(errors="backslashreplace")
    return f"msg_{hashlib.sha256(text).hexdigest()[:40]}"


def enveloped(address: str, bulletin: Bulletin, now: datetime, source: str) -> bytes:
    """Return a bulletin as the body of a webhook."""
    content = to_data(bulletin)
    event = {
        "specversion": "1.0",
        "id": event_id(address, bulletin),
        "source": source,
        "type": f"{_TYPES[bulletin.is_digest]}.v{content['version']}",
        "subject": bulletin.seller_id,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": content["data"],
    }
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode(errors="replace")  # half a character is none, and no JSON


def bulletin_in(body: bytes) -> Bulletin:
    """Return the bulletin in the body of a webhook; for those who receive it in Python.

    Raises:
        CodecError: If there is none. Check that the webhook is genuine first: see `verify`.
    """
    try:
        event: Any = json.loads(body)
        kind, _, version = event["type"].rpartition(".v")
        data = {"type": "Bulletin", "version": int(version), "data": event["data"]}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise CodecError((f"$: is no event with a bulletin: {error!r}",)) from error
    if kind not in _TYPES.values():
        raise CodecError((f"$.type: must be one of {', '.join(_TYPES.values())}",))
    bulletin: Bulletin = from_data(data, Bulletin)
    return bulletin
