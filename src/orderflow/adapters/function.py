"""Passes bulletins to a function of the host, such as one that writes to a queue or a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.wording.notices import to_paragraph

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderflow.notices import Bulletin

__all__ = ["FunctionChannel"]


class FunctionChannel:
    """Calls a function with the address and the bulletin.

    If the function raises, the bulletin is sent again later, unless it raises a `NoticeError` that
    is final.
    """

    def __init__(self, function: Callable[[str, Bulletin], object]) -> None:
        self._function = function

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Call the function."""
        self._function(address, bulletin)

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the headings as text, without calling the function."""
        return "".join(f"{address}: {to_paragraph(each).heading}\n" for each in bulletin.notices)
