"""Sends one bulletin to one recipient, through the channel of that name."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from orderflow.errors import NoticeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderflow.notices import Bulletin, Recipient
    from orderflow.ports import Channel

    Refused = Callable[[Recipient, NoticeError], None]

__all__ = ["channel_of", "log_refusal", "notice_key", "send"]

_LOG = logging.getLogger("orderflow.notices")


def channel_of(channels: Mapping[str, Channel], recipient: Recipient) -> Channel:
    """Return the channel to a recipient.

    Raises:
        NoticeError: If there is none of this name.
    """
    channel = channels.get(recipient.channel)
    if channel is None:
        known = ", ".join(sorted(channels)) or "none"
        raise NoticeError(
            str(recipient),
            f"there is no channel {recipient.channel!r}",
            f"set it up, or take another for this recipient; there are: {known}",
            is_final=True,
        )
    return channel


def send(channels: Mapping[str, Channel], recipient: Recipient, bulletin: Bulletin) -> None:
    """Send a bulletin to a recipient.

    Raises:
        NoticeError: If it did not get there.
    """
    channel_of(channels, recipient).send(recipient.address, bulletin)


def log_refusal(recipient: Recipient, error: NoticeError) -> None:
    """Log that a recipient was passed over."""
    _LOG.error("%s is passed over: %s", recipient, error)


def notice_key(what: str, *texts: str) -> str:
    """Return a key of bounded length for a note that is about these texts."""
    joined = "\x00".join(texts).encode(errors="backslashreplace")
    return f"{what} {hashlib.sha256(joined).hexdigest()[:40]}"
