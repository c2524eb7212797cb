"""Sends notices to sellers: at once, in a daily digest, or both, as a settings file says.

`NoticeSender` is the notifier for notices that go out at once, and `DigestSender` sends the daily
digests. `load_settings` reads a settings file, and `SellerNotices` runs both senders by it.
"""

from orderflow.errors import SettingsError
from orderflow.notifier.digest_sender import DigestResult, DigestSender
from orderflow.notifier.notice_sender import NoticeSender
from orderflow.notifier.seller_notices import SellerNotices
from orderflow.notifier.settings import (
    MailSettings,
    NotifySettings,
    WebhookSettings,
    load_settings,
    read_settings,
)

__all__ = [
    "DigestResult",
    "DigestSender",
    "MailSettings",
    "NoticeSender",
    "NotifySettings",
    "SellerNotices",
    "SettingsError",
    "WebhookSettings",
    "load_settings",
    "read_settings",
]
