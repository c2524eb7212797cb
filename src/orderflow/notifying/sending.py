"""Sends one bulletin to one recipient, through the channel of that name."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from orderflow.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderflow.ports import Channel
    from orderflow.telling import Bulletin, Recipient

    Refused = Callable[[Recipient, DeliveryError], None]

__all__ = ["channel_of", "log_refusal", "note_key", "send"]

_LOG = logging.getLogger("orderflow.telling")


def channel_of(channels: Mapping[str, Channel], recipient: Recipient) -> Channel:
    """Return the channel to a recipient.

    Raises:
        DeliveryError: If there is none of this name.
    """
    channel = channels.get(recipient.channel)
    if channel is None:
        known = ", ".join(sorted(channels)) or "none"
        raise DeliveryError(
            str(recipient),
            f"there is no channel {recipient.channel!r}",
            f"set it up, or take another for this recipient; there are: {known}",
            is_final=True,
        )
    return channel


def send(channels: Mapping[str, Channel], recipient: Recipient, bulletin: Bulletin) -> None:
    """Send a bulletin to a recipient.

    Raises:
        DeliveryError: If it did not get there.
    """
    channel_of(channels, recipient).send(recipient.address, bulletin)


def log_refusal(recipient: Recipient, error: DeliveryError) -> None:
    """Log that a recipient was passed over."""
    _LOG.error("%s is passed over: %s", recipient, error)


def note_key(what: str, *texts: str) -> str:
    """Return a key of bounded length for a note that is about these texts."""
    joined = "\x00".join(texts).encode(errors="backslashreplace")
    return f"{what} {hashlib.sha256(joined).hexdigest()[:40]}"
