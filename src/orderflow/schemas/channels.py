"""What orderflow sends to others, as an AsyncAPI 3 document: events, and bulletins by webhook."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, get_args

from orderflow.adapters.webhook.envelope import CONTENT_TYPE, EVENT_TYPES
from orderflow.adapters.webhook.signing import SECONDS_DIGITS_MAX
from orderflow.codec.formats import version_of
from orderflow.domain.model.events import Event
from orderflow.notices import Bulletin
from orderflow.schemas.shapes import Definitions

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["async_api"]

_AT_LEAST_ONCE = (
    "Each message arrives at least once, under the same id each time, so a receiver can drop "
    "duplicates."
)
_INFO = {
    "title": "orderflow",
    "description": "What orderflow sends: every event through the outbox of its database, and "
    "bulletins to sellers by webhook. Both are JSON.",
    "license": {"name": "MIT"},
}
_OUTBOX = (
    "The events of every command, through the outbox and a relay. Your notifier chooses the broker "
    "and the address. Messages about one subject of one seller arrive in the order of their "
    f"events. {_AT_LEAST_ONCE}"
)
_WEBHOOK = (
    "Bulletins with notices about the orders of one seller, as CloudEvents 1.0 in structured mode, "
    "posted to a URL in the preferences of the seller. Any answer from 200 to 299 accepts one. "
    f"The headers have a signature as defined by Standard Webhooks. {_AT_LEAST_ONCE}"
)
_OUTBOX_HEADERS = {
    "type": "object",
    "description": "The fields of the outbox message around the event. How they travel depends on "
    "your notifier.",
    "properties": {
        "message_id": {"type": "string", "description": "The same at each attempt."},
        "seller_id": {"type": "string"},
        "subject": {
            "type": "string",
            "description": "The order id, or a text that names the stock or the receipt.",
        },
        "attempts": {"type": "integer", "minimum": 0},
        "trace": {
            "type": ["string", "null"],
            "description": "The trace of the command that caused the event: a W3C `traceparent`.",
        },
    },
    "required": ["message_id", "seller_id", "subject"],
}
_ID = "^msg_[0-9a-f]{40}$"
_WEBHOOK_HEADERS = {
    "type": "object",
    "properties": {
        "content-type": {"const": CONTENT_TYPE},
        "user-agent": {"const": "orderflow"},
        "webhook-id": {
            "type": "string",
            "description": "The id of the event in the body, the same at each attempt.",
            "pattern": _ID,
        },
        "webhook-timestamp": {
            "type": "string",
            "description": "When it was sent, in seconds since 1970-01-01 UTC.",
            "pattern": f"^[0-9]{{1,{SECONDS_DIGITS_MAX}}}$",
        },
        "webhook-signature": {
            "type": "string",
            "description": "A signature for each secret, with a space between them: `v1,` and the "
            "HMAC-SHA256 in Base64 of `{webhook-id}.{webhook-timestamp}.{body}`.",
            "pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$",
        },
    },
    "required": [
        "content-type",
        "user-agent",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ],
}


def async_api() -> dict[str, Any]:
    """Return an AsyncAPI 3.0 document of all messages of the outbox and of the webhook.

    >>> document = async_api()
    >>> document["channels"]["webhook"]["messages"]["digest"]
    {'$ref': '#/components/messages/digest'}
    """
    definitions = Definitions("#/components/schemas/")
    events = {kind.__name__: _event(kind, definitions) for kind in get_args(Event)}
    bulletins = {
        name: _bulletin(name, is_digest=is_digest, definitions=definitions)
        for name, is_digest in (("bulletin", False), ("digest", True))
    }
    return {
        "asyncapi": "3.0.0",
        "info": {**_INFO, "version": version("orderflow-backorder")},
        "defaultContentType": "application/json",
        "channels": {
            "outbox": _channel(_OUTBOX, events),
            "webhook": _channel(_WEBHOOK, bulletins),
        },
        "operations": {
            "sendEvent": {"action": "send", "channel": {"$ref": "#/channels/outbox"}},
            "sendBulletin": {
                "action": "send",
                "channel": {"$ref": "#/channels/webhook"},
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            },
        },
        "components": {
            "messages": events | bulletins,
            "schemas": {
                "OutboxHeaders": _OUTBOX_HEADERS,
                "WebhookHeaders": _WEBHOOK_HEADERS,
                **definitions.all(),
            },
        },
    }


def _channel(text: str, names: Iterable[str]) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return {"address": None, "description": text, "messages": messages}


def _event(kind: type, definitions: Definitions) -> dict[str, Any]:
    envelope = definitions.envelope(kind)
    return {
        "name": kind.__name__,
        "title": _words(kind.__name__),
        "summary": envelope["description"],
        "headers": {"$ref": "#/components/schemas/OutboxHeaders"},
        "payload": definitions.envelope_ref(kind),
    }


def _bulletin(name: str, *, is_digest: bool, definitions: Definitions) -> dict[str, Any]:
    event_type = f"{EVENT_TYPES[is_digest]}.v{version_of(Bulletin)}"
    period = "about the orders of a day" if is_digest else "about what has just happened"
    return {
        "name": event_type,
        "title": _words(name.title()),
        "summary": f"Notices to a seller {period}.",
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/WebhookHeaders"},
        "payload": {
            "type": "object",
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "pattern": _ID},
                "source": {"type": "string", "format": "uri-reference", "minLength": 1},
                "type": {"const": event_type},
                "subject": {"type": "string", "description": "The id of the seller."},
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "data": definitions.plain(Bulletin),
            },
            "required": [
                *("specversion", "id", "source", "type"),
                *("subject", "time", "datacontenttype", "data"),
            ],
        },
    }


def _words(name: str) -> str:
    """Return the words of the name of a class.

    >>> _words("OrderPutOnBackOrder")
    'Order put on back order'
    """
    return re.sub(r"(?<!^)[A-Z]", lambda match: f" {match[0].lower()}", name)
