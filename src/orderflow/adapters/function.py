"""Bulletins to a function of the host: a queue, a chat, a table of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.wording.notices import worded

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.notices import Bulletin

__all__ = ["FunctionChannel"]


class FunctionChannel:
    """Calls a function with the address and the bulletin.

    What the function raises is a failure, and is tried again; a `NoticeError` can say that this
    is of no use.
    """

    def __init__(self, function: Callable[[str, Bulletin], object]) -> None:
        self._function = function

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Call the function."""
        self._function(address, bulletin)

    def shown(self, address: str, bulletin: Bulletin) -> str:
        """Return the bulletin in words, and call nothing."""
        return "".join(f"{address}: {worded(each).heading}\n" for each in bulletin.notices)
