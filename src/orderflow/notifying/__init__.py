"""Telling the sellers, put together from a file of settings: what the command line runs.

`load_settings` reads the file, `Desk` tells what there is to tell, once or again and again, and
sends the digests that are due.
"""

from orderflow.notifying.desk import Desk
from orderflow.notifying.settings import (
    MailSettings,
    NotifySettings,
    WebhookSettings,
    load_settings,
    read_settings,
)

__all__ = [
    "Desk",
    "MailSettings",
    "NotifySettings",
    "WebhookSettings",
    "load_settings",
    "read_settings",
]
