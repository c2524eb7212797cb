"""Collects what a process leaves because it cannot read it, while it does the rest."""

from __future__ import annotations

from orderflow.errors.quoting import ITEMS_MAX, listed
from orderflow.errors.storage import UnreadableError

__all__ = ["LeftUnread"]


class LeftUnread:
    """What was left because this release cannot read it."""

    def __init__(self) -> None:
        self._first: UnreadableError | None = None
        self._names: list[str] = []
        self._further = 0

    def add(self, name: str, error: UnreadableError) -> None:
        """Add something that was left, and why."""
        self._first = self._first or error
        if len(self._names) < ITEMS_MAX:
            self._names.append(name)
        else:
            self._further += 1

    @property
    def error(self) -> UnreadableError | None:
        """The error that names all that was left and the way out, if there was anything.

        >>> left = LeftUnread()
        >>> left.add("order 'A-1'", UnreadableError("it is of a later release"))
        >>> left.error
        UnreadableError("not handled: order 'A-1': it is of a later release")
        """
        if self._first is None:
            return None
        return UnreadableError(
            f"not handled: {listed(self._names, further=self._further)}: {self._first}"
        )

    def require_none(self) -> None:
        """Raise the error, if anything was left."""
        if self.error is not None:
            raise self.error from self._first
