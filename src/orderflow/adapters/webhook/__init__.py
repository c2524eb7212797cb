"""Bulletins by webhook: a signed POST of JSON to a URL that the host allows.

The body is a CloudEvents 1.0 event in structured mode, the signature that of Standard Webhooks.
"""

from orderflow.adapters.webhook.channel import WebhookChannel
from orderflow.adapters.webhook.envelope import bulletin_in, enveloped
from orderflow.adapters.webhook.guard import Guard
from orderflow.adapters.webhook.signing import sign, verify
from orderflow.errors import WebhookSignatureError

__all__ = [
    "Guard",
    "WebhookChannel",
    "WebhookSignatureError",
    "bulletin_in",
    "enveloped",
    "sign",
    "verify",
]
