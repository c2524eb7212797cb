"""The error of a text that is not the value that it should be."""

from __future__ import annotations

__all__ = ["UnreadableError"]


class UnreadableError(ValueError):
    """A text is not the value that it should be. The message says what is valid, after "must be".

    Attributes:
        setting: The setting of the layout that would make it valid, if there is one.
    """

    def __init__(self, demand: str, setting: str = "") -> None:
        self.setting = setting
        super().__init__(demand)
