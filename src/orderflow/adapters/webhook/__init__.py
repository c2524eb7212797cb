"""Sends bulletins by webhook: a signed JSON POST to a URL that the host allows.

The body is a CloudEvents 1.0 event in structured mode. The signature follows Standard Webhooks.
"""

from orderflow.adapters.webhook.channel import WebhookChannel
from orderflow.adapters.webhook.envelope import from_envelope, to_envelope
from orderflow.adapters.webhook.guard import Guard
from orderflow.adapters.webhook.signing import sign, verify
from orderflow.errors import WebhookSignatureError

__all__ = [
    "Guard",
    "WebhookChannel",
    "WebhookSignatureError",
    "from_envelope",
    "sign",
    "to_envelope",
    "verify",
]
