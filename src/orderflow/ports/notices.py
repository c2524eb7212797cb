"""The ports for notices to sellers: channels, preferences, and the store of what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from orderflow.notices import Bulletin, Preference

__all__ = [
    "Channel",
    "NoticeStore",
    "PreferenceSource",
]


class Channel(Protocol):
    """Sends bulletins in one way: by mail, by webhook, to a log.

    Several threads may use a channel at the same time. Ids and notes in a bulletin are written by
    others: whatever is in them, a bulletin is one message to one address.
    """

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Send a bulletin to an address, with all its notices.

        It may be called again with the same bulletin, if somebody else could not be reached.

        Raises:
            NoticeError: If it failed. The error is final if a further attempt is useless. After
                any other error, the bulletin is sent again later.
        """
        ...

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the message as text, without sending it or connecting to anything."""
        ...


class PreferenceSource(Protocol):
    """Provides the preferences of sellers. It is asked again for each bulletin."""

    def of(self, seller_id: str) -> Preference:
        """Return the preference of a seller, or the default for a seller without one."""
        ...


class NoticeStore(Protocol):
    """Short texts that record the last notices to sellers. They outlive the process.

    If a text is lost, a notice may be sent twice, but none is lost. Keys have at most 200
    characters.
    """

    def get(self, seller_id: str, key: str) -> str | None:
        """Return a seller's text under a key, or `None` if there is none."""
        ...

    def put(self, seller_id: str, key: str, text: str | None) -> None:
        """Replace a seller's text under a key; `None` removes it."""
        ...

    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        """Replace a seller's text under a key if it is still `old`.

        Of several concurrent calls, exactly one succeeds.

        Args:
            seller_id: The seller.
            key: The key.
            old: The text as it was read; `None` if there was none.
            new: The new text.

        Returns:
            Whether the text was replaced.
        """
        ...
