"""Sends one bulletin to one recipient, through the recipient's channel."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from orderflow.errors import NoticeError
from orderflow.errors.secrets import without_mailboxes, without_secrets
from orderflow.notices import Recipient
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.notices import Bulletin
    from orderflow.ports import Channel

__all__ = ["OnRefusal", "channel_of", "log_refusal", "notice_key", "send"]

OnRefusal = Callable[[Recipient, NoticeError], None]

_LOG = logging.getLogger("orderflow.notices")


def channel_of(channels: Mapping[str, Channel], recipient: Recipient) -> Channel:
    """Return the channel of a recipient.

    Raises:
        NoticeError: If there is no channel of this name.
    """
    channel = channels.get(recipient.channel)
    if channel is None:
        known = ", ".join(sorted(channels)) or "none"
        raise NoticeError(
            str(recipient),
            f"there is no channel {recipient.channel!r}",
            f"set it up, or choose another for this recipient; known channels: {known}",
            is_final=True,
        )
    return channel


def send(channels: Mapping[str, Channel], recipient: Recipient, bulletin: Bulletin) -> None:
    """Send a bulletin to a recipient.

    Raises:
        NoticeError: If the bulletin was not sent.
    """
    channel_of(channels, recipient).send(recipient.address, bulletin)


def log_refusal(recipient: Recipient, error: NoticeError) -> None:
    """Log that a recipient was skipped, without the name in a mail address."""
    text = f"{without_secrets(str(recipient))} is skipped: {error}"
    _LOG.error("%s", printable(without_mailboxes(text)))


def notice_key(what: str, *texts: str) -> str:
    """Return a key for the notice store, of bounded length, made from these texts."""
    joined = "\x00".join(texts).encode(errors="backslashreplace")
    return f"{what} {hashlib.sha256(joined).hexdigest()[:40]}"
