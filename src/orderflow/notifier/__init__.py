"""Telling the sellers: at once, in a digest, and put together from a file of settings.

`Notices` is the notifier that tells them at once, `Digests` sends what is told once a day.
`load_settings` reads a file, and `Desk` does all of it as that says.
"""

from orderflow.errors import SettingsError
from orderflow.notifier.digests import Digested, Digests
from orderflow.notifier.notices import Notices
from orderflow.notifier.seller_notices import Desk
from orderflow.notifier.settings import (
    MailSettings,
    NotifySettings,
    WebhookSettings,
    load_settings,
    read_settings,
)

__all__ = [
    "Desk",
    "Digested",
    "Digests",
    "MailSettings",
    "Notices",
    "NotifySettings",
    "SettingsError",
    "WebhookSettings",
    "load_settings",
    "read_settings",
]
